import type { MetricType } from '../../foundation/platform/index.ts'

export type Labels = Readonly<Record<string, string>>

/**
 * What one series did in one stretch of time. A counter has the `sum` that was added. A gauge has the `sum` of its
 * readings and their `count`, the lowest, the highest and the last. A histogram has the `sum` and the `count` of what was
 * observed, and the counts of its `buckets`, each by itself (not cumulative), without those above the last bound.
 */
export interface Point {
  readonly labels: Labels
  readonly sum: number
  readonly count: number
  readonly low: number
  readonly high: number
  readonly last: number
  readonly buckets: readonly number[]
}

/** All series of a metric in one stretch of time on one replica. */
export interface MetricRow {
  readonly metric: string
  readonly type: MetricType
  /** When the stretch begins, a multiple of its width. */
  readonly atMs: number
  readonly widthSeconds: number
  readonly replica: string
  /** Upper bounds of a histogram, ascending; empty for others. */
  readonly bounds: readonly number[]
  readonly points: readonly Point[]
}

export function labelsKey(labels: Labels): string {
  return Object.keys(labels)
    .toSorted()
    .map(name => `${name}\u0000${labels[name] ?? ''}`)
    .join('\u0001')
}

/** The same series a little later: what was added is added up, of readings the last one is the later's. */
export function followedBy(earlier: Point, later: Point): Point {
  return {
    labels: earlier.labels,
    sum: earlier.sum + later.sum,
    count: earlier.count + later.count,
    low: Math.min(earlier.low, later.low),
    high: Math.max(earlier.high, later.high),
    last: later.last,
    buckets: addBuckets(earlier.buckets, later.buckets),
  }
}

export function addBuckets(left: readonly number[], right: readonly number[]): readonly number[] {
  if (left.length === 0) return right
  return left.map((count, index) => count + (right[index] ?? 0))
}

/** Rows of one metric and replica, in their order, as one row of a wider stretch. Histograms with other bounds are left out. */
export function rollUpRows(
  rows: readonly MetricRow[],
  atMs: number,
  widthSeconds: number,
): MetricRow | undefined {
  const newest = rows.at(-1)
  if (!newest) return undefined
  const points = new Map<string, Point>()
  for (const row of rows) {
    if (row.type !== newest.type || !isSameBounds(row.bounds, newest.bounds)) continue
    for (const point of row.points) {
      const key = labelsKey(point.labels)
      const earlier = points.get(key)
      points.set(key, earlier ? followedBy(earlier, point) : point)
    }
  }
  return { ...newest, atMs, widthSeconds, points: [...points.values()] }
}

export function isSameBounds(left: readonly number[], right: readonly number[]): boolean {
  return left.length === right.length && left.every((bound, index) => bound === right[index])
}

/** Short on the wire and in Postgres: `[labels, sum]`, `[labels, sum, count, low, high, last]`, `[labels, sum, count, buckets]`. */
export type PackedPoint = readonly [Labels, ...(number | readonly number[])[]]

export function packPoint(
  type: MetricType,
  { labels, sum, count, low, high, last, buckets }: Point,
): PackedPoint {
  if (type === 'histogram') return [labels, sum, count, buckets]
  if (type === 'counter') return [labels, sum]
  return count === 1 ? [labels, last] : [labels, sum, count, low, high, last]
}

export function unpackPoint(type: MetricType, [labels, ...numbers]: PackedPoint): Point {
  const at = (index: number): number => Number(numbers[index] ?? 0)
  if (type === 'histogram') {
    const buckets = Array.isArray(numbers[2]) ? (numbers[2] as number[]) : []
    return { labels, sum: at(0), count: at(1), low: 0, high: 0, last: 0, buckets }
  }
  if (type === 'counter') return { labels, sum: at(0), count: 0, low: 0, high: 0, last: 0, buckets: [] }
  if (numbers.length === 1) return readingOf(labels, at(0))
  return { labels, sum: at(0), count: at(1), low: at(2), high: at(3), last: at(4), buckets: [] }
}

/** A gauge that was read once. */
export function readingOf(labels: Labels, value: number): Point {
  return { labels, sum: value, count: 1, low: value, high: value, last: value, buckets: [] }
}
