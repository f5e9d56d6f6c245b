import { emptyObservation, type DialectOptions, type TranslatedReply } from '../dialect.ts'
import { asCount, asObject, parseLoosely } from '../loose-json.ts'

const decoder = new TextDecoder()

/** The answer of vLLM, and of our own engines, to `/tokenize`: only the count is passed on. */
export function readTokenizeReply(bytes: Uint8Array, { failures }: DialectOptions): TranslatedReply {
  const count = asCount(asObject(parseLoosely(decoder.decode(bytes)))?.['count'])
  if (count === undefined) throw failures.unreadable('an answer without a count')
  return { body: JSON.stringify({ count }), observation: emptyObservation() }
}
