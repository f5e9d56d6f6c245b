import { createId } from '../../foundation/platform/index.ts'

/** Bytes that a client brought, or that a batch leaves. */
export interface StoredFile {
  /** `file-` and 32 hexadecimal digits: ours, whoever answers the lines in it. */
  readonly id: string
  readonly tenant: string
  readonly purpose: string
  readonly filename: string
  readonly sizeBytes: number
  /** The batch whose parts are its content; `undefined` where it was uploaded. */
  readonly batchId: string | undefined
  readonly createdAt: Date
  readonly expiresAt: Date | undefined
}

/** What OpenAI's clients may upload for; `batch_output` is what a batch leaves. */
export const uploadPurposes = ['assistants', 'batch', 'fine-tune', 'vision', 'user_data', 'evals'] as const

export function createFileId(): string {
  return `file-${createId().replaceAll('-', '')}`
}

/** Where the bytes of an uploaded file are. */
export function objectKeyOf(fileId: string): string {
  return `files/${fileId}`
}

/** The file as OpenAI's API shows it. */
export function toWireFile(file: StoredFile) {
  return {
    id: file.id,
    object: 'file',
    bytes: file.sizeBytes,
    created_at: toSeconds(file.createdAt),
    expires_at: file.expiresAt ? toSeconds(file.expiresAt) : null,
    filename: file.filename,
    purpose: file.purpose,
    status: 'processed',
    status_details: null,
  }
}

export function toSeconds(date: Date): number {
  return Math.floor(date.getTime() / 1_000)
}
