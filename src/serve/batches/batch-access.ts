import { createHash } from 'node:crypto'
import { z } from 'zod'
import { actorOf, type Principal } from '../../govern/access/index.ts'
import { type Batch, createBatchId, isEnded } from './batch.ts'
import { askToCancel, findBatch, insertBatch } from './batch-store.ts'
import { objectKeyOf, type StoredFile } from './file.ts'
import { findFile, insertFile } from './file-store.ts'
import { type BatchesOptions, batchCreation } from './serve-batches.ts'
import { contentOf } from './serve-files.ts'

export interface NewBatch {
  /** Begins it once, however often it is asked for under this: a UUID. */
  readonly stableId: string
  readonly tenant: string
  /** In whose name its lines are asked. */
  readonly principal: Principal
  readonly requestId: string
  readonly filename: string
  /** Lines as OpenAI's batch API has them, to `/v1/chat/completions`. */
  readonly lines: () => ReadableStream<Uint8Array>
  readonly completionWindow: string
}

export interface BatchState {
  readonly id: string
  readonly state: Batch['state']
  readonly isEnded: boolean
  readonly total: number
  readonly completed: number
  readonly failed: number
  readonly costNanoUsd: number
  /** Why it has failed, where its lines could not be read. */
  readonly why: string | undefined
}

/** A line that a batch has answered. */
export interface BatchAnswer {
  readonly customId: string
  readonly requestId: string
  readonly status: number
  /** Of the answer, or of the error. */
  readonly body: unknown
}

/** Batches, for other parts of ours. */
export interface BatchAccess {
  begin(batch: NewBatch): Promise<BatchState>
  find(tenant: string, stableId: string): Promise<BatchState | undefined>
  cancel(tenant: string, stableId: string): Promise<void>
  /** What has been answered, well or not, in no order that means something. */
  answers(tenant: string, stableId: string): AsyncIterable<BatchAnswer>
}

const hour = 3_600_000

export function createBatchAccess(options: BatchesOptions): BatchAccess {
  const { database, objects, audit, settings, wake } = options
  const idOf = (stableId: string): string => createBatchId(stableId)
  const find = async (tenant: string, stableId: string): Promise<Batch | undefined> =>
    await findBatch(database, tenant, idOf(stableId))

  return {
    async begin({ stableId, tenant, principal, requestId, filename, lines, completionWindow }) {
      const known = await find(tenant, stableId)
      if (known) return toState(known)
      const id = idOf(stableId)
      const fileId = `file-${createHash('sha256').update(`lines of ${id}`).digest('hex').slice(0, 32)}`
      if (!(await findFile(database, tenant, fileId))) {
        const { sizeBytes } = await objects.put(tenant, objectKeyOf(fileId), lines())
        const createdAt = new Date()
        const expiresAt = new Date(createdAt.getTime() + settings().retentionDays * 24 * hour)
        const file: StoredFile = {
          id: fileId,
          tenant,
          purpose: 'batch',
          filename,
          sizeBytes,
          batchId: undefined,
          createdAt,
          expiresAt,
        }
        await insertFile(database, file)
      }
      const batch = batchCreation({
        id,
        tenant,
        keyId: principal.keyId,
        endpoint: '/v1/chat/completions',
        inputFileId: fileId,
        completionWindow,
        metadata: undefined,
      })
      await database.transaction(async transaction => {
        await insertBatch(transaction, batch)
        await audit.record(
          {
            actor: actorOf(principal),
            action: 'batch:create',
            subject: `batch:${id}`,
            tenant,
            requestId,
            after: { endpoint: batch.endpoint, inputFileId: fileId },
          },
          transaction,
        )
      })
      wake()
      return toState(batch)
    },
    async find(tenant, stableId) {
      const batch = await find(tenant, stableId)
      return batch && toState(batch)
    },
    async cancel(tenant, stableId) {
      const batch = await find(tenant, stableId)
      if (!batch || isEnded(batch)) return
      await askToCancel(database, batch.id, new Date())
      wake()
    },
    async *answers(tenant, stableId) {
      const batch = await find(tenant, stableId)
      for (const fileId of [batch?.outputFileId, batch?.errorFileId]) {
        const file = fileId === undefined ? undefined : await findFile(database, tenant, fileId)
        if (!file) continue
        for await (const line of linesOf(contentOf(file, options))) yield toAnswer(line)
      }
    },
  }
}

function toState(batch: Batch): BatchState {
  const { id, state, total, completed, failed, costNanoUsd, errors } = batch
  return {
    id,
    state,
    isEnded: isEnded(batch),
    total,
    completed,
    failed,
    costNanoUsd,
    why: errors?.[0]?.message,
  }
}

const lineSchema = z.object({
  custom_id: z.string(),
  id: z.string(),
  response: z.object({ status_code: z.int(), body: z.unknown() }).nullable(),
  error: z.unknown(),
})

function toAnswer(line: string): BatchAnswer {
  const { custom_id: customId, id, response, error } = lineSchema.parse(JSON.parse(line))
  return { customId, requestId: id, status: response?.status_code ?? 0, body: response?.body ?? error }
}

async function* linesOf(pieces: AsyncIterable<Uint8Array>): AsyncGenerator<string> {
  const decoder = new TextDecoder()
  let rest = ''
  for await (const piece of pieces) {
    const lines = `${rest}${decoder.decode(piece, { stream: true })}`.split('\n')
    rest = lines.pop() ?? ''
    for (const line of lines) if (line !== '') yield line
  }
  if (rest !== '') yield rest
}
