import { z } from 'zod'
import { duration } from './duration.ts'

/** In the order of `verdictOutcomes`; a check that passes is never against an objective. */
const outcomes = [
  'flag',
  'block',
  'mask',
  'replace',
  'retry',
  'fallback',
  'escalate',
  'error',
  'timeout',
] as const

const indicators = ['latencyMs', 'firstTokenMs', 'costUsd', 'verdicts'] as const

/** One objective of a service: what share of its inferences must be good, over which time. */
export const slo = z
  .strictObject({
    objective: z
      .number()
      .gt(0)
      .lt(100)
      .describe('Percent of the inferences that must be good, e.g. 99.5. The rest is the error budget.'),
    window: duration(86_400, 90 * 86_400)
      .default('30d')
      .describe('The time that the objective is about, rolling: from `1d` to `90d`.'),
    latencyMs: z
      .number()
      .gt(0)
      .max(3_600_000)
      .optional()
      .describe('Good is an answer that was whole within so many milliseconds. Only answers count.'),
    firstTokenMs: z
      .number()
      .gt(0)
      .max(3_600_000)
      .optional()
      .describe(
        'Good is a stream whose first content came within so many milliseconds. Only streams that answered count.',
      ),
    costUsd: z
      .number()
      .gt(0)
      .max(10_000)
      .optional()
      .describe(
        'Good is an inference that cost at most so many US dollars. Only those with a known price count.',
      ),
    verdicts: z
      .strictObject({
        not: z
          .array(z.enum(outcomes))
          .min(1)
          .describe('Outcomes of guardrails that make an inference bad, e.g. `[block, error, timeout]`.'),
        guards: z
          .array(z.string().min(1))
          .min(1)
          .optional()
          .describe('Only those of these guards, by their names in the policy; all of them where left out.'),
      })
      .optional()
      .describe(
        'Good is an inference that the guardrails had nothing against. Only those that were looked at count.',
      ),
    minimumBad: z
      .int()
      .min(1)
      .max(10_000)
      .default(5)
      .describe(
        'So many bad inferences must be within the long window before an alert, so that one failure of a quiet night pages nobody.',
      ),
    alert: z.boolean().default(true).describe('Whether burning the budget too fast raises alerts.'),
  })
  .refine(
    value => indicators.filter(name => value[name] !== undefined).length <= 1,
    `An objective is about one thing: keep one of ${indicators.map(name => `\`${name}\``).join(', ')}; without any it is about answers at all.`,
  )
  .describe(
    'A service-level objective. Without `latencyMs`, `firstTokenMs`, `costUsd` or `verdicts` it is about availability: bad is what failed through us or an upstream, and what the client did wrong or left does not count.',
  )

export type SloConfig = z.output<typeof slo>
