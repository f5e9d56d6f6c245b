import { createId, type Queryable } from '../../../foundation/platform/index.ts'

export interface Experiment {
  readonly id: number
  readonly name: string
  readonly stage: 'active' | 'deleted'
  readonly tags: Readonly<Record<string, string>>
  readonly createdAt: Date
  readonly updatedAt: Date
}

/** A metric's value is a text: JSON has no NaN and no infinity. */
export interface LastPoint {
  readonly value: string
  readonly timestamp: number
  readonly step: number
}

export interface TrackedRun {
  readonly id: string
  readonly experimentId: number
  readonly name: string
  readonly userId: string
  readonly status: string
  readonly stage: 'active' | 'deleted'
  readonly startMs: number
  readonly endMs: number | undefined
  readonly params: Readonly<Record<string, string>>
  readonly tags: Readonly<Record<string, string>>
  readonly latest: Readonly<Record<string, LastPoint>>
  readonly inputs: readonly unknown[]
  readonly modelInputs: readonly unknown[]
  readonly outputs: readonly unknown[]
}

interface ExperimentRow {
  id: number
  name: string
  stage: Experiment['stage']
  tags: Record<string, string>
  created_at: Date
  updated_at: Date
}

const toExperiment = (row: ExperimentRow): Experiment => ({
  id: row.id,
  name: row.name,
  stage: row.stage,
  tags: row.tags,
  createdAt: row.created_at,
  updatedAt: row.updated_at,
})

/** Makes MLflow's experiment 0, which is always there, where it is not yet. */
export async function ensureDefaultExperiment(
  queryable: Queryable,
  tenant: string,
  now: Date,
): Promise<void> {
  await queryable.query(
    `INSERT INTO tracking_experiments (tenant, id, name, created_at, updated_at) VALUES ($1, 0, 'Default', $2, $2)
     ON CONFLICT DO NOTHING`,
    [tenant, now],
  )
}

/** `undefined` where the tenant has one of the name. */
export async function insertExperiment(
  transaction: Queryable,
  experiment: {
    readonly tenant: string
    readonly name: string
    readonly tags: Readonly<Record<string, string>>
    readonly now: Date
  },
): Promise<number | undefined> {
  // numbers are given one after the other
  await transaction.query(`SELECT pg_advisory_xact_lock(hashtext('tracking ' || $1))`, [experiment.tenant])
  const [row] = await transaction.query<{ id: number }>(
    `INSERT INTO tracking_experiments (tenant, id, name, tags, created_at, updated_at)
     SELECT $1, coalesce(max(id), 0) + 1, $2, $3, $4, $4 FROM tracking_experiments WHERE tenant = $1
     ON CONFLICT (tenant, name) DO NOTHING RETURNING id`,
    [experiment.tenant, experiment.name, JSON.stringify(experiment.tags), experiment.now],
  )
  return row?.id
}

export async function findExperiment(
  queryable: Queryable,
  tenant: string,
  wanted: { readonly id: number } | { readonly name: string },
): Promise<Experiment | undefined> {
  const rows = await queryable.query<ExperimentRow>(
    `SELECT * FROM tracking_experiments WHERE tenant = $1 AND ($2::int IS NULL OR id = $2) AND ($3::text IS NULL OR name = $3)`,
    [tenant, 'id' in wanted ? wanted.id : null, 'name' in wanted ? wanted.name : null],
  )
  return rows[0] && toExperiment(rows[0])
}

/** The newest first. */
export async function listExperiments(
  queryable: Queryable,
  tenant: string,
  most: number,
): Promise<Experiment[]> {
  const rows = await queryable.query<ExperimentRow>(
    'SELECT * FROM tracking_experiments WHERE tenant = $1 ORDER BY updated_at DESC, id DESC LIMIT $2',
    [tenant, most],
  )
  return rows.map(toExperiment)
}

/** Tags are added to those that are there; one that is null goes. */
export async function updateExperiment(
  queryable: Queryable,
  tenant: string,
  id: number,
  change: {
    readonly name?: string | undefined
    readonly stage?: Experiment['stage'] | undefined
    readonly tags?: Readonly<Record<string, string | null>> | undefined
    readonly now: Date
  },
): Promise<boolean> {
  const rows = await queryable.query(
    `UPDATE tracking_experiments SET name = coalesce($3, name), stage = coalesce($4, stage),
       tags = jsonb_strip_nulls(tags || $5::jsonb), updated_at = $6 WHERE tenant = $1 AND id = $2 RETURNING id`,
    [tenant, id, change.name ?? null, change.stage ?? null, JSON.stringify(change.tags ?? {}), change.now],
  )
  return rows.length > 0
}

interface RunRow {
  id: string
  experiment_id: number
  name: string
  user_id: string
  status: string
  stage: TrackedRun['stage']
  start_ms: number
  end_ms: number | null
  params: Record<string, string>
  tags: Record<string, string>
  latest: Record<string, LastPoint>
  inputs: unknown[]
  model_inputs: unknown[]
  outputs: unknown[]
}

const toRun = (row: RunRow): TrackedRun => ({
  id: row.id,
  experimentId: row.experiment_id,
  name: row.name,
  userId: row.user_id,
  status: row.status,
  stage: row.stage,
  startMs: row.start_ms,
  endMs: row.end_ms ?? undefined,
  params: row.params,
  tags: row.tags,
  latest: row.latest,
  inputs: row.inputs,
  modelInputs: row.model_inputs,
  outputs: row.outputs,
})

