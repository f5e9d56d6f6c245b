import { asWords } from '../../../foundation/platform/index.ts'
import { emptyObservation, type DialectOptions, type TranslatedReply } from '../dialect.ts'
import { readError } from '../error-body.ts'
import { asList, asObject, asText, parseLoosely, type JsonObject } from '../loose-json.ts'
import type { Operation, UpstreamCall } from '../upstream.ts'
import { chargedUnits, readMediaUsage } from './media-usage.ts'

const decoder = new TextDecoder()

/** What an answer of each operation has, so that one of another kind is not taken for it. */
const marks: Partial<Record<Operation, (answer: JsonObject) => boolean>> = {
  moderation: answer => asList(answer['results']) !== undefined,
  rerank: answer => (asList(answer['results']) ?? asList(answer['data'])) !== undefined,
  classification: answer => asList(answer['data']) !== undefined,
  image: answer => asList(answer['data']) !== undefined,
  image_edit: answer => asList(answer['data']) !== undefined,
  image_variation: answer => asList(answer['data']) !== undefined,
  transcription: answer => typeof answer['text'] === 'string',
  translation: answer => typeof answer['text'] === 'string',
}

/** Formats of a transcription that are plain text, not JSON. */
const plainFormats = new Set(['text', 'srt', 'vtt'])

/**
 * A whole answer of an operation that is passed through: the client gets the upstream's own bytes, and what they say of
 * their usage is read.
 */
export function readMediaReply(
  bytes: Uint8Array<ArrayBuffer>,
  call: UpstreamCall,
  contentType: string,
  { failures }: DialectOptions,
): TranslatedReply {
  const observation = emptyObservation()
  const isJson = /^\s*application\/(?:[\w.+-]+\+)?json/i.test(contentType)
  const text = decoder.decode(bytes)
  if (!isJson && plainFormats.has(asWords(call.body['response_format']))) {
    if (/^\s*text\/html/i.test(contentType)) throw failures.unreadable('HTML where a text was asked for')
    if (call.isContentWanted) observation.content = text
    return { body: bytes, contentType: contentType || 'text/plain; charset=utf-8', observation }
  }
  const answer = asObject(parseLoosely(text))
  if (!answer) {
    const what = text.trim() === '' ? 'an empty answer' : 'an answer that is not a JSON object'
    throw failures.unreadable(what)
  }
  if (!marks[call.operation]?.(answer)) {
    if (answer['error'] !== undefined) throw failures.fromError(readError(answer))
    throw failures.unreadable(`an answer that is no ${call.operation.replace('_', ' ')}`)
  }
  observation.usage = readMediaUsage(answer['usage'], call.operation) ?? chargedUnits(call, answer)
  observation.upstreamId = asText(answer['id'])
  observation.upstreamModel = asText(answer['model'])
  if (call.isContentWanted) observation.content = asText(answer['text'])
  return { body: bytes, observation }
}
