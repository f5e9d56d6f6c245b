import type { BatchesConfig } from '../../foundation/config/index.ts'
import { type Database, LeaseLost, Pace, type Queryable } from '../../foundation/platform/index.ts'
import type { SealedObjects } from '../../govern/privacy/index.ts'
import { type Audit, systemActor } from '../../govern/audit/index.ts'
import { type Batch, type BatchState } from './batch.ts'
import { type BatchChange, changeBatch, findBatch } from './batch-store.ts'
import { createFileId, objectKeyOf, type StoredFile } from './file.ts'
import { addPart, findFile } from './file-store.ts'
import type { IdleCapacity } from './idle-capacity.ts'
import { readLines } from './read-lines.ts'
import { expireLine, type Infer, type LineResult } from './run-line.ts'
import { type Answered, runLines } from './run-lines.ts'
import { validateInput } from './validate-batch.ts'

export interface RunnerOptions {
  readonly database: Database
  readonly objects: SealedObjects
  readonly audit: Audit
  readonly infer: Infer
  readonly capacity: IdleCapacity
  /** Why that key cannot call the service; `undefined` where it can. */
  readonly findProblem: (keyId: string, service: string) => string | undefined
  readonly settings: () => BatchesConfig
  readonly lineLimitBytes: number
  readonly onLine?: (isCompleted: boolean) => void
}

/** What the one who holds the lease is told while it works. */
export interface Hold {
  readonly owner: string
  /** The batch shall end: cancelled by somebody. */
  isCancelWanted(): boolean
  /** Ask no further line: the process stops. Those under way are still written. */
  isStopping(): boolean
  /** Aborts where the lease is lost or the process stops at once: nothing may be written any more. */
  readonly signal: AbortSignal
}

const expiredPerPart = 5_000

/** Moves a batch on from wherever it is, to its end unless it is stopped. Safe to run again after any crash. */
export async function runBatch(found: Batch, hold: Hold, options: RunnerOptions): Promise<void> {
  const { database, objects } = options
  const change = async (next: BatchChange, queryable: Queryable = database): Promise<void> => {
    if (!(await changeBatch(queryable, found.id, hold.owner, next, new Date()))) throw new LeaseLost()
  }
  const end = async (state: BatchState): Promise<void> => {
    await database.transaction(async transaction => {
      await change({ state }, transaction)
      if (state !== 'expired') return
      const subject = `batch:${found.id}`
      const actor = systemActor('batches')
      await options.audit.record(
        { actor, action: 'batch:expire', subject, tenant: found.tenant, after: { state } },
        transaction,
      )
    })
  }
  const openInput = async (): Promise<ReadableStream<Uint8Array> | undefined> => {
    const file = await findFile(database, found.tenant, found.inputFileId)
    return file && (await objects.get(found.tenant, objectKeyOf(file.id)))?.body
  }

  if (found.state === 'validating' && !hold.isCancelWanted()) {
    const input = await openInput()
    const gone = { code: 'invalid_file', message: 'The input file was deleted.', param: null, line: null }
    const { total, errors } = input
      ? await validateInput(input, {
          endpoint: found.endpoint,
          maxLines: options.settings().maxLines,
          lineLimitBytes: options.lineLimitBytes,
          findProblem: service => options.findProblem(found.keyId, service),
        })
      : { total: 0, errors: [gone] }
    if (errors.length > 0) return await change({ state: 'failed', errors })
    await change({ state: 'in_progress', total })
  }
  const batch = await findBatch(database, found.tenant, found.id)
  if (!batch) return
  if (batch.state === 'finalizing') return await end('completed')
  const isExpired = (): boolean => Date.now() >= batch.expiresAt.getTime()
  const isHeld = (): boolean => hold.isStopping() || hold.isCancelWanted() || isExpired()
  const input = await openInput()
  const writer = createWriter(batch, options, change)
  if (!input) {
    const message = 'The input file was deleted before all lines were answered.'
    return await change({
      state: 'failed',
      errors: [{ code: 'invalid_file', message, param: null, line: null }],
    })
  }
  const from = { offset: batch.nextOffset, number: batch.nextLine }
  const lines = readLines(input, from, options.lineLimitBytes)
  const pace = new Pace(() => options.settings().maxConcurrency)
  try {
    const write = async (answered: readonly Answered[]): Promise<void> => await writer.write(answered)
    const isAtEnd = await runLines(lines, { batch, pace, hold, isHeld, write }, options)
    if (isAtEnd) {
      await change({ state: 'finalizing' })
      return await end('completed')
    }
    if (hold.isCancelWanted()) return await end('cancelled')
    if (!isExpired()) return
    // a line that was read and not asked is in no chunk: begin again at what is written
    await expireRest(batch, await openInput(), writer, options)
    await end('expired')
  } finally {
    await lines.return(undefined)
  }
}

