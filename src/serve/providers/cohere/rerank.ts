import { emptyObservation, type DialectOptions, type TranslatedReply } from '../dialect.ts'
import { readError } from '../error-body.ts'
import { asList, asObject, asText, parseLoosely } from '../loose-json.ts'
import { editText } from '../openai/edit-body.ts'
import type { UpstreamCall } from '../upstream.ts'
import { readUsage } from './usage.ts'

const decoder = new TextDecoder()

/** Cohere's form is the client's: its own text wherever nothing but the model differs. */
export function writeRerankBody({ body, original, model }: UpstreamCall): string {
  const text =
    original === undefined ? undefined : editText(original, body, { model, streamOptions: undefined })
  return text ?? JSON.stringify({ ...body, model })
}

/** A ranking as the bytes it came in; what is charged are searches. */
export function readRanking(bytes: Uint8Array<ArrayBuffer>, { failures }: DialectOptions): TranslatedReply {
  const reply = asObject(parseLoosely(decoder.decode(bytes)))
  if (!reply) throw failures.unreadable('an answer that is not a JSON object')
  if (!asList(reply['results'])) {
    if (typeof reply['message'] === 'string') throw failures.fromError(readError(reply))
    throw failures.unreadable('an answer without a ranking')
  }
  const observation = emptyObservation()
  observation.usage = readUsage(reply['meta'])
  observation.upstreamId = asText(reply['id'])
  return { body: bytes, observation }
}
