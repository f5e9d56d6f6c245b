import type { Queryable } from '../../../foundation/platform/index.ts'
import type { PipelineRun, RunState, RunTrigger } from './run.ts'

interface RunRow {
  id: string
  tenant: string
  pipeline: string
  version: number
  parameters: PipelineRun['parameters']
  state: RunState
  reason: string | null
  trigger: RunTrigger
  event: unknown
  trigger_name: string | null
  approval: PipelineRun['approval'] | null
  concurrency_group: string | null
  uses_cache: boolean
  author: string
  key_id: string | null
  created_at: Date
  started_at: Date | null
  ended_at: Date | null
}

/** Told of every change to a run, with its id. */
export const runsChannel = 'pipeline_runs'

const open = `state IN ('queued', 'running', 'cancelling')`

const toRun = (row: RunRow): PipelineRun => ({
  id: row.id,
  tenant: row.tenant,
  pipeline: row.pipeline,
  version: row.version,
  parameters: row.parameters,
  state: row.state,
  reason: row.reason ?? undefined,
  trigger: row.trigger,
  event: row.event ?? undefined,
  triggerName: row.trigger_name ?? undefined,
  approval: row.approval ?? undefined,
  concurrencyGroup: row.concurrency_group ?? undefined,
  usesCache: row.uses_cache,
  author: row.author,
  keyId: row.key_id ?? undefined,
  createdAt: row.created_at,
  startedAt: row.started_at ?? undefined,
  endedAt: row.ended_at ?? undefined,
})

/** Inserts a run; false where one was begun under this trigger key already. */
export async function insertRun(
  queryable: Queryable,
  run: Omit<PipelineRun, 'reason' | 'startedAt' | 'endedAt'> & {
    readonly reason?: string | undefined
    readonly triggerKey: string | undefined
  },
): Promise<boolean> {
  const isSkipped = run.state === 'skipped'
  const rows = await queryable.query(
    `INSERT INTO pipeline_runs (id, tenant, pipeline, version, parameters, state, reason, trigger, event, trigger_key,
       concurrency_group, uses_cache, author, key_id, created_at, ended_at, trigger_name, approval)
     VALUES ($1, $2, $3, $4, $5::text::jsonb, $6, $7, $8, $9::text::jsonb, $10, $11, $12, $13, $14, $15, $16, $17, $18::text::jsonb)
     ON CONFLICT (tenant, pipeline, trigger_key) DO NOTHING RETURNING id`,
    [
      run.id,
      run.tenant,
      run.pipeline,
      run.version,
      JSON.stringify(run.parameters),
      run.state,
      run.reason ?? null,
      run.trigger,
      run.event === undefined ? null : JSON.stringify(run.event),
      run.triggerKey ?? null,
      run.concurrencyGroup ?? null,
      run.usesCache,
      run.author,
      run.keyId ?? null,
      run.createdAt,
      isSkipped ? run.createdAt : null,
      run.triggerName ?? null,
      run.approval === undefined ? null : JSON.stringify(run.approval),
    ],
  )
  return rows.length > 0
}

/** Those who ask for the same group come after each other until the transaction has ended. */
export async function lockGroup(queryable: Queryable, tenant: string, group: string): Promise<void> {
  await queryable.query('SELECT pg_advisory_xact_lock(hashtextextended($1, 33))', [`${tenant} ${group}`])
}

export async function hasOpenRun(queryable: Queryable, tenant: string, group: string): Promise<boolean> {
  const rows = await queryable.query(
    `SELECT 1 FROM pipeline_runs WHERE tenant = $1 AND concurrency_group = $2 AND ${open} LIMIT 1`,
    [tenant, group],
  )
  return rows.length > 0
}

/** Wants all open runs of a group ended; says which. */
export async function cancelGroup(
  queryable: Queryable,
  tenant: string,
  group: string,
  reason: string,
): Promise<string[]> {
  const rows = await queryable.query<{ id: string }>(
    `UPDATE pipeline_runs SET state = 'cancelling', reason = $3, wake_at = NULL
     WHERE tenant = $1 AND concurrency_group = $2 AND ${open} RETURNING id`,
    [tenant, group, reason],
  )
  return rows.map(({ id }) => id)
}

/** `tenant` left out finds the run of any. */
export async function findRun(
  queryable: Queryable,
  tenant: string | undefined,
  id: string,
): Promise<PipelineRun | undefined> {
  const rows = await queryable.query<RunRow>(
    'SELECT * FROM pipeline_runs WHERE id = $1 AND ($2::text IS NULL OR tenant = $2)',
    [id, tenant ?? null],
  )
  return rows[0] && toRun(rows[0])
}

export interface RunFilter {
  readonly tenant: string | undefined
  readonly pipeline?: string | undefined
  readonly state?: RunState | undefined
  readonly before?: Pick<PipelineRun, 'createdAt' | 'id'> | undefined
  readonly limit: number
}

/** The newest first. */
export async function listRuns(queryable: Queryable, filter: RunFilter): Promise<PipelineRun[]> {
  const rows = await queryable.query<RunRow>(
    `SELECT * FROM pipeline_runs
     WHERE ($1::text IS NULL OR tenant = $1) AND ($2::text IS NULL OR pipeline = $2) AND ($3::text IS NULL OR state = $3)
       AND ($4::timestamptz IS NULL OR (created_at, id) < ($4, $5))
     ORDER BY created_at DESC, id DESC LIMIT $6`,
    [
      filter.tenant ?? null,
      filter.pipeline ?? null,
      filter.state ?? null,
      filter.before?.createdAt ?? null,
      filter.before?.id ?? null,
      filter.limit,
    ],
  )
  return rows.map(toRun)
}

