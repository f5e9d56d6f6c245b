import { emptyObservation, type DialectOptions, type TranslatedReply } from '../dialect.ts'
import { readError } from '../error-body.ts'
import { asCount, asObject, parseLoosely } from '../loose-json.ts'
import type { UpstreamCall } from '../upstream.ts'
import { readMessage } from './reply.ts'

const decoder = new TextDecoder()

/** A whole message, or a count of tokens, as the bytes it came in. */
export function readNativeReply(
  bytes: Uint8Array<ArrayBuffer>,
  call: UpstreamCall,
  options: DialectOptions,
): TranslatedReply {
  if (call.operation === 'messages') {
    return { body: bytes, observation: readMessage(bytes, call, options).observation }
  }
  const reply = asObject(parseLoosely(decoder.decode(bytes)))
  if (reply?.['type'] === 'error') throw options.failures.fromError(readError(reply))
  if (asCount(reply?.['input_tokens']) === undefined) {
    throw options.failures.unreadable('an answer without a count')
  }
  return { body: bytes, observation: emptyObservation() }
}
