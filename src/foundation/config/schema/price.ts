import { z } from 'zod'
import { name } from './parts.ts'

/** Six decimals are one pico-dollar per token, the unit that costs are computed in, so nothing is rounded here. */
const usdPerMillion = z
  .number()
  .min(0)
  .max(1_000_000)
  .refine(
    value => Math.round(value * 1_000_000) / 1_000_000 === value,
    'A price has at most 6 decimals (US dollars per million tokens, or per thousand units).',
  )

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
    usdPerMillionTokens: z
      .strictObject({
        input: usdPerMillion.describe('Prompt tokens of text.'),
        cacheRead: usdPerMillion
          .optional()
          .describe('Prompt tokens read from a cache; as `input` by default.'),
        cacheWrite: usdPerMillion
          .optional()
          .describe('Prompt tokens written to a cache for minutes; as `input` by default.'),
        cacheWriteHour: usdPerMillion
          .optional()
          .describe('Prompt tokens written to a cache for an hour; as `cacheWrite` by default.'),
        audioInput: usdPerMillion.optional().describe('Prompt tokens of sound; unpriced by default.'),
        imageInput: usdPerMillion
          .optional()
          .describe('Prompt tokens of pictures, where they are told apart; as `input` by default.'),
        output: usdPerMillion.describe('Answer tokens of text.'),
        reasoning: usdPerMillion.optional().describe('Reasoning tokens; as `output` by default.'),
        audioOutput: usdPerMillion.optional().describe('Answer tokens of sound; unpriced by default.'),
        imageOutput: usdPerMillion.optional().describe('Answer tokens of pictures; unpriced by default.'),
      })
      .optional()
      .describe('US dollars for a million tokens, at most 6 decimals.'),
    usdPerThousandUnits: z
      .strictObject({
        searches: usdPerMillion.optional().describe('Searches: of a reranking, or on the web.'),
        images: usdPerMillion.optional().describe('Pictures made.'),
        characters: usdPerMillion.optional().describe('Characters spoken.'),
        seconds: usdPerMillion.optional().describe('Seconds of sound heard.'),
      })
      .optional()
      .describe('US dollars for a thousand of what is charged beside tokens; 0 where tokens cover it.'),
  })
  .refine(
    entry => entry.usdPerMillionTokens !== undefined || entry.usdPerThousandUnits !== undefined,
    'A price says `usdPerMillionTokens`, `usdPerThousandUnits` or both.',
  )
  .describe(
    'What tokens cost from a day on. An inference that uses what has no price is recorded as unpriced, never as 0.',
  )

export type PriceConfig = z.output<typeof price>
