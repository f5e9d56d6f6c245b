import { z } from 'zod'
import { Failure, parseObject, readText } from '../../foundation/platform/index.ts'
import { actorOf, homeTenant } from '../../govern/access/index.ts'
import { type Batch, createBatchId, isEnded, toWireBatch } from './batch.ts'
import { askToCancel, findBatch, insertBatch, listBatches } from './batch-store.ts'
import { readQuery, check } from './read-query.ts'
import { type Caller, type FilesOptions, findFileOr404 } from './serve-files.ts'

/** The paths whose requests a batch may hold. */
export const batchEndpoints = [
  '/v1/chat/completions',
  '/v1/completions',
  '/v1/embeddings',
  '/v1/responses',
  '/v1/messages',
] as const

const input = z.object({
  input_file_id: z.string().min(1),
  endpoint: z.enum(batchEndpoints),
  completion_window: z
    .string()
    .regex(/^[1-9]\d{0,3}[mhd]$/, 'use `24h`, or another number of minutes (m), hours (h) or days (d)'),
  metadata: z
    .record(z.string().max(64), z.string().max(512))
    .refine(metadata => Object.keys(metadata).length <= 16, 'has more than 16 keys')
    .nullish(),
})

const unitMs = { m: 60_000, h: 3_600_000, d: 86_400_000 } as const
const bodyLimitBytes = 1_048_576

export interface BatchesOptions extends FilesOptions {
  /** There is a new batch. */
  readonly wake: () => void
}

export async function createBatch(
  request: Request,
  caller: Caller,
  options: BatchesOptions,
): Promise<object> {
  const { database, audit, settings } = options
  const asked = check(parseObject(await readText(request, bodyLimitBytes)), input)
  const file = await findFileOr404(asked.input_file_id, caller.principal, options)
  if (file.purpose !== 'batch')
    throw invalid('input_file_id', `The file has the purpose \`${file.purpose}\`. Upload it with \`batch\`.`)
  const megabytes = settings().maxInputMegabytes
  if (file.sizeBytes > megabytes * 1_048_576)
    throw invalid(
      'input_file_id',
      `The file is larger than the ${megabytes} MB that a batch may have. Split it.`,
    )
  const batch = batchCreation({
    id: createBatchId(),
    tenant: homeTenant(caller.principal),
    keyId: caller.principal.keyId,
    endpoint: asked.endpoint,
    inputFileId: file.id,
    completionWindow: asked.completion_window,
    metadata: asked.metadata ?? undefined,
  })
  await database.transaction(async transaction => {
    await insertBatch(transaction, batch)
    const after = { endpoint: batch.endpoint, inputFileId: batch.inputFileId }
    await audit.record({ ...changeOf('batch:create', batch, caller), after }, transaction)
  })
  options.wake()
  return toWireBatch(batch)
}

/** A batch that nobody has worked on yet. */
export function batchCreation(
  asked: Pick<
    Batch,
    'id' | 'tenant' | 'keyId' | 'endpoint' | 'inputFileId' | 'completionWindow' | 'metadata'
  >,
): Batch {
  const createdAt = new Date()
  const unit = unitMs[asked.completionWindow.at(-1) as keyof typeof unitMs]
  return {
    ...asked,
    state: 'validating',
    errors: undefined,
    total: 0,
    completed: 0,
    failed: 0,
    costNanoUsd: 0,
    outputFileId: undefined,
    errorFileId: undefined,
    nextOffset: 0,
    nextLine: 1,
    createdAt,
    expiresAt: new Date(createdAt.getTime() + Number.parseInt(asked.completionWindow, 10) * unit),
    times: {},
  }
}

/** Asks for its end; lines under way are still answered and written. One that has ended is refused. */
export async function cancelBatch(
  id: string,
  tenant: string | undefined,
  caller: Caller,
  options: BatchesOptions,
): Promise<Batch> {
  const { database, audit } = options
  const batch = await findBatchOr404(id, tenant, options)
  if (isEnded(batch))
    throw new Failure('conflict', `Cannot cancel a batch with status '${batch.state}'.`, {
      details: { parameter: 'id' },
    })
  await database.transaction(async transaction => {
    await askToCancel(transaction, id, new Date())
    const change = changeOf('batch:cancel', batch, caller)
    await audit.record(
      { ...change, before: { state: batch.state }, after: { state: 'cancelling' } },
      transaction,
    )
  })
  options.wake()
  return await findBatchOr404(id, tenant, options)
}

export async function findBatchOr404(
  id: string,
  tenant: string | undefined,
  { database }: Pick<BatchesOptions, 'database'>,
): Promise<Batch> {
  const batch = await findBatch(database, tenant, id)
  if (!batch) throw new Failure('not_found', `No batch found with id '${id.slice(0, 100)}'.`)
  return batch
}

const query = z.object({
  after: z.string().optional(),
  limit: z.coerce.number().int().min(1).max(100).default(20),
})

export async function readBatchPage(
  request: Request,
  caller: Caller,
  options: BatchesOptions,
): Promise<object> {
  const { after, limit } = readQuery(request, query)
  const tenant = homeTenant(caller.principal)
  const last = after === undefined ? undefined : await findBatchOr404(after, tenant, options)
  const found = await listBatches(options.database, { tenant, after: last, limit: limit + 1 })
  const data = found.slice(0, limit).map(toWireBatch)
  return {
    object: 'list',
    data,
    first_id: data[0]?.id ?? null,
    last_id: data.at(-1)?.id ?? null,
    has_more: found.length > limit,
  }
}

function changeOf(action: string, batch: Batch, { principal, requestId }: Caller) {
  return { actor: actorOf(principal), action, subject: `batch:${batch.id}`, tenant: batch.tenant, requestId }
}

function invalid(parameter: string, message: string): Failure {
  return new Failure('invalid_request', message, { details: { parameter } })
}
