import { Failure } from '../../foundation/platform/index.ts'
import type { ErrorWords } from '../dialects/index.ts'

export interface ErrorLog {
  readonly onFailure: (failure: Failure, requestId: string) => void
  readonly onBug: (error: unknown, requestId: string) => void
}

/** An error as the client's dialect says it, with what its SDK reads to know whether and when to try again. */
export function answerError(
  error: unknown,
  requestId: string,
  words: ErrorWords,
  log: ErrorLog,
  given: Readonly<Record<string, string>> = {},
): Response {
  const headers: Record<string, string> = { ...given, 'x-request-id': requestId }
  if (!(error instanceof Failure)) {
    log.onBug(error, requestId)
    return Response.json(words.bug(requestId), { status: 500, headers })
  }
  log.onFailure(error, requestId)
  const { retryAfterSeconds, shouldRetry } = error.details
  if (retryAfterSeconds !== undefined) headers['retry-after'] = String(Math.ceil(retryAfterSeconds))
  if (shouldRetry !== undefined) headers['x-should-retry'] = String(shouldRetry)
  return Response.json(words.body(error, requestId), {
    status: words.status?.(error) ?? error.status,
    headers,
  })
}
