import { openAiLimitHeaders } from './limit-headers.ts'
import type { Failure } from '../../../foundation/platform/index.ts'
import type { Operation } from '../../providers/index.ts'
import type { ClientDialect, ClientStream, ErrorWords } from '../client-dialect.ts'
import { applyRelease } from './apply-release.ts'
import { checkRequest } from './check-request.ts'
import { internalOpenAiError, toOpenAiError } from './openai-error.ts'

export const openAiErrors: ErrorWords = { body: toOpenAiError, bug: internalOpenAiError }

/** OpenAI's chat completions, completions and embeddings: what every upstream of ours answers in anyway. */
export function createOpenAiDialect(operation: Operation): ClientDialect {
  return {
    operation,
    check: body => checkRequest(body, operation),
    applyRelease: (body, release, service) => applyRelease(body, operation, release, service),
    limitHeaders: openAiLimitHeaders,
    openStream: () => untouchedEvents,
    errors: openAiErrors,
  }
}

const encoder = new TextEncoder()

/** The bytes as they come; one that breaks ends with an error event and without `[DONE]`. */
export const untouchedEvents: ClientStream = {
  push: bytes => bytes,
  end: () => undefined,
  fail: (failure: Failure) => encoder.encode(`data: ${JSON.stringify(toOpenAiError(failure))}\n\n`),
}
