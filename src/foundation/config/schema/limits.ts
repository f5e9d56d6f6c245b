import { z } from 'zod'

export const windowNames = ['minute', 'hour', 'day', 'week', 'month'] as const

const per = z.enum(windowNames).describe('The window, in UTC; weeks begin on Monday.')
const count = z.int().min(1).max(1_000_000_000_000)

const limit = z
  .union([
    z.strictObject({ requests: count.describe('Requests in each window.'), per }),
    z.strictObject({
      tokens: count.describe('Tokens in each window, of prompts and answers together.'),
      per,
    }),
    z.strictObject({ concurrent: z.int().min(1).max(1_000_000).describe('Requests under way at once.') }),
  ])
  .describe('`{ requests, per }`, `{ tokens, per }` or `{ concurrent }`.')

const budget = z
  .strictObject({
    usd: z
      .number()
      .gt(0)
      .max(1_000_000)
      .refine(
        value => Math.round(value * 1_000_000) / 1_000_000 === value,
        'A budget has at most 6 decimals (US dollars).',
      )
      .describe('US dollars in each window.'),
    per,
    kind: z
      .enum(['hard', 'soft'])
      .default('hard')
      .describe('`hard` refuses what could exceed it; `soft` lets it pass and tells.'),
  })
  .describe('`{ usd, per, kind }`.')

/** Limits and budgets of a tenant, a service or a key. */
export const limits = z
  .array(limit)
  .max(20)
  .describe('How much may be asked for; what exceeds it is answered 429.')
export const budgets = z.array(budget).max(20).describe('What may be spent.')

export type WindowName = (typeof windowNames)[number]
export type LimitConfig = z.output<typeof limit>
export type BudgetConfig = z.output<typeof budget>
