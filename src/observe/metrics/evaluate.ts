import { type Measure, measureOf, type MetricQuery } from '../../foundation/config/index.ts'
import type { MetricDescription, MetricType } from '../../foundation/platform/index.ts'
import {
  addBuckets,
  followedBy,
  isSameBounds,
  type Labels,
  labelsKey,
  type MetricRow,
  type Point,
} from './point.ts'
import { sampleSeconds } from './sampler.ts'

export interface Group {
  /** Of `by` only. */
  readonly labels: Labels
  readonly value: number
  /** How many observations it rests on: counted events, or readings of a gauge. */
  readonly samples: number
}

type Part = Pick<MetricQuery, 'metric' | 'where'>
/** Rows of a metric in the stretch that is looked at, the oldest first. */
export type RowsOf = (metric: string) => readonly MetricRow[]

/** `seconds` is the length of the stretch. */
export function evaluate(
  query: Omit<MetricQuery, 'over'>,
  describe: (metric: string) => MetricDescription | undefined,
  rowsOf: RowsOf,
  seconds: number,
): Group[] {
  const groups = measurePart(query, query, describe, rowsOf, seconds)
  if (!query.per) return groups
  const parts = new Map(groups.map(group => [labelsKey(group.labels), group.value]))
  return measurePart(query.per, query, describe, rowsOf, seconds).flatMap(whole =>
    whole.value === 0 ? [] : [{ ...whole, value: (parts.get(labelsKey(whole.labels)) ?? 0) / whole.value }],
  )
}

/** One series over the whole stretch. */
type Total = Point & { readonly bounds: readonly number[] }

function measurePart(
  part: Part,
  query: Omit<MetricQuery, 'over'>,
  describe: (metric: string) => MetricDescription | undefined,
  rowsOf: RowsOf,
  seconds: number,
): Group[] {
  const description = describe(part.metric)
  if (!description) return []
  const { type, aggregator } = description
  const measure = measureOf(query, type)
  const isView = aggregator === 'max' || aggregator === 'min' || aggregator === 'first'
  const rows = rowsOf(part.metric).filter(row => row.type === type)
  const series = measure === 'latest' ? lastOfEach(rows, part.where, isView) : sumUp(rows, part.where, isView)
  const groups = Map.groupBy(series, ({ labels }) => labelsKey(only(labels, query.by ?? [])))
  return [...groups.values()].flatMap(members => {
    const labels = only(members[0]?.labels ?? {}, query.by ?? [])
    const value = valueOf(members, type, measure, query, seconds)
    if (value === undefined) return []
    const samples = members.reduce((sum, one) => sum + (type === 'counter' ? one.sum : one.count), 0)
    return [{ labels, value, samples }]
  })
}

/**
 * Each series over the whole stretch: first what all replicas say of the same moment becomes one, then the moments follow
 * one another. So a server that started anew in between is not two.
 */
function sumUp(rows: readonly MetricRow[], where: Part['where'], isView: boolean): Total[] {
  const bounds = rows.at(-1)?.bounds ?? []
  const totals = new Map<string, Total>()
  const moments = Map.groupBy(
    rows.filter(row => isSameBounds(row.bounds, bounds)),
    row => row.atMs,
  )
  for (const moment of moments.values()) {
    for (const [key, point] of atOnce(moment, where, isView)) {
      const total = totals.get(key)
      totals.set(key, { ...(total ? followedBy(total, point) : point), bounds })
    }
  }
  return [...totals.values()]
}

/** The last reading of each replica, however long ago within the stretch: they do not write at the same instant. */
function lastOfEach(rows: readonly MetricRow[], where: Part['where'], isView: boolean): Total[] {
  const last = new Map<string, MetricRow>()
  const moments = [...Map.groupBy(rows, ({ replica }) => replica).values()].map(own => {
    const points = new Map<string, Point>()
    for (const row of own.slice(-2))
      for (const point of row.points) points.set(labelsKey(point.labels), point)
    return { ...(own.at(-1) as MetricRow), points: [...points.values()] }
  })
  for (const row of moments) last.set(row.replica, row)
  return [...atOnce([...last.values()], where, isView).values()].map(point => ({ ...point, bounds: [] }))
}

/**
 * What replicas say of one moment. What all of them see alike (the queue of a server that they share) is not added up:
 * the greatest counts.
 */
