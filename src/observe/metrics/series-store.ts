import type { MetricType, Queryable } from '../../foundation/platform/index.ts'
import { type MetricRow, type PackedPoint, packPoint, unpackPoint } from './point.ts'

interface Row {
  readonly width_seconds: number
  readonly at: Date
  readonly metric: string
  readonly replica: string
  readonly type: MetricType
  readonly bounds: readonly number[] | null
  readonly points: readonly PackedPoint[]
}

/** Writes rows; one that is there already is replaced, so that doing it twice does no harm. */
export async function putRows(queryable: Queryable, rows: readonly MetricRow[]): Promise<void> {
  if (rows.length === 0) return
  await queryable.query(
    `insert into metric_points (width_seconds, at, metric, replica, type, bounds, points)
     select * from unnest($1::integer[], $2::timestamptz[], $3::text[], $4::text[], $5::text[], $6::json[], $7::json[])
     on conflict (width_seconds, metric, at, replica) do update
       set type = excluded.type, bounds = excluded.bounds, points = excluded.points`,
    [
      rows.map(row => row.widthSeconds),
      rows.map(row => new Date(row.atMs)),
      rows.map(row => row.metric),
      rows.map(row => row.replica),
      rows.map(row => row.type),
      rows.map(row => (row.bounds.length === 0 ? null : JSON.stringify(row.bounds))),
      rows.map(row => JSON.stringify(row.points.map(point => packPoint(row.type, point)))),
    ],
  )
}

export interface Stretch {
  readonly widthSeconds: number
  /** From then on, and before then. */
  readonly fromMs: number
  readonly toMs: number
}

/** The rows of a metric, or of all, the oldest first. */
export async function readRows(
  queryable: Queryable,
  metrics: readonly string[] | undefined,
  { widthSeconds, fromMs, toMs }: Stretch,
  replicas: { readonly only?: string; readonly not?: string } = {},
): Promise<MetricRow[]> {
  const rows = await queryable.query<Row>(
    `select width_seconds, at, metric, replica, type, bounds, points from metric_points
     where width_seconds = $1 and at >= $2 and at < $3
       and ($4::text[] is null or metric = any($4)) and ($5::text is null or replica <> $5)
       and ($6::text is null or replica = $6)
     order by at`,
    [
      widthSeconds,
      new Date(fromMs),
      new Date(toMs),
      metrics ?? null,
      replicas.not ?? null,
      replicas.only ?? null,
    ],
  )
  return rows.map(row => ({
    metric: row.metric,
    type: row.type,
    atMs: row.at.getTime(),
    widthSeconds: row.width_seconds,
    replica: row.replica,
    bounds: row.bounds ?? [],
    points: row.points.map(point => unpackPoint(row.type, point)),
  }))
}

/** Every sample of every replica has this metric. */
const everPresent = 'process_start_time_seconds'

export interface Unrolled {
  readonly replica: string
  readonly atMs: number
}

/** Stretches of a replica that have rows of `fromSeconds` and none of `toSeconds`. */
export async function listUnrolled(
  queryable: Queryable,
  widths: { readonly fromSeconds: number; readonly toSeconds: number },
  sinceMs: number,
  untilMs: number,
): Promise<Unrolled[]> {
  const rows = await queryable.query<{ replica: string; at: Date }>(
    `select replica, to_timestamp(floor(extract(epoch from at) / $2::integer) * $2::integer) as at
       from metric_points where width_seconds = $1 and at >= $3 and at < $4 and metric = $5
     except select replica, at from metric_points
       where width_seconds = $2 and at >= $3 and at < $4 and metric = $5
     order by at`,
    [widths.fromSeconds, widths.toSeconds, new Date(sinceMs), new Date(untilMs), everPresent],
  )
  return rows.map(({ replica, at }) => ({ replica, atMs: at.getTime() }))
}

export async function dropRows(queryable: Queryable, widthSeconds: number, beforeMs: number): Promise<void> {
  await queryable.query('delete from metric_points where width_seconds = $1 and at < $2', [
    widthSeconds,
    new Date(beforeMs),
  ])
}
