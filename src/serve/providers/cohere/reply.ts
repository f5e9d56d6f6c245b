import { emptyObservation, type DialectOptions, type TranslatedReply } from '../dialect.ts'
import { readError } from '../error-body.ts'
import { asList, asObject, asText, parseLoosely, type JsonObject } from '../loose-json.ts'
import { writeUsage } from '../openai/write-usage.ts'
import type { UpstreamCall } from '../upstream.ts'
import { isBroken, toFinishReason } from './finish-reason.ts'
import { readUsage } from './usage.ts'

const decoder = new TextDecoder()

/** A whole answer of `/v2/chat` as OpenAI's chat completion. */
export function translateReply(
  bytes: Uint8Array,
  call: UpstreamCall,
  { failures }: DialectOptions,
): TranslatedReply {
  const reply = asObject(parseLoosely(decoder.decode(bytes)))
  if (!reply) throw failures.unreadable('an answer that is not a JSON object')
  const given = asObject(reply['message'])
  const reason = asText(reply['finish_reason'])
  if (!given || !reason) {
    if (typeof reply['message'] === 'string') throw failures.fromError(readError(reply))
    throw failures.unreadable('an answer that is no finished message')
  }
  if (isBroken(reason)) throw failures.unreadable(`an answer with the finish reason ${reason}`)
  const message = toMessage(given)
  const observation = emptyObservation()
  observation.usage = readUsage(reply['usage'])
  observation.finishReason = toFinishReason(reason)
  observation.upstreamId = asText(reply['id'])
  if (call.isContentWanted) observation.content = message
  const body = JSON.stringify({
    id: observation.upstreamId ?? call.requestId,
    object: 'chat.completion',
    created: Math.floor(Date.now() / 1000),
    model: call.model,
    choices: [
      {
        index: 0,
        message,
        logprobs: toLogprobs(reply['logprobs']),
        finish_reason: observation.finishReason,
      },
    ],
    ...(observation.usage ? { usage: writeUsage(observation.usage) } : {}),
  })
  return { body, observation }
}

function toMessage(given: JsonObject): JsonObject {
  const parts = (asList(given['content']) ?? []).map(asObject)
  const textOf = (name: string): string =>
    parts.map(part => (typeof part?.[name] === 'string' ? part[name] : '')).join('')
  const thinking = textOf('thinking')
  const text = textOf('text')
  const plan = asText(given['tool_plan'])
  const calls = asList(given['tool_calls']) ?? []
  const citations = asList(given['citations']) ?? []
  return {
    role: 'assistant',
    content: text === '' && calls.length > 0 ? null : text,
    refusal: null,
    ...(thinking !== '' ? { reasoning_content: thinking } : {}),
    ...(plan ? { tool_plan: plan } : {}),
    ...(calls.length > 0 ? { tool_calls: calls.map(toCall) } : {}),
    ...(citations.length > 0 ? { citations } : {}),
  }
}

/** A tool without parameters is sometimes called with `null`. */
function toCall(value: unknown): JsonObject {
  const call = asObject(value)
  const called = asObject(call?.['function'])
  const given = called?.['arguments']
  const text = typeof given === 'string' && given !== '' && given !== 'null' ? given : '{}'
  return { id: call?.['id'], type: 'function', function: { name: called?.['name'], arguments: text } }
}

/** One entry a token, each with one probability; the tokens are numbers there, their text comes beside them. */
function toLogprobs(value: unknown): JsonObject | null {
  const list = asList(value)?.map(asObject)
  if (!list) return null
  const content = list.map(entry => {
    const token = asText(entry?.['text']) ?? ''
    const bytes = [...new TextEncoder().encode(token)]
    return { token, logprob: asList(entry?.['logprobs'])?.[0] ?? null, bytes, top_logprobs: [] }
  })
  return { content, refusal: null }
}
