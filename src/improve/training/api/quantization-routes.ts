import { z } from 'zod'
import {
  type AnyRoute,
  type Database,
  defineRoute,
  Failure,
  type RequestContext,
  type RowNews,
} from '../../../foundation/platform/index.ts'
import { type Access, tenantOf, type Principal } from '../../../govern/access/index.ts'
import type { TrainingCaller } from '../jobs/create-job.ts'
import {
  type Quantization,
  quantizationRequest,
  quantizationStates,
} from '../quantization/jobs/quantization.ts'
import { listQuantizations } from '../quantization/jobs/quantization-store.ts'
import type { Quantizations } from '../quantization/jobs/quantizations.ts'

const tag = 'Training'
const tenant = z
  .string()
  .min(1)
  .max(200)
  .optional()
  .describe('For keys of the installation; a tenant’s own key needs none.')
const idPath = z.object({ id: z.uuid() })
const createBody = quantizationRequest.extend({ tenant })
const listQuery = z.object({
  tenant,
  cursor: z.uuid().optional().describe('`next_cursor` of the page before.'),
  limit: z.coerce.number().int().min(1).max(200).default(50),
})

const quantizationSchema = z
  .object({
    id: z.string(),
    tenant: z.string(),
    base: z.string().describe('The version that it is made of.'),
    type: z.string(),
    output_model: z.string().describe('The model that gets a version.'),
    state: z.enum(quantizationStates),
    progress: z.number(),
    step: z.string(),
    result: z.string().nullable().describe('The version that it has left.'),
    report: z
      .record(z.string(), z.unknown())
      .nullable()
      .describe('Sizes, speeds, the loss with its interval, and the outcome.'),
    error: z.object({ code: z.string(), message: z.string() }).nullable(),
    author: z.string(),
    created_at: z.iso.datetime(),
    started_at: z.iso.datetime().nullable(),
    finished_at: z.iso.datetime().nullable(),
  })
  .meta({ id: 'Quantization' })

export function toWireQuantization(row: Quantization): z.output<typeof quantizationSchema> {
  return {
    id: row.id,
    tenant: row.tenant,
    base: row.base,
    type: row.type,
    output_model: row.outputModel,
    state: row.state,
    progress: row.progress,
    step: row.step,
    result: row.result ?? null,
    report: row.report === undefined ? null : { ...row.report },
    error: row.error ?? null,
    author: row.author,
    created_at: row.createdAt.toISOString(),
    started_at: row.startedAt?.toISOString() ?? null,
    finished_at: row.finishedAt?.toISOString() ?? null,
  }
}

/** The rows under `/api/quantizations`. A key of a tenant reaches those of that tenant only. */
export function quantizationRoutes(options: {
  readonly database: Database
  readonly access: Pick<Access, 'visibleTenant'>
  readonly quantizations: Quantizations
  readonly news: RowNews<Quantization>
}): AnyRoute<Principal>[] {
  const { database, access, quantizations, news } = options

  const callerOf = (
    { principal, requestId }: Pick<RequestContext<Principal>, 'principal' | 'requestId'>,
    asked?: string,
  ): TrainingCaller => ({
    principal,
    requestId,
    tenant: tenantOf(options, principal, asked),
  })

  async function rowOr404(id: string, principal: Principal): Promise<Quantization> {
    const row = await quantizations.find(access.visibleTenant(principal), id)
    if (row) return row
    throw new Failure('not_found', `There is no quantization ${id} that this key may see.`)
  }

  return [
    defineRoute<Principal, undefined, undefined, typeof createBody>({
      method: 'POST',
      path: '/api/quantizations',
      operationId: 'quantizeModel',
      summary:
        'Writes a version of a model with fewer bits a weight, measures the loss, and leaves a version.',
      tag,
      permission: 'training:run',
      tenant: 'any',
      input: { body: createBody },
      output: quantizationSchema,
      status: 201,
      handle: async ({ body: { tenant: asked, ...wanted } }, request) =>
        toWireQuantization(await quantizations.start(callerOf(request, asked), wanted)),
    }),
    defineRoute<Principal, undefined, typeof listQuery>({
      method: 'GET',
      path: '/api/quantizations',
      operationId: 'listQuantizations',
      summary: 'Quantizations, newest first.',
      tag,
      permission: 'training:read',
      tenant: 'any',
      input: { query: listQuery },
      output: z.object({ data: z.array(quantizationSchema), next_cursor: z.string().nullable() }),
      handle: async ({ query: { cursor, limit, tenant: asked } }, { principal }) => {
        const before = cursor === undefined ? undefined : await rowOr404(cursor, principal)
        const visible = access.visibleTenant(principal, asked)
        const found = await listQuantizations(database, { tenant: visible, before, limit: limit + 1 })
        const data = found.slice(0, limit)
        return {
          data: data.map(toWireQuantization),
          next_cursor: found.length > limit ? (data.at(-1)?.id ?? null) : null,
        }
      },
    }),
    defineRoute<Principal, typeof idPath>({
      method: 'GET',
      path: '/api/quantizations/{id}',
      operationId: 'readQuantization',
      summary: 'One quantization.',
      tag,
      permission: 'training:read',
      tenant: 'any',
      input: { path: idPath },
      output: quantizationSchema,
      handle: async ({ path: { id } }, { principal }) => toWireQuantization(await rowOr404(id, principal)),
    }),
    defineRoute<Principal, typeof idPath>({
      method: 'GET',
      path: '/api/quantizations/{id}/live',
      operationId: 'followQuantization',
      summary: 'One quantization until its end: an event stream of `quantization`.',
      tag,
      permission: 'training:read',
      tenant: 'any',
      input: { path: idPath },
      output: 'stream',
      handle: async ({ path: { id } }, { principal }) =>
        news.open(await rowOr404(id, principal), toWireQuantization),
    }),
    defineRoute<Principal, typeof idPath>({
      method: 'POST',
      path: '/api/quantizations/{id}/cancel',
      operationId: 'cancelQuantization',
      summary: 'Cancels a quantization; it is so at once.',
      tag,
      permission: 'training:run',
      tenant: 'any',
      input: { path: idPath },
      output: quantizationSchema,
      handle: async ({ path: { id } }, request) => {
        const row = await rowOr404(id, request.principal)
        return toWireQuantization(await quantizations.cancel(callerOf(request, row.tenant), row))
      },
    }),
  ]
}
