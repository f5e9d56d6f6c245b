import type { DialectOptions, TranslatedReply } from '../dialect.ts'
import { asList, asObject, asText, parseLoosely, type JsonObject } from '../loose-json.ts'
import { textsToEmbed, writeEmbeddings } from '../openai/embeddings.ts'
import type { UpstreamCall } from '../upstream.ts'
import { invalid, refusals, refuseOthers } from './refuse.ts'
import { readUsage } from './usage.ts'

const decoder = new TextDecoder()
const fields = new Set(['model', 'input', 'dimensions', 'encoding_format', 'input_type', 'truncate'])

/** The body of `/v2/embed`. What the vectors are for is never guessed: a wrong guess makes searches worse unnoticed. */
export function toEmbedRequest(call: UpstreamCall): JsonObject {
  const { body, model } = call
  refuseOthers({ ...body, user: null, stream: null }, fields, '')
  const { input_type: inputType, dimensions, truncate } = body
  if (typeof inputType !== 'string') {
    throw invalid(
      'input_type',
      'Cohere must be told what the vectors are for: send `input_type` (`search_document`, `search_query`, `classification` or `clustering`), or set it in the `parameters` of the release.',
    )
  }
  return {
    model,
    texts: textsToEmbed(call, refusals),
    input_type: inputType,
    embedding_types: ['float'],
    ...(dimensions === undefined || dimensions === null ? {} : { output_dimension: dimensions }),
    ...(truncate === undefined || truncate === null ? {} : { truncate }),
  }
}

export function translateEmbeddings(
  bytes: Uint8Array,
  call: UpstreamCall,
  { failures }: DialectOptions,
): TranslatedReply {
  const reply = asObject(parseLoosely(decoder.decode(bytes)))
  if (!reply) throw failures.unreadable('an answer that is not a JSON object')
  const vectors = asList(asObject(reply['embeddings'])?.['float'])?.map(asList)
  if (!vectors?.every(vector => vector !== undefined))
    throw failures.unreadable('an answer without embeddings')
  const tokens = readUsage(reply['meta'])?.inputTokens
  return writeEmbeddings(vectors, call, { tokens, id: asText(reply['id']) })
}
