import { toMessagesRequest } from '../anthropic/chat-request.ts'
import { refusalsOf } from '../refuse.ts'
import { translateReply } from '../anthropic/reply.ts'
import { AnthropicStream } from '../anthropic/stream.ts'
import type { Dialect, DialectOptions } from '../dialect.ts'

const { unsupported } = refusalsOf('Claude on Vertex AI')

export function isClaude(model: string): boolean {
  return model.startsWith('claude')
}

/**
 * Anthropic's models on Vertex AI: their Messages API, with the model in the address and the version in the body.
 * https://docs.anthropic.com/en/api/claude-on-vertex-ai
 */
export function createClaudeDialect(address: string, options: DialectOptions): Dialect {
  return {
    operations: new Set(['chat']),
    request: call => {
      if (call.operation !== 'chat') {
        throw unsupported('model', 'It only has chats; call /v1/chat/completions, or another service.')
      }
      const method = call.isStream ? 'streamRawPredict' : 'rawPredict'
      return {
        url: `${address}/publishers/anthropic/models/${encodeURIComponent(call.model)}:${method}`,
        body: JSON.stringify({ anthropic_version: 'vertex-2023-10-16', ...toMessagesRequest(call.body) }),
        isUsageInjected: false,
      }
    },
    readReply: (bytes, call) => translateReply(bytes, call, options),
    createTranslator: (call, _request, signal) => new AnthropicStream(call, signal, options),
  }
}
