import { z } from 'zod'

/** What the commands read of evaluations; more may come, and is kept for `--json`. */
export const runShape = z.looseObject({
  id: z.string(),
  suite: z.string(),
  suite_version: z.number(),
  suite_hash: z.string(),
  dataset: z.looseObject({
    name: z.string(),
    version_number: z.number(),
    version_id: z.string(),
    split: z.string().nullish(),
  }),
  releases: z.array(
    z.looseObject({
      name: z.string(),
      hash: z.string(),
      targets: z.array(z.string()),
      is_baseline: z.boolean(),
    }),
  ),
  evaluators: z.array(
    z.looseObject({
      name: z.string(),
      use: z.string(),
      version: z.number(),
      parameters_hash: z.string(),
      threshold: z.number(),
      is_judge: z.boolean(),
    }),
  ),
  repeats: z.number(),
  seed: z.number(),
  sample: z.number().nullish(),
  author: z.string(),
  state: z.string(),
  reason: z.string().nullish(),
  reason_text: z.string().nullish(),
  resume_at: z.string().nullish(),
  total: z.number(),
  answered: z.number(),
  cached: z.number(),
  scored: z.number(),
  failed: z.number(),
  cost_nano_usd: z.number(),
  unpriced: z.number().default(0),
  budget_nano_usd: z.number().nullish(),
  items_per_minute: z.number().nullish(),
  remaining_seconds: z.number().nullish(),
  expected_cost_nano_usd: z.number().nullish(),
  verdict: z.string().nullish(),
  verdict_why: z.string().nullish(),
  created_at: z.string(),
  ended_at: z.string().nullish(),
})

const estimate = z.looseObject({ n: z.number(), mean: z.number(), low: z.number(), high: z.number() })

const score = z.looseObject({
  evaluator: z.string(),
  n: z.number(),
  failed: z.number(),
  mean: estimate.nullish(),
  pass_rate: estimate.nullish(),
  calibration: z
    .looseObject({
      state: z.string(),
      labels: z.number(),
      next: z.string().nullish(),
      bias: z.number().nullish(),
      bias_low: z.number().nullish(),
      bias_high: z.number().nullish(),
      agreement: z.looseObject({ kappa: z.number(), low: z.number(), high: z.number() }).nullish(),
      labels_to_halve: z.number().nullish(),
    })
    .nullish(),
  classes: z.looseObject({ accuracy: z.number().nullish(), macro_f1: z.number().nullish() }).nullish(),
  flaky: z.number().nullish(),
})

const compared = {
  verdict: z.string(),
  pairs: z.number(),
  difference: estimate.nullish(),
  p: z.number().nullish(),
  improved: z.number(),
  worsened: z.number(),
  examples_to_decide: z.number().nullish(),
}

export const comparisonShape = z.looseObject({
  release: z.string(),
  baseline: z.string(),
  evaluator: z.string(),
  ...compared,
  slices: z.array(
    z.looseObject({
      column: z.string(),
      value: z.string(),
      ...compared,
      adjusted_p: z.number().nullish(),
    }),
  ),
})

export const reportShape = z.looseObject({
  verdict: z.string(),
  verdict_why: z.string(),
  examples: z.number(),
  confidence: z.number(),
  releases: z.array(
    z.looseObject({
      release: z.string(),
      is_baseline: z.boolean(),
      answered: z.number(),
      failed: z.number(),
      failures: z.record(z.string(), z.number()),
      scores: z.array(score),
      slices: z.array(
        z.looseObject({
          column: z.string(),
          value: z.string(),
          examples: z.number(),
          scores: z.array(score),
        }),
      ),
      latency_ms: z.looseObject({ p50: z.number(), p95: z.number() }).nullish(),
      cost_nano_usd: z.number(),
      cost_per_answer_nano_usd: z.number().nullish(),
      unpriced: z.number(),
    }),
  ),
  comparisons: z.array(comparisonShape),
  gates: z.array(
    z.looseObject({
      measure: z.string(),
      evaluator: z.string().nullish(),
      release: z.string(),
      slice: z.looseObject({ column: z.string(), value: z.string() }).nullish(),
      outcome: z.string(),
      why: z.string(),
    }),
  ),
})

export const runDetailShape = runShape.extend({ report: reportShape.nullish() })

export const suiteShape = z.looseObject({
  name: z.string(),
  version: z.number(),
  hash: z.string(),
  text: z.string(),
  author: z.string(),
  created_at: z.string(),
})

export const checkedSuiteShape = z.looseObject({
  ok: z.boolean(),
  problems: z.array(
    z.looseObject({
      line: z.number(),
      column: z.number(),
      path: z.string(),
      message: z.string(),
      mend: z.string(),
    }),
  ),
})

export const examplesShape = z.looseObject({
  total: z.number(),
  next_cursor: z.number().nullish(),
  data: z.array(
    z.looseObject({
      ordinal: z.number(),
      key: z.string(),
      items: z.array(
        z.looseObject({
          release: z.string(),
          repeat: z.number(),
          state: z.string(),
          failure_code: z.string().nullish(),
          latency_ms: z.number().nullish(),
          scores: z.array(
            z.looseObject({
              evaluator: z.string(),
              value: z.number().nullish(),
              passed: z.boolean().nullish(),
              failure: z.string().nullish(),
            }),
          ),
        }),
      ),
    }),
  ),
})

export const exampleShape = z.looseObject({
  ordinal: z.number(),
  key: z.string(),
  messages: z.array(z.looseObject({ role: z.string(), content: z.unknown() })).nullish(),
  expected: z.unknown(),
  items: z.array(
    z.looseObject({
      release: z.string(),
      repeat: z.number(),
      state: z.string(),
      cache: z.string().nullish(),
      failure_code: z.string().nullish(),
      failure_message: z.string().nullish(),
      answer: z.string().nullish(),
      latency_ms: z.number().nullish(),
      scores: z.array(
        z.looseObject({
          evaluator: z.string(),
          use: z.string(),
          version: z.number(),
          model: z.string().nullish(),
          value: z.number().nullish(),
          passed: z.boolean().nullish(),
          label: z.string().nullish(),
          why: z.string().nullish(),
          failure: z.string().nullish(),
        }),
      ),
    }),
  ),
})

export type WireRun = z.output<typeof runShape>
export type WireRunDetail = z.output<typeof runDetailShape>
export type WireReport = z.output<typeof reportShape>
export type WireComparison = z.output<typeof comparisonShape>
export type WireExample = z.output<typeof exampleShape>
