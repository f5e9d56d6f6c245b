import type { Queryable } from '../../../foundation/platform/index.ts'
import type { DriftReport } from '../report.ts'
import type { DriftState, FixedRequest } from './drift-request.ts'

export interface StoredReport {
  readonly id: string
  /** `undefined` where it is of all tenants. */
  readonly tenant: string | undefined
  readonly services: readonly string[]
  readonly request: FixedRequest
  readonly state: DriftState
  /** 0 to 1. */
  readonly progress: number
  readonly step: string
  readonly report: DriftReport | undefined
  readonly error: { readonly code: string; readonly message: string } | undefined
  readonly tries: number
  readonly author: string
  readonly createdAt: Date
  readonly startedAt: Date | undefined
  readonly finishedAt: Date | undefined
}

/** What a key may see. */
export interface ReportScope {
  readonly tenant: string | undefined
  readonly services: readonly string[] | undefined
}

interface ReportRow {
  readonly id: string
  readonly tenant: string | null
  readonly services: string[]
  readonly request: FixedRequest
  readonly state: DriftState
  readonly progress: number
  readonly step: string
  readonly report: DriftReport | null
  readonly error_code: string | null
  readonly error_message: string | null
  readonly tries: number
  readonly author: string
  readonly created_at: Date
  readonly started_at: Date | null
  readonly finished_at: Date | null
}

/** Told of every change to a row, with its id. */
export const driftReportsChannel = 'drift_reports'

const toStored = (row: ReportRow): StoredReport => ({
  id: row.id,
  tenant: row.tenant ?? undefined,
  services: row.services,
  request: row.request,
  state: row.state,
  progress: row.progress,
  step: row.step,
  report: row.report ?? undefined,
  error: row.error_code === null ? undefined : { code: row.error_code, message: row.error_message ?? '' },
  tries: row.tries,
  author: row.author,
  createdAt: row.created_at,
  startedAt: row.started_at ?? undefined,
  finishedAt: row.finished_at ?? undefined,
})

const visible = '($1::text is null or tenant = $1) and ($2::text[] is null or services <@ $2)'

/** `false` where there is one of that id already. */
export async function insertReport(
  queryable: Queryable,
  made: Pick<StoredReport, 'id' | 'tenant' | 'services' | 'request' | 'author' | 'createdAt'> & {
    readonly keyId: string | undefined
  },
): Promise<boolean> {
  const rows = await queryable.query(
    `insert into drift_reports (id, tenant, services, request, state, author, key_id, created_at)
     values ($1, $2, $3, $4::text::jsonb, 'queued', $5, $6, $7) on conflict (id) do nothing returning id`,
    [
      made.id,
      made.tenant ?? null,
      made.services,
      JSON.stringify(made.request),
      made.author,
      made.keyId ?? null,
      made.createdAt,
    ],
  )
  return rows.length > 0
}

export async function findReport(
  queryable: Queryable,
  scope: ReportScope,
  id: string,
): Promise<StoredReport | undefined> {
  const rows = await queryable.query<ReportRow>(`select * from drift_reports where id = $3 and ${visible}`, [
    scope.tenant ?? null,
    scope.services ?? null,
    id,
  ])
  return rows[0] && toStored(rows[0])
}

/** The newest first; without what they found. */
export async function listReports(
  queryable: Queryable,
  scope: ReportScope,
  page: {
    readonly service: string | undefined
    readonly before: Pick<StoredReport, 'createdAt' | 'id'> | undefined
    readonly limit: number
  },
): Promise<(StoredReport & { readonly sentence: string | undefined })[]> {
  const rows = await queryable.query<ReportRow & { readonly sentence: string | null }>(
    `select id, tenant, services, request, state, progress, step, null as report, error_code, error_message, tries, author,
       created_at, started_at, finished_at, report->>'sentence' as sentence
     from drift_reports where ${visible} and ($3::text is null or $3 = any(services))
       and ($4::timestamptz is null or (created_at, id) < ($4, $5::uuid))
     order by created_at desc, id desc limit $6`,
    [
      scope.tenant ?? null,
      scope.services ?? null,
      page.service ?? null,
      page.before?.createdAt ?? null,
      page.before?.id ?? null,
      page.limit,
    ],
  )
  return rows.map(row => ({ ...toStored(row), sentence: row.sentence ?? undefined }))
}

