import {
  durationText,
  measureOf,
  metricCatalogue,
  type MetricQuery,
  secondsOf,
} from '../../../foundation/config/index.ts'
import type { MetricDescription } from '../../../foundation/platform/index.ts'

export interface PromqlOptions {
  /** Instead of the query's own stretch, e.g. `$__rate_interval`. */
  readonly over?: string
  /** Added to the selector of every metric that has the label. */
  readonly further?: { readonly label: string; readonly matcher: string }
}

/** The same question in PromQL. What replicas see alike is taken once, whichever instance says it. */
export function toPromql(
  query: Omit<MetricQuery, 'over'> & { over?: string },
  options: PromqlOptions = {},
): string {
  const over = options.over ?? durationText(secondsOf(query.over ?? '5m'))
  const part = partToPromql(query, query, over, options)
  if (!query.per) return part
  const whole = partToPromql(query.per, query, over, options)
  // where only the divisor counts, the share is 0 and not nothing
  return `(${part} or ${whole} * 0) / (${whole} > 0)`
}

type Part = Pick<MetricQuery, 'metric' | 'where'>

function partToPromql(
  part: Part,
  query: Pick<MetricQuery, 'measure' | 'quantile' | 'by' | 'together'>,
  over: string,
  options: PromqlOptions,
): string {
  const metric = describe(part.metric)
  const measure = measureOf(query, metric.type)
  const by = query.by ?? []
  const select = (suffix: string, window = ''): string =>
    `${part.metric}${suffix}${selector(part.where, metric, options)}${window}`
  const group = (how: string, inner: string, names: readonly string[] = by): string =>
    names.length === 0 ? `${how}(${inner})` : `${how} by (${names.join(', ')}) (${inner})`
  const once = (inner: string): string =>
    metric.aggregator === 'sum' ? inner : `max without (instance, pod) (${inner})`
  const how = { sum: 'sum', average: 'avg', highest: 'max', lowest: 'min' }[query.together ?? 'sum']
  const window = `[${over}]`
  switch (metric.type) {
    case 'counter':
      return group(how, once(`${measure}(${select('', window)})`))
    case 'gauge':
      if (measure === 'latest') return group(how, once(select('')))
      return group(how, once(`${gaugeFunctions[measure] ?? 'avg_over_time'}(${select('', window)})`))
    case 'histogram': {
      const rate = (suffix: string): string => group('sum', `rate(${select(suffix, window)})`)
      if (measure === 'quantile') {
        const buckets = group('sum', `rate(${select('_bucket', window)})`, ['le', ...by])
        return `histogram_quantile(${query.quantile ?? 0.95}, ${buckets})`
      }
      if (measure === 'average') return `${rate('_sum')} / ${rate('_count')}`
      return group('sum', `${measure}(${select('_count', window)})`)
    }
  }
}

const gaugeFunctions: Readonly<Partial<Record<string, string>>> = {
  average: 'avg_over_time',
  highest: 'max_over_time',
  lowest: 'min_over_time',
}

function describe(name: string): MetricDescription {
  const metric = metricCatalogue.find(one => one.name === name)
  if (!metric) throw new Error(`The catalogue has no metric ${name}.`)
  return metric
}

export function selector(
  where: Part['where'],
  metric: MetricDescription,
  { further }: PromqlOptions = {},
): string {
  const matchers = Object.entries(where ?? {}).flatMap(([label, asked]) => {
    const values = Array.isArray(asked) ? asked : [asked]
    const wanted = values.filter(value => !value.startsWith('!'))
    const unwanted = values.filter(value => value.startsWith('!')).map(value => value.slice(1))
    return [
      ...(wanted.length > 0 ? [matcher(label, wanted, '=')] : []),
      ...(unwanted.length > 0 ? [matcher(label, unwanted, '!=')] : []),
    ]
  })
  if (further && metric.labels.includes(further.label)) matchers.push(`${further.label}${further.matcher}`)
  return matchers.length === 0 ? '' : `{${matchers.join(', ')}}`
}

function matcher(label: string, values: readonly string[], operator: '=' | '!='): string {
  const [first = ''] = values
  if (values.length === 1) return `${label}${operator}${quote(first)}`
  const pattern = values.map(value => value.replaceAll(/[\\.+*?()|[\]{}^$]/g, String.raw`\$&`)).join('|')
  return `${label}${operator === '=' ? '=~' : '!~'}${quote(pattern)}`
}

export function quote(text: string): string {
  return `"${text.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n')}"`
}
