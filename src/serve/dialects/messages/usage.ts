import { asObject, asText, readUsage, type JsonObject } from '../../providers/index.ts'

const tiers: Readonly<Record<string, string>> = { default: 'standard', priority: 'priority' }

/**
 * A chat's usage in Anthropic's buckets, which are disjoint: what came from a cache is not in `input_tokens`. Anthropic's
 * clients need numbers, so an upstream that says nothing is passed on as zeros.
 */
export function toMessageUsage(given: unknown): JsonObject {
  const usage = readUsage(given)
  return {
    input_tokens: usage?.inputTokens ?? 0,
    cache_creation_input_tokens: usage?.cacheWriteTokens ?? 0,
    cache_read_input_tokens: usage?.cacheReadTokens ?? 0,
    output_tokens: (usage?.outputTokens ?? 0) + (usage?.reasoningTokens ?? 0),
    output_tokens_details: usage ? { thinking_tokens: usage.reasoningTokens } : null,
    server_tool_use: null,
  }
}

/** The usage of a whole message has more to say than that of an event. */
export function toWholeUsage(reply: JsonObject): JsonObject {
  return {
    ...toMessageUsage(reply['usage']),
    cache_creation: null,
    inference_geo: null,
    service_tier: tiers[asText(reply['service_tier']) ?? ''] ?? null,
    speed: null,
  }
}

/** Whether there is a count in it. */
export function isUsage(given: unknown): boolean {
  return asObject(given) !== undefined
}
