/** The token buckets of a usage, in the order in which people read them. Each has a price of its own. */
export const tokenBuckets = [
  'inputTokens',
  'cacheReadTokens',
  'cacheWriteTokens',
  'cacheWriteHourTokens',
  'audioInputTokens',
  'imageInputTokens',
  'outputTokens',
  'reasoningTokens',
  'audioOutputTokens',
  'imageOutputTokens',
] as const

export type TokenBucket = (typeof tokenBuckets)[number]

/** What some upstreams charge for beside or instead of tokens. */
export const usageUnits = ['searches', 'images', 'characters', 'seconds'] as const

export type UsageUnit = (typeof usageUnits)[number]

/**
 * Tokens of one inference in disjoint buckets: their sum is all that was processed, so each can have a price
 * of its own and nothing is counted twice. Whole numbers. Made with `usageOf`.
 */
export interface Usage extends Readonly<Record<TokenBucket, number>> {
  /** Prompt tokens of text that were neither read from nor written to a provider's prompt cache. */
  readonly inputTokens: number
  readonly cacheReadTokens: number
  /** Written to be kept for minutes (Anthropic: 5), and for an hour. */
  readonly cacheWriteTokens: number
  readonly cacheWriteHourTokens: number
  /** Prompt tokens of sound and of pictures, where the upstream tells them apart; else they are `inputTokens`. */
  readonly audioInputTokens: number
  readonly imageInputTokens: number
  /** Answer tokens of text without the reasoning ones. */
  readonly outputTokens: number
  readonly reasoningTokens: number
  readonly audioOutputTokens: number
  readonly imageOutputTokens: number
  /** Searches (rerank, web search), pictures made, characters spoken, seconds of sound heard; only those above 0. */
  readonly units?: Readonly<Partial<Record<UsageUnit, number>>>
}

/** A usage of what is given; every other bucket is 0. */
export function usageOf(given: Partial<Usage>): Usage {
  const usage = {
    inputTokens: given.inputTokens ?? 0,
    cacheReadTokens: given.cacheReadTokens ?? 0,
    cacheWriteTokens: given.cacheWriteTokens ?? 0,
    cacheWriteHourTokens: given.cacheWriteHourTokens ?? 0,
    audioInputTokens: given.audioInputTokens ?? 0,
    imageInputTokens: given.imageInputTokens ?? 0,
    outputTokens: given.outputTokens ?? 0,
    reasoningTokens: given.reasoningTokens ?? 0,
    audioOutputTokens: given.audioOutputTokens ?? 0,
    imageOutputTokens: given.imageOutputTokens ?? 0,
  }
  return given.units ? { ...usage, units: given.units } : usage
}

/** All that was read, cached or not, of any kind. */
export function totalInputTokens(usage: Usage): number {
  return (
    usage.inputTokens +
    usage.cacheReadTokens +
    usage.cacheWriteTokens +
    usage.cacheWriteHourTokens +
    usage.audioInputTokens +
    usage.imageInputTokens
  )
}

/** All that was written, reasoning included, of any kind. */
export function totalOutputTokens(usage: Usage): number {
  return usage.outputTokens + usage.reasoningTokens + usage.audioOutputTokens + usage.imageOutputTokens
}

/** Bucket by bucket, unit by unit. */
export function addUsage(left: Usage, right: Usage): Usage {
  const sum = usageOf(left) as Record<TokenBucket, number>
  for (const bucket of tokenBuckets) sum[bucket] += right[bucket]
  if (!left.units && !right.units) return sum
  const units: Partial<Record<UsageUnit, number>> = {}
  for (const unit of usageUnits) {
    const count = (left.units?.[unit] ?? 0) + (right.units?.[unit] ?? 0)
    if (count > 0) units[unit] = count
  }
  return { ...sum, units }
}
