import type { Metric, Registry } from 'prom-client'
import { lateLibraries } from './late-libraries.ts'

/**
 * Metrics for the request path. prom-client hashes the labels at every call, which costs more than all the rest of
 * the gateway's own work; here a series is looked up once and then only adds numbers, and prom-client hears of them
 * when it is scraped.
 */

export interface FamilyOptions<Label extends string> {
  readonly name: string
  readonly help: string
  readonly labelNames: readonly Label[]
  readonly registry: Registry
}

export interface AddingSeries {
  add(amount: number): void
}

export interface ObservingSeries {
  observe(value: number): void
}

type Labels<Label extends string> = Readonly<Record<Label, string>>

/** `counter` only grows; `gauge` may be given negative amounts. */
export function addingFamily<Label extends string>(
  kind: 'counter' | 'gauge',
  { name, help, labelNames, registry }: FamilyOptions<Label>,
): (labels: Labels<Label>) => AddingSeries {
  const pending: { labels: Labels<Label>; amount: number }[] = []
  const { Counter, Gauge } = lateLibraries.prometheus()
  const MetricClass = kind === 'counter' ? Counter : Gauge
  new MetricClass({
    name,
    help,
    labelNames: [...labelNames],
    registers: [registry],
    collect() {
      for (const series of pending) {
        this.inc(series.labels, series.amount)
        series.amount = 0
      }
    },
  })
  return labels => {
    const series = { labels, amount: 0 }
    pending.push(series)
    return {
      add: amount => {
        series.amount += amount
      },
    }
  }
}

/** `buckets` are upper bounds in the unit of the metric, ascending. */
export function histogramFamily<Label extends string>(
  options: FamilyOptions<Label> & { readonly buckets: readonly number[] },
): (labels: Labels<Label>) => ObservingSeries {
  const { name, help, buckets, labelNames, registry } = options
  const all: { labels: Labels<Label>; counts: number[]; sum: number; count: number }[] = []
  const metric = {
    name,
    help,
    type: 'histogram',
    aggregator: 'sum',
    labelNames,
    get: () =>
      Promise.resolve({ name, help, type: 'histogram', aggregator: 'sum', values: all.flatMap(valuesOf) }),
    reset: () => all.splice(0),
  }
  registry.registerMetric(metric as unknown as Metric)

  function valuesOf(series: (typeof all)[number]): object[] {
    let below = 0
    const cumulative = buckets.map((bound, index) => {
      below += series.counts[index] ?? 0
      return { metricName: `${name}_bucket`, labels: { ...series.labels, le: bound }, value: below }
    })
    return [
      ...cumulative,
      { metricName: `${name}_bucket`, labels: { ...series.labels, le: '+Inf' }, value: series.count },
      { metricName: `${name}_sum`, labels: series.labels, value: series.sum },
      { metricName: `${name}_count`, labels: series.labels, value: series.count },
    ]
  }

  return labels => {
    const series = { labels, counts: buckets.map(() => 0), sum: 0, count: 0 }
    all.push(series)
    return {
      observe: value => {
        series.count += 1
        series.sum += value
        const index = buckets.findIndex(bound => value <= bound)
        if (index >= 0) series.counts[index] = (series.counts[index] ?? 0) + 1
      },
    }
  }
}

/** The same series for the same labels, however often it is asked. */
export function memoised<Label extends string, Series>(
  family: (labels: Readonly<Record<Label, string>>) => Series,
): (labels: Readonly<Record<Label, string>>) => Series {
  const known = new Map<string, Series>()
  return labels => {
    const name = Object.values(labels).join(' ')
    let series = known.get(name)
    if (series === undefined) known.set(name, (series = family(labels)))
    return series
  }
}
