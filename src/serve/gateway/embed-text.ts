import type { Principal } from '../../govern/access/index.ts'
import type { Embed } from '../cache/index.ts'
import type { Gateway } from './gateway.ts'

/** Embeddings for somebody, who pays for them. */
export type EmbedFor = (principal: Principal) => Embed

interface EmbeddingReply {
  readonly data?: readonly { readonly embedding?: unknown }[]
}

/** Asks a service of ours for the meaning of a text, through the gateway like everybody: limited, paid and recorded. */
export function createEmbed(gateway: Gateway): EmbedFor {
  return principal => async (service, text, timeoutMs) => {
    const request = new Request('http://gateway.internal/v1/embeddings', {
      method: 'POST',
      body: JSON.stringify({ model: service, input: text.value, encoding_format: 'float' }),
      signal: AbortSignal.timeout(timeoutMs),
    })
    const response = await gateway(request, '/v1/embeddings', {
      principal,
      priority: 'interactive',
      isOurs: true,
    })
    if (!response.ok) return undefined
    const embedding = ((await response.json()) as EmbeddingReply).data?.[0]?.embedding
    return Array.isArray(embedding) ? (embedding as number[]) : undefined
  }
}
