import type { DatabaseError } from 'pg'
import { Failure } from '../failure.ts'
import { lateLibraries } from '../late-libraries.ts'

/** What the socket, or pg itself, says when the server is not there or went away. */
const lostConnection = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'ENOENT',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EPIPE',
  'ETIMEDOUT',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'ERR_SOCKET_CLOSED',
])
const lostConnectionMessage =
  /connection terminated|connection ended|timeout exceeded when trying to connect|timeout expired|query read timeout|not queryable|client was closed|socket (?:was )?closed|failed to connect/i

/** SQLSTATE: connection exceptions, out of resources, operator intervention except a cancelled query. */
const unavailableState = /^(?:08|53)|^57(?!014)/

/** Whether the database could not be reached or left in the middle, so that trying again may help. */
export function isStorageUnavailable(error: unknown): boolean {
  if (!(error instanceof Error)) return false
  if (error instanceof AggregateError && error.errors.some(isStorageUnavailable)) return true
  if (isDatabaseError(error)) return unavailableState.test(error.code ?? '')
  const code = 'code' in error ? error.code : undefined
  return (typeof code === 'string' && lostConnection.has(code)) || lostConnectionMessage.test(error.message)
}

/** SQLSTATE: a byte, or an escape in JSON, that no text of Postgres may hold. */
const unstorableText = new Set(['22021', '22P05'])

/**
 * Turns a lost connection into a `storage_unavailable` failure, and a NUL that a client has put into what is looked for
 * or kept into an `invalid_request`; leaves every other error as it is.
 */
export function toStorageFailure(error: unknown): unknown {
  if (isDatabaseError(error) && unstorableText.has(error.code ?? '')) {
    return new Failure(
      'invalid_request',
      'The request holds a NUL character, which is in no name and no text here.',
    )
  }
  if (error instanceof Failure || !isStorageUnavailable(error)) return error
  return new Failure('storage_unavailable', 'The database cannot be reached just now; try again shortly.', {
    details: { retryAfterSeconds: 1 },
    cause: error,
  })
}

/** The SQLSTATE of a database error, e.g. `23505` where a row with this key exists; else `undefined`. */
export function sqlState(error: unknown): string | undefined {
  return isDatabaseError(error) ? error.code : undefined
}

function isDatabaseError(error: unknown): error is DatabaseError {
  return error instanceof lateLibraries.pg().DatabaseError
}
