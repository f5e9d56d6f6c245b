import type { MetricType } from '../../foundation/platform/index.ts'
import { type Labels, labelsKey, type MetricRow, type Point, readingOf } from './point.ts'

/** What prom-client gives of one metric as JSON. */
export interface CountedMetric {
  readonly name: string
  readonly type: string
  readonly values: readonly CountedValue[]
}

export interface CountedValue {
  readonly metricName?: string
  readonly labels: Readonly<Record<string, string | number>>
  readonly value: number
}

export const sampleSeconds = 10
/** Counters that the machine, or a server behind a provider, began before we did. */
const foreign = /^slipway_(?:host|server)_/
/** Beyond so many series of one replica, new ones are left out and counted. */
const mostSeries = 20_000

export interface Sampler {
  /** What has happened since the call before; at the first, since the process began. */
  take(metrics: readonly CountedMetric[], atMs: number): MetricRow[]
  readonly dropped: number
}

interface HistogramTotals {
  readonly sum: number
  readonly count: number
  /** Cumulative. */
  readonly buckets: readonly number[]
}

/** Turns totals that only grow into what was added in each stretch, so that rows of replicas and restarts simply add up. */
export function createSampler(replica: string): Sampler {
  const totals = new Map<string, number>()
  const histograms = new Map<string, HistogramTotals>()
  let dropped = 0

  function isKnown(has: boolean): boolean {
    if (has || totals.size + histograms.size < mostSeries) return true
    dropped += 1
    return false
  }

  function added(key: string, total: number): number {
    if (!isKnown(totals.has(key))) return 0
    // what others count did not begin with us: only what is added from now on is ours to say
    const before = totals.get(key) ?? (foreign.test(key) ? total : 0)
    totals.set(key, total)
    // a smaller total is a count that began anew
    return total >= before ? total - before : total
  }

  function readCounter(metric: CountedMetric): Point[] {
    return metric.values.flatMap(({ labels, value }) => {
      const named = namesOf(labels)
      const sum = added(`${metric.name}\u0002${labelsKey(named)}`, value)
      return sum === 0 ? [] : [{ labels: named, sum, count: 0, low: 0, high: 0, last: 0, buckets: [] }]
    })
  }

  function readHistogram(metric: CountedMetric): { bounds: number[]; points: Point[] } {
    const bounds = new Set<number>()
    const series = new Map<
      string,
      { labels: Labels; sum: number; count: number; below: Map<number, number> }
    >()
    for (const { metricName = '', labels, value } of metric.values) {
      const { le, ...others } = labels
      const named = namesOf(others)
      const key = labelsKey(named)
      const one = series.get(key) ?? { labels: named, sum: 0, count: 0, below: new Map<number, number>() }
      series.set(key, one)
      if (metricName.endsWith('_sum')) one.sum = value
      else if (metricName.endsWith('_count')) one.count = value
      else if (le !== '+Inf') {
        bounds.add(Number(le))
        one.below.set(Number(le), value)
      }
    }
    const sorted = [...bounds].toSorted((left, right) => left - right)
    const points = [...series].flatMap(([key, { labels, sum, count, below }]) => {
      const name = `${metric.name}\u0002${key}`
      if (!isKnown(histograms.has(name))) return []
      const before = histograms.get(name)
      const now = { sum, count, buckets: sorted.map(bound => below.get(bound) ?? 0) }
      histograms.set(name, now)
      const since = before && before.count <= count ? before : undefined
      if (count === (since?.count ?? 0)) return []
      const cumulative = now.buckets.map((total, index) => total - (since?.buckets[index] ?? 0))
      return [
        {
          labels,
          sum: sum - (since?.sum ?? 0),
          count: count - (since?.count ?? 0),
          low: 0,
          high: 0,
          last: 0,
          buckets: cumulative.map((total, index) => total - (cumulative[index - 1] ?? 0)),
        },
      ]
    })
    return { bounds: sorted, points }
  }

  return {
    get dropped() {
      return dropped
    },
    take: (metrics, atMs) =>
      metrics.flatMap(metric => {
        const type = metric.type as MetricType
        const head = { metric: metric.name, type, atMs, widthSeconds: sampleSeconds, replica }
        if (type === 'histogram') {
          const { bounds, points } = readHistogram(metric)
          return points.length === 0 ? [] : [{ ...head, bounds, points }]
        }
        const points =
          type === 'counter'
            ? readCounter(metric)
            : metric.values
                .filter(({ value }) => Number.isFinite(value))
                .map(({ labels, value }) => readingOf(namesOf(labels), value))
        return points.length === 0 ? [] : [{ ...head, bounds: [], points }]
      }),
  }
}

function namesOf(labels: CountedValue['labels']): Labels {
  return Object.fromEntries(Object.entries(labels).map(([name, value]) => [name, String(value)]))
}
