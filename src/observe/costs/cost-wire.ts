import { z } from 'zod'
import { toWireUsage, usageSchema } from '../traces/index.ts'
import type { CostFigures } from './cost-rollup.ts'

const figures = {
  calls: z.int(),
  unpriced_calls: z
    .int()
    .describe('Calls that used something without a declared price; they cost nothing here.'),
  estimated_calls: z.int().describe('Calls whose usage is partly a guess, as the upstream never told.'),
  cached_calls: z.int().describe('Calls that the cache of answers gave: nothing was sent, nothing is paid.'),
  cost_nano_usd: z.int().describe('Of the priced calls.'),
  cache_saved_nano_usd: z
    .int()
    .describe(
      "What the providers' prompt caches saved; negative where writing cost more than reading brought in.",
    ),
  answers_saved_nano_usd: z.int().describe('What the cache of answers saved.'),
  usage: usageSchema,
}

export const costReportSchema = z
  .object({
    since: z.iso.date(),
    until: z.iso.date().describe('The last day, within.'),
    group_by: z.string(),
    totals: z.object(figures),
    ledger: z
      .object({
        inferences: z.int(),
        cost_nano_usd: z.int(),
        interrupted: z.int().describe('Calls of processes that died: their worst case is what is written.'),
      })
      .nullable()
      .describe(
        'The truth for money, of the same period, written through a journal: more than the totals where traces were lost. Null where it is asked by target.',
      ),
    groups: z.array(z.object({ group: z.string(), ...figures })).describe('The dearest first.'),
    days: z.array(z.object({ day: z.iso.date(), group: z.string(), ...figures })),
    unpriced: z.array(
      z.object({
        target: z.string(),
        model: z.string(),
        calls: z.int(),
        mend: z.string().describe('What gives it a price.'),
      }),
    ),
  })
  .meta({ id: 'CostReport' })

export type CostReport = z.output<typeof costReportSchema>

export function toWireFigures(costs: CostFigures) {
  return {
    calls: costs.calls,
    unpriced_calls: costs.unpricedCalls,
    estimated_calls: costs.estimatedCalls,
    cached_calls: costs.cachedCalls,
    cost_nano_usd: costs.costNanoUsd,
    cache_saved_nano_usd: costs.cacheSavedNanoUsd,
    answers_saved_nano_usd: costs.answersSavedNanoUsd,
    usage: toWireUsage(costs.usage),
  }
}

export const answerListSchema = z
  .object({
    data: z.array(
      z.object({
        inference_id: z.uuid(),
        answer_id: z.string().describe('The id that the upstream gave its answer.'),
        cost_nano_usd: z.int().nullable(),
      }),
    ),
    next_cursor: z.uuid().nullable(),
  })
  .meta({ id: 'AnswerList' })

const usd = z.record(z.string(), z.number())

export const priceReportSchema = z
  .object({
    day: z.iso.date(),
    data: z.array(
      z.object({
        provider: z.string().nullable(),
        engine: z.string().nullable(),
        model: z.string().nullable().describe('Null holds for all models that have none of their own.'),
        from: z.iso.date(),
        origin: z.string().describe('`slipway.yaml`, or the price list that ships with Slipway.'),
        source: z.string().nullable(),
        usd_per_million_tokens: usd.describe('By bucket; a bucket that is not named has no price.'),
        usd_per_thousand_units: usd,
        long_prompts: z.array(z.object({ above_input_tokens: z.int(), usd_per_million_tokens: usd })),
        service_tiers: z.record(z.string(), z.number()).describe('The factor of each tier.'),
      }),
    ),
    unpriced: z
      .array(z.object({ service: z.string(), target: z.string(), model: z.string(), mend: z.string() }))
      .describe('Targets of services that have no price on that day.'),
    problems: z.array(z.string()).describe('Rows of price lists that are left out, and why.'),
  })
  .meta({ id: 'PriceReport' })
export type PriceReport = z.output<typeof priceReportSchema>
