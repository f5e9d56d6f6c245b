import { Failure } from '../../foundation/platform/index.ts'
import type { ErrorWords } from '../dialects/index.ts'

export interface ErrorLog {
  /** `request`: what it is about, as far as that was read; nothing of it may be written down. */
  readonly onFailure: (failure: Failure, requestId: string, request?: unknown) => void
  readonly onBug: (error: unknown, requestId: string, request?: unknown) => void
}

/** An error as the client's dialect says it, with what its SDK reads to know whether and when to try again. */
export function answerError(
  error: unknown,
  requestId: string,
  words: ErrorWords,
  log: ErrorLog,
  given: Readonly<Record<string, string>> = {},
  request?: unknown,
): Response {
  const headers: Record<string, string> = { ...given, 'x-request-id': requestId }
  if (!(error instanceof Failure)) {
    log.onBug(error, requestId, request)
    return Response.json(words.bug(requestId), { status: 500, headers })
  }
  log.onFailure(error, requestId, request)
  const { retryAfterSeconds, shouldRetry } = error.details
  if (retryAfterSeconds !== undefined) headers['retry-after'] = String(Math.ceil(retryAfterSeconds))
  if (shouldRetry !== undefined) headers['x-should-retry'] = String(shouldRetry)
  return Response.json(words.body(error, requestId), {
    status: words.status?.(error) ?? error.status,
    headers,
  })
}
