import type { Queryable } from '../../../foundation/platform/index.ts'
import type { Run, RunPlan, RunReason, RunState, Verdict } from './run.ts'

interface RunRow {
  id: string
  tenant: string
  suite: string
  suite_version: number
  plan: RunPlan
  state: RunState
  reason: RunReason | null
  reason_text: string | null
  resume_at: Date | null
  total: number
  answered: number
  cached: number
  scored: number
  failed: number
  cost_nano_usd: number
  judge_cost_nano_usd: number
  unpriced: number
  budget_nano_usd: number | null
  uses_cache: boolean
  verdict: Verdict | null
  report: unknown
  author: string
  created_at: Date
  started_at: Date | null
  ended_at: Date | null
  worked_ms: number
}

/** Told of every change to a run, with its id. */
export const runsChannel = 'evaluation_runs'

function toRun(row: RunRow): Run {
  return {
    id: row.id,
    tenant: row.tenant,
    suite: row.suite,
    suiteVersion: row.suite_version,
    plan: row.plan,
    state: row.state,
    reason: row.reason ?? undefined,
    reasonText: row.reason_text ?? undefined,
    resumeAt: row.resume_at ?? undefined,
    total: row.total,
    answered: row.answered,
    cached: row.cached,
    scored: row.scored,
    failed: row.failed,
    costNanoUsd: row.cost_nano_usd,
    judgeCostNanoUsd: row.judge_cost_nano_usd,
    unpriced: row.unpriced,
    budgetNanoUsd: row.budget_nano_usd ?? undefined,
    usesCache: row.uses_cache,
    verdict: row.verdict ?? undefined,
    report: row.report ?? undefined,
    author: row.author,
    createdAt: row.created_at,
    startedAt: row.started_at ?? undefined,
    endedAt: row.ended_at ?? undefined,
    workedMs: row.worked_ms,
  }
}

export async function insertRun(
  queryable: Queryable,
  run: Pick<
    Run,
    | 'id'
    | 'tenant'
    | 'suite'
    | 'suiteVersion'
    | 'plan'
    | 'budgetNanoUsd'
    | 'usesCache'
    | 'author'
    | 'createdAt'
  >,
): Promise<void> {
  await queryable.query(
    `INSERT INTO evaluation_runs (id, tenant, suite, suite_version, plan, state, budget_nano_usd, uses_cache, author, created_at)
     VALUES ($1, $2, $3, $4, $5::text::jsonb, 'planning', $6, $7, $8, $9)`,
    [
      run.id,
      run.tenant,
      run.suite,
      run.suiteVersion,
      JSON.stringify(run.plan),
      run.budgetNanoUsd ?? null,
      run.usesCache,
      run.author,
      run.createdAt,
    ],
  )
}

/** `tenant` left out finds the run of any. */
export async function findRun(
  queryable: Queryable,
  tenant: string | undefined,
  id: string,
): Promise<Run | undefined> {
  const rows = await queryable.query<RunRow>(
    'SELECT * FROM evaluation_runs WHERE id = $1 AND ($2::text IS NULL OR tenant = $2)',
    [id, tenant ?? null],
  )
  return rows[0] && toRun(rows[0])
}

export interface RunFilter {
  readonly tenant: string | undefined
  readonly suite?: string | undefined
  readonly state?: RunState | undefined
  readonly before?: Pick<Run, 'createdAt' | 'id'> | undefined
  readonly limit: number
}

/** The newest first. */
export async function listRuns(queryable: Queryable, filter: RunFilter): Promise<Run[]> {
  const rows = await queryable.query<RunRow>(
    `SELECT * FROM evaluation_runs
     WHERE ($1::text IS NULL OR tenant = $1) AND ($2::text IS NULL OR suite = $2) AND ($3::text IS NULL OR state = $3)
       AND ($4::timestamptz IS NULL OR (created_at, id) < ($4, $5))
     ORDER BY created_at DESC, id DESC LIMIT $6`,
    [
      filter.tenant ?? null,
      filter.suite ?? null,
      filter.state ?? null,
      filter.before?.createdAt ?? null,
      filter.before?.id ?? null,
      filter.limit,
    ],
  )
  return rows.map(toRun)
}

/**
 * The newest completed run of a suite that has asked a release, by its hash; `evaluator` has scored its answers one by one there, where it is given. `after`
 * leaves out that run and those before it; should it be gone, those before the time when it began.
 */
