import { emptyObservation, type DialectOptions } from '../dialect.ts'
import { readError } from '../error-body.ts'
import { asList, asObject, asText, parseLoosely, type JsonObject } from '../loose-json.ts'
import type { Observation, UpstreamCall } from '../upstream.ts'
import { toFinishReason } from './finish-reason.ts'
import { AnthropicUsage } from './usage.ts'

const decoder = new TextDecoder()

/** What a whole Anthropic message says, and the message of a chat that says the same. */
export function readMessage(
  bytes: Uint8Array,
  call: UpstreamCall,
  { failures }: DialectOptions,
): { message: JsonObject; usage: AnthropicUsage; observation: Observation } {
  const reply = asObject(parseLoosely(decoder.decode(bytes)))
  if (!reply) throw failures.unreadable('an answer that is not a JSON object')
  if (reply['type'] === 'error') throw failures.fromError(readError(reply))
  const blocks = asList(reply['content'])
  const stopReason = asText(reply['stop_reason'])
  if (!blocks || !stopReason) throw failures.unreadable('an answer that is no finished message')

  const usage = new AnthropicUsage()
  usage.update(reply['usage'])
  const message = toMessage(blocks)
  const explanation = asText(asObject(reply['stop_details'])?.['explanation'])
  if (stopReason === 'refusal' && explanation) message['refusal'] = explanation
  const observation = emptyObservation()
  observation.usage = usage.buckets
  observation.serviceTier = usage.serviceTier
  observation.finishReason = toFinishReason(stopReason)
  observation.upstreamId = asText(reply['id'])
  observation.upstreamModel = asText(reply['model'])
  if (call.isContentWanted) observation.content = message
  return { message, usage, observation }
}

/** A whole Anthropic message as OpenAI's chat completion. */
export function translateReply(
  bytes: Uint8Array,
  call: UpstreamCall,
  options: DialectOptions,
): { body: string; observation: Observation } {
  const { message, usage, observation } = readMessage(bytes, call, options)
  const body = JSON.stringify({
    id: observation.upstreamId ?? call.requestId,
    object: 'chat.completion',
    created: Math.floor(Date.now() / 1000),
    model: observation.upstreamModel ?? call.model,
    choices: [{ index: 0, message, logprobs: null, finish_reason: observation.finishReason }],
    usage: usage.asOpenAi,
  })
  return { body, observation }
}

function toMessage(blocks: readonly unknown[]): Record<string, unknown> {
  const texts: string[] = []
  const reasoning: string[] = []
  const thinking: JsonObject[] = []
  const calls: JsonObject[] = []
  for (const block of blocks.map(asObject)) {
    if (!block) continue
    const { type } = block
    if (type === 'text' && typeof block['text'] === 'string') texts.push(block['text'])
    if (type === 'thinking' || type === 'redacted_thinking') thinking.push(block)
    if (type === 'thinking' && typeof block['thinking'] === 'string') reasoning.push(block['thinking'])
    if (type === 'tool_use') {
      const called = { name: block['name'], arguments: JSON.stringify(block['input'] ?? {}) }
      calls.push({ id: block['id'], type: 'function', function: called })
    }
  }
  return {
    role: 'assistant',
    content: texts.length > 0 ? texts.join('') : null,
    refusal: null,
    ...(reasoning.length > 0 ? { reasoning_content: reasoning.join('') } : {}),
    ...(thinking.length > 0 ? { thinking_blocks: thinking } : {}),
    ...(calls.length > 0 ? { tool_calls: calls } : {}),
  }
}
