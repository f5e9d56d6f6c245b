import { Failure, asWords } from '../../foundation/platform/index.ts'
import {
  type AnswerContext,
  type Body,
  type ClientDialect,
  type ClientStream,
  clientDialects,
} from '../dialects/index.ts'
import type { Upstream, UpstreamCall } from '../providers/index.ts'

/**
 * The form in which an upstream is asked: in the client's own dialect where it speaks that, else as a chat. Throws
 * `unsupported_parameter` where it can do neither, or where a chat cannot say what the request says.
 */
export function addressCall(
  dialect: ClientDialect,
  body: Body,
  original: string | undefined,
  upstream: Upstream,
): Pick<UpstreamCall, 'operation' | 'body' | 'isTranslated' | 'original'> {
  const overChat = chatWay(dialect, upstream)
  if (overChat) {
    return { operation: overChat.operation ?? 'chat', body: overChat.toChat(body), isTranslated: true }
  }
  if (!upstream.operations.has(dialect.operation)) throw notOffered(dialect, body)
  const native = dialect.toNative?.(body) ?? body
  const isUntouched = original !== undefined && native === body
  return { operation: dialect.operation, body: native, ...(isUntouched ? { original } : {}) }
}

function notOffered(dialect: ClientDialect, body: Body): Failure {
  const path = Object.entries(clientDialects).find(([, one]) => one === dialect)?.[0]
  const message =
    `The model \`${asWords(body['model'])}\` is not supported in the ${path?.slice(1) ?? dialect.operation} endpoint: ` +
    'what it stands for has no such API. Call a service on a provider that has it.'
  return new Failure('unsupported_parameter', message, { details: { parameter: 'model' } })
}

/** The whole answer of that upstream in the client's dialect; where it had to be written anew, `onAnswer` gets it too. */
export function addressAnswer(
  dialect: ClientDialect,
  answer: Uint8Array<ArrayBuffer> | string,
  upstream: Upstream,
  context: AnswerContext,
  onAnswer?: (answer: Body) => void,
): Uint8Array<ArrayBuffer> | string {
  const overChat = chatWay(dialect, upstream)
  if (!overChat && !dialect.fromNative) return answer
  const reply = JSON.parse(typeof answer === 'string' ? answer : decoder.decode(answer)) as Body
  const translated = overChat ? overChat.fromReply(reply, context) : dialect.fromNative?.(reply, context)
  if (translated) onAnswer?.(translated)
  return JSON.stringify(translated)
}

/** Its stream in the client's dialect. */
export function openClientStream(
  dialect: ClientDialect,
  upstream: Upstream,
  context: AnswerContext,
): ClientStream {
  return (chatWay(dialect, upstream) ?? dialect).openStream(context)
}

function chatWay(dialect: ClientDialect, upstream: Upstream): ClientDialect['overChat'] {
  return upstream.operations.has(dialect.operation) ? undefined : dialect.overChat
}

const decoder = new TextDecoder()