export async function findRunOfRelease(
  queryable: Queryable,
  wanted: {
    readonly tenant: string
    readonly suite: string
    readonly service: string
    readonly hash: string
    readonly evaluator?: string | undefined
    readonly after?: { readonly id: string; readonly begunAt: Date } | undefined
  },
): Promise<Run | undefined> {
  const { tenant, suite, service, hash, evaluator, after } = wanted
  const scoring = evaluator === undefined ? [] : [{ name: evaluator, kind: 'single' }]
  const rows = await queryable.query<RunRow>(
    `SELECT * FROM evaluation_runs WHERE tenant = $1 AND suite = $2 AND state = 'completed'
       AND plan->'releases' @> $3::text::jsonb AND plan->'evaluators' @> $4::text::jsonb
       AND ($5::uuid IS NULL
         OR (created_at, id) > (coalesce((SELECT created_at FROM evaluation_runs WHERE id = $5), $6::timestamptz), $5))
     ORDER BY created_at DESC, id DESC LIMIT 1`,
    [
      tenant,
      suite,
      JSON.stringify([{ service, hash }]),
      JSON.stringify(scoring),
      after?.id ?? null,
      after?.begunAt ?? null,
    ],
  )
  return rows[0] && toRun(rows[0])
}

/** The runs on a version of a dataset, the newest first. */
export async function listRunsOnVersion(
  queryable: Queryable,
  tenant: string,
  versionId: string,
  limit: number,
): Promise<Run[]> {
  const rows = await queryable.query<RunRow>(
    `SELECT * FROM evaluation_runs WHERE tenant = $1 AND plan #>> '{dataset,versionId}' = $2
     ORDER BY created_at DESC LIMIT $3`,
    [tenant, versionId, limit],
  )
  return rows.map(toRun)
}

/** The runs that asked one of our engines and began and ended within a stretch of time, the newest first. */
export async function listRunsOfEngine(
  queryable: Queryable,
  filter: {
    readonly tenant: string | undefined
    readonly engine: string
    readonly from: Date
    readonly until: Date | undefined
    readonly limit: number
  },
): Promise<Run[]> {
  const rows = await queryable.query<RunRow>(
    `SELECT * FROM evaluation_runs WHERE ($1::text IS NULL OR tenant = $1) AND started_at >= $2
       AND ended_at >= $2 AND ($3::timestamptz IS NULL OR ended_at <= $3) AND plan->'releases' @> $4::text::jsonb
     ORDER BY ended_at DESC LIMIT $5`,
    [
      filter.tenant ?? null,
      filter.from,
      filter.until ?? null,
      JSON.stringify([{ targets: [`engine:${filter.engine}`] }]),
      filter.limit,
    ],
  )
  return rows.map(toRun)
}

/** Takes the oldest run that nobody works on; no two processes ever get the same. */
export async function claimRun(
  queryable: Queryable,
  owner: string,
  leaseSeconds: number,
): Promise<Run | undefined> {
  const rows = await queryable.query<RunRow>(
    `UPDATE evaluation_runs SET lease_owner = $1, lease_until = now() + make_interval(secs => $2),
       state = CASE WHEN state = 'paused' THEN 'running' ELSE state END,
       started_at = coalesce(started_at, now()), resume_at = NULL, reason = NULL, reason_text = NULL
     WHERE id = (SELECT id FROM evaluation_runs
       WHERE (state IN ('planning', 'running', 'cancelling') OR (state = 'paused' AND resume_at <= now()))
         AND (lease_until IS NULL OR lease_until < now())
       ORDER BY created_at LIMIT 1 FOR UPDATE SKIP LOCKED)
     RETURNING *`,
    [owner, leaseSeconds],
  )
  return rows[0] && toRun(rows[0])
}

/** Holds the lease longer; the state it is in, or `undefined` where another process has it. */
export async function renewRunLease(
  queryable: Queryable,
  id: string,
  owner: string,
  leaseSeconds: number,
  workedMs: number,
): Promise<RunState | undefined> {
  const rows = await queryable.query<{ state: RunState }>(
    `UPDATE evaluation_runs SET lease_until = now() + make_interval(secs => $3), worked_ms = worked_ms + $4
     WHERE id = $1 AND lease_owner = $2 RETURNING state`,
    [id, owner, leaseSeconds, Math.round(workedMs)],
  )
  return rows[0]?.state
}

export async function releaseRunLease(queryable: Queryable, id: string, owner: string): Promise<void> {
  await queryable.query(
    'UPDATE evaluation_runs SET lease_until = NULL, lease_owner = NULL WHERE id = $1 AND lease_owner = $2',
    [id, owner],
  )
}

export interface RunChange {
  /** A wish to cancel that came meanwhile is not undone by going on. */
  readonly state?: RunState
  readonly reason?: RunReason
  readonly reasonText?: string
  readonly resumeAt?: Date
  readonly total?: number
  readonly verdict?: Verdict
  readonly report?: unknown
  readonly endedAt?: Date
}

