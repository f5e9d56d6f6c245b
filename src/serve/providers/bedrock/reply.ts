import { emptyObservation, type DialectOptions, type TranslatedReply } from '../dialect.ts'
import { readErrorBody } from '../error-body.ts'
import { asList, asObject, asText, parseLoosely, type JsonObject } from '../loose-json.ts'
import type { UpstreamCall } from '../upstream.ts'
import { isMalformed, toFinishReason } from './finish-reason.ts'
import { readUsage, toOpenAiUsage } from './usage.ts'

const decoder = new TextDecoder()

/** A whole answer of Converse as OpenAI's chat completion. */
export function translateReply(
  bytes: Uint8Array,
  call: UpstreamCall,
  headers: Headers | undefined,
  { failures }: DialectOptions,
): TranslatedReply {
  const text = decoder.decode(bytes)
  const reply = asObject(parseLoosely(text))
  if (!reply) throw failures.unreadable('an answer that is not a JSON object')
  const blocks = asList(asObject(asObject(reply['output'])?.['message'])?.['content'])
  const stopReason = asText(reply['stopReason'])
  if (!blocks || !stopReason) {
    if (reply['message'] !== undefined) throw failures.fromError(readErrorBody(text))
    throw failures.unreadable('an answer that is no finished message')
  }
  if (isMalformed(stopReason)) throw failures.unreadable(`an answer with the stop reason ${stopReason}`)
  const message = toMessage(blocks)
  const observation = emptyObservation()
  observation.usage = readUsage(reply['usage'])
  observation.finishReason = toFinishReason(stopReason)
  observation.upstreamId = headers?.get('x-amzn-requestid') ?? undefined
  observation.upstreamModel = invokedModel(reply['trace'])
  if (call.isContentWanted) observation.content = message
  const body = JSON.stringify({
    id: observation.upstreamId ?? call.requestId,
    object: 'chat.completion',
    created: Math.floor(Date.now() / 1000),
    model: observation.upstreamModel ?? call.model,
    choices: [{ index: 0, message, logprobs: null, finish_reason: observation.finishReason }],
    ...(observation.usage ? { usage: toOpenAiUsage(observation.usage) } : {}),
  })
  return { body, observation }
}

/** Which model a prompt router has chosen. */
export function invokedModel(trace: unknown): string | undefined {
  return asText(asObject(asObject(trace)?.['promptRouter'])?.['invokedModelId'])
}

function toMessage(blocks: readonly unknown[]): JsonObject {
  const texts: string[] = []
  const reasoning: string[] = []
  const thinking: JsonObject[] = []
  const calls: JsonObject[] = []
  for (const block of blocks.map(asObject)) {
    if (!block) continue
    texts.push(...textsOf(block))
    const thought = asObject(block['reasoningContent'])
    const said = asObject(thought?.['reasoningText'])
    if (typeof said?.['text'] === 'string') reasoning.push(said['text'])
    const signed = signedBlock(said?.['text'], said?.['signature'], thought?.['redactedContent'])
    if (signed) thinking.push(signed)
    const use = asObject(block['toolUse'])
    if (use) {
      const called = { name: use['name'], arguments: JSON.stringify(use['input'] ?? {}) }
      calls.push({ id: use['toolUseId'], type: 'function', function: called })
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

/** The text of a block, or of the pieces of one with citations. */
function textsOf(block: JsonObject): string[] {
  const cited = asList(asObject(block['citationsContent'])?.['content']) ?? []
  return [block, ...cited.map(asObject)].flatMap(one =>
    typeof one?.['text'] === 'string' ? [one['text']] : [],
  )
}

/** A block to be sent back as it is; what is not signed need not be. */
export function signedBlock(text: unknown, signature: unknown, redacted: unknown): JsonObject | undefined {
  if (asText(redacted)) return { type: 'redacted_thinking', data: redacted }
  return asText(signature) ? { type: 'thinking', thinking: text ?? '', signature } : undefined
}
