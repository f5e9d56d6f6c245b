import type { Queryable } from '../../../foundation/platform/index.ts'
import type { StageInstance } from '../declaration/pipeline.ts'
import type { AttemptState, CachePart, RunStage, StageAttempt, StageDecision, StageState } from './run.ts'

interface StageRow {
  run_id: string
  name: string
  ordinal: number
  stage: string
  matrix: RunStage['matrix']
  needs: string[]
  kind: string
  state: StageState
  cache: 'run' | 'hit' | null
  cache_key: string | null
  cache_parts: Record<string, CachePart> | null
  pinned: unknown
  cache_why: string | null
  source_run: string | null
  parameters: unknown
  progress: number
  step: string
  attempts: number
  failures: number
  interruptions: number
  next_attempt_at: Date | null
  error_code: string | null
  error_message: string | null
  started_at: Date | null
  ended_at: Date | null
  expires_at: Date | null
  decision: StageDecision['outcome'] | null
  decided_by: string | null
  decided_at: Date | null
  decision_reason: string | null
}

const errorOf = (code: string | null, message: string | null) =>
  code === null ? undefined : { code, message: message ?? '' }

const toStage = (row: StageRow): RunStage => ({
  runId: row.run_id,
  name: row.name,
  ordinal: row.ordinal,
  stage: row.stage,
  matrix: row.matrix,
  needs: row.needs,
  kind: row.kind,
  state: row.state,
  cache: row.cache ?? undefined,
  cacheKey: row.cache_key ?? undefined,
  cacheParts: row.cache_parts ?? undefined,
  pinned: row.pinned ?? undefined,
  cacheWhy: row.cache_why ?? undefined,
  sourceRun: row.source_run ?? undefined,
  parameters: row.parameters ?? undefined,
  progress: row.progress,
  step: row.step,
  attempts: row.attempts,
  failures: row.failures,
  interruptions: row.interruptions,
  nextAttemptAt: row.next_attempt_at ?? undefined,
  error: errorOf(row.error_code, row.error_message),
  startedAt: row.started_at ?? undefined,
  endedAt: row.ended_at ?? undefined,
  expiresAt: row.expires_at ?? undefined,
  decision:
    row.decision === null || row.decided_at === null
      ? undefined
      : {
          outcome: row.decision,
          by: row.decided_by ?? '',
          at: row.decided_at,
          reason: row.decision_reason ?? '',
        },
})

export async function insertStages(
  queryable: Queryable,
  run: { readonly id: string; readonly tenant: string; readonly pipeline: string },
  stages: readonly (StageInstance & Pick<RunStage, 'kind' | 'needs'>)[],
): Promise<void> {
  await queryable.query(
    `INSERT INTO pipeline_stages (run_id, name, ordinal, tenant, pipeline, stage, matrix, needs, kind, state)
     SELECT $1, one.name, one.ordinal, $2, $3, one.stage, one.matrix, one.needs, one.kind, 'waiting'
     FROM jsonb_to_recordset($4::text::jsonb) AS one(name text, ordinal int, stage text, matrix jsonb, needs jsonb, kind text)`,
    [
      run.id,
      run.tenant,
      run.pipeline,
      JSON.stringify(stages.map((stage, ordinal) => ({ ...stage, ordinal }))),
    ],
  )
}

export async function listStages(queryable: Queryable, runId: string): Promise<RunStage[]> {
  const rows = await queryable.query<StageRow>(
    'SELECT * FROM pipeline_stages WHERE run_id = $1 ORDER BY ordinal',
    [runId],
  )
  return rows.map(toStage)
}

/** How many stages of each run are in which state. */
export async function countStages(
  queryable: Queryable,
  runIds: readonly string[],
): Promise<ReadonlyMap<string, Readonly<Partial<Record<StageState, number>>>>> {
  const rows = await queryable.query<{ run_id: string; states: Partial<Record<StageState, number>> }>(
    `SELECT run_id, jsonb_object_agg(state, stages) AS states FROM (
       SELECT run_id, state, count(*) AS stages FROM pipeline_stages WHERE run_id = ANY($1::uuid[]) GROUP BY run_id, state) one
     GROUP BY run_id`,
    [runIds],
  )
  return new Map(rows.map(({ run_id: id, states }) => [id, states]))
}

