import { Failure } from '../../../foundation/platform/index.ts'
import { asList, asObject, asText, parseLoosely, type JsonObject } from '../../providers/index.ts'
import type { AnswerContext, Body } from '../client-dialect.ts'
import { argumentsOf, callId, piecesOf } from './pieces.ts'
import { endingOf } from './stop-reason.ts'
import { toWholeUsage } from './usage.ts'

/** A whole chat completion as a message. Throws `upstream_error` where a call has arguments that are no object. */
export function fromReply(reply: Body, context: AnswerContext): Body {
  const choice = asObject(asList(reply['choices'])?.[0]) ?? {}
  const { reasoning, signed, text, refusal, calls } = piecesOf(asObject(choice['message']) ?? {})
  const isCut = choice['finish_reason'] === 'length'
  const content: JsonObject[] = [...signed]
  if (signed.length === 0 && reasoning !== '') {
    // an empty signature says that nobody vouches for the text; it is taken back as it is given
    content.push({ type: 'thinking', thinking: reasoning, signature: '' })
  }
  for (const said of [text, refusal]) {
    if (said !== '') content.push({ type: 'text', text: said })
  }
  for (const [index, call] of calls.entries()) content.push(toToolUse(call, index, isCut, context))
  return {
    id: messageId(context),
    type: 'message',
    role: 'assistant',
    model: asText(reply['model']) ?? context.model,
    content,
    ...endingOf(choice, { hasCalls: calls.length > 0, hasRefused: refusal !== '' }, context.request),
    container: null,
    usage: toWholeUsage(reply),
  }
}

export function messageId({ inferenceId }: AnswerContext): string {
  return `msg_${inferenceId.replaceAll('-', '')}`
}

function toToolUse(call: JsonObject, index: number, isCut: boolean, context: AnswerContext): JsonObject {
  const called = asObject(call['function'])
  const text = argumentsOf(called)
  const input = text.trim() === '' ? {} : asObject(parseLoosely(text))
  if (!input && !isCut) {
    throw new Failure(
      'upstream_error',
      'The model called a tool with arguments that are not a JSON object.',
      {
        details: { upstreamCode: 'unreadable' },
      },
    )
  }
  return {
    type: 'tool_use',
    id: asText(call['id']) ?? callId(context.inferenceId, index),
    name: asText(called?.['name']) ?? '',
    // cut off by the limit in the middle of its arguments, as `stop_reason` says
    input: input ?? {},
    caller: { type: 'direct' },
  }
}
