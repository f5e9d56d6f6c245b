import { createId, type Queryable } from '../../../foundation/platform/index.ts'
import type { JobCheckpoint, JobEvent, JobPoint } from './job.ts'

interface EventRow {
  id: string
  level: JobEvent['level']
  kind: JobEvent['kind']
  message: string
  data: Record<string, unknown> | null
  created_at: Date
}

const toEvent = (row: EventRow): JobEvent => ({
  id: row.id,
  level: row.level,
  kind: row.kind,
  message: row.message,
  data: row.data ?? undefined,
  createdAt: row.created_at,
})

export interface NewEvent {
  /** The same is told once. */
  readonly toldAs: string
  readonly level?: JobEvent['level']
  readonly kind?: JobEvent['kind']
  readonly message: string
  readonly data?: Readonly<Record<string, unknown>>
}

export async function insertEvents(
  queryable: Queryable,
  jobId: string,
  events: readonly NewEvent[],
): Promise<void> {
  for (const { toldAs, level = 'info', kind = 'message', message, data } of events)
    await queryable.query(
      `INSERT INTO training_events (id, job_id, told_as, level, kind, message, data, created_at)
       VALUES ($1, $2, $3, $4, $5, $6, $7::text::jsonb, clock_timestamp())
       ON CONFLICT (job_id, told_as) DO UPDATE SET message = excluded.message, data = excluded.data`,
      [
        `ftevent-${createId().replaceAll('-', '')}`,
        jobId,
        toldAs,
        level,
        kind,
        message,
        data === undefined ? null : JSON.stringify(data),
      ],
    )
}

/** The newest first; `after` is the id of the last one of the page before. */
export async function listEvents(
  queryable: Queryable,
  jobId: string,
  { after, limit }: { readonly after?: string | undefined; readonly limit: number },
): Promise<JobEvent[]> {
  const rows = await queryable.query<EventRow>(
    `SELECT * FROM training_events WHERE job_id = $1
       AND ($2::text IS NULL OR (created_at, id) < (SELECT created_at, id FROM training_events WHERE id = $2 AND job_id = $1))
     ORDER BY created_at DESC, id DESC LIMIT $3`,
    [jobId, after ?? null, limit],
  )
  return rows.map(toEvent)
}

interface PointRow {
  kind: JobPoint['kind']
  step: number
  loss: number
  accuracy: number | null
  learning_rate: number | null
  tokens_seen: number | null
  written: number
}

export async function putPoints(
  queryable: Queryable,
  jobId: string,
  points: readonly Omit<JobPoint, 'written'>[],
): Promise<void> {
  if (points.length === 0) return
  await queryable.query(
    `INSERT INTO training_points (job_id, kind, step, loss, accuracy, learning_rate, tokens_seen)
     SELECT $1, * FROM unnest($2::text[], $3::bigint[], $4::double precision[], $5::double precision[],
       $6::double precision[], $7::bigint[])
     ON CONFLICT (job_id, kind, step) DO UPDATE SET loss = excluded.loss, accuracy = excluded.accuracy,
       learning_rate = excluded.learning_rate, tokens_seen = excluded.tokens_seen,
       written = nextval('training_points_sequence')`,
    [
      jobId,
      points.map(({ kind }) => kind),
      points.map(({ step }) => step),
      points.map(({ loss }) => loss),
      points.map(({ accuracy }) => accuracy ?? null),
      points.map(({ learningRate }) => learningRate ?? null),
      points.map(({ tokensSeen }) => tokensSeen ?? null),
    ],
  )
}

/** What a try has told of steps that the result does not have. */
export async function dropPointsPast(queryable: Queryable, jobId: string, step: number): Promise<void> {
  await queryable.query('DELETE FROM training_points WHERE job_id = $1 AND step > $2', [jobId, step])
}

/** In the order of steps, those written after a mark. */
export async function listPoints(queryable: Queryable, jobId: string, writtenAfter = 0): Promise<JobPoint[]> {
  const rows = await queryable.query<PointRow>(
    `SELECT kind, step, loss, accuracy, learning_rate, tokens_seen, written FROM training_points
     WHERE job_id = $1 AND written > $2 ORDER BY step, kind`,
    [jobId, writtenAfter],
  )
  return rows.map(row => ({
    kind: row.kind,
    step: row.step,
    loss: row.loss,
    accuracy: row.accuracy ?? undefined,
    learningRate: row.learning_rate ?? undefined,
    tokensSeen: row.tokens_seen ?? undefined,
    written: row.written,
  }))
}

