import { z } from 'zod'
import { name } from './parts.ts'

const ttlSeconds = z
  .int()
  .min(1)
  .max(30 * 86_400)
  .default(3_600)
  .describe('How long an answer may be given again.')

const semantic = z
  .strictObject({
    mode: z
      .enum(['shadow', 'serve'])
      .default('shadow')
      .describe(
        '`shadow` only measures how often it would have been wrong; `serve` answers, but not before the measured bound allows it.',
      ),
    embedder: name.describe('The service whose /v1/embeddings compares questions.'),
    threshold: z
      .number()
      .min(0.5)
      .max(1)
      .default(0.95)
      .describe('The cosine similarity from which two questions count as the same.'),
    agreement: z
      .number()
      .min(0.5)
      .max(1)
      .default(0.9)
      .describe('The similarity from which the old answer and the new one count as the same.'),
    maxWrongPercent: z
      .number()
      .min(0.1)
      .max(50)
      .default(5)
      .describe('It serves only while the 95 % upper bound of its wrong hits is at most this.'),
    samplePercent: z
      .number()
      .min(1)
      .max(100)
      .default(5)
      .describe(
        'Of the hits that could be served, how many go to the model all the same, to keep measuring.',
      ),
    timeoutMs: z.int().min(10).max(10_000).default(300).describe('For the embedding; later means a miss.'),
    ttlSeconds,
  })
  .describe('Answers again what was answered to a question that means the same.')

/** The cache of a service. */
export const cache = z
  .strictObject({
    tenants: z
      .union([z.literal('all'), z.array(name).min(1)])
      .describe('Who gets answers from it: the tenants by name, or `all`. Each only ever gets its own.'),
    exact: z
      .strictObject({ ttlSeconds })
      .nullable()
      .transform(value => value ?? { ttlSeconds: 3_600 })
      .optional()
      .describe('Answers a request again that is the same to the letter.'),
    semantic: semantic.optional(),
  })
  .refine(value => value.exact || value.semantic, 'Say `exact:` or `semantic:`, or remove `cache`.')
  .describe('Gives answers again instead of asking the model. Off where this is left out.')

export type CacheConfig = z.output<typeof cache>
export type SemanticCacheConfig = z.output<typeof semantic>
