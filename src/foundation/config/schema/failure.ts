import { z } from 'zod'

const milliseconds = (minimum: number) => z.int().min(minimum).max(3_600_000)

/** How long a target may take, each from its own beginning; what is left out does not apply. */
export const timeouts = z
  .strictObject({
    connectMs: milliseconds(50)
      .optional()
      .describe('To open a connection, checked where the target stays silent; 5000 by default.'),
    firstTokenMs: milliseconds(100)
      .optional()
      .describe('From sending a streamed call to the first token of its answer.'),
    idleMs: milliseconds(100)
      .optional()
      .describe(
        'Between two pieces of a stream; comments that say that the upstream is still at work count.',
      ),
    totalMs: milliseconds(100).optional().describe('For one whole call, streamed or not.'),
  })
  .describe(
    'Time limits of one call to a target; the `timeoutMs` of the service holds for all of them together.',
  )

export const breaker = z
  .strictObject({
    failures: z
      .int()
      .min(1)
      .max(1_000)
      .default(5)
      .describe('Failures in a row, without a success between them, that take the target out.'),
    errorPercent: z
      .int()
      .min(1)
      .max(100)
      .default(50)
      .describe('Or this share of the last calls (20 at least within half a minute).'),
    openMs: milliseconds(100)
      .default(5_000)
      .describe(
        'How long it stays out before one call tries it again; doubles up to a minute while that fails.',
      ),
  })
  .describe('When a target that fails is left alone for a while.')

export const failureCauses = ['outage', 'rate_limit', 'context_too_long', 'content_refused'] as const

export const retries = z
  .strictObject({
    attempts: z
      .int()
      .min(0)
      .max(10)
      .default(2)
      .describe('How often a call that failed is sent again to the targets of the release; 0 never.'),
    budgetPercent: z
      .int()
      .min(0)
      .max(100)
      .default(10)
      .describe('Of all calls of the service, how many may be retries; ten a minute are always allowed.'),
    maxWaitMs: milliseconds(0)
      .default(2_000)
      .describe(
        'The longest wait before a retry; who asks for a longer one is not retried but fallen back from.',
      ),
  })
  .describe('Sending a failed call again, with full jitter between the attempts.')

export const hedge = z
  .strictObject({
    afterMs: milliseconds(10).describe(
      'How long a first token may take before a second target is asked too.',
    ),
    budgetPercent: z.int().min(1).max(100).default(5).describe('Of all calls, how many may be asked twice.'),
  })
  .describe(
    'Asks a second target where the first token is slow; who answers first serves, the other is aborted.',
  )

export const routing = z
  .strictObject({
    strategy: z
      .enum(['weighted', 'least-loaded', 'cost'])
      .default('weighted')
      .describe(
        '`weighted` shares out by `weight`; `least-loaded` takes the better of two random targets by load and latency; `cost` the cheapest that is healthy.',
      ),
    sticky: z
      .enum(['none', 'key', 'prefix'])
      .default('none')
      .describe(
        '`key` keeps the calls of a key on one target; `prefix` sends prompts that begin alike to the target that has them in its cache.',
      ),
    prefixTtlSeconds: z
      .int()
      .min(1)
      .max(86_400)
      .default(3_600)
      .describe(
        'How long a prompt is taken to stay in the cache of a target; not less than its provider keeps it.',
      ),
    escapeLoad: z
      .int()
      .min(1)
      .max(10_000)
      .default(8)
      .describe(
        'How many more calls than the least loaded target may be under way before stickiness yields.',
      ),
  })
  .describe('How one of several targets is chosen.')

export type TimeoutsConfig = z.output<typeof timeouts>
export type BreakerConfig = z.output<typeof breaker>
export type RetriesConfig = z.output<typeof retries>
export type HedgeConfig = z.output<typeof hedge>
export type RoutingConfig = z.output<typeof routing>
export type FailureCause = (typeof failureCauses)[number]

/** What holds where a provider or an engine says nothing. */
export const defaultBreaker: BreakerConfig = breaker.parse({})