/** The shape of the training loss of several jobs: means over so many equal parts of their steps, by job. */
export async function sketchCurves(
  queryable: Queryable,
  jobIds: readonly string[],
  parts: number,
): Promise<ReadonlyMap<string, readonly number[]>> {
  const rows = await queryable.query<{ job_id: string; losses: number[] }>(
    `SELECT job_id, array_agg(loss ORDER BY part) AS losses FROM (
       SELECT job_id, avg(loss) AS loss, width_bucket(step::float8, 0, (top + 1)::float8, $2::int) AS part FROM (
         SELECT job_id, step, loss, max(step) OVER (PARTITION BY job_id) AS top FROM training_points
         WHERE kind = 'step' AND job_id = ANY ($1)) AS points
       GROUP BY job_id, part) AS parts
     GROUP BY job_id`,
    [jobIds, parts],
  )
  return new Map(rows.map(({ job_id: id, losses }) => [id, losses]))
}

/** What is known of steps, as checkpoints tell it. */
async function measuresAt(
  queryable: Queryable,
  jobId: string,
  steps: readonly number[],
): Promise<ReadonlyMap<number, Record<string, number>>> {
  const rows = await queryable.query<{ kind: string; step: number; loss: number; accuracy: number | null }>(
    'SELECT kind, step, loss, accuracy FROM training_points WHERE job_id = $1 AND step = ANY ($2)',
    [jobId, steps],
  )
  const measures = new Map<number, Record<string, number>>(steps.map(step => [step, { step }]))
  for (const { kind, step, loss, accuracy } of rows) {
    const ofStep = measures.get(step) ?? {}
    ofStep[kind === 'step' ? 'train_loss' : 'full_valid_loss'] = loss
    if (accuracy !== null)
      ofStep[kind === 'step' ? 'train_mean_token_accuracy' : 'full_valid_mean_token_accuracy'] = accuracy
  }
  return measures
}

export async function putCheckpoint(
  queryable: Queryable,
  jobId: string,
  checkpoint: Pick<JobCheckpoint, 'step' | 'model'>,
): Promise<boolean> {
  const rows = await queryable.query(
    `INSERT INTO training_checkpoints (id, job_id, step, model, created_at)
     VALUES ($1, $2, $3, $4, now()) ON CONFLICT (job_id, step) DO NOTHING RETURNING id`,
    [`ftckpt-${createId().replaceAll('-', '')}`, jobId, checkpoint.step, checkpoint.model],
  )
  return rows.length > 0
}

export async function findCheckpoint(
  queryable: Queryable,
  jobId: string,
  step: number,
): Promise<Pick<JobCheckpoint, 'step' | 'model'> | undefined> {
  const rows = await queryable.query<{ step: number; model: string }>(
    'SELECT step, model FROM training_checkpoints WHERE job_id = $1 AND step = $2',
    [jobId, step],
  )
  return rows[0]
}

/** The latest first; `after` is the id of the last one of the page before. */
export async function listCheckpointRows(
  queryable: Queryable,
  jobId: string,
  { after, limit }: { readonly after?: string | undefined; readonly limit: number },
): Promise<JobCheckpoint[]> {
  const rows = await queryable.query<{
    id: string
    step: number
    model: string
    created_at: Date
  }>(
    `SELECT * FROM training_checkpoints WHERE job_id = $1
       AND ($2::text IS NULL OR step < (SELECT step FROM training_checkpoints WHERE id = $2 AND job_id = $1))
     ORDER BY step DESC LIMIT $3`,
    [jobId, after ?? null, limit],
  )
  const measures = await measuresAt(
    queryable,
    jobId,
    rows.map(({ step }) => step),
  )
  return rows.map(({ id, step, model, created_at: createdAt }) => ({
    id,
    step,
    model,
    metrics: measures.get(step) ?? { step },
    createdAt,
  }))
}
