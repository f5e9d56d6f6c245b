import type { MetricDescription, MetricType } from '../platform/index.ts'
import type { Measure, MetricQuery } from './schema/index.ts'
import { listOf, suggestSentence } from './suggest.ts'

/** What can be taken of a metric of each type; the first is meant where nothing is said. */
export const measuresOf: Readonly<Record<MetricType, readonly Measure[]>> = {
  counter: ['rate', 'increase'],
  gauge: ['average', 'highest', 'lowest', 'latest'],
  histogram: ['average', 'quantile', 'rate', 'increase'],
}

export function measureOf(query: Pick<MetricQuery, 'measure'>, type: MetricType): Measure {
  return query.measure ?? measuresOf[type][0] ?? 'rate'
}

export interface QueryProblem {
  /** Where in the query, as a path. */
  readonly path: readonly (string | number)[]
  readonly at: 'key' | 'value'
  readonly message: string
  readonly mend: string
}

/** What of a query can have no answer: names that are not there, and measures that the type does not have. */
export function checkMetricQuery(
  query: Omit<MetricQuery, 'over'>,
  catalogue: readonly MetricDescription[],
): QueryProblem[] {
  const find = (name: string): MetricDescription | undefined => catalogue.find(one => one.name === name)
  const metric = find(query.metric)
  if (!metric) return [unknownMetric(query.metric, ['metric'], catalogue)]
  const measures = measuresOf[metric.type]
  const measure = measureOf(query, metric.type)
  const problems: QueryProblem[] = [
    ...unknownLabels(
      metric,
      Object.keys(query.where ?? {}).map(label => [label, ['where', label], 'key']),
    ),
    ...unknownLabels(
      metric,
      (query.by ?? []).map((label, index) => [label, ['by', index], 'value']),
    ),
  ]
  if (!measures.includes(measure))
    problems.push({
      path: ['measure'],
      at: 'value',
      message: `\`${query.metric}\` is a ${metric.type}, and has no \`${measure}\`.`,
      mend: `Use ${listOf([...measures])}.`,
    })
  if (query.quantile !== undefined && measure !== 'quantile')
    problems.push({
      path: ['quantile'],
      at: 'key',
      message: '`quantile` says nothing here.',
      mend: 'Add `measure: quantile`, or remove it.',
    })
  if (query.per) {
    const base = find(query.per.metric)
    if (!base) problems.push(unknownMetric(query.per.metric, ['per', 'metric'], catalogue))
    else {
      const asked = Object.keys(query.per.where ?? {})
      problems.push(
        ...unknownLabels(
          base,
          asked.map(label => [label, ['per', 'where', label], 'key']),
        ),
      )
      problems.push(
        ...unknownLabels(
          base,
          (query.by ?? []).map((label, index) => [label, ['by', index], 'value']),
        ),
      )
      if (!measuresOf[base.type].includes(measure) || measure === 'quantile')
        problems.push({
          path: ['per', 'metric'],
          at: 'value',
          message: `\`${query.per.metric}\` is a ${base.type}, and has no \`${measure}\` to divide by.`,
          mend: 'Divide by a metric that has the same measure.',
        })
    }
  }
  return problems
}

function unknownMetric(
  name: string,
  path: QueryProblem['path'],
  catalogue: readonly MetricDescription[],
): QueryProblem {
  const names = catalogue.map(one => one.name)
  const meant = suggestSentence(name, names, 'metric')
  return {
    path,
    at: 'value',
    message: `There is no metric named \`${name}\`.`,
    mend: meant.startsWith('Did you') ? meant : 'See docs/metrics.md, or `slipway metrics list`.',
  }
}

function unknownLabels(
  metric: MetricDescription,
  labels: readonly (readonly [string, QueryProblem['path'], 'key' | 'value'])[],
): QueryProblem[] {
  return labels
    .filter(([label]) => !metric.labels.includes(label))
    .map(([label, path, at]) => ({
      path,
      at,
      message: `\`${metric.name}\` has no label \`${label}\`.`,
      mend:
        metric.labels.length === 0 ? 'It has none at all.' : suggestSentence(label, metric.labels, 'label'),
    }))
}