/** Changes a run that this owner holds; false where it holds it no more and nothing may be written. */
export async function changeRun(
  queryable: Queryable,
  id: string,
  owner: string,
  change: RunChange,
): Promise<boolean> {
  const rows = await queryable.query(
    `WITH changed AS (UPDATE evaluation_runs SET
       state = CASE WHEN state = 'cancelling' AND $3::text IN ('running', 'paused') THEN state ELSE coalesce($3::text, state) END,
       reason = coalesce($4::text, reason), reason_text = coalesce($5::text, reason_text),
       resume_at = coalesce($6::timestamptz, resume_at), total = coalesce($7::bigint, total),
       verdict = coalesce($8::text, verdict), report = coalesce($9::text::jsonb, report),
       ended_at = coalesce($10::timestamptz, ended_at)
     WHERE id = $1 AND lease_owner = $2 RETURNING id)
     SELECT pg_notify('${runsChannel}', id::text) FROM changed`,
    [
      id,
      owner,
      change.state ?? null,
      change.reason ?? null,
      change.reasonText ?? null,
      change.resumeAt ?? null,
      change.total ?? null,
      change.verdict ?? null,
      change.report === undefined ? null : JSON.stringify(change.report),
      change.endedAt ?? null,
    ],
  )
  return rows.length > 0
}

/** Tells whoever watches that something has changed. */
export async function tellOfRun(queryable: Queryable, id: string): Promise<void> {
  await queryable.query('SELECT pg_notify($1, $2)', [runsChannel, id])
}

/** Wants it ended; false where it has ended already. */
export async function askToCancelRun(queryable: Queryable, id: string): Promise<boolean> {
  const rows = await queryable.query(
    `UPDATE evaluation_runs SET state = 'cancelling', resume_at = NULL
     WHERE id = $1 AND state IN ('planning', 'running', 'paused', 'cancelling') RETURNING id`,
    [id],
  )
  return rows.length > 0
}

/** Goes on with a paused one, with another budget where one is given; false where it is not paused. */
export async function resumeRun(
  queryable: Queryable,
  id: string,
  budgetNanoUsd: number | undefined,
): Promise<boolean> {
  const rows = await queryable.query(
    `UPDATE evaluation_runs SET state = 'running', reason = NULL, reason_text = NULL, resume_at = NULL,
       budget_nano_usd = coalesce($2::bigint, budget_nano_usd)
     WHERE id = $1 AND state = 'paused' RETURNING id`,
    [id, budgetNanoUsd ?? null],
  )
  return rows.length > 0
}

/** Asks again what got no answer, of a run that is paused or completed; false where there is nothing. */
export async function retryFailedItems(
  queryable: Queryable,
  id: string,
  budgetNanoUsd: number | undefined,
): Promise<boolean> {
  const rows = await queryable.query(
    `UPDATE evaluation_runs SET state = 'running', reason = NULL, reason_text = NULL, resume_at = NULL, ended_at = NULL,
       verdict = NULL, report = NULL, failed = 0, budget_nano_usd = coalesce($2::bigint, budget_nano_usd)
     WHERE id = $1 AND state IN ('paused', 'completed') AND failed > 0 RETURNING id`,
    [id, budgetNanoUsd ?? null],
  )
  if (rows.length === 0) return false
  await queryable.query(
    `UPDATE evaluation_items SET state = 'waiting', failure_code = NULL, failure_message = NULL
     WHERE run_id = $1 AND state = 'failed'`,
    [id],
  )
  return true
}

/** A new look at a run that has ended: labels have come, or a threshold has changed. */
export async function replaceReport(
  queryable: Queryable,
  id: string,
  verdict: Verdict,
  report: unknown,
): Promise<void> {
  await queryable.query(
    `UPDATE evaluation_runs SET verdict = $2, report = $3::text::jsonb WHERE id = $1 AND state = 'completed'`,
    [id, verdict, JSON.stringify(report)],
  )
}

/** The ids and tenants of ended runs that began before a day, the oldest first. */
export async function listRunsPast(
  queryable: Queryable,
  before: Date,
  limit: number,
): Promise<{ id: string; tenant: string; versionId: string }[]> {
  const rows = await queryable.query<{ id: string; tenant: string; version_id: string }>(
    `SELECT id, tenant, plan->'dataset'->>'versionId' AS version_id FROM evaluation_runs
     WHERE created_at < $1 AND state IN ('completed', 'cancelled', 'failed') ORDER BY created_at LIMIT $2`,
    [before, limit],
  )
  return rows.map(({ id, tenant, version_id: versionId }) => ({ id, tenant, versionId }))
}

export async function deleteRun(queryable: Queryable, id: string): Promise<void> {
  await queryable.query('DELETE FROM evaluation_runs WHERE id = $1', [id])
}

/** Open runs by state, for metrics. */
export async function countOpenRuns(queryable: Queryable): Promise<ReadonlyMap<RunState, number>> {
  const rows = await queryable.query<{ state: RunState; runs: number }>(
    `SELECT state, count(*) AS runs FROM evaluation_runs
     WHERE state IN ('planning', 'running', 'paused', 'cancelling') GROUP BY state`,
  )
  return new Map(rows.map(({ state, runs }) => [state, runs]))
}
