import { usageOf, type Usage } from '../../../foundation/config/index.ts'
import { asCount, asList, asObject, asText, type JsonObject } from '../loose-json.ts'
import type { Operation, UpstreamCall } from '../upstream.ts'
import { readUsage } from './usage.ts'

/**
 * The usage of images, sound and rerankings: `input_tokens` and `output_tokens` (OpenAI), the counts of a chat (Mistral,
 * Jina), a total alone (vLLM's rerankings), or seconds of sound (Whisper).
 */
export function readMediaUsage(value: unknown, operation: Operation): Usage | undefined {
  const usage = asObject(value)
  if (!usage) return undefined
  if (asText(usage['type']) === 'duration') return heard(usage['seconds'])
  const input = asCount(usage['input_tokens'])
  if (input !== undefined) return fromInputAndOutput(usage, input, operation)
  const chat = readUsage(usage)
  if (chat) return chat
  const total = asCount(usage['total_tokens'])
  return total === undefined ? undefined : usageOf({ inputTokens: total })
}

/** What is charged where the upstream counts no tokens: searches of a reranking, images, characters spoken. */
export function chargedUnits(call: UpstreamCall, answer: JsonObject | undefined): Usage | undefined {
  const { operation, body } = call
  if (operation === 'rerank') {
    const searches = asCount(asObject(asObject(answer?.['meta'])?.['billed_units'])?.['search_units'])
    return searches === undefined ? undefined : usageOf({ units: { searches } })
  }
  if (isImage(operation)) return usageOf({ units: { images: asList(answer?.['data'])?.length ?? 0 } })
  const spoken = operation === 'speech' ? asText(body['input']) : undefined
  return spoken === undefined ? undefined : usageOf({ units: { characters: Array.from(spoken).length } })
}

function isImage(operation: Operation): boolean {
  return operation === 'image' || operation === 'image_edit' || operation === 'image_variation'
}

/** Fractions are charged as whole seconds. */
function heard(seconds: unknown): Usage | undefined {
  return typeof seconds === 'number' && Number.isFinite(seconds) && seconds >= 0
    ? usageOf({ units: { seconds: Math.ceil(seconds) } })
    : undefined
}

function fromInputAndOutput(usage: JsonObject, input: number, operation: Operation): Usage {
  // transcriptions call it `input_token_details`, images `input_tokens_details`
  const read = asObject(usage['input_tokens_details']) ?? asObject(usage['input_token_details'])
  const written = asObject(usage['output_tokens_details'])
  const output = asCount(usage['output_tokens']) ?? 0
  // where nobody says what was written, it is what was asked for
  const made =
    written ??
    (isImage(operation) ? { image_tokens: output } : operation === 'speech' ? { audio_tokens: output } : {})
  return (
    readUsage({
      prompt_tokens: input,
      completion_tokens: output,
      prompt_tokens_details: read,
      completion_tokens_details: made,
    }) ?? usageOf({})
  )
}
