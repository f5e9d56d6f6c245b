import { z } from 'zod'
import {
  type AnyRoute,
  type Database,
  defineRoute,
  Failure,
  type RowNews,
} from '../../../foundation/platform/index.ts'
import { type Access, type Principal, tenantOf } from '../../../govern/access/index.ts'
import { scopeOf } from '../../traces/index.ts'
import { driftReportSchema } from '../report.ts'
import { listReports, type ReportScope, type StoredReport } from './drift-report-store.ts'
import { driftRequest, driftStates, type SampleRequest } from './drift-request.ts'
import type { DriftReports } from './drift-reports.ts'

const tag = 'Drift'
const tenant = z
  .string()
  .min(1)
  .max(200)
  .optional()
  .describe('For keys of the installation: whose inferences and datasets; all inferences by default.')
const createBody = driftRequest.extend({ tenant })
const idPath = z.object({ id: z.uuid() })
const listQuery = z.object({
  tenant,
  service: z.string().min(1).max(200).optional(),
  cursor: z.uuid().optional().describe('`next_cursor` of the page before.'),
  limit: z.coerce.number().int().min(1).max(200).default(50),
})

const summarySchema = z
  .object({
    id: z.string(),
    tenant: z.string().nullable().describe('`null`: over the rows of all tenants.'),
    reference: z.string().describe('What it is held against, in words.'),
    current: z.string(),
    state: z.enum(driftStates),
    progress: z.number(),
    step: z.string(),
    sentence: z.string().nullable().describe('What has changed, in plain words.'),
    error: z.object({ code: z.string(), message: z.string() }).nullable(),
    author: z.string(),
    created_at: z.iso.datetime(),
    started_at: z.iso.datetime().nullable(),
    finished_at: z.iso.datetime().nullable(),
  })
  .meta({ id: 'DriftReportSummary' })
const detailSchema = summarySchema
  .extend({ request: z.record(z.string(), z.unknown()), report: driftReportSchema.nullable() })
  .meta({ id: 'DriftReport' })

function toSummary(
  row: StoredReport & { readonly sentence?: string | undefined },
): z.output<typeof summarySchema> {
  return {
    id: row.id,
    tenant: row.tenant ?? null,
    reference: inWords(row.request.reference),
    current: inWords(row.request.current),
    state: row.state,
    progress: row.progress,
    step: row.step,
    sentence: row.sentence ?? row.report?.sentence ?? null,
    error: row.error ?? null,
    author: row.author,
    created_at: row.createdAt.toISOString(),
    started_at: row.startedAt?.toISOString() ?? null,
    finished_at: row.finishedAt?.toISOString() ?? null,
  }
}

function toDetail(row: StoredReport): z.output<typeof detailSchema> {
  const { datasetTenant: _, ...request } = row.request
  return { ...toSummary(row), request: { ...request }, report: row.report ?? null }
}

function inWords(sample: SampleRequest): string {
  if ('dataset' in sample) return sample.dataset
  const { service, release, since, until } = sample
  return `${service}${release === undefined ? '' : `, release ${release}`}, ${since} to ${until}`
}

/** The rows under `/api/drift-reports`. A key sees reports of its tenant, and of services that it may see all of. */
export function driftRoutes(options: {
  readonly database: Database
  readonly access: Pick<Access, 'visibleTenant' | 'isAllowed'>
  readonly reports: DriftReports
  readonly news: RowNews<StoredReport>
}): AnyRoute<Principal>[] {
  const { database, access, reports, news } = options

  const scopeOfKey = (principal: Principal, asked?: string): ReportScope => ({
    tenant: access.visibleTenant(principal, asked),
    services: principal.services && [...principal.services],
  })

  async function rowOr404(id: string, principal: Principal): Promise<StoredReport> {
    const row = await reports.find(scopeOfKey(principal), id)
    if (row) return row
    throw new Failure('not_found', `There is no drift report ${id} that this key may see.`)
  }

  return [
    defineRoute<Principal, undefined, undefined, typeof createBody>({
      method: 'POST',
      path: '/api/drift-reports',
      operationId: 'createDriftReport',
      summary: 'Begins to explain what differs between two windows of traffic, two versions, or one of each.',
      tag,
      permission: 'drift:run',
      tenant: 'any',
      input: { body: createBody },
      output: detailSchema,
      status: 202,
      handle: async ({ body: { tenant: asked, ...request } }, { principal, requestId }) => {
        const samples = [request.reference, request.current]
        for (const sample of samples)
          if (!('dataset' in sample)) scopeOf(principal, access, { tenant: asked, service: sample.service })
        const datasetTenant = samples.some(sample => 'dataset' in sample)
          ? tenantOf(options, principal, asked)
          : undefined
        if (
          datasetTenant !== undefined &&
          !access.isAllowed(principal, 'dataset:read', { tenant: datasetTenant })
        )
          throw new Failure('forbidden', 'This key may not read datasets, and the request names one.')
        const caller = {
          tenant: access.visibleTenant(principal, asked),
          datasetTenant,
          author: principal.keyName,
          keyId: principal.keyId,
          requestId,
        }
        return toDetail(await reports.start(caller, request))
      },
    }),
    defineRoute<Principal, undefined, typeof listQuery>({
      method: 'GET',
      path: '/api/drift-reports',
      operationId: 'listDriftReports',
      summary: 'Drift reports, the newest first.',
      tag,
      permission: 'drift:read',
      tenant: 'any',
      input: { query: listQuery },
      output: z.object({ data: z.array(summarySchema), next_cursor: z.string().nullable() }),
      handle: async ({ query }, { principal }) => {
        const before = query.cursor === undefined ? undefined : await rowOr404(query.cursor, principal)
        const found = await listReports(database, scopeOfKey(principal, query.tenant), {
          service: query.service,
          before,
          limit: query.limit + 1,
        })
        const data = found.slice(0, query.limit)
        return {
          data: data.map(toSummary),
          next_cursor: found.length > query.limit ? (data.at(-1)?.id ?? null) : null,
        }
      },
    }),
    defineRoute<Principal, typeof idPath>({
      method: 'GET',
      path: '/api/drift-reports/{id}',
      operationId: 'readDriftReport',
      summary: 'One drift report.',
      tag,
      permission: 'drift:read',
      tenant: 'any',
      input: { path: idPath },
      output: detailSchema,
      handle: async ({ path: { id } }, { principal }) => toDetail(await rowOr404(id, principal)),
    }),
    defineRoute<Principal, typeof idPath>({
      method: 'GET',
      path: '/api/drift-reports/{id}/live',
      operationId: 'followDriftReport',
      summary: 'One drift report until its end: an event stream of `report`, without what it found.',
      tag,
      permission: 'drift:read',
      tenant: 'any',
      input: { path: idPath },
      output: 'stream',
      handle: async ({ path: { id } }, { principal }) => news.open(await rowOr404(id, principal), toSummary),
    }),
    defineRoute<Principal, typeof idPath>({
      method: 'POST',
      path: '/api/drift-reports/{id}/cancel',
      operationId: 'cancelDriftReport',
      summary: 'Cancels a drift report; it is so at once, and nothing of it is kept.',
      tag,
      permission: 'drift:run',
      tenant: 'any',
      input: { path: idPath },
      output: detailSchema,
      handle: async ({ path: { id } }, { principal, requestId }) => {
        await rowOr404(id, principal)
        const caller = { author: principal.keyName, keyId: principal.keyId, requestId }
        return toDetail(await reports.cancel(caller, id))
      },
    }),
  ]
}
