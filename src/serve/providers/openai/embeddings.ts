import { usageOf } from '../../../foundation/config/index.ts'
import { emptyObservation, type TranslatedReply } from '../dialect.ts'
import { asList } from '../loose-json.ts'
import { invalid, type Refusals } from '../refuse.ts'
import type { UpstreamCall } from '../upstream.ts'

/** The texts of `input`, for an API that takes no tokens. */
export function textsToEmbed(call: UpstreamCall, { unsupported }: Refusals): readonly string[] {
  if (call.isStream) throw unsupported('stream', 'Embeddings are not streamed. Leave it out.')
  const { input } = call.body
  const list = typeof input === 'string' ? [input] : asList(input)
  if (!list || list.length === 0) throw invalid('input', '`input` must be a string or a list of strings.')
  if (list.every(one => typeof one === 'string')) return list
  throw unsupported('input', 'It takes texts, not tokens.')
}

/** Vectors as OpenAI's answer, in numbers or, as its own clients ask, in base64. */
export function writeEmbeddings(
  vectors: readonly (readonly unknown[])[],
  call: UpstreamCall,
  said: { readonly tokens: number | undefined; readonly id?: string | undefined },
): TranslatedReply {
  const observation = emptyObservation()
  const { tokens } = said
  observation.usage = tokens === undefined ? undefined : usageOf({ inputTokens: tokens })
  observation.upstreamId = said.id
  const isBase64 = call.body['encoding_format'] === 'base64'
  const data = vectors.map((vector, index) => ({
    object: 'embedding',
    index,
    embedding: isBase64 ? toBase64(vector) : vector,
  }))
  const usage = tokens === undefined ? {} : { usage: { prompt_tokens: tokens, total_tokens: tokens } }
  return { body: JSON.stringify({ object: 'list', data, model: call.model, ...usage }), observation }
}

function toBase64(vector: readonly unknown[]): string {
  return Buffer.from(Float32Array.from(vector as readonly number[]).buffer).toString('base64')
}
