import { usageOf, type Usage } from '../../../foundation/config/index.ts'
import { CountParts } from '../count-parts.ts'
import { asCount, asList, asObject, type JsonObject } from '../loose-json.ts'

/**
 * `usageMetadata` in disjoint buckets. `promptTokenCount` includes what was read from the cache; what tools that run at
 * Google have read comes beside it (`toolUsePromptTokenCount`), as do the thoughts beside the answer. The exception
 * (Gemma) is known by a total that only adds up without the thoughts. The details by modality tell sound and pictures
 * apart; video and documents are priced as text and stay with it.
 * https://ai.google.dev/api/generate-content#UsageMetadata
 */
export function readUsage(value: unknown): Usage | undefined {
  const usage = asObject(value)
  const prompt = asCount(usage?.['promptTokenCount'])
  if (!usage || prompt === undefined) return undefined
  const fromTools = asCount(usage['toolUsePromptTokenCount']) ?? 0
  const read = new CountParts(prompt + fromTools)
  const cacheReadTokens = read.take(asCount(usage['cachedContentTokenCount']))
  const audioInputTokens = read.take(uncached(usage, 'AUDIO'))
  const imageInputTokens = read.take(uncached(usage, 'IMAGE'))

  const candidates = asCount(usage['candidatesTokenCount']) ?? 0
  const thoughts = asCount(usage['thoughtsTokenCount']) ?? 0
  const isInside = thoughts > 0 && asCount(usage['totalTokenCount']) === prompt + fromTools + candidates
  const written = new CountParts(isInside ? candidates : candidates + thoughts)
  const reasoningTokens = written.take(thoughts)
  const audioOutputTokens = written.take(tokensOf(usage['candidatesTokensDetails'], 'AUDIO'))
  const imageOutputTokens = written.take(tokensOf(usage['candidatesTokensDetails'], 'IMAGE'))
  return usageOf({
    inputTokens: read.rest,
    cacheReadTokens,
    audioInputTokens,
    imageInputTokens,
    outputTokens: written.rest,
    reasoningTokens,
    audioOutputTokens,
    imageOutputTokens,
  })
}

/** Of one modality, what was read afresh. */
function uncached(usage: JsonObject, modality: string): number {
  const read =
    tokensOf(usage['promptTokensDetails'], modality) + tokensOf(usage['toolUsePromptTokensDetails'], modality)
  return Math.max(0, read - tokensOf(usage['cacheTokensDetails'], modality))
}

function tokensOf(details: unknown, modality: string): number {
  return (asList(details) ?? [])
    .map(asObject)
    .filter(detail => detail?.['modality'] === modality)
    .reduce((sum, detail) => sum + (asCount(detail?.['tokenCount']) ?? 0), 0)
}

/** `standard` is what OpenAI calls `default`. */
export function readServiceTier(value: unknown): string | undefined {
  const tier = asObject(value)?.['serviceTier']
  if (typeof tier !== 'string' || tier === '') return undefined
  return tier === 'standard' ? 'default' : tier.toLowerCase()
}
