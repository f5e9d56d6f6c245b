import { z } from 'zod'
import { breaker, timeouts } from './failure.ts'
import { capacity } from './capacity.ts'
import { trainingOnOutput } from './training-on-output.ts'

export const engine = z
  .strictObject({
    kind: z.literal('llama.cpp').default('llama.cpp').describe('What runs the model.'),
    model: z
      .string()
      .min(1)
      .describe(
        'A GGUF file, relative to the configuration; `builtin:support`, the model that Slipway brings; or `registry:[TENANT/]MODEL@ALIAS` (or `@NUMBER`), a version of the registry.',
      ),
    contextSize: z
      .int()
      .min(16)
      .max(1_048_576)
      .optional()
      .describe('Tokens that one sequence may hold; the model knows its own.'),
    kvCache: z
      .enum(['f16', 'q8_0', 'q4_0'])
      .default('f16')
      .describe(
        'How keys and values of attention are held: q8_0 takes 53 % and q4_0 28 % of the memory of f16, at some loss; not every model can.',
      ),
    parallel: z.int().min(1).max(256).default(4).describe('Sequences decoded together.'),
    threads: z
      .int()
      .min(1)
      .max(512)
      .optional()
      .describe('CPU threads; by default one for a file below 64 MB, else all cores but one.'),
    gpu: z
      .enum(['auto', 'off', 'cuda', 'vulkan', 'metal'])
      .default('auto')
      .describe('Where to compute; `slipway doctor` says when a GPU build would help.'),
    embeddings: z.boolean().default(true).describe('Whether it also answers /v1/embeddings.'),
    timeouts: timeouts.optional(),
    breaker: breaker.optional(),
    capacity: capacity.optional(),
    trainingOnOutput: trainingOnOutput.optional(),
  })
  .describe('An inference process that Slipway starts and supervises.')

export type EngineConfig = z.output<typeof engine>
