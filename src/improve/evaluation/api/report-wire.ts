import { z } from 'zod'
import type { Comparison } from '../report/compare.ts'
import type { RunReport } from '../report/report.ts'
import { gateMeasures } from '../suites/suite-schema.ts'

const estimate = z
  .object({
    n: z.int().describe('Examples.'),
    mean: z.number(),
    low: z.number(),
    high: z.number(),
    confidence: z.number(),
    method: z.enum(['wilson', 'bootstrap', 'normal', 'exact', 'prediction-powered']),
  })
  .meta({ id: 'EvaluationEstimate' })

const calibration = z
  .object({
    state: z.enum(['calibrated', 'uncalibrated']),
    labels: z.int().describe('Answers that people have labelled.'),
    labels_needed: z.int(),
    bias: z.number().nullable().describe('Judge minus people, on average.'),
    bias_low: z.number().nullable(),
    bias_high: z.number().nullable(),
    agreement: z
      .object({
        kappa: z.number().describe('Cohen’s κ of what judge and people let pass.'),
        low: z.number(),
        high: z.number(),
        same: z.number().describe('The share of labelled answers of which both say the same.'),
      })
      .nullable(),
    labels_to_halve: z
      .int()
      .nullable()
      .describe('So many labels in all would halve the interval; null where none would.'),
    next: z.string().nullable().describe('What to do.'),
  })
  .meta({ id: 'EvaluationCalibration' })

const score = z
  .object({
    evaluator: z.string(),
    n: z.int().describe('Examples with a score.'),
    not_applicable: z.int(),
    failed: z.int().describe('Answers that the evaluator could not tell of.'),
    mean: estimate.nullable().describe('Null where it is not known well enough to be shown.'),
    pass_rate: estimate.nullable(),
    calibration: calibration.nullable().describe('Of judges: what people say of their opinions.'),
    histogram: z.array(z.int()).describe('Ten equal bins from 0 to 1.'),
    flaky: z.int().nullable().describe('Examples that pass in some repeats and fail in others.'),
    classes: z
      .object({
        labels: z.array(z.object({ label: z.string(), answers: z.int() })),
        confusion: z
          .array(z.object({ wanted: z.string(), said: z.string(), answers: z.int() }))
          .describe('What was wanted and what was said, the most frequent first.'),
        accuracy: z.number().nullable(),
        macro_f1: z.number().nullable(),
      })
      .nullable()
      .describe('What the evaluator called the answers.'),
  })
  .meta({ id: 'EvaluationScores' })

const latency = z
  .object({
    n: z.int(),
    mean: z.number(),
    p50: z.number(),
    p90: z.number(),
    p95: z.number(),
    p99: z.number(),
  })
  .meta({ id: 'EvaluationLatency' })

const release = z
  .object({
    release: z.string(),
    is_baseline: z.boolean(),
    answered: z.int(),
    failed: z.int(),
    failures: z.record(z.string(), z.int()).describe('How many, by code.'),
    scores: z.array(score),
    slices: z.array(
      z.object({ column: z.string(), value: z.string(), examples: z.int(), scores: z.array(score) }),
    ),
    latency_ms: latency.nullable(),
    first_token_ms: latency.nullable(),
    cost_nano_usd: z
      .int()
      .describe('What the answers cost when they were given, those that were kept included.'),
    cost_per_answer_nano_usd: z.number().nullable(),
    unpriced: z.int(),
    input_tokens: z.int(),
    output_tokens: z.int(),
  })
  .meta({ id: 'EvaluationRelease' })

const compared = {
  verdict: z.enum(['better', 'worse', 'equivalent', 'undecided', 'uncalibrated']),
  pairs: z.int(),
  difference: estimate.nullable().describe('Challenger minus baseline, on the same examples.'),
  p: z.number().nullable(),
  test: z.enum(['mcnemar', 'wilcoxon', 'none']),
  effect: z.number().nullable().describe('The mean difference by its standard deviation.'),
  improved: z.int(),
  worsened: z.int(),
  same: z.int(),
  examples_to_decide: z.int().nullable().describe('About how many examples would decide it.'),
} satisfies Record<string, z.ZodType>

const sliceComparison = z
  .object({
    column: z.string(),
    value: z.string(),
    ...compared,
    adjusted_p: z.number().nullable().describe('For the number of slices (Holm).'),
  })
  .meta({ id: 'EvaluationSliceComparison' })

export const comparisonSchema = z
  .object({
    release: z.string(),
    baseline: z.string(),
    evaluator: z.string(),
    ...compared,
    slices: z.array(sliceComparison),
  })
  .meta({ id: 'EvaluationComparison' })

const gate = z
  .object({
    measure: z.enum(gateMeasures),
    bound: z.number(),
    evaluator: z.string().nullable(),
    release: z.string(),
    slice: z.object({ column: z.string(), value: z.string() }).nullable(),
    outcome: z.enum(['passed', 'failed', 'undecided']),
    value: z.number().nullable(),
    low: z.number().nullable(),
    high: z.number().nullable(),
    examples_to_decide: z.int().nullable(),
    why: z.string(),
  })
  .meta({ id: 'EvaluationGate' })

export const reportSchema = z
  .object({
    verdict: z.enum(['passed', 'failed', 'not_enough']),
    verdict_why: z.string(),
    examples: z.int(),
    confidence: z.number(),
    margin: z.number().describe('Differences up to it do not matter.'),
    error_share: z.number().describe('Of all items: those without an answer.'),
    score_error_share: z.number().describe('Of all scores: those that could not be given.'),
    releases: z.array(release),
    comparisons: z.array(comparisonSchema),
    gates: z.array(gate),
  })
  .meta({ id: 'EvaluationReport' })

export type WireReport = z.output<typeof reportSchema>

/** A report is stored as JSON, without what is not known. */
export function toWireReport(report: RunReport): WireReport {
  return reportSchema.parse(fill(reportSchema, toWire(report)))
}

export function toWireComparison(
  comparison: Comparison & {
    readonly release: string
    readonly baseline: string
    readonly evaluator: string
    readonly slices: readonly Comparison[]
  },
): z.output<typeof comparisonSchema> {
  return comparisonSchema.parse(fill(comparisonSchema, toWire(comparison)))
}

/** Names as the API writes them; what is not known is null. */
function toWire(value: unknown): unknown {
  if (value === undefined || value === null) return null
  if (Array.isArray(value)) return value.map(toWire)
  if (typeof value !== 'object') return value
  return Object.fromEntries(
    Object.entries(value).map(([key, inner]) => [
      key.replaceAll(/[A-Z]/g, letter => `_${letter.toLowerCase()}`),
      toWire(inner),
    ]),
  )
}

/** JSON drops what is undefined: where a schema wants null it is put back. */
function fill(schema: z.ZodType, value: unknown): unknown {
  if (schema instanceof z.ZodNullable)
    return value === undefined || value === null ? null : fill(schema.unwrap() as z.ZodType, value)
  if (schema instanceof z.ZodArray && Array.isArray(value))
    return value.map(item => fill(schema.element as z.ZodType, item))
  if (schema instanceof z.ZodObject && typeof value === 'object' && value !== null) {
    const given = value as Record<string, unknown>
    const shape = schema.shape as Record<string, z.ZodType>
    return Object.fromEntries(Object.entries(shape).map(([key, inner]) => [key, fill(inner, given[key])]))
  }
  return value
}
