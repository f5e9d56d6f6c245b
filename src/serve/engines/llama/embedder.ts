import type { LlamaEmbeddingContext, LlamaModel } from 'node-llama-cpp'
import { invalid, RequestError } from './request-error.ts'
import { asTokens } from './sequence-pool.ts'

export interface Embedder {
  /** A vector of unit length for one input, and how many tokens it took. */
  embed(
    input: string | readonly number[],
    parameter: string,
    signal: AbortSignal,
  ): Promise<{ vector: Float32Array; tokens: number }>
}

/** The context for embeddings is made with the first call, since most engines never get one. */
export function createEmbedder(model: LlamaModel, contextSize: number, threads: number): Embedder {
  let opening: Promise<LlamaEmbeddingContext> | undefined
  let last: Promise<unknown> = Promise.resolve()
  const open = (): Promise<LlamaEmbeddingContext> => {
    // a pooled vector is right only where the whole input is in one batch
    opening ??= model
      .createEmbeddingContext({ contextSize, batchSize: contextSize, threads })
      .catch((cause: unknown) => {
        opening = undefined
        const problem = cause instanceof Error ? cause.message : String(cause)
        throw new RequestError(
          400,
          'unsupported_operation',
          `This model gives no embeddings here: ${problem}`,
        )
      })
    return opening
  }
  return {
    async embed(input, parameter, signal) {
      const tokens = typeof input === 'string' ? model.tokenize(input, false) : asTokens(input)
      if (tokens.length === 0) throw invalid(parameter, 'An input is empty. Send at least one token.')
      const context = await open()
      const length = context.calculateInputLength(tokens)
      if (length >= contextSize) {
        throw new RequestError(
          400,
          'context_length_exceeded',
          `An input has ${length} tokens, but the engine takes fewer than ${contextSize}. Shorten it, or raise contextSize of the engine.`,
          parameter,
        )
      }
      const turn = last.then(async () => {
        signal.throwIfAborted()
        return context.getEmbeddingFor(tokens)
      })
      last = turn.catch(() => undefined)
      const { vector } = await turn
      return { vector: unit(vector), tokens: length }
    },
  }
}

function unit(vector: readonly number[]): Float32Array {
  const length = Math.hypot(...vector)
  return Float32Array.from(vector, value => (length === 0 ? 0 : value / length))
}
