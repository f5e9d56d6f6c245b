import type { Dialect, DialectOptions } from '../dialect.ts'
import type { UpstreamCall } from '../upstream.ts'
import { toMessagesRequest } from './chat-request.ts'
import { readNativeReply } from './native-reply.ts'
import { writeNativeBody } from './native-request.ts'
import { NativeStream } from './native-stream.ts'
import { unsupported } from './refuse.ts'
import { translateReply } from './reply.ts'
import { AnthropicStream } from './stream.ts'

/** Speaks Anthropic's Messages API: a client's own messages as they are, and chats, the only thing else that can be said. */
export function createAnthropicDialect(baseUrl: string, options: DialectOptions): Dialect {
  const url = `${baseUrl.replace(/\/+$/, '').replace(/\/v1$/, '')}/v1/messages`
  return {
    operations: new Set(['chat', 'messages', 'count_tokens']),
    request: call => {
      if (isNative(call)) {
        const path = call.operation === 'count_tokens' ? `${url}/count_tokens` : url
        return {
          url: path,
          body: writeNativeBody(call),
          ...(call.headers && { headers: call.headers }),
          isUsageInjected: false,
        }
      }
      if (call.operation !== 'chat') {
        const wanted = call.operation === 'embedding' ? 'embeddings' : 'text completions'
        throw unsupported('model', `It has no ${wanted}; call /v1/chat/completions, or another service.`)
      }
      const request = { model: call.model, ...toMessagesRequest(call.body) }
      return { url, body: JSON.stringify(request), isUsageInjected: false }
    },
    readReply: (bytes, call) =>
      isNative(call) ? readNativeReply(bytes, call, options) : translateReply(bytes, call, options),
    createTranslator: (call, _request, signal) =>
      isNative(call) ? new NativeStream(call, signal, options) : new AnthropicStream(call, signal, options),
  }
}

function isNative(call: UpstreamCall): boolean {
  return call.operation === 'messages' || call.operation === 'count_tokens'
}