/**
 * Takes the oldest run that there is something to do for and that nobody works on. One that is queued is taken when it is the
 * first of its group and no other of the group has begun.
 */
export async function claimRun(
  queryable: Queryable,
  owner: string,
  leaseSeconds: number,
): Promise<PipelineRun | undefined> {
  const rows = await queryable.query<RunRow>(
    `UPDATE pipeline_runs SET lease_owner = $1, lease_until = now() + make_interval(secs => $2), wake_at = NULL,
       state = CASE WHEN state = 'queued' THEN 'running' ELSE state END, started_at = coalesce(started_at, now())
     WHERE id = (SELECT id FROM pipeline_runs run
       WHERE ${open} AND (lease_until IS NULL OR lease_until < now()) AND (wake_at IS NULL OR wake_at <= now())
         AND (state <> 'queued' OR concurrency_group IS NULL OR NOT EXISTS (
           SELECT 1 FROM pipeline_runs other WHERE other.tenant = run.tenant
             AND other.concurrency_group = run.concurrency_group AND other.id <> run.id
             AND (other.state IN ('running', 'cancelling')
               OR (other.state = 'queued' AND (other.created_at, other.id) < (run.created_at, run.id)))))
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
): Promise<RunState | undefined> {
  const rows = await queryable.query<{ state: RunState }>(
    `UPDATE pipeline_runs SET lease_until = now() + make_interval(secs => $3)
     WHERE id = $1 AND lease_owner = $2 RETURNING state`,
    [id, owner, leaseSeconds],
  )
  return rows[0]?.state
}

export async function releaseRunLease(queryable: Queryable, id: string, owner: string): Promise<void> {
  await queryable.query(
    'UPDATE pipeline_runs SET lease_until = NULL, lease_owner = NULL WHERE id = $1 AND lease_owner = $2',
    [id, owner],
  )
}

/** Locks the run for the rest of a transaction where this owner holds it; false where nothing may be written any more. */
export async function holdRun(queryable: Queryable, id: string, owner: string): Promise<boolean> {
  const rows = await queryable.query(
    'SELECT 1 FROM pipeline_runs WHERE id = $1 AND lease_owner = $2 FOR UPDATE',
    [id, owner],
  )
  return rows.length > 0
}

/** Ends it, of an owner who holds it in this transaction. */
export async function endRun(
  queryable: Queryable,
  id: string,
  end: { readonly state: RunState; readonly reason: string | undefined; readonly now: Date },
): Promise<void> {
  await queryable.query(
    'UPDATE pipeline_runs SET state = $2, reason = coalesce($3, reason), ended_at = $4, wake_at = NULL WHERE id = $1',
    [id, end.state, end.reason ?? null, end.now],
  )
}

export async function sleepUntil(queryable: Queryable, id: string, wakeAt: Date): Promise<void> {
  await queryable.query('UPDATE pipeline_runs SET wake_at = $2 WHERE id = $1', [id, wakeAt])
}

/** There is something to do for it: now. */
export async function wakeRun(queryable: Queryable, id: string): Promise<void> {
  await queryable.query(`UPDATE pipeline_runs SET wake_at = NULL WHERE id = $1 AND ${open}`, [id])
}

/** Tells whoever watches that something has changed. */
export async function tellOfRun(queryable: Queryable, id: string): Promise<void> {
  await queryable.query('SELECT pg_notify($1, $2)', [runsChannel, id])
}

/** Wants it ended; false where it has ended already. */
export async function askToCancelRun(queryable: Queryable, id: string, reason: string): Promise<boolean> {
  const rows = await queryable.query(
    `UPDATE pipeline_runs SET state = 'cancelling', reason = $2, wake_at = NULL WHERE id = $1 AND ${open} RETURNING id`,
    [id, reason],
  )
  return rows.length > 0
}

/** Puts one that has ended without success back into its queue; false where it is in another state. */
export async function reopenRun(queryable: Queryable, id: string): Promise<boolean> {
  const rows = await queryable.query(
    `UPDATE pipeline_runs SET state = 'queued', reason = NULL, ended_at = NULL, wake_at = NULL
     WHERE id = $1 AND state IN ('failed', 'cancelled') RETURNING id`,
    [id],
  )
  return rows.length > 0
}

/** Ended runs that are past their time, the oldest first. */
export async function listRunsPast(queryable: Queryable, before: Date, limit: number): Promise<string[]> {
  const rows = await queryable.query<{ id: string }>(
    `SELECT id FROM pipeline_runs WHERE ended_at < $1 ORDER BY ended_at LIMIT $2`,
    [before, limit],
  )
  return rows.map(({ id }) => id)
}

export async function deleteRun(queryable: Queryable, id: string): Promise<void> {
  await queryable.query('DELETE FROM pipeline_runs WHERE id = $1', [id])
}

/** Open runs by state, for metrics. */
export async function countOpenRuns(queryable: Queryable): Promise<ReadonlyMap<RunState, number>> {
  const rows = await queryable.query<{ state: RunState; runs: number }>(
    `SELECT state, count(*) AS runs FROM pipeline_runs WHERE ${open} GROUP BY state`,
  )
  return new Map(rows.map(({ state, runs }) => [state, runs]))
}
