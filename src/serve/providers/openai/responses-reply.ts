import type { Usage } from '../../../foundation/config/index.ts'
import { emptyObservation, type DialectOptions } from '../dialect.ts'
import { readError } from '../error-body.ts'
import { asList, asObject, asText, parseLoosely, type JsonObject } from '../loose-json.ts'
import type { Observation, UpstreamCall } from '../upstream.ts'
import { readUsage, reportedCostInAnswer } from './usage.ts'

const decoder = new TextDecoder()

/** Reads what is worth knowing from a whole response. Throws where it is an error or failed. */
export function observeResponse(
  bytes: Uint8Array,
  call: UpstreamCall,
  { failures }: DialectOptions,
): Observation {
  const response = asObject(parseLoosely(decoder.decode(bytes)))
  if (!response) throw failures.unreadable('an answer that is not a JSON object')
  if (isFailed(response)) throw failures.fromError(readError(response))
  if (!asList(response['output'])) throw failures.unreadable('an answer without output')
  const observation = emptyObservation()
  observe(response, call, observation)
  return observation
}

/** `error` is null in a response that is well; one that was cancelled has none, but no answer either. */
export function isFailed(response: JsonObject): boolean {
  const status = response['status']
  const { error } = response
  return status === 'failed' || status === 'cancelled' || (error !== undefined && error !== null)
}

/** Takes from a response that has ended what is worth knowing. */
export function observe(response: JsonObject, call: UpstreamCall, observation: Observation): void {
  const output = asList(response['output']) ?? []
  observation.usage = readResponsesUsage(response['usage']) ?? observation.usage
  observation.upstreamId = asText(response['id'])
  observation.upstreamModel = asText(response['model'])
  observation.reportedCostNanoUsd = reportedCostInAnswer(response)
  observation.serviceTier = asText(response['service_tier'])
  observation.finishReason = finishReasonOf(response, output)
  if (call.isContentWanted) observation.content = toChatMessage(output)
}

/** The counts of a response mean what those of a chat mean, under other names. */
export function readResponsesUsage(value: unknown): Usage | undefined {
  const usage = asObject(value)
  return readUsage({
    prompt_tokens: usage?.['input_tokens'],
    completion_tokens: usage?.['output_tokens'],
    prompt_tokens_details: usage?.['input_tokens_details'],
    completion_tokens_details: usage?.['output_tokens_details'],
  })
}

function finishReasonOf(response: JsonObject, output: readonly unknown[]): string {
  if (response['status'] === 'incomplete') {
    const reason = asObject(response['incomplete_details'])?.['reason']
    return reason === 'content_filter' ? reason : 'length'
  }
  return output.some(item => asObject(item)?.['type'] === 'function_call') ? 'tool_calls' : 'stop'
}

/** The output as the message of a chat, which is how content is kept whatever API it came by. */
function toChatMessage(output: readonly unknown[]): JsonObject {
  const texts: string[] = []
  const refusals: string[] = []
  const reasoning: string[] = []
  const calls: JsonObject[] = []
  for (const item of output.map(asObject)) {
    for (const part of [...(asList(item?.['content']) ?? []), ...(asList(item?.['summary']) ?? [])]) {
      const { type, text, refusal } = asObject(part) ?? {}
      if (type === 'output_text' && typeof text === 'string') texts.push(text)
      if (type === 'refusal' && typeof refusal === 'string') refusals.push(refusal)
      if ((type === 'summary_text' || type === 'reasoning_text') && typeof text === 'string') {
        reasoning.push(text)
      }
    }
    if (item?.['type'] === 'function_call') {
      const called = { name: item['name'], arguments: item['arguments'] }
      calls.push({ id: item['call_id'], type: 'function', function: called })
    }
  }
  return {
    role: 'assistant',
    content: texts.length > 0 ? texts.join('') : null,
    ...(refusals.length > 0 ? { refusal: refusals.join('') } : {}),
    ...(reasoning.length > 0 ? { reasoning_content: reasoning.join('\n\n') } : {}),
    ...(calls.length > 0 ? { tool_calls: calls } : {}),
  }
}