export interface StageChange {
  readonly state?: StageState
  readonly cache?: 'run' | 'hit'
  readonly cacheKey?: string
  readonly cacheParts?: Readonly<Record<string, CachePart>>
  readonly pinned?: unknown
  readonly cacheWhy?: string
  readonly sourceRun?: string
  readonly parameters?: unknown
  readonly attempts?: number
  readonly failures?: number
  readonly interruptions?: number
  /** `null` takes it away. */
  readonly nextAttemptAt?: Date | null
  readonly error?: { readonly code: string; readonly message: string } | null
  readonly startedAt?: Date
  readonly endedAt?: Date
  readonly expiresAt?: Date
  readonly progress?: number
  readonly step?: string
}

const columns: Readonly<Record<Exclude<keyof StageChange, 'error'>, string>> = {
  state: 'state',
  cache: 'cache',
  cacheKey: 'cache_key',
  cacheParts: 'cache_parts',
  pinned: 'pinned',
  cacheWhy: 'cache_why',
  sourceRun: 'source_run',
  parameters: 'parameters',
  attempts: 'attempts',
  failures: 'failures',
  interruptions: 'interruptions',
  nextAttemptAt: 'next_attempt_at',
  startedAt: 'started_at',
  endedAt: 'ended_at',
  expiresAt: 'expires_at',
  progress: 'progress',
  step: 'step',
}
const asJson: readonly string[] = ['cacheParts', 'pinned', 'parameters']

/** Changes a stage, in a transaction that holds its run. */
export async function changeStage(
  queryable: Queryable,
  runId: string,
  name: string,
  change: StageChange,
): Promise<void> {
  const values: unknown[] = [runId, name]
  const sets: string[] = []
  const set = (column: string, value: unknown, cast = ''): void => {
    values.push(value)
    sets.push(`${column} = $${values.length}${cast}`)
  }
  for (const [key, column] of Object.entries(columns)) {
    const value = change[key as keyof typeof columns]
    if (value === undefined) continue
    if (asJson.includes(key)) set(column, JSON.stringify(value), '::text::jsonb')
    else set(column, value)
  }
  if (change.error !== undefined) {
    set('error_code', change.error?.code ?? null)
    set('error_message', change.error?.message ?? null)
  }
  if (sets.length === 0) return
  await queryable.query(
    `UPDATE pipeline_stages SET ${sets.join(', ')} WHERE run_id = $1 AND name = $2`,
    values,
  )
}

/** What a person, or the clock, has said of one that waits for approval; false where it does not wait. */
export async function decideStage(
  queryable: Queryable,
  runId: string,
  name: string,
  decision: StageDecision,
): Promise<boolean> {
  const rows = await queryable.query(
    `UPDATE pipeline_stages SET decision = $3, decided_by = $4, decided_at = $5, decision_reason = $6
     WHERE run_id = $1 AND name = $2 AND state = 'approval' AND decision IS NULL RETURNING name`,
    [runId, name, decision.outcome, decision.by, decision.at, decision.reason],
  )
  return rows.length > 0
}

/** Begins those again that have not succeeded; what has succeeded stays. */
export async function reopenStages(queryable: Queryable, runId: string): Promise<number> {
  const rows = await queryable.query(
    `UPDATE pipeline_stages SET state = 'waiting', failures = 0, interruptions = 0, next_attempt_at = NULL, error_code = NULL,
       error_message = NULL, started_at = NULL, ended_at = NULL, expires_at = NULL, decision = NULL, decided_by = NULL,
       decided_at = NULL, decision_reason = NULL, progress = 0, step = '', cache_key = NULL, cache_parts = NULL,
       cache_why = NULL, pinned = NULL
     WHERE run_id = $1 AND state <> 'succeeded' RETURNING name`,
    [runId],
  )
  return rows.length
}

