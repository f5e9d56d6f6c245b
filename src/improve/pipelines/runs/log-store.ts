import type { Queryable } from '../../../foundation/platform/index.ts'

export interface LogLine {
  readonly stage: string
  readonly attempt: number
  readonly at: Date
  readonly stream: 'out' | 'error' | 'system'
  readonly text: string
}

export interface MetricPoint {
  readonly name: string
  readonly step: number
  readonly value: number
  readonly at: Date
}

export async function insertLogs(
  queryable: Queryable,
  runId: string,
  lines: readonly LogLine[],
): Promise<void> {
  await queryable.query(
    `INSERT INTO pipeline_logs (run_id, stage, attempt, at, stream, text)
     SELECT $1, one.stage, one.attempt, one.at, one.stream, one.text
     FROM ROWS FROM (jsonb_to_recordset($2::text::jsonb) AS (stage text, attempt int, at timestamptz, stream text, text text))
       WITH ORDINALITY AS one(stage, attempt, at, stream, text, place)
     WHERE EXISTS (SELECT 1 FROM pipeline_runs WHERE id = $1) ORDER BY one.place`,
    [runId, JSON.stringify(lines)],
  )
}

export async function listLogs(
  queryable: Queryable,
  runId: string,
  page: {
    readonly stage: string | undefined
    readonly attempt: number | undefined
    readonly after: number
    readonly limit: number
  },
): Promise<(LogLine & { readonly sequence: number })[]> {
  return await queryable.query<LogLine & { readonly sequence: number }>(
    `SELECT sequence, stage, attempt, at, stream, text FROM pipeline_logs
     WHERE run_id = $1 AND sequence > $2 AND ($3::text IS NULL OR stage = $3) AND ($4::int IS NULL OR attempt = $4)
     ORDER BY sequence LIMIT $5`,
    [runId, page.after, page.stage ?? null, page.attempt ?? null, page.limit],
  )
}

export async function insertMetrics(
  queryable: Queryable,
  place: { readonly runId: string; readonly stage: string; readonly attempt: number },
  points: readonly MetricPoint[],
): Promise<void> {
  await queryable.query(
    `INSERT INTO pipeline_metrics (run_id, stage, attempt, name, step, value, at)
     SELECT $1, $2, $3, one.name, one.step, one.value, one.at
     FROM jsonb_to_recordset($4::text::jsonb) AS one(name text, step double precision, value double precision, at timestamptz)
     WHERE EXISTS (SELECT 1 FROM pipeline_runs WHERE id = $1)`,
    [place.runId, place.stage, place.attempt, JSON.stringify(points)],
  )
}

/** The points of the last attempt of each stage, at most so many of each. */
export async function listMetrics(
  queryable: Queryable,
  runId: string,
  limit: number,
): Promise<(MetricPoint & { readonly stage: string })[]> {
  return await queryable.query<MetricPoint & { readonly stage: string }>(
    `SELECT stage, name, step, value, at FROM (
       SELECT *, row_number() OVER (PARTITION BY stage, name ORDER BY step DESC) AS place,
         max(attempt) OVER (PARTITION BY stage) AS last
       FROM pipeline_metrics WHERE run_id = $1) one
     WHERE attempt = last AND place <= $2 ORDER BY stage, name, step`,
    [runId, limit],
  )
}
