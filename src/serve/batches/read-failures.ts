import type { Database } from '../../foundation/platform/index.ts'
import type { SealedObjects } from '../../govern/privacy/index.ts'
import type { Batch } from './batch.ts'
import { listPartKeys } from './file-store.ts'
import { readLines } from './read-lines.ts'

/** A line of the input that has no answer to use. */
export interface LineFailure {
  readonly line: number
  readonly customId: string
  readonly status: number | null
  readonly code: string | null
  readonly message: string
}

/** What a line of the error file is at most: an error, not an answer. */
const lineLimitBytes = 4_194_304
const longestMessage = 500

/** The first lines of the error file, as far as it is written. */
export async function readFailures(
  batch: Batch,
  most: number,
  options: { readonly database: Database; readonly objects: SealedObjects },
): Promise<LineFailure[]> {
  const failures: LineFailure[] = []
  if (batch.errorFileId === undefined) return failures
  for (const key of await listPartKeys(options.database, batch.errorFileId)) {
    const object = await options.objects.get(batch.tenant, key)
    // the file may be deleted at any time
    if (!object) return failures
    for await (const { text } of readLines(object.body, { offset: 0, number: 1 }, lineLimitBytes)) {
      failures.push(readFailure(text))
      if (failures.length >= most) return failures
    }
  }
  return failures
}

function readFailure(text: string): LineFailure {
  const written = JSON.parse(text) as {
    readonly id: string
    readonly custom_id: string
    readonly response: { readonly status_code: number; readonly body: unknown } | null
    readonly error: { readonly code: string; readonly message: string } | null
  }
  const { code, type, message } = errorOf(written.error ?? written.response?.body)
  const said = code ?? type
  return {
    line: Number(written.id.slice(written.id.lastIndexOf('_') + 1)),
    customId: written.custom_id,
    status: written.response?.status_code ?? null,
    code: typeof said === 'string' ? said : null,
    message: typeof message === 'string' ? message.slice(0, longestMessage) : 'The target gave no reason.',
  }
}

/** Ours, or within a body of OpenAI's shape or Anthropic's. */
function errorOf(said: unknown): Readonly<Record<string, unknown>> {
  if (typeof said !== 'object' || said === null) return {}
  return 'error' in said ? errorOf(said.error) : { ...said }
}
