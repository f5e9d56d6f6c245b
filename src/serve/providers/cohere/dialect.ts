import type { Dialect, DialectOptions } from '../dialect.ts'
import type { UpstreamCall } from '../upstream.ts'
import { toEmbedRequest, translateEmbeddings } from './embeddings.ts'
import { toMessages } from './messages.ts'
import { toParameters } from './parameters.ts'
import { unsupported } from './refuse.ts'
import { translateReply } from './reply.ts'
import { readRanking, writeRerankBody } from './rerank.ts'
import { CohereStream } from './stream.ts'

/** Speaks Cohere's API, version 2: chats, embeddings, rerankings. */
export function createCohereDialect(baseUrl: string, options: DialectOptions): Dialect {
  const base = `${baseUrl.replace(/\/+$/, '').replace(/\/v[12]$/, '')}/v2`
  return {
    operations: new Set(['chat', 'embedding', 'rerank']),
    request: call => ({ ...toRequest(call, base), isUsageInjected: false }),
    readReply: (bytes, call) => {
      if (call.operation === 'embedding') return translateEmbeddings(bytes, call, options)
      if (call.operation === 'rerank') return readRanking(bytes, options)
      return translateReply(bytes, call, options)
    },
    createTranslator: (call, _request, signal) => new CohereStream(call, signal, options),
  }
}

function toRequest(call: UpstreamCall, base: string): { url: string; body: string } {
  const { operation, body, model } = call
  if (operation === 'embedding') return { url: `${base}/embed`, body: JSON.stringify(toEmbedRequest(call)) }
  if (operation === 'rerank') return { url: `${base}/rerank`, body: writeRerankBody(call) }
  if (operation !== 'chat') {
    throw unsupported('model', 'It has no text completions; call /v1/chat/completions, or another service.')
  }
  const request = { model, messages: toMessages(body['messages']), ...toParameters(body) }
  return { url: `${base}/chat`, body: JSON.stringify(request) }
}