function atOnce(rows: readonly MetricRow[], where: Part['where'], isView: boolean): Map<string, Point> {
  const joined = new Map<string, Point>()
  const join = isView ? Math.max : (left: number, right: number): number => left + right
  for (const { type, points, widthSeconds } of rows) {
    for (const point of points) {
      if (!fits(point.labels, where)) continue
      const key = labelsKey(point.labels)
      const known = joined.get(key)
      if (!known) {
        joined.set(key, point)
        continue
      }
      // of two servers that shared a minute, one after the other, each counts for its part of it
      const isGauge = type === 'gauge'
      const added = known.count + point.count
      const count = isGauge ? Math.min(widthSeconds / sampleSeconds, added) : join(known.count, point.count)
      const sum =
        isGauge && isView
          ? Math.max(known.sum / known.count, point.sum / point.count) * count
          : join(known.sum, point.sum)
      joined.set(key, {
        labels: point.labels,
        sum,
        count,
        low: join(known.low, point.low),
        high: join(known.high, point.high),
        last: join(known.last, point.last),
        buckets: addBuckets(known.buckets, point.buckets),
      })
    }
  }
  return joined
}

function valueOf(
  members: readonly Total[],
  type: MetricType,
  measure: Measure,
  query: Pick<MetricQuery, 'quantile' | 'together'>,
  seconds: number,
): number | undefined {
  if (type === 'histogram') return histogramValue(members, measure, query.quantile ?? 0.95, seconds)
  const each = members.map(total => {
    switch (measure) {
      case 'increase':
        return total.sum
      case 'rate':
        return total.sum / seconds
      case 'highest':
        return total.high
      case 'lowest':
        return total.low
      case 'latest':
        return total.last
      case 'average':
      case 'quantile':
        return total.sum / Math.max(1, total.count)
    }
  })
  return together(each, query.together ?? 'sum')
}

export function together(
  values: readonly number[],
  how: NonNullable<MetricQuery['together']>,
): number | undefined {
  if (values.length === 0) return undefined
  switch (how) {
    case 'highest':
      return Math.max(...values)
    case 'lowest':
      return Math.min(...values)
    case 'sum':
      return values.reduce((total, value) => total + value, 0)
    case 'average':
      return values.reduce((total, value) => total + value, 0) / values.length
  }
}

function histogramValue(
  members: readonly Total[],
  measure: Measure,
  quantile: number,
  seconds: number,
): number | undefined {
  const count = members.reduce((total, one) => total + one.count, 0)
  if (measure === 'increase') return count
  if (measure === 'rate') return count / seconds
  if (count === 0) return undefined
  if (measure === 'average') return members.reduce((total, one) => total + one.sum, 0) / count
  const buckets = members.reduce<readonly number[]>((total, one) => addBuckets(total, one.buckets), [])
  return bucketQuantile(quantile, members[0]?.bounds ?? [], buckets, count)
}

/** As Prometheus' `histogram_quantile`: straight within the bucket; the last bound where it is beyond all of them. */
export function bucketQuantile(
  quantile: number,
  bounds: readonly number[],
  buckets: readonly number[],
  count: number,
): number {
  const rank = quantile * count
  let below = 0
  for (const [index, bound] of bounds.entries()) {
    const inside = buckets[index] ?? 0
    if (inside > 0 && below + inside >= rank) {
      const lower = index === 0 ? 0 : (bounds[index - 1] ?? 0)
      return lower + (bound - lower) * ((rank - below) / inside)
    }
    below += inside
  }
  return bounds.at(-1) ?? 0
}

/** Whether a series is meant: every label that is named has one of its values, and none of those with `!`. */
export function fits(labels: Labels, where: Part['where']): boolean {
  for (const [name, asked] of Object.entries(where ?? {})) {
    const value = labels[name] ?? ''
    const values = Array.isArray(asked) ? asked : [asked]
    if (values.some(one => one.startsWith('!') && one.slice(1) === value)) return false
    const wanted = values.filter(one => !one.startsWith('!'))
    if (wanted.length > 0 && !wanted.includes(value)) return false
  }
  return true
}

function only(labels: Labels, names: readonly string[]): Labels {
  return Object.fromEntries(names.map(name => [name, labels[name] ?? '']))
}
