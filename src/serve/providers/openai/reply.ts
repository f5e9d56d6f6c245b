import { emptyObservation, type DialectOptions } from '../dialect.ts'
import { readError } from '../error-body.ts'
import { asList, asObject, asText, parseLoosely } from '../loose-json.ts'
import type { Observation, UpstreamCall } from '../upstream.ts'
import { reportedCostInAnswer, usageInAnswer } from './usage.ts'

const decoder = new TextDecoder()

/** Reads what is worth knowing from a whole answer; the client gets the upstream's own bytes. */
export function observeReply(bytes: Uint8Array, call: UpstreamCall, options: DialectOptions): Observation {
  const text = decoder.decode(bytes)
  const answer = asObject(parseLoosely(text))
  if (!answer) {
    const what = text.trim() === '' ? 'an empty answer' : 'an answer that is not a JSON object'
    throw options.failures.unreadable(what)
  }
  const choices = asList(answer[call.operation === 'embedding' ? 'data' : 'choices'])
  if (!choices) {
    if (answer['error'] !== undefined) throw options.failures.fromError(readError(answer))
    throw options.failures.unreadable('an answer without choices')
  }
  const observation = emptyObservation()
  observation.usage = usageInAnswer(answer)
  observation.reportedCostNanoUsd = reportedCostInAnswer(answer)
  observation.serviceTier = asText(answer['service_tier'])
  observation.upstreamId = asText(answer['id'])
  observation.upstreamModel = asText(answer['model'])
  if (call.operation === 'embedding') return observation
  observation.finishReason = asText(asObject(choices[0])?.['finish_reason'])
  if (call.isContentWanted) {
    const field = call.operation === 'chat' ? 'message' : 'text'
    const contents = choices.map(choice => asObject(choice)?.[field])
    observation.content = contents.length === 1 ? contents[0] : contents
  }
  return observation
}
