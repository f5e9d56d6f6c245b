import { usageOf, type Usage } from '../../../foundation/config/index.ts'
import { CountParts } from '../count-parts.ts'
import { asCount, asObject, type JsonObject } from '../loose-json.ts'

/**
 * OpenAI's usage in disjoint buckets. Cached, cache-writing, audio and image tokens are part of `prompt_tokens`,
 * reasoning, audio and image tokens part of `completion_tokens`. Nothing says which of the cached tokens were sound or
 * pictures: where the counts overlap, the cached ones are taken first. Two deviations are read too: cached tokens under
 * other names (DeepSeek, Moonshot), and reasoning tokens counted beside the completion (xAI), known by a total that
 * only adds up with them.
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
  const read = new CountParts(prompt)
  const cacheReadTokens = read.take(cached)
  const cacheWriteTokens = read.take(asCount(promptDetails?.['cache_write_tokens']))
  const audioInputTokens = read.take(asCount(promptDetails?.['audio_tokens']))
  const imageInputTokens = read.take(asCount(promptDetails?.['image_tokens']))

  const completion = asCount(usage['completion_tokens']) ?? 0
  const completionDetails = asObject(usage['completion_tokens_details'])
  const reasoning = asCount(completionDetails?.['reasoning_tokens']) ?? 0
  const isBeside = reasoning > 0 && asCount(usage['total_tokens']) === prompt + completion + reasoning
  const written = new CountParts(isBeside ? completion + reasoning : completion)
  const reasoningTokens = written.take(reasoning)
  const audioOutputTokens = written.take(asCount(completionDetails?.['audio_tokens']))
  const imageOutputTokens = written.take(asCount(completionDetails?.['image_tokens']))
  return usageOf({
    inputTokens: read.rest,
    cacheReadTokens,
    cacheWriteTokens,
    audioInputTokens,
    imageInputTokens,
    outputTokens: written.rest,
    reasoningTokens,
    audioOutputTokens,
    imageOutputTokens,
  })
}

/**
 * What the upstream says itself that the answer cost, in nano-dollars: OpenRouter in credits, which are dollars
 * (https://openrouter.ai/docs/use-cases/usage-accounting), xAI in ticks of 10⁻¹⁰ dollars
 * (https://docs.x.ai/developers/cost-tracking).
 */
export function reportedCostInAnswer(answer: JsonObject): number | undefined {
  const usage = asObject(answer['usage'])
  return nanoUsdOf(usage?.['cost_in_usd_ticks'], 1e10) ?? nanoUsdOf(usage?.['cost'], 1)
}

/** Of no more than anybody pays for one call; what is above is a mistake of the upstream. */
function nanoUsdOf(cost: unknown, perUsd: number): number | undefined {
  if (typeof cost !== 'number' || !(cost >= 0) || cost / perUsd > mostUsd) return undefined
  return Math.round((cost / perUsd) * 1e9)
}

const mostUsd = 1_000_000

/** Where an answer keeps its usage: Groq's streams have it beside the usual place. */
export function usageInAnswer(answer: JsonObject): Usage | undefined {
  return readUsage(answer['usage']) ?? readUsage(asObject(answer['x_groq'])?.['usage'])
}
