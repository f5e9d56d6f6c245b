import { z } from 'zod'
import { columnTypes } from '../definition.ts'

const histogram = z
  .object({
    from: z.number(),
    to: z.number(),
    counts: z
      .array(z.int())
      .describe(
        'Bins of equal width between `from` and `to`; the first and the last also hold what lies beyond.',
      ),
  })
  .describe('For a bar chart.')

const quantiles = z.object({
  p05: z.number(),
  p25: z.number(),
  p50: z.number(),
  p75: z.number(),
  p95: z.number(),
})

const spread = z.object({
  min: z.number(),
  max: z.number(),
  mean: z.number(),
  deviation: z.number().describe('Standard deviation, of the population.'),
  quantiles: quantiles.describe(
    'Exact up to 50,000 distinct numbers; else approximate (t-digest), off by about a hundredth of the rows at most.',
  ),
  histogram: histogram.optional(),
})

const chatProfile = z.object({
  conversations: z.int(),
  turns: z
    .object({ mean: z.number(), max: z.int(), histogram: histogram.optional() })
    .describe('Messages in a conversation.'),
  roles: z.array(z.object({ role: z.string(), messages: z.int() })),
  withSystem: z.int().describe('Conversations that begin with a system message.'),
  lastByAssistant: z.int(),
  toolCalls: z.int(),
  tools: z.array(z.object({ name: z.string(), calls: z.int() })),
})

export const columnProfile = z.object({
  name: z.string(),
  type: z.enum(columnTypes),
  role: z.string().optional(),
  rows: z.int(),
  nulls: z.int(),
  empty: z.int().optional().describe('Texts without a character.'),
  distinct: z.object({
    count: z.int(),
    isExact: z.boolean(),
    error: z.number().optional().describe('The relative standard error of an estimate (HyperLogLog).'),
  }),
  numbers: spread.optional().describe('Of the values; times in seconds since 1970.'),
  lengths: spread.optional().describe('Of texts, in characters.'),
  tokens: z
    .object({
      counter: z.literal('estimate'),
      mean: z.number(),
      p95: z.number(),
      max: z.int(),
      total: z.int(),
    })
    .optional()
    .describe('A quarter of the bytes in UTF-8.'),
  top: z
    .array(z.object({ value: z.string(), count: z.int() }))
    .describe('The most frequent values, where any is there twice.'),
  languages: z
    .object({
      sampled: z.int().describe('How many texts were looked at, chosen by hash.'),
      shares: z.array(z.object({ language: z.string(), share: z.number() })),
    })
    .optional(),
  chat: chatProfile.optional(),
  examples: z.array(z.string()).describe('Some values, chosen by hash, cut at 200 characters.'),
})

export const datasetProfile = z.object({
  rows: z.int(),
  durationMs: z.number(),
  columns: z.array(columnProfile),
  splits: z.array(z.object({ split: z.string(), rows: z.int() })).optional(),
})

export type DatasetProfile = z.infer<typeof datasetProfile>
export type ColumnProfile = z.infer<typeof columnProfile>
export type Histogram = z.infer<typeof histogram>
export type ChatProfile = z.infer<typeof chatProfile>
export type Spread = z.infer<typeof spread>
