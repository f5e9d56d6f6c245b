import { z } from 'zod'

/** What a drift report says, as it is kept and sent. */

const both = <Schema extends z.ZodType>(schema: Schema) => z.object({ reference: schema, current: schema })
const interval = z.object({ estimate: z.number(), low: z.number(), high: z.number() })

const binSchema = z.object({
  label: z.string(),
  reference: z.number().describe('A share of the values that there are.'),
  current: z.number(),
})

const columnSchema = z
  .object({
    name: z.string(),
    kind: z.enum(['number', 'category']),
    unit: z.string().nullable(),
    moved: z
      .enum(['much', 'little', 'no'])
      .describe(
        '`no`: as much as chance would, at 5 % over all columns (Holm); `little`: more than chance, and a Jensen–Shannon distance below 0.1.',
      ),
    test: z.enum(['kolmogorov-smirnov', 'chi-squared']),
    statistic: z.number(),
    p: z.number(),
    p_adjusted: z.number(),
    stability: z.number().describe('The population stability index, natural logarithm.'),
    evidently_stability: z.number().nullable().describe('The same as Evidently bins it.'),
    jensen_shannon: z.number().describe('The distance, base 2: 0 the same, 1 nothing in common.'),
    wasserstein: z.number().nullable().describe('In the unit of the column.'),
    effect: z.number().describe('Of numbers the Kolmogorov–Smirnov D, of categories Cramér’s V.'),
    binning: z.string(),
    missing: both(z.number()),
    values: both(
      z.object({
        count: z.number(),
        mean: z.number().nullable(),
        p10: z.number().nullable(),
        p50: z.number().nullable(),
        p90: z.number().nullable(),
      }),
    ),
    bins: z.array(binSchema),
  })
  .meta({ id: 'DriftColumn' })

const sliceSchema = z
  .object({
    conditions: z.array(z.object({ column: z.string(), value: z.string() })),
    reference: z.object({ count: z.number(), share: z.number() }),
    current: z.object({ count: z.number(), share: z.number() }),
    change: interval.describe('Of the share; all intervals hold together at 95 %.'),
    p_adjusted: z.number(),
    beyond_parts: z
      .number()
      .nullable()
      .describe('Of pairs: how many times as much as the change of either part would make it.'),
  })
  .meta({ id: 'DriftSlice' })

const exampleSchema = z
  .object({
    id: z.string().describe('Of the inference, or the key of the row.'),
    score: z
      .number()
      .describe('Log-odds for belonging to the current rows, by a model that has not seen it.'),
    because: z.array(z.object({ feature: z.string(), contribution: z.number() })),
  })
  .meta({ id: 'DriftExample' })

const qualitySchema = z
  .object({
    label: z.string(),
    labelled: both(interval.extend({ count: z.number() }).nullable()).describe('The mean where it is known.'),
    estimated: interval
      .nullable()
      .describe('The mean of all current rows, from features and the labelled reference.'),
    explained: z.number().nullable().describe('What features tell of the label in the reference, 0 to 1.'),
    effective_rows: z.number().nullable(),
    outside: z.number().nullable().describe('The share of current rows outside of what was labelled.'),
    is_trusted: z.boolean(),
    reasons: z.array(z.string()),
    judged: interval
      .extend({ judge: z.string(), labelled: z.number(), unlabelled: z.number(), bias: z.number() })
      .nullable()
      .describe('The mean of all current rows by a judge, corrected by the labels (prediction-powered).'),
  })
  .meta({ id: 'DriftQuality' })

export const driftReportSchema = z
  .object({
    sentence: z.string(),
    seed: z.string(),
    rows: both(z.object({ of: z.string(), total: z.number(), read: z.number() })),
    columns: z.array(columnSchema).describe('What moved most comes first.'),
    classifier: z
      .object({
        rows: both(z.number()),
        auc: z.number(),
        p: z
          .number()
          .describe(
            'By permutation of which unseen row is of which sample, twice the smaller of two halves: at least 2 / (permutations + 1).',
          ),
        permutations: z.number().optional().describe('Left out of reports whose p is not by permutation.'),
        features: z.array(z.object({ feature: z.string(), weight: z.number() })),
      })
      .nullable(),
    discrepancy: z
      .object({ rows: both(z.number()), squared: z.number(), p: z.number(), bandwidth: z.number() })
      .nullable(),
    slices: z.object({
      tested: z.number(),
      singles: z.array(sliceSchema),
      pairs: z.array(sliceSchema),
      words: z
        .array(sliceSchema)
        .optional()
        .describe('Of texts, among the sampled rows. Left out of reports from before words were looked for.'),
    }),
    examples: z.array(exampleSchema),
    quality: qualitySchema.nullable(),
    notes: z.array(z.string()),
  })
  .meta({ id: 'DriftReportResult' })

export type DriftReport = z.output<typeof driftReportSchema>
export type DriftColumnReport = z.output<typeof columnSchema>
export type DriftSlice = z.output<typeof sliceSchema>
export type DriftExample = z.output<typeof exampleSchema>
export type DriftQuality = z.output<typeof qualitySchema>
