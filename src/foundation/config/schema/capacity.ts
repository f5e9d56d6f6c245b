import { z } from 'zod'

export const priorities = ['interactive', 'standard', 'batch'] as const
export const fairnessKinds = ['vtc', 'locality', 'fifo'] as const

const limits = {
  inFlightTokens: z
    .int()
    .min(1)
    .max(1_000_000_000)
    .optional()
    .describe(
      'Tokens under way at once: those of the prompts and those that the answers are expected to have.',
    ),
  inFlightRequests: z.int().min(1).max(100_000).optional().describe('Requests under way at once.'),
  inFlightPromptTokens: z
    .int()
    .min(1)
    .max(100_000_000)
    .optional()
    .describe(
      'Tokens of prompts that wait for their first token at once, of calls that stream: an engine works prompts in one after the other, and behind a few of them nobody is served soon.',
    ),
  maxQueueMs: z
    .int()
    .min(0)
    .max(3_600_000)
    .default(30_000)
    .describe('The longest a request may wait here; who would wait longer is turned away at once.'),
  maxQueued: z
    .int()
    .min(0)
    .max(1_000_000)
    .default(1_000)
    .describe('Requests that may wait; beyond, the tenant with the longest queue loses its newest.'),
  headroomPercent: z
    .int()
    .min(0)
    .max(50)
    .default(5)
    .describe(
      'Kept free by tenants that have their share, so that who has less need not wait; only while several tenants call.',
    ),
  fairness: z
    .enum(fairnessKinds)
    .default('vtc')
    .describe(
      'Whose turn it is: `vtc` (the default) the tenant that had least of its share, `locality` about the same but with prompts that begin alike together, `fifo` whoever came first.',
    ),
}

const explanation =
  'How much it carries at once; what is beyond that waits here, shared fairly between tenants.'

export const capacity = z.strictObject(limits).describe(explanation)

export const providerCapacity = z
  .strictObject({
    ...limits,
    models: z
      .record(z.string().min(1), capacity)
      .optional()
      .describe('Models that have a queue of their own, by the name they have at the provider.'),
  })
  .describe(explanation)

export const priority = z
  .enum(priorities)
  .describe(
    'Who goes first where a target is full: `interactive`, then `standard`; `batch` only fills what is idle. A client may lower it for a call with the header `slipway-priority`.',
  )

export const weight = z
  .number()
  .min(0.01)
  .max(1_000)
  .describe('Its share of a target that is full, against the weights of the others; 1 by default.')

export type CapacityConfig = z.output<typeof capacity>
export type ProviderCapacityConfig = z.output<typeof providerCapacity>
export type Priority = (typeof priorities)[number]
export type FairnessKind = (typeof fairnessKinds)[number]
