import { usageOf } from '../../../foundation/config/index.ts'
import { emptyObservation, type DialectOptions, type TranslatedReply } from '../dialect.ts'
import { asCount, asList, asObject, asText, parseLoosely, type JsonObject } from '../loose-json.ts'
import type { UpstreamCall } from '../upstream.ts'
import { invalid, refuseOthers, unsupported } from './refuse.ts'

const decoder = new TextDecoder()
const shared = ['model', 'input', 'dimensions', 'encoding_format', 'user']
const titanFields = new Set([...shared, 'normalize'])
const cohereFields = new Set([...shared, 'input_type', 'truncate'])

/** The body of InvokeModel for the two families of models that embed texts; each has words of its own. */
export function toEmbeddingRequest(call: UpstreamCall): JsonObject {
  const { body, model } = call
  const texts = textsOf(body['input'])
  if (model.includes('titan-embed')) {
    refuseOthers(body, titanFields, '')
    const [text] = texts
    if (texts.length !== 1) {
      throw unsupported('input', 'Titan embeds one text a call: send one.')
    }
    return { inputText: text, ...given({ dimensions: body['dimensions'], normalize: body['normalize'] }) }
  }
  if (model.includes('cohere.embed')) {
    refuseOthers(body, cohereFields, '')
    return {
      texts,
      input_type: body['input_type'] ?? 'search_document',
      embedding_types: ['float'],
      ...given({ output_dimension: body['dimensions'], truncate: body['truncate'] }),
    }
  }
  throw unsupported('model', 'Of the models on Bedrock, those of Titan and Cohere give embeddings here.')
}

function textsOf(input: unknown): readonly string[] {
  const list = typeof input === 'string' ? [input] : asList(input)
  if (!list) throw invalid('input', '`input` must be a string or a list of strings.')
  if (list.every(one => typeof one === 'string')) return list
  throw unsupported('input', 'It takes texts, not tokens.')
}

/** The vectors of an answer as OpenAI's, in numbers or, as its own clients ask, in base64. */
export function translateEmbeddings(
  bytes: Uint8Array,
  call: UpstreamCall,
  headers: Headers | undefined,
  { failures }: DialectOptions,
): TranslatedReply {
  const reply = asObject(parseLoosely(decoder.decode(bytes)))
  if (!reply) throw failures.unreadable('an answer that is not a JSON object')
  const vectors = vectorsOf(reply)
  if (!vectors) throw failures.unreadable('an answer without embeddings')
  const counted = headers?.get('x-amzn-bedrock-input-token-count')
  const tokens = asCount(reply['inputTextTokenCount']) ?? asCount(counted ? Number(counted) : undefined)
  const observation = emptyObservation()
  observation.usage = tokens === undefined ? undefined : usageOf({ inputTokens: tokens })
  observation.upstreamId = asText(reply['id']) ?? headers?.get('x-amzn-requestid') ?? undefined
  const isBase64 = call.body['encoding_format'] === 'base64'
  const data = vectors.map((vector, index) => ({
    object: 'embedding',
    index,
    embedding: isBase64 ? toBase64(vector) : vector,
  }))
  const usage = tokens === undefined ? {} : { usage: { prompt_tokens: tokens, total_tokens: tokens } }
  return { body: JSON.stringify({ object: 'list', data, model: call.model, ...usage }), observation }
}

function vectorsOf(reply: JsonObject): readonly (readonly unknown[])[] | undefined {
  const single = asList(reply['embedding'])
  if (single) return [single]
  const many = asList(asObject(reply['embeddings'])?.['float']) ?? asList(reply['embeddings'])
  const vectors = many?.map(asList)
  return vectors?.every(vector => vector !== undefined) ? vectors : undefined
}

function toBase64(vector: readonly unknown[]): string {
  return Buffer.from(Float32Array.from(vector as readonly number[]).buffer).toString('base64')
}

function given(fields: JsonObject): JsonObject {
  return Object.fromEntries(
    Object.entries(fields).filter(([, value]) => value !== undefined && value !== null),
  )
}