async function expireRest(
  batch: Batch,
  input: ReadableStream<Uint8Array> | undefined,
  writer: Writer,
  options: RunnerOptions,
): Promise<void> {
  if (!input) return
  let expired: Answered[] = []
  for await (const line of readLines(input, writer.next(), options.lineLimitBytes)) {
    expired.push({ line, result: expireLine(batch, line) })
    if (expired.length < expiredPerPart) continue
    await writer.write(expired)
    expired = []
  }
  await writer.write(expired)
}

interface Writer {
  /** Writes answers that follow what is written, all of them or none. */
  write(answered: readonly Answered[]): Promise<void>
  /** Where the first line is that is not written. */
  next(): { offset: number; number: number }
}

function createWriter(
  batch: Batch,
  { database, objects, settings }: RunnerOptions,
  change: (next: BatchChange, queryable: Queryable) => Promise<void>,
): Writer {
  let next = { offset: batch.nextOffset, number: batch.nextLine }
  let outputId = batch.outputFileId
  let errorId = batch.errorFileId

  async function prepare(kind: 'output' | 'error', fileId: string, results: readonly LineResult[]) {
    const text = results.map(result => result.text).join('')
    const createdAt = new Date()
    const file: StoredFile = {
      id: fileId,
      tenant: batch.tenant,
      purpose: 'batch_output',
      filename: `${batch.id}_${kind}.jsonl`,
      sizeBytes: Buffer.byteLength(text),
      batchId: batch.id,
      createdAt,
      expiresAt: new Date(createdAt.getTime() + settings().retentionDays * 86_400_000),
    }
    // the place says which lines these are: a repetition after a crash takes the place of what nobody has seen
    const part = { number: next.offset, objectKey: `batches/${batch.id}/${kind}/${next.offset}` }
    await objects.put(batch.tenant, part.objectKey, text)
    return { file, part }
  }

  return {
    next: () => next,
    async write(answered) {
      const last = answered.at(-1)
      if (!last) return
      const completed = answered.flatMap(({ result }) => (result.isCompleted ? [result] : []))
      const failed = answered.flatMap(({ result }) => (result.isCompleted ? [] : [result]))
      const parts: Awaited<ReturnType<typeof prepare>>[] = []
      if (completed.length > 0) parts.push(await prepare('output', (outputId ??= createFileId()), completed))
      if (failed.length > 0) parts.push(await prepare('error', (errorId ??= createFileId()), failed))
      const after = { offset: last.line.endOffset, number: last.line.number + 1 }
      await database.transaction(async transaction => {
        await change(
          {
            completed: completed.length,
            failed: failed.length,
            costNanoUsd: answered.reduce((sum, { result }) => sum + result.costNanoUsd, 0),
            nextOffset: after.offset,
            nextLine: after.number,
            outputFileId: outputId,
            errorFileId: errorId,
          },
          transaction,
        )
        for (const { file, part } of parts) await addPart(transaction, file, part)
      })
      next = after
    },
  }
}
