import { usageOf, type Usage } from '../../../foundation/config/index.ts'
import { asCount, asList, asObject, type JsonObject } from '../loose-json.ts'

/**
 * Converse's counts in disjoint buckets: `inputTokens` excludes what was read from and written to the cache.
 * `cacheDetails` says which writes are kept for an hour. Reasoning is part of `outputTokens` and not told apart.
 */
export function readUsage(value: unknown): Usage | undefined {
  const usage = asObject(value)
  const inputTokens = asCount(usage?.['inputTokens'])
  if (!usage || inputTokens === undefined) return undefined
  const written = asCount(usage['cacheWriteInputTokens']) ?? 0
  const details = (asList(usage['cacheDetails']) ?? []).map(asObject)
  const hour = details
    .filter(detail => detail?.['ttl'] === '1h')
    .reduce((sum, detail) => sum + (asCount(detail?.['inputTokens']) ?? 0), 0)
  const cacheWriteHourTokens = Math.min(hour, written)
  return usageOf({
    inputTokens,
    cacheReadTokens: asCount(usage['cacheReadInputTokens']) ?? 0,
    cacheWriteTokens: written - cacheWriteHourTokens,
    cacheWriteHourTokens,
    outputTokens: asCount(usage['outputTokens']) ?? 0,
  })
}

/** As OpenAI's clients read it. */
export function toOpenAiUsage(usage: Usage): JsonObject {
  const written = usage.cacheWriteTokens + usage.cacheWriteHourTokens
  const prompt = usage.inputTokens + usage.cacheReadTokens + written
  return {
    prompt_tokens: prompt,
    completion_tokens: usage.outputTokens,
    total_tokens: prompt + usage.outputTokens,
    prompt_tokens_details: { cached_tokens: usage.cacheReadTokens, cache_write_tokens: written },
  }
}
