import { totalInputTokens, totalOutputTokens, type Usage } from '../../../foundation/config/index.ts'
import type { JsonObject } from '../loose-json.ts'

/** A usage as OpenAI's clients read it: totals, with the parts that they hold beside them. */
export function writeUsage(usage: Usage): JsonObject {
  const prompt = totalInputTokens(usage)
  const completion = totalOutputTokens(usage)
  return {
    prompt_tokens: prompt,
    completion_tokens: completion,
    total_tokens: prompt + completion,
    prompt_tokens_details: {
      cached_tokens: usage.cacheReadTokens,
      ...(usage.audioInputTokens > 0 && { audio_tokens: usage.audioInputTokens }),
      ...(usage.imageInputTokens > 0 && { image_tokens: usage.imageInputTokens }),
    },
    completion_tokens_details: {
      reasoning_tokens: usage.reasoningTokens,
      ...(usage.audioOutputTokens > 0 && { audio_tokens: usage.audioOutputTokens }),
      ...(usage.imageOutputTokens > 0 && { image_tokens: usage.imageOutputTokens }),
    },
  }
}
