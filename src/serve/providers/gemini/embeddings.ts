import type { DialectOptions, TranslatedReply } from '../dialect.ts'
import { asCount, asList, asObject, parseLoosely, type JsonObject } from '../loose-json.ts'
import { textsToEmbed, writeEmbeddings } from '../openai/embeddings.ts'
import type { UpstreamCall } from '../upstream.ts'
import { refusals, refuseOthers } from './refuse.ts'

const decoder = new TextDecoder()
const fields = new Set(['model', 'input', 'dimensions', 'encoding_format', 'task_type', 'title'])

/** The body of `batchEmbedContents`. `user` says who asks, which Gemini does not want to know. */
export function toBatchRequest(call: UpstreamCall): JsonObject {
  const { model } = call
  const texts = readTexts(call)
  const { dimensions, task_type: taskType, title } = call.body
  const options = given({ outputDimensionality: dimensions, taskType, title })
  return {
    requests: texts.map(text => ({ model: `models/${model}`, content: { parts: [{ text }] }, ...options })),
  }
}

/** The body of Vertex's `predict`, which the embedding models on it are asked with. */
export function toPredictRequest(call: UpstreamCall): JsonObject {
  const texts = readTexts(call)
  const { dimensions, task_type: taskType, title } = call.body
  const options = given({ task_type: taskType, title })
  const parameters = given({ outputDimensionality: dimensions })
  return {
    instances: texts.map(content => ({ content, ...options })),
    ...(Object.keys(parameters).length > 0 ? { parameters } : {}),
  }
}

function readTexts(call: UpstreamCall): readonly string[] {
  refuseOthers({ ...call.body, user: null, stream: null }, fields, '')
  return textsToEmbed(call, refusals)
}

/** The answer to either, as OpenAI's. The Gemini API tells no usage with it, or one for all. */
export function translateEmbeddings(
  bytes: Uint8Array,
  call: UpstreamCall,
  { failures }: DialectOptions,
): TranslatedReply {
  const reply = asObject(parseLoosely(decoder.decode(bytes)))
  if (!reply) throw failures.unreadable('an answer that is not a JSON object')
  const batch = asList(reply['embeddings'])
  const predictions = asList(reply['predictions'])?.map(one => asObject(asObject(one)?.['embeddings']))
  const vectors = (batch ?? predictions)?.map(one => asList(asObject(one)?.['values']))
  if (!vectors?.every(vector => vector !== undefined))
    throw failures.unreadable('an answer without embeddings')
  const counts = predictions?.map(one => asCount(asObject(one?.['statistics'])?.['token_count']))
  const tokens = counts?.every(count => count !== undefined)
    ? counts.reduce((sum, count) => sum + count, 0)
    : asCount(asObject(reply['usageMetadata'])?.['promptTokenCount'])
  return writeEmbeddings(vectors, call, { tokens })
}

function given(values: JsonObject): JsonObject {
  return Object.fromEntries(
    Object.entries(values).filter(([, value]) => value !== undefined && value !== null),
  )
}
