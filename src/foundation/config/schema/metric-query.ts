import { z } from 'zod'
import { duration } from './duration.ts'

const label = z
  .string()
  .regex(/^[a-z][a-z0-9_]{0,62}$/, 'A label is written in lower case, as in docs/metrics.md.')
const value = z.string().max(200)

const where = z
  .record(label, z.union([value, z.array(value).min(1).max(50)]))
  .describe(
    'Only series with these labels: one value, or a list of which one must fit. A value that begins with `!` must not be it.',
  )

const metric = z.string().regex(/^[a-z][a-z0-9_]{2,120}$/, 'A metric is written as in docs/metrics.md.')

export const measures = ['rate', 'increase', 'average', 'highest', 'lowest', 'latest', 'quantile'] as const

/** A number, or one for each group, that a metric gives over the last stretch of time. */
export const metricQueryFields = {
  metric: metric.describe('One of docs/metrics.md.'),
  where: where.optional(),
  measure: z
    .enum(measures)
    .optional()
    .describe(
      'What is taken of it. Counters: `rate` (a second; the default) or `increase`. Gauges: `average` (the default), `highest`, `lowest` or `latest`. Histograms: `quantile`, `average` (the default), `rate` or `increase` of what was observed.',
    ),
  quantile: z.number().gt(0).lt(1).optional().describe('For `quantile`: 0.95 is what 95 % are below.'),
  over: duration(10, 30 * 86_400)
    .default('5m')
    .describe('The stretch of time that is looked at, up to now.'),
  by: z.array(label).max(5).optional().describe('One number for each combination of these labels.'),
  together: z
    .enum(['sum', 'average', 'highest', 'lowest'])
    .optional()
    .describe('How the series of a group become one number; `sum` by default.'),
  per: z
    .strictObject({ metric: metric.describe('What is divided by.'), where: where.optional() })
    .optional()
    .describe(
      'Divides by the same measure of this one: a share, or what one of them costs. Nothing comes out where that is 0.',
    ),
}

export const metricQuery = z.strictObject(metricQueryFields)

export type MetricQuery = z.output<typeof metricQuery>
export type Measure = (typeof measures)[number]
