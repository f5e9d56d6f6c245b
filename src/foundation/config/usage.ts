/**
 * Tokens of one inference in disjoint buckets: their sum is all that was processed, so each can have a price
 * of its own and nothing is counted twice.
 */
export interface Usage {
  /** Prompt tokens that were neither read from nor written to a provider's prompt cache. */
  readonly inputTokens: number
  readonly cacheReadTokens: number
  readonly cacheWriteTokens: number
  /** Answer tokens without the reasoning ones. */
  readonly outputTokens: number
  readonly reasoningTokens: number
}
