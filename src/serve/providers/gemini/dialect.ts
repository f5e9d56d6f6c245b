import type { Dialect, DialectOptions } from '../dialect.ts'
import type { UpstreamCall } from '../upstream.ts'
import { toConversation } from './contents.ts'
import { toBatchRequest, toPredictRequest, translateEmbeddings } from './embeddings.ts'
import { toParameters } from './parameters.ts'
import { unsupported } from './refuse.ts'
import { translateReply } from './reply.ts'
import { GeminiStream } from './stream.ts'
import { toTools } from './tools.ts'

/** Where Gemini is asked, and what differs between the Gemini API and Vertex AI. */
export interface GeminiAddress {
  /** `…/models/gemini-x:generateContent` for a model and what is asked of it. */
  readonly urlOf: (model: string, method: string) => string
  readonly embeddings: 'batchEmbedContents' | 'predict'
  readonly takesCallIds: boolean
}

/** Speaks Gemini's API: chats and embeddings. https://ai.google.dev/api/generate-content */
export function createGeminiDialect(address: GeminiAddress, options: DialectOptions): Dialect {
  const { urlOf, embeddings } = address
  return {
    operations: new Set(['chat', 'embedding']),
    request: call => {
      if (call.operation === 'embedding') {
        const body = embeddings === 'predict' ? toPredictRequest(call) : toBatchRequest(call)
        return { url: urlOf(call.model, embeddings), body: JSON.stringify(body), isUsageInjected: false }
      }
      if (call.operation !== 'chat') {
        throw unsupported(
          'model',
          'It has no text completions; call /v1/chat/completions, or another service.',
        )
      }
      const method = call.isStream ? 'streamGenerateContent?alt=sse' : 'generateContent'
      const body = JSON.stringify(toRequest(call, address))
      return { url: urlOf(call.model, method), body, isUsageInjected: false }
    },
    readReply: (bytes, call) =>
      call.operation === 'embedding'
        ? translateEmbeddings(bytes, call, options)
        : translateReply(bytes, call, options),
    createTranslator: (call, _request, signal) => new GeminiStream(call, signal, options),
  }
}

function toRequest({ body, model }: UpstreamCall, { takesCallIds }: GeminiAddress): unknown {
  const { system, contents } = toConversation(body['messages'], { model, takesCallIds })
  return {
    ...(system.length > 0 ? { systemInstruction: { parts: system } } : {}),
    contents,
    ...toTools(body),
    ...toParameters(body, model),
  }
}
