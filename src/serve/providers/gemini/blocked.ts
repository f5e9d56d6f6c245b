import type { Failure } from '../../../foundation/platform/index.ts'
import type { DialectOptions } from '../dialect.ts'
import { asList, asObject, asText, type JsonObject } from '../loose-json.ts'
import { isBroken } from './finish-reason.ts'

/** The failure of an answer that has no candidates because its prompt was blocked. */
export function blockedPrompt(answer: JsonObject, { failures }: DialectOptions): Failure | undefined {
  const feedback = asObject(answer['promptFeedback'])
  const reason = asText(feedback?.['blockReason'])
  if (!reason || (asList(answer['candidates'])?.length ?? 0) > 0) return undefined
  const said = asText(feedback?.['blockReasonMessage'])
  return failures.fromError({
    message: `The prompt was blocked (${reason}).${said ? ` ${said}` : ''}`,
    code: 'content_filter',
    type: undefined,
    parameter: 'messages',
    status: 400,
  })
}

/** The failure of a candidate that ended in a way that makes it no answer. */
export function brokenCandidate(finishReason: string, options: DialectOptions): Failure | undefined {
  return isBroken(finishReason)
    ? options.failures.unreadable(`an answer with the finish reason ${finishReason}`)
    : undefined
}