export async function insertRun(
  queryable: Queryable,
  run: Pick<TrackedRun, 'experimentId' | 'name' | 'userId' | 'startMs' | 'tags'> & {
    readonly tenant: string
  },
): Promise<string> {
  const id = createId().replaceAll('-', '')
  await queryable.query(
    `INSERT INTO tracking_runs (id, tenant, experiment_id, name, user_id, status, start_ms, tags)
     VALUES ($1, $2, $3, $4, $5, 'RUNNING', $6, $7)`,
    [id, run.tenant, run.experimentId, run.name, run.userId, run.startMs, JSON.stringify(run.tags)],
  )
  return id
}

export async function findTrackedRun(
  queryable: Queryable,
  tenant: string | undefined,
  id: string,
): Promise<TrackedRun | undefined> {
  const rows = await queryable.query<RunRow>(
    'SELECT * FROM tracking_runs WHERE id = $1 AND ($2::text IS NULL OR tenant = $2)',
    [id, tenant ?? null],
  )
  return rows[0] && toRun(rows[0])
}

/** The run, held until the transaction ends. */
export async function holdRun(
  transaction: Queryable,
  tenant: string,
  id: string,
): Promise<TrackedRun | undefined> {
  const rows = await transaction.query<RunRow>(
    'SELECT * FROM tracking_runs WHERE id = $1 AND tenant = $2 FOR UPDATE',
    [id, tenant],
  )
  return rows[0] && toRun(rows[0])
}

/** The newest first. */
export async function listRunsOf(
  queryable: Queryable,
  tenant: string,
  experimentIds: readonly number[],
  stages: readonly string[],
  most: number,
): Promise<TrackedRun[]> {
  const rows = await queryable.query<RunRow>(
    `SELECT * FROM tracking_runs WHERE tenant = $1 AND experiment_id = ANY($2::int[]) AND stage = ANY($3)
     ORDER BY start_ms DESC, id DESC LIMIT $4`,
    [tenant, experimentIds, stages, most],
  )
  return rows.map(toRun)
}

/** Params, tags and last points are added to those that are there; a tag that is null goes. */
export async function updateRun(
  transaction: Queryable,
  id: string,
  change: {
    readonly name?: string | undefined
    readonly status?: string | undefined
    readonly stage?: TrackedRun['stage'] | undefined
    readonly endMs?: number | undefined
    readonly params?: Readonly<Record<string, string>> | undefined
    readonly tags?: Readonly<Record<string, string | null>> | undefined
    readonly latest?: Readonly<Record<string, LastPoint>> | undefined
    readonly inputs?: readonly unknown[] | undefined
    readonly modelInputs?: readonly unknown[] | undefined
    readonly outputs?: readonly unknown[] | undefined
  },
): Promise<void> {
  await transaction.query(
    `UPDATE tracking_runs SET name = coalesce($2, name), status = coalesce($3, status), stage = coalesce($4, stage),
       end_ms = coalesce($5, end_ms), params = params || $6::jsonb, tags = jsonb_strip_nulls(tags || $7::jsonb),
       latest = latest || $8::jsonb, inputs = inputs || $9::jsonb, model_inputs = model_inputs || $10::jsonb,
       outputs = outputs || $11::jsonb WHERE id = $1`,
    [
      id,
      change.name ?? null,
      change.status ?? null,
      change.stage ?? null,
      change.endMs ?? null,
      JSON.stringify(change.params ?? {}),
      JSON.stringify(change.tags ?? {}),
      JSON.stringify(change.latest ?? {}),
      JSON.stringify(change.inputs ?? []),
      JSON.stringify(change.modelInputs ?? []),
      JSON.stringify(change.outputs ?? []),
    ],
  )
}

export interface MetricPoint {
  readonly key: string
  readonly value: number
  readonly timestamp: number
  readonly step: number
  readonly modelId?: string | undefined
}

/** A point that is there already is not written twice: clients send again what they had no answer for. */
export async function insertPoints(
  transaction: Queryable,
  runId: string,
  points: readonly MetricPoint[],
): Promise<void> {
  if (points.length === 0) return
  await transaction.query(
    `INSERT INTO tracking_metrics (run_id, key, step, at_ms, value, model_id)
     SELECT $1, * FROM unnest($2::text[], $3::bigint[], $4::bigint[], $5::double precision[], $6::text[]) ON CONFLICT DO NOTHING`,
    [
      runId,
      points.map(({ key }) => key),
      points.map(({ step }) => step),
      points.map(({ timestamp }) => timestamp),
      points.map(({ value }) => String(value)),
      points.map(({ modelId }) => modelId ?? null),
    ],
  )
}

interface PointRow {
  run_id: string
  key: string
  step: number
  at_ms: number
  value: number
  model_id: string | null
}

const toPoint = ({ run_id, key, step, at_ms, value, model_id }: PointRow) => ({
  runId: run_id,
  key,
  step,
  timestamp: at_ms,
  value: Number(value),
  modelId: model_id ?? undefined,
})
export type StoredPoint = ReturnType<typeof toPoint>

/** In the order of steps, from a place on. */
export async function listPoints(
  queryable: Queryable,
  runId: string,
  key: string,
  page: { readonly offset: number; readonly limit: number },
): Promise<StoredPoint[]> {
  const rows = await queryable.query<PointRow>(
    `SELECT * FROM tracking_metrics WHERE run_id = $1 AND key = $2 ORDER BY step, at_ms, value OFFSET $3 LIMIT $4`,
    [runId, key, page.offset, page.limit],
  )
  return rows.map(toPoint)
}

/** The last point of each metric of logged models. */
export async function listModelPoints(
  queryable: Queryable,
  modelIds: readonly string[],
): Promise<StoredPoint[]> {
  const rows = await queryable.query<PointRow>(
    `SELECT DISTINCT ON (model_id, key) * FROM tracking_metrics WHERE model_id = ANY($1)
     ORDER BY model_id, key, step DESC, at_ms DESC`,
    [modelIds],
  )
  return rows.map(toPoint)
}
