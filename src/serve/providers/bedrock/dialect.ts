import type { Dialect, DialectOptions } from '../dialect.ts'
import { readNativeReply } from '../anthropic/native-reply.ts'
import type { Operation, UpstreamCall } from '../upstream.ts'
import type { AwsCredentials } from './sign.ts'
import { signRequest } from './sign.ts'
import { toEmbeddingRequest, translateEmbeddings } from './embeddings.ts'
import { toConversation } from './messages.ts'
import { ClaudeStream } from './claude-stream.ts'
import { toClaudeRequest } from './claude-request.ts'
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

/** Keys are derived anew each day, and for each session of a role. */
const mostKeys = 64

const ofAllModels: ReadonlySet<Operation> = new Set(['chat', 'embedding'])
const ofClaude: ReadonlySet<Operation> = new Set(['chat', 'messages'])

/** Claude speaks its own Messages API at Bedrock too. */
export function operationsOf(model: string): ReadonlySet<Operation> {
  return model.includes('anthropic.claude') ? ofClaude : ofAllModels
}

/**
 * Speaks Converse for chats, and InvokeModel for embeddings and for what Claude is told in its own words; every request
 * is signed.
 */
export function createBedrockDialect(
  baseUrl: string,
  { region, credentials }: BedrockAccess,
  options: DialectOptions,
): Dialect {
  const keys = new Map<string, ArrayBuffer>()
  const base = baseUrl.replace(/\/+$/, '')
  const urlOf = (model: string, action: string): string =>
    `${base}/model/${encodeURIComponent(model)}/${action}`
  return {
    operations: ofAllModels,
    request: call => {
      if (call.operation === 'embedding') {
        if (call.isStream) throw unsupported('stream', 'Embeddings are not streamed. Leave it out.')
        const body = JSON.stringify(toEmbeddingRequest(call))
        return { url: urlOf(call.model, 'invoke'), body, isUsageInjected: false }
      }
      if (call.operation === 'messages') {
        const action = call.isStream ? 'invoke-with-response-stream' : 'invoke'
        const body = JSON.stringify(toClaudeRequest(call))
        return { url: urlOf(call.model, action), body, isUsageInjected: false }
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
        if (keys.size > mostKeys) keys.clear()
        return signRequest(request, await credentials(signal), { region, service: 'bedrock', keys })
      },
    }),
    readReply: (bytes, call, headers) => {
      if (call.operation === 'embedding') return translateEmbeddings(bytes, call, headers, options)
      return call.operation === 'messages'
        ? readNativeReply(bytes, call, options)
        : translateReply(bytes, call, headers, options)
    },
    createTranslator: (call, _request, signal, headers) =>
      call.operation === 'messages'
        ? new ClaudeStream(call, signal, options)
        : new ConverseStream(call, signal, headers, options),
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
