import { Failure } from '../../foundation/platform/index.ts'
import type { Directory, DirectoryEntry } from './directory.ts'
import { hashSecret } from './key.ts'
import { findSessionCookie, readSession } from './session.ts'
import type { Session } from './session.ts'

const howToSend = 'Send a key in the header `Authorization: Bearer sk-slip-…` or `x-api-key: sk-slip-…`.'

/**
 * The key behind a request, from memory alone: one SHA-256 and one lookup for a key, whatever was sent. A bearer key
 * goes before `x-api-key`, the header of Anthropic's clients, and either before a session.
 * Throws `unauthenticated`; a key that never existed, was revoked, or whose tenant is gone is answered the same.
 */
export function findCaller(
  directory: Directory,
  sessionSecret: string,
  headers: Headers,
  { isSameOrigin, nowMs }: { isSameOrigin: boolean; nowMs: number },
): DirectoryEntry {
  const authorization = headers.get('authorization')
  if (authorization !== null) return findByBearer(directory, authorization, nowMs)
  const apiKey = headers.get('x-api-key')
  if (apiKey !== null) return findBySecret(directory, apiKey.trim(), nowMs)
  const token = findSessionCookie(headers.get('cookie'))
  if (token === undefined) throw refused(`You did not provide an API key. ${howToSend}`, 'missing')
  if (!isSameOrigin)
    throw refused(
      `A session is honoured only for requests of the console itself. ${howToSend}`,
      'cross_origin',
    )
  return findBySession(directory, sessionSecret, token, nowMs).entry
}

/** The key and the session of a signed cookie. Throws `unauthenticated`. */
export function findBySession(
  directory: Directory,
  sessionSecret: string,
  token: string,
  nowMs: number,
): { entry: DirectoryEntry; session: Session } {
  const session = readSession(token, sessionSecret, nowMs)
  const entry = session && directory.byId.get(session.keyId)
  if (!session || !entry || entry.expiresAtMs <= nowMs)
    throw refused('This session has ended. Sign in again.', 'session_ended')
  return { entry, session }
}

/** The key with this secret. Throws `unauthenticated`. */
export function findBySecret(directory: Directory, secret: string, nowMs: number): DirectoryEntry {
  const entry = directory.byHash.get(hashSecret(secret))
  if (!entry)
    throw refused(
      'Incorrect API key provided. Keys of Slipway begin with `sk-slip-`; `slipway key list` shows which are in use.',
      'unknown',
    )
  if (entry.expiresAtMs <= nowMs)
    throw refused(
      `This API key expired at ${new Date(entry.expiresAtMs).toISOString()}. Create another with \`slipway key create\`.`,
      'expired',
    )
  return entry
}

function findByBearer(directory: Directory, authorization: string, nowMs: number): DirectoryEntry {
  const scheme = authorization.slice(0, 7)
  if (scheme !== 'Bearer ' && scheme.toLowerCase() !== 'bearer ')
    throw refused(`The header \`Authorization\` is malformed. ${howToSend}`, 'malformed')
  const secret = authorization.slice(7).trim()
  if (secret === '') throw refused(`You did not provide an API key. ${howToSend}`, 'missing')
  return findBySecret(directory, secret, nowMs)
}

function refused(message: string, reason: string): Failure {
  return new Failure('unauthenticated', message, { details: { reason } })
}
