import type { Dialect, DialectOptions } from '../dialect.ts'
import type { UpstreamCall } from '../upstream.ts'
import type { AwsCredentials } from './sign.ts'
import { signRequest } from './sign.ts'
import { toEmbeddingRequest, translateEmbeddings } from './embeddings.ts'
import { toConversation } from './messages.ts'
import { toParameters } from './parameters.ts'
import { unsupported } from './refuse.ts'
import { translateReply } from './reply.ts'
import { ConverseStream } from './stream.ts'
import { toToolConfig } from './tools.ts'

export interface BedrockAccess {
  readonly region: string
  /** Asked before every call, since keys of a role expire; absent where a bearer token is sent instead. */
  readonly credentials: ((signal: AbortSignal) => Promise<AwsCredentials>) | undefined
}

/** Speaks Converse for chats, and InvokeModel for embeddings; every request is signed. */
export function createBedrockDialect(
  baseUrl: string,
  { region, credentials }: BedrockAccess,
  options: DialectOptions,
): Dialect {
  const base = baseUrl.replace(/\/+$/, '')
  const urlOf = (model: string, action: string): string =>
    `${base}/model/${encodeURIComponent(model)}/${action}`
  return {
    operations: new Set(['chat', 'embedding']),
    request: call => {
      if (call.operation === 'embedding') {
        if (call.isStream) throw unsupported('stream', 'Embeddings are not streamed. Leave it out.')
        const body = JSON.stringify(toEmbeddingRequest(call))
        return { url: urlOf(call.model, 'invoke'), body, isUsageInjected: false }
      }
      if (call.operation !== 'chat') {
        throw unsupported('model', 'It has chats and embeddings only; call another service for this.')
      }
      const action = call.isStream ? 'converse-stream' : 'converse'
      const body = JSON.stringify(toConverseRequest(call))
      return { url: urlOf(call.model, action), body, isUsageInjected: false }
    },
    ...(credentials && {
      authorize: async ({ url, body }, signal) => {
        if (typeof body !== 'string') throw new Error('only texts are signed') // forms are never asked for here
        const request = { url, body, contentType: 'application/json' }
        return signRequest(request, await credentials(signal), { region, service: 'bedrock' })
      },
    }),
    readReply: (bytes, call, headers) =>
      call.operation === 'embedding'
        ? translateEmbeddings(bytes, call, headers, options)
        : translateReply(bytes, call, headers, options),
    createTranslator: (call, _request, signal, headers) => new ConverseStream(call, signal, headers, options),
  }
}

function toConverseRequest(call: UpstreamCall): object {
  const conversation = toConversation(call.body['messages'])
  const { system, messages } = conversation
  return {
    messages,
    ...(system.length > 0 ? { system } : {}),
    ...toParameters(call.body, call.model),
    ...toToolConfig(call.body, conversation),
  }
}
