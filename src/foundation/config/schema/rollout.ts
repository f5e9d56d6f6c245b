import { z } from 'zod'
import { duration } from './duration.ts'
import { name } from './parts.ts'

/** `5%`, as a share of 1. */
const percent = (most: number) =>
  z
    .string()
    .regex(/^\d{1,3}(\.\d{1,3})?%$/, {
      message: 'A share is a number of percent: `5%`, `12.5%`.',
      abort: true,
    })
    .transform(text => Number(text.slice(0, -1)) / 100)
    .refine(value => value > 0 && value <= most, `It must be above 0% and at most ${100 * most}%.`)

const leastValues = z
  .int()
  .min(1)
  .max(10_000_000)
  .default(200)
  .describe('Values of each metric that both sides must have before it may go on.')
const leastDuration = duration(1, 30 * 86_400)
  .default('5m')
  .describe('How long it lasts at least, whatever is known before.')

const step = z
  .strictObject({
    shadow: percent(1)
      .optional()
      .describe(
        'Copies of so many requests go to the candidate; all clients get the answer of the baseline.',
      ),
    share: percent(0.95).optional().describe('So many requests are answered by the candidate.'),
    leastValues,
    leastDuration,
  })
  .refine(
    value => (value.shadow === undefined) !== (value.share === undefined),
    'A step has either `shadow` or `share`.',
  )

const test = z
  .strictObject({
    shares: z
      .record(name, percent(0.9))
      .refine(shares => Object.keys(shares).length > 0, 'Name a release.')
      .describe('What part of the requests each candidate answers; the baseline has the rest.'),
    leastValues,
    leastDuration,
    promote: z
      .enum(['none', 'best'])
      .default('none')
      .describe('`best`: of those that pass, the one with the best estimate of the first goal is promoted.'),
    narrow: z
      .boolean()
      .default(false)
      .describe(
        'A bandit by elimination: a candidate that surely is worse than another by the first goal is left out too, and what it had goes to all others in proportion to their shares.',
      ),
    within: z
      .number()
      .min(0)
      .max(1)
      .optional()
      .describe(
        'With `narrow`: it ends when no other candidate that is left can be better than the best by so much; the margin of the first goal where it is left out. With 0 it goes on until one is left.',
      ),
  })
  .describe('Several candidates side by side, in place of `steps`.')

export const rolloutMetricNames = [
  'errors',
  'latency',
  'first-token',
  'cost',
  'output-tokens',
  'guard-blocks',
  'refusals',
  'feedback',
  'score',
] as const

const metric = z.strictObject({
  use: z
    .enum(rolloutMetricNames)
    .describe('What is measured; `score` is what a judge of the service says, and names it in `judge`.'),
  judge: name.optional().describe('With `use: score`: one of the `judges` of the service.'),
  better: z
    .enum(['lower', 'higher'])
    .optional()
    .describe('With `use: score`: which scores are good; `higher` by default.'),
  margin: z
    .number()
    .min(0)
    .max(10)
    .optional()
    .describe(
      'Of a guard: how much worse the candidate may be. Of a goal: how much better it has to be. Rates and scores as a difference (0.02), times, tokens and costs as a part of the baseline’s (0.2).',
    ),
  role: z
    .enum(['guard', 'goal'])
    .default('guard')
    .describe('A guard must not get worse; a goal must get better.'),
})

const chance = z.number().gt(0).max(0.5)

/** How a release comes to answer for a service, used where a rollout is begun without a plan of its own. */
export const rolloutPlan = z
  .strictObject({
    sticky: z
      .enum(['user', 'conversation', 'key', 'request'])
      .default('user')
      .describe('Who stays on one side: the same user gets the same release in all steps.'),
    steps: z
      .array(step)
      .min(1)
      .max(20)
      .optional()
      .describe('One after the other: copies first, then shares that grow. All comes after the last.'),
    test: test.optional(),
    metrics: z
      .array(metric)
      .min(1)
      .max(20)
      .prefault([{ use: 'errors' }, { use: 'latency' }])
      .describe('What it is judged by.'),
    alpha: z
      .strictObject({
        rollBack: chance
          .default(0.05)
          .describe('The chance, at most, of rolling back although nothing is beyond its margin.'),
        promote: chance.default(0.05).describe('The chance, at most, of letting pass what is beyond one.'),
      })
      .prefault({})
      .describe('How often the whole rollout may err.'),
    every: duration(1, 3_600)
      .default('10s')
      .describe('How often it is judged at most, where there are new requests.'),
    deadline: duration(10, 90 * 86_400)
      .default('24h')
      .describe('When it ends, counted from its start; pauses are not.'),
    atDeadline: z
      .enum(['roll-back', 'hold'])
      .default('roll-back')
      .describe('What becomes of one that is undecided then. `hold` pauses it; both raise an alert.'),
    approval: z
      .boolean()
      .default(false)
      .describe('Whether somebody other than who began it has to say yes before the last step.'),
    fastPath: z
      .strictObject({
        errors: percent(0.95)
          .default(0.1)
          .describe('By so much more of the candidate’s requests may fail than of the baseline’s.'),
        guardBlocks: percent(0.95)
          .optional()
          .describe('The same for requests on which a policy acts; not looked at where it is left out.'),
        chance: chance
          .default(0.001)
          .describe('Of one process’s stopping a candidate that is not worse, over the whole rollout.'),
      })
      .prefault({})
      .describe('When a process stops sending to a candidate at once, before anybody has judged.'),
    shadowBudgetUsd: z
      .number()
      .gt(0)
      .max(1_000_000)
      .optional()
      .describe('What copies may cost in a process and step; tenants are not charged for them.'),
    onPromoted: z
      .strictObject({
        model: name.describe('The model of the registry that the candidate’s engine serves.'),
        alias: name.describe('The alias that the baseline’s engine follows.'),
      })
      .optional()
      .describe(
        'After the last step the alias is moved to the candidate’s version under its rules, and traffic goes back to the baseline’s release as soon as its engine serves that.',
      ),
  })
  .refine(
    value => value.steps === undefined || value.test === undefined,
    'A rollout has either `steps` or `test`.',
  )
  .transform(plan => ({
    ...plan,
    steps:
      plan.test === undefined
        ? (plan.steps ??
          [0.05, 0.25, 0.5].map(share => ({
            share,
            shadow: undefined,
            leastValues: 200,
            leastDuration: '5m',
          })))
        : undefined,
  }))
  .describe('How a release is rolled out.')

export type RolloutPlan = z.output<typeof rolloutPlan>
export type RolloutMetricConfig = RolloutPlan['metrics'][number]
