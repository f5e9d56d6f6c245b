import { usageOf, type Usage } from '../../../foundation/config/index.ts'
import { asCount, asObject, asText, type JsonObject } from '../loose-json.ts'

/**
 * Anthropic's counts as they stand: `input_tokens` excludes what was read from and written to the cache, and
 * `output_tokens` includes the reasoning. In a stream `message_start` gives the first counts and `message_delta`
 * later, cumulative ones, of which each replaces its predecessor.
 */
export class AnthropicUsage {
  #input: number | undefined
  #cacheRead = 0
  /** All that was written to the cache, and the part of it that is kept for an hour. */
  #cacheWrite = 0
  #cacheWriteHour = 0
  #output = 0
  #reasoning = 0
  #searches = 0
  #serviceTier: string | undefined

  update(value: unknown): void {
    const usage = asObject(value)
    if (!usage) return
    this.#input = asCount(usage['input_tokens']) ?? this.#input
    this.#cacheRead = asCount(usage['cache_read_input_tokens']) ?? this.#cacheRead
    this.#cacheWrite = asCount(usage['cache_creation_input_tokens']) ?? this.#cacheWrite
    const hour = asCount(asObject(usage['cache_creation'])?.['ephemeral_1h_input_tokens'])
    this.#cacheWriteHour = Math.min(hour ?? this.#cacheWriteHour, this.#cacheWrite)
    this.#output = asCount(usage['output_tokens']) ?? this.#output
    const thinking = asCount(asObject(usage['output_tokens_details'])?.['thinking_tokens'])
    this.#reasoning = Math.min(thinking ?? this.#reasoning, this.#output)
    this.#serviceTier = asText(usage['service_tier']) ?? this.#serviceTier
    this.#searches = asCount(asObject(usage['server_tool_use'])?.['web_search_requests']) ?? this.#searches
  }

  get serviceTier(): string | undefined {
    return this.#serviceTier
  }

  /** In disjoint buckets; `undefined` until the upstream has said something. */
  get buckets(): Usage | undefined {
    if (this.#input === undefined) return undefined
    return usageOf({
      inputTokens: this.#input,
      cacheReadTokens: this.#cacheRead,
      cacheWriteTokens: this.#cacheWrite - this.#cacheWriteHour,
      cacheWriteHourTokens: this.#cacheWriteHour,
      outputTokens: this.#output - this.#reasoning,
      reasoningTokens: this.#reasoning,
      ...(this.#searches > 0 && { units: { searches: this.#searches } }),
    })
  }

  /** As OpenAI's clients read it. */
  get asOpenAi(): JsonObject | undefined {
    if (this.#input === undefined) return undefined
    const prompt = this.#input + this.#cacheRead + this.#cacheWrite
    return {
      prompt_tokens: prompt,
      completion_tokens: this.#output,
      total_tokens: prompt + this.#output,
      prompt_tokens_details: { cached_tokens: this.#cacheRead, cache_write_tokens: this.#cacheWrite },
      completion_tokens_details: { reasoning_tokens: this.#reasoning },
    }
  }
}