/** The newest stage that had this key and has left what it left. */
export async function findHit(
  queryable: Queryable,
  tenant: string,
  key: string,
): Promise<{ readonly runId: string; readonly name: string; readonly endedAt: Date } | undefined> {
  const rows = await queryable.query<{ run_id: string; name: string; ended_at: Date }>(
    `SELECT run_id, name, ended_at FROM pipeline_stages
     WHERE tenant = $1 AND cache_key = $2 AND cache = 'run' AND state = 'succeeded' ORDER BY ended_at DESC LIMIT 1`,
    [tenant, key],
  )
  const [row] = rows
  return row && { runId: row.run_id, name: row.name, endedAt: row.ended_at }
}

/** The parts of the keys that a stage had lately, the newest first. */
export async function listLastKeys(
  queryable: Queryable,
  tenant: string,
  pipeline: string,
  name: string,
): Promise<
  { readonly runId: string; readonly endedAt: Date; readonly parts: Readonly<Record<string, CachePart>> }[]
> {
  const rows = await queryable.query<{
    run_id: string
    ended_at: Date
    cache_parts: Record<string, CachePart>
  }>(
    `SELECT run_id, ended_at, cache_parts FROM pipeline_stages
     WHERE tenant = $1 AND pipeline = $2 AND name = $3 AND cache = 'run' AND state = 'succeeded' AND cache_parts IS NOT NULL
     ORDER BY ended_at DESC LIMIT 20`,
    [tenant, pipeline, name],
  )
  return rows.map(row => ({ runId: row.run_id, endedAt: row.ended_at, parts: row.cache_parts }))
}

export async function insertAttempt(
  queryable: Queryable,
  runId: string,
  attempt: Pick<StageAttempt, 'id' | 'stage' | 'number' | 'startedAt'>,
): Promise<void> {
  await queryable.query(
    `INSERT INTO pipeline_attempts (id, run_id, stage, number, state, started_at) VALUES ($1, $2, $3, $4, 'running', $5)
     ON CONFLICT (id) DO NOTHING`,
    [attempt.id, runId, attempt.stage, attempt.number, attempt.startedAt],
  )
}

export async function endAttempt(
  queryable: Queryable,
  id: string,
  end: {
    readonly state: AttemptState
    readonly error: { readonly code: string; readonly message: string } | undefined
    readonly now: Date
  },
): Promise<void> {
  await queryable.query(
    `UPDATE pipeline_attempts SET state = $2, error_code = $3, error_message = $4, ended_at = $5
     WHERE id = $1 AND state = 'running'`,
    [id, end.state, end.error?.code ?? null, end.error?.message ?? null, end.now],
  )
}

/** Ends what an owner who is gone has left. */
export async function interruptAttempts(queryable: Queryable, runId: string, now: Date): Promise<number> {
  const rows = await queryable.query(
    `UPDATE pipeline_attempts SET state = 'interrupted', ended_at = $2,
       error_code = 'interrupted', error_message = 'The process that worked on it was not heard of any more.'
     WHERE run_id = $1 AND state = 'running' RETURNING id`,
    [runId, now],
  )
  return rows.length
}

interface AttemptRow {
  id: string
  stage: string
  number: number
  state: AttemptState
  error_code: string | null
  error_message: string | null
  started_at: Date
  ended_at: Date | null
}

export async function listAttempts(queryable: Queryable, runId: string): Promise<StageAttempt[]> {
  const rows = await queryable.query<AttemptRow>(
    'SELECT * FROM pipeline_attempts WHERE run_id = $1 ORDER BY started_at, number LIMIT 5000',
    [runId],
  )
  return rows.map(row => ({
    id: row.id,
    stage: row.stage,
    number: row.number,
    state: row.state,
    error: errorOf(row.error_code, row.error_message),
    startedAt: row.started_at,
    endedAt: row.ended_at ?? undefined,
  }))
}
