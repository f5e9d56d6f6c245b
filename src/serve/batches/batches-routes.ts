import { z } from 'zod'
import { type AnyRoute, defineRoute } from '../../foundation/platform/index.ts'
import type { Access, Principal } from '../../govern/access/index.ts'
import { type Batch, isEnded } from './batch.ts'
import { listBatches } from './batch-store.ts'
import { readFailures } from './read-failures.ts'
import { type BatchesOptions, cancelBatch, findBatchOr404 } from './serve-batches.ts'

const moment = z.iso.datetime().nullable()
const batchOutput = z
  .object({
    id: z.string(),
    tenant: z.string(),
    endpoint: z.string(),
    status: z.string(),
    input_file_id: z.string(),
    output_file_id: z.string().nullable(),
    error_file_id: z.string().nullable(),
    total: z.int(),
    completed: z.int(),
    failed: z.int(),
    cost_nano_usd: z.int().describe('Of the lines answered so far, as far as they have a price.'),
    lines_per_minute: z.number().nullable().describe('Since it began.'),
    remaining_seconds: z.number().nullable().describe('At that pace; null where nothing is left or known.'),
    errors: z.array(
      z.object({
        code: z.string(),
        message: z.string(),
        param: z.string().nullable(),
        line: z.int().nullable(),
      }),
    ),
    created_at: z.iso.datetime(),
    in_progress_at: moment,
    ended_at: moment,
    expires_at: z.iso.datetime(),
  })
  .meta({ id: 'Batch' })

const failureOutput = z
  .object({
    line: z.int(),
    custom_id: z.string(),
    status: z.int().nullable(),
    code: z.string().nullable(),
    message: z.string(),
  })
  .meta({ id: 'BatchLineFailure' })
const mostFailures = 100

const path = z.object({ id: z.string().min(1) })
const query = z.object({
  tenant: z.string().optional(),
  cursor: z.string().optional(),
  limit: z.coerce.number().int().min(1).max(200).default(50),
})

/** The batches for people: all that the key may see, with their pace. */
export function batchesRoutes(options: BatchesOptions & { readonly access: Access }): AnyRoute<Principal>[] {
  const { access, database } = options
  return [
    defineRoute<Principal, undefined, typeof query>({
      method: 'GET',
      path: '/api/batches',
      operationId: 'listBatches',
      summary: 'Batches, newest first, with how far each is.',
      tag: 'Batches',
      permission: 'batch:list',
      tenant: 'any',
      input: { query },
      output: z.object({ data: z.array(batchOutput), next_cursor: z.string().nullable() }),
      handle: async ({ query: { tenant: asked, cursor, limit } }, { principal }) => {
        const tenant = access.visibleTenant(principal, asked)
        const after = cursor === undefined ? undefined : await findBatchOr404(cursor, tenant, options)
        const found = await listBatches(database, { tenant, after, limit: limit + 1 })
        const data = found.slice(0, limit)
        const next = found.length > limit ? (data.at(-1)?.id ?? null) : null
        return { data: data.map(describe), next_cursor: next }
      },
    }),
    defineRoute<Principal, typeof path>({
      method: 'GET',
      path: '/api/batches/{id}',
      operationId: 'readBatch',
      summary: 'One batch, with how far it is and what is wrong with its input.',
      tag: 'Batches',
      permission: 'batch:list',
      tenant: 'any',
      input: { path },
      output: batchOutput,
      handle: async ({ path: { id } }, { principal }) =>
        describe(await findBatchOr404(id, access.visibleTenant(principal), options)),
    }),
    defineRoute<Principal, typeof path>({
      method: 'GET',
      path: '/api/batches/{id}/failures',
      operationId: 'listBatchFailures',
      summary: 'The first 100 lines that failed, with why; the error file has them all.',
      tag: 'Batches',
      permission: 'batch:list',
      tenant: 'any',
      input: { path },
      output: z.object({ data: z.array(failureOutput) }),
      handle: async ({ path: { id } }, { principal }) => {
        const batch = await findBatchOr404(id, access.visibleTenant(principal), options)
        const failures = await readFailures(batch, mostFailures, options)
        return { data: failures.map(({ customId, ...failure }) => ({ ...failure, custom_id: customId })) }
      },
    }),
    defineRoute<Principal, typeof path>({
      method: 'POST',
      path: '/api/batches/{id}/cancel',
      operationId: 'cancelBatch',
      summary: 'Cancels a batch; what is answered is kept.',
      tag: 'Batches',
      permission: 'batch:cancel',
      tenant: 'any',
      input: { path },
      output: batchOutput,
      handle: async ({ path: { id } }, { principal, requestId }) =>
        describe(await cancelBatch(id, access.visibleTenant(principal), { principal, requestId }, options)),
    }),
  ]
}

function describe(batch: Batch): z.output<typeof batchOutput> {
  const { times } = batch
  const began = times.in_progress
  const endedAt = times.completed ?? times.failed ?? times.expired ?? times.cancelled
  const done = batch.completed + batch.failed
  const minutes = began ? ((endedAt ?? new Date()).getTime() - began.getTime()) / 60_000 : 0
  const pace = done > 0 && minutes > 0 ? done / minutes : undefined
  return {
    id: batch.id,
    tenant: batch.tenant,
    endpoint: batch.endpoint,
    status: batch.state,
    input_file_id: batch.inputFileId,
    output_file_id: batch.outputFileId ?? null,
    error_file_id: batch.errorFileId ?? null,
    total: batch.total,
    completed: batch.completed,
    failed: batch.failed,
    cost_nano_usd: batch.costNanoUsd,
    lines_per_minute: pace ?? null,
    remaining_seconds: pace === undefined || isEnded(batch) ? null : ((batch.total - done) / pace) * 60,
    errors: [...(batch.errors ?? [])],
    created_at: batch.createdAt.toISOString(),
    in_progress_at: began?.toISOString() ?? null,
    ended_at: endedAt?.toISOString() ?? null,
    expires_at: batch.expiresAt.toISOString(),
  }
}
