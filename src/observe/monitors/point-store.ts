import type { Queryable } from '../../foundation/platform/index.ts'

/** The evidence of one detector in a stretch of time. */
export interface Point {
  readonly monitor: string
  readonly stream: string
  readonly detector: string
  readonly atMs: number
  /** The highest share of what raises an alarm. */
  readonly level: number
  readonly count: number
  readonly valueSum: number
  readonly referenceSum: number
}

/** Adds to what is there of the same minutes. */
export async function addPoints(queryable: Queryable, points: readonly Point[]): Promise<void> {
  if (points.length === 0) return
  await queryable.query(
    `insert into monitor_points as kept (monitor, stream, detector, at, level, count, value_sum, reference_sum)
     select * from unnest($1::text[], $2::text[], $3::text[], $4::timestamptz[], $5::float8[], $6::integer[], $7::float8[], $8::float8[])
     on conflict (monitor, stream, detector, at) do update set level = greatest(kept.level, excluded.level),
       count = kept.count + excluded.count, value_sum = kept.value_sum + excluded.value_sum,
       reference_sum = kept.reference_sum + excluded.reference_sum`,
    [
      points.map(({ monitor }) => monitor),
      points.map(({ stream }) => stream),
      points.map(({ detector }) => detector),
      points.map(({ atMs }) => new Date(atMs)),
      points.map(({ level }) => level),
      points.map(({ count }) => count),
      points.map(({ valueSum }) => valueSum),
      points.map(({ referenceSum }) => referenceSum),
    ],
  )
}

/** In the order of time, those of all detectors of a stream. */
export async function readPoints(
  queryable: Queryable,
  monitor: string,
  stream: string,
  sinceMs: number,
  untilMs: number,
): Promise<Point[]> {
  const rows = await queryable.query<{
    detector: string
    at: Date
    level: number
    count: number
    value_sum: number
    reference_sum: number
  }>(
    `select detector, at, level, count, value_sum, reference_sum from monitor_points
      where monitor = $1 and stream = $2 and at >= $3 and at < $4 order by at, detector`,
    [monitor, stream, new Date(sinceMs), new Date(untilMs)],
  )
  return rows.map(row => ({
    monitor,
    stream,
    detector: row.detector,
    atMs: row.at.getTime(),
    level: row.level,
    count: row.count,
    valueSum: row.value_sum,
    referenceSum: row.reference_sum,
  }))
}

export interface StreamRate {
  readonly monitor: string
  readonly stream: string
  readonly values: number
  readonly firstAt: Date
}

/** How many values the detectors of each stream have taken since then, and when the first came. */
export async function readRates(queryable: Queryable, sinceMs: number): Promise<StreamRate[]> {
  const rows = await queryable.query<{ monitor: string; stream: string; values: number; first_at: Date }>(
    `select monitor, stream, sum(count)::float8 as values, min(at) as first_at from monitor_points where at >= $1 group by monitor, stream`,
    [new Date(sinceMs)],
  )
  return rows.map(({ monitor, stream, values, first_at: firstAt }) => ({
    monitor,
    stream,
    values: Number(values),
    firstAt,
  }))
}

/** Makes half hours of the minutes that are older, and drops what is past its time. */
export async function thinPoints(queryable: Queryable, thinBefore: Date, dropBefore: Date): Promise<void> {
  await queryable.query('delete from monitor_points where at < $1', [dropBefore])
  await queryable.query(
    `with thinned as (
       delete from monitor_points where at < $1 and extract(epoch from at)::bigint % 1800 <> 0 returning *
     )
     insert into monitor_points as kept (monitor, stream, detector, at, level, count, value_sum, reference_sum)
     select monitor, stream, detector, to_timestamp(floor(extract(epoch from at) / 1800) * 1800) as at, max(level), sum(count),
       sum(value_sum), sum(reference_sum)
       from thinned group by 1, 2, 3, 4
     on conflict (monitor, stream, detector, at) do update set level = greatest(kept.level, excluded.level),
       count = kept.count + excluded.count, value_sum = kept.value_sum + excluded.value_sum,
       reference_sum = kept.reference_sum + excluded.reference_sum`,
    [thinBefore],
  )
}
