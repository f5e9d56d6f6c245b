import { z } from 'zod'
import { name } from './parts.ts'

/** Six decimals are one pico-dollar per token, the unit that costs are computed in, so nothing is rounded here. */
const usd = z
  .number()
  .min(0)
  .max(1_000_000)
  .refine(
    value => Math.round(value * 1_000_000) / 1_000_000 === value,
    'A price has at most 6 decimals (US dollars per million tokens, or per thousand units).',
  )
const usdOrUnknown = usd.nullable().optional()

const usdPerMillionTokens = z.strictObject({
  input: usd.describe('Prompt tokens of text.'),
  cacheRead: usdOrUnknown.describe(
    'Prompt tokens read from a cache; as `input` by default, `null` is unpriced.',
  ),
  cacheWrite: usdOrUnknown.describe(
    'Prompt tokens written to a cache for minutes; as `input` by default, `null` is unpriced.',
  ),
  cacheWriteHour: usdOrUnknown.describe(
    'Prompt tokens written to a cache for an hour; as `cacheWrite` by default, `null` is unpriced.',
  ),
  audioInput: usd.optional().describe('Prompt tokens of sound; unpriced by default.'),
  imageInput: usdOrUnknown.describe(
    'Prompt tokens of pictures, where they are told apart; as `input` by default, `null` is unpriced.',
  ),
  output: usd.describe('Answer tokens of text.'),
  reasoning: usd.optional().describe('Reasoning tokens; as `output` by default.'),
  audioOutput: usd.optional().describe('Answer tokens of sound; unpriced by default.'),
  imageOutput: usd.optional().describe('Answer tokens of pictures; unpriced by default.'),
})

const usdPerThousandUnits = z.strictObject({
  searches: usd.optional().describe('Searches: of a reranking, or on the web.'),
  images: usd.optional().describe('Pictures made.'),
  characters: usd.optional().describe('Characters spoken.'),
  seconds: usd.optional().describe('Seconds of sound heard.'),
})

const factor = z
  .number()
  .min(0)
  .max(100)
  .refine(value => Math.round(value * 10_000) / 10_000 === value, 'A factor has at most 4 decimals.')

/** What things cost, wherever it is written. */
export const priceFigures = {
  usdPerMillionTokens: usdPerMillionTokens
    .optional()
    .describe('US dollars for a million tokens, at most 6 decimals.'),
  usdPerThousandUnits: usdPerThousandUnits
    .optional()
    .describe('US dollars for a thousand of what is charged beside tokens; 0 where tokens cover it.'),
  longPrompts: z
    .array(
      z.strictObject({
        aboveInputTokens: z.int().min(1).describe('All prompt tokens together, cached ones included.'),
        usdPerMillionTokens: usdPerMillionTokens.describe('What the tokens of such a request cost instead.'),
      }),
    )
    .optional()
    .describe('Prices of the whole request where its prompt is longer than that.'),
  serviceTiers: z
    .record(z.string().min(1), factor)
    .optional()
    .describe(
      'By what the price of tokens is multiplied in a tier, e.g. `{ batch: 0.5, flex: 0.5, priority: 2 }`. A tier that is not named costs as without one.',
    ),
}

export function saysWhatItCosts(entry: {
  readonly usdPerMillionTokens?: unknown
  readonly usdPerThousandUnits?: unknown
}): boolean {
  return entry.usdPerMillionTokens !== undefined || entry.usdPerThousandUnits !== undefined
}

export const price = z
  .strictObject({
    provider: name.optional().describe('The provider it holds for; or name an `engine`.'),
    engine: name.optional().describe('The engine it holds for; or name a `provider`.'),
    model: z
      .string()
      .min(1)
      .optional()
      .describe('The upstream model; left out, the price holds for all models that have none of their own.'),
    from: z.iso
      .date()
      .describe('The first day (UTC) on which the price holds; it ends where the next one begins.'),
    source: z.string().optional().describe('Where the price was read, e.g. a URL.'),
    ...priceFigures,
  })
  .refine(saysWhatItCosts, 'A price says `usdPerMillionTokens`, `usdPerThousandUnits` or both.')
  .describe(
    'What tokens cost from a day on. An inference that uses what has no price is recorded as unpriced, never as 0.',
  )

export type PriceConfig = z.output<typeof price>
export type TokenPriceConfig = z.output<typeof usdPerMillionTokens>
