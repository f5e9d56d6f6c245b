import { z } from 'zod'

/** What the parent writes to the child's standard input, as one line of JSON. */
export const settingsSchema = z.object({
  /** The bearer token that every call must carry. */
  token: z.string().min(32),
  /** What the child calls its model in answers. */
  name: z.string(),
  modelPath: z.string(),
  /** Tokens a sequence may hold; the model's own, at most 4096, where it is left out. */
  contextSize: z.int().optional(),
  kvCache: z.enum(['f16', 'q8_0', 'q4_0']).default('f16'),
  parallel: z.int().min(1),
  threads: z.int().min(1).optional(),
  gpu: z.enum(['auto', 'off', 'cuda', 'vulkan', 'metal']),
  embeddings: z.boolean(),
  /** Requests that may wait for a sequence before more are refused. */
  queueLimit: z.int().min(0),
  /** A folder with another installation of the native package (the one with GPU binaries). */
  binariesDirectory: z.string().optional(),
})

export type ChildSettings = z.output<typeof settingsSchema>

/** What the child writes to its standard output, one line of JSON each. */
export const childEventSchema = z.discriminatedUnion('event', [
  z.object({
    event: z.literal('ready'),
    port: z.int(),
    contextSize: z.int(),
    trainContextSize: z.int(),
    parallel: z.int(),
    threads: z.int(),
    gpu: z.string(),
  }),
  z.object({
    event: z.literal('failed'),
    /** What was wrong and how to mend it. */
    reason: z.string(),
    /** Whether starting again with the same files and settings may help. */
    isRetryable: z.boolean(),
  }),
  z.object({
    event: z.literal('log'),
    level: z.enum(['debug', 'info', 'warn', 'error']),
    message: z.string(),
  }),
])

export type ChildEvent = z.output<typeof childEventSchema>

/** What GET /health answers; counters count from the start of the process. */
export const healthSchema = z.object({
  status: z.literal('ok'),
  activeSequences: z.int(),
  queueLength: z.int(),
  /** Tokens in the cache of keys and values, and how many it has room for. */
  cacheTokens: z.int(),
  cacheTokenLimit: z.int(),
  promptTokens: z.int(),
  cachedPromptTokens: z.int(),
  generatedTokens: z.int(),
  /** Milliseconds since anything was decoded, while there is something to decode. */
  stalledMs: z.number(),
  residentBytes: z.int(),
})

export type ChildHealth = z.output<typeof healthSchema>
