import type { Usage } from '../../../foundation/config/index.ts'
import { asCount, asObject, asText, type JsonObject } from '../loose-json.ts'
import { readUsage } from './usage.ts'

/**
 * The usage of images, sound and rerankings: `input_tokens` and `output_tokens` (OpenAI), the counts of a chat (Mistral,
 * Jina), or a total alone (vLLM's rerankings). `undefined` where it is told in something else than tokens, as seconds.
 */
export function readMediaUsage(value: unknown): Usage | undefined {
  const usage = asObject(value)
  if (!usage || asText(usage['type']) === 'duration') return undefined
  const input = asCount(usage['input_tokens'])
  if (input !== undefined) return fromInputAndOutput(usage, input)
  const chat = readUsage(usage)
  if (chat) return chat
  const total = asCount(usage['total_tokens'])
  return total === undefined ? undefined : counted(total, 0, 0)
}

function fromInputAndOutput(usage: JsonObject, input: number): Usage {
  // transcriptions call it `input_token_details`, images `input_tokens_details`
  const details = asObject(usage['input_tokens_details']) ?? asObject(usage['input_token_details'])
  const cached = Math.min(asCount(details?.['cached_tokens']) ?? 0, input)
  return counted(input - cached, cached, asCount(usage['output_tokens']) ?? 0)
}

function counted(inputTokens: number, cacheReadTokens: number, outputTokens: number): Usage {
  return { inputTokens, cacheReadTokens, cacheWriteTokens: 0, outputTokens, reasoningTokens: 0 }
}
