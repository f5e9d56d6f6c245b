import type { Usage } from '../../../foundation/config/index.ts'
import { asCount, asObject, type JsonObject } from '../loose-json.ts'

/**
 * OpenAI's usage in disjoint buckets. Cached and cache-writing tokens are part of `prompt_tokens`, reasoning tokens
 * part of `completion_tokens`. Two deviations are read too: cached tokens under other names (DeepSeek, Moonshot), and
 * reasoning tokens counted beside the completion (xAI), known by a total that only adds up with them.
 * `undefined` where there is no count at all; an explicit zero stays a zero.
 */
export function readUsage(value: unknown): Usage | undefined {
  const usage = asObject(value)
  const prompt = asCount(usage?.['prompt_tokens'])
  if (!usage || prompt === undefined) return undefined
  const promptDetails = asObject(usage['prompt_tokens_details'])
  const cached =
    asCount(promptDetails?.['cached_tokens']) ??
    asCount(usage['prompt_cache_hit_tokens']) ??
    asCount(usage['cached_tokens']) ??
    0
  const cacheReadTokens = Math.min(cached, prompt)
  const written = asCount(promptDetails?.['cache_write_tokens']) ?? 0
  const cacheWriteTokens = Math.min(written, prompt - cacheReadTokens)

  const completion = asCount(usage['completion_tokens']) ?? 0
  const reasoning = asCount(asObject(usage['completion_tokens_details'])?.['reasoning_tokens']) ?? 0
  const isBeside = reasoning > 0 && asCount(usage['total_tokens']) === prompt + completion + reasoning
  const reasoningTokens = isBeside ? reasoning : Math.min(reasoning, completion)
  return {
    inputTokens: prompt - cacheReadTokens - cacheWriteTokens,
    cacheReadTokens,
    cacheWriteTokens,
    outputTokens: isBeside ? completion : completion - reasoningTokens,
    reasoningTokens,
  }
}

/** Where an answer keeps its usage: Groq's streams have it beside the usual place. */
export function usageOf(answer: JsonObject): Usage | undefined {
  return readUsage(answer['usage']) ?? readUsage(asObject(answer['x_groq'])?.['usage'])
}
