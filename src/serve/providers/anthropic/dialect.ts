import type { Dialect, DialectOptions } from '../dialect.ts'
import { toConversation } from './messages.ts'
import { toParameters } from './parameters.ts'
import { unsupported } from './refuse.ts'
import { translateReply } from './reply.ts'
import { AnthropicStream } from './stream.ts'
import { toTools } from './tools.ts'

/** Speaks Anthropic's Messages API; only chats can be said in it. */
export function createAnthropicDialect(baseUrl: string, options: DialectOptions): Dialect {
  const url = `${baseUrl.replace(/\/+$/, '').replace(/\/v1$/, '')}/v1/messages`
  return {
    operations: new Set(['chat']),
    request: call => {
      if (call.operation !== 'chat') {
        const wanted = call.operation === 'embedding' ? 'embeddings' : 'text completions'
        throw unsupported('model', `It has no ${wanted}; call /v1/chat/completions, or another service.`)
      }
      const { system, messages } = toConversation(call.body['messages'])
      const request = {
        model: call.model,
        ...toParameters(call.body),
        ...(system.length > 0 ? { system } : {}),
        messages,
        ...toTools(call.body),
      }
      return { url, body: JSON.stringify(request), isUsageInjected: false }
    },
    readReply: (bytes, call) => translateReply(bytes, call, options),
    createTranslator: (call, _request, signal) => new AnthropicStream(call, signal, options),
  }
}
