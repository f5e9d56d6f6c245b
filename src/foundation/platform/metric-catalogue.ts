import type { Registry } from 'prom-client'

export const metricTypes = ['counter', 'gauge', 'histogram'] as const
export type MetricType = (typeof metricTypes)[number]

/** What can be known of a metric before it has a value. */
export interface MetricDescription {
  readonly name: string
  readonly type: MetricType
  readonly help: string
  readonly labels: readonly string[]
  /** How the figures of several processes, or of several servers, become one. */
  readonly aggregator: 'sum' | 'max' | 'min' | 'first'
}

/** Everything that a registry has, by name. */
export function describeMetrics(registry: Registry): MetricDescription[] {
  return registry
    .getMetricsAsArray()
    .map(metric => {
      const { name, help, type, labelNames, aggregator } = metric as unknown as {
        readonly name: string
        readonly help: string
        readonly type: string
        readonly labelNames?: readonly string[]
        readonly aggregator?: MetricDescription['aggregator']
      }
      return {
        name,
        help,
        type: type as MetricType,
        labels: (labelNames ?? []).filter(label => label !== 'le'),
        aggregator: aggregator ?? 'sum',
      }
    })
    .toSorted((left, right) => (left.name < right.name ? -1 : 1))
}
