import { createId } from '../../foundation/platform/index.ts'
import { toSeconds } from './file.ts'

export const endStates = ['completed', 'failed', 'expired', 'cancelled'] as const
export type EndState = (typeof endStates)[number]
export type BatchState = 'validating' | 'in_progress' | 'finalizing' | 'cancelling' | EndState

/** What is wrong with the input, and where. */
export interface BatchError {
  readonly code: string
  readonly message: string
  readonly param: string | null
  readonly line: number | null
}

export interface Batch {
  /** `batch_` and 32 hexadecimal digits. */
  readonly id: string
  readonly tenant: string
  readonly keyId: string
  readonly endpoint: string
  readonly inputFileId: string
  readonly completionWindow: string
  readonly metadata: Readonly<Record<string, string>> | undefined
  readonly state: BatchState
  readonly errors: readonly BatchError[] | undefined
  readonly total: number
  readonly completed: number
  readonly failed: number
  /** Of the lines that are in its files. */
  readonly costNanoUsd: number
  readonly outputFileId: string | undefined
  readonly errorFileId: string | undefined
  readonly nextOffset: number
  readonly nextLine: number
  readonly createdAt: Date
  readonly expiresAt: Date
  readonly times: Readonly<Partial<Record<Exclude<BatchState, 'validating'>, Date>>>
}

export function createBatchId(uuid = createId()): string {
  return `batch_${uuid.replaceAll('-', '')}`
}

/** The id of one line's request: the same however often the line is asked, so that its calls can be told. */
export function lineRequestId(batchId: string, line: number): string {
  return `batch_req_${batchId.slice('batch_'.length)}_${line}`
}

export function isEnded(batch: Batch): boolean {
  return endStates.some(state => state === batch.state)
}

/** The batch as OpenAI's API shows it. */
export function toWireBatch(batch: Batch) {
  const at = (state: keyof Batch['times']): number | null => {
    const time = batch.times[state]
    return time ? toSeconds(time) : null
  }
  return {
    id: batch.id,
    object: 'batch',
    endpoint: batch.endpoint,
    errors: batch.errors ? { object: 'list', data: batch.errors } : null,
    input_file_id: batch.inputFileId,
    completion_window: batch.completionWindow,
    status: batch.state,
    output_file_id: batch.outputFileId ?? null,
    error_file_id: batch.errorFileId ?? null,
    created_at: toSeconds(batch.createdAt),
    in_progress_at: at('in_progress'),
    expires_at: toSeconds(batch.expiresAt),
    finalizing_at: at('finalizing'),
    completed_at: at('completed'),
    failed_at: at('failed'),
    expired_at: at('expired'),
    cancelling_at: at('cancelling'),
    cancelled_at: at('cancelled'),
    request_counts: { total: batch.total, completed: batch.completed, failed: batch.failed },
    metadata: batch.metadata ?? null,
  }
}