/** Takes the oldest that nobody works on. */
export async function claimReport(
  queryable: Queryable,
  owner: string,
  leaseSeconds: number,
): Promise<StoredReport | undefined> {
  const rows = await queryable.query<ReportRow>(
    `update drift_reports set lease_owner = $1, lease_until = now() + make_interval(secs => $2), state = 'running',
       tries = tries + 1, started_at = coalesce(started_at, now())
     where id = (select id from drift_reports where state in ('queued', 'running')
         and (lease_until is null or lease_until < now())
       order by created_at limit 1 for update skip locked)
     returning *`,
    [owner, leaseSeconds],
  )
  return rows[0] && toStored(rows[0])
}

/** Holds the lease longer; `undefined` where another has it. */
export async function renewReportLease(
  queryable: Queryable,
  id: string,
  owner: string,
  leaseSeconds: number,
): Promise<DriftState | undefined> {
  const rows = await queryable.query<{ state: DriftState }>(
    `update drift_reports set lease_until = now() + make_interval(secs => $3)
     where id = $1 and lease_owner = $2 returning state`,
    [id, owner, leaseSeconds],
  )
  return rows[0]?.state
}

export async function releaseReportLease(queryable: Queryable, id: string, owner: string): Promise<void> {
  await queryable.query(
    'update drift_reports set lease_until = null, lease_owner = null where id = $1 and lease_owner = $2',
    [id, owner],
  )
}

/** Changes one that this owner works on; `false` where it does so no more. */
export async function changeReport(
  queryable: Queryable,
  id: string,
  owner: string,
  change: {
    readonly state?: 'succeeded' | 'failed'
    readonly progress?: number
    readonly step?: string
    readonly report?: DriftReport
    readonly error?: { readonly code: string; readonly message: string }
    readonly finishedAt?: Date
  },
): Promise<boolean> {
  const rows = await queryable.query(
    `with changed as (update drift_reports set
       state = coalesce($3::text, state), progress = coalesce($4::double precision, progress),
       step = coalesce($5::text, step), report = coalesce($6::text::jsonb, report),
       error_code = coalesce($7::text, error_code), error_message = coalesce($8::text, error_message),
       finished_at = coalesce($9::timestamptz, finished_at)
     where id = $1 and lease_owner = $2 and state = 'running' returning id)
     select pg_notify('${driftReportsChannel}', id::text) from changed`,
    [
      id,
      owner,
      change.state ?? null,
      change.progress ?? null,
      change.step ?? null,
      change.report === undefined ? null : JSON.stringify(change.report),
      change.error?.code ?? null,
      change.error?.message ?? null,
      change.finishedAt ?? null,
    ],
  )
  return rows.length > 0
}

/** Ends one at once, whoever works on it: its lease is gone, so nothing more is written of it. `false` where it had ended. */
export async function cancelReport(queryable: Queryable, id: string, finishedAt: Date): Promise<boolean> {
  const rows = await queryable.query(
    `with changed as (update drift_reports set state = 'cancelled', step = '', finished_at = $2, lease_owner = null, lease_until = null
     where id = $1 and state in ('queued', 'running') returning id)
     select pg_notify('${driftReportsChannel}', id::text) from changed`,
    [id, finishedAt],
  )
  return rows.length > 0
}

/** Deletes at most `limit` that were asked for before then; resolves with how many there were. */
export async function dropReportsPast(queryable: Queryable, before: Date, limit: number): Promise<number> {
  const rows = await queryable.query(
    `delete from drift_reports where id in (select id from drift_reports where created_at < $1
       and state in ('succeeded', 'failed', 'cancelled') order by created_at limit $2) returning id`,
    [before, limit],
  )
  return rows.length
}
