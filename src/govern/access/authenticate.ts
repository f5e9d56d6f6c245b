import { Failure } from '../../foundation/platform/index.ts'
import type { Directory, DirectoryEntry } from './directory.ts'
import { hashSecret } from './key.ts'
import { findSessionCookie, readSession } from './session.ts'
import type { Session } from './session.ts'

const howToSend = 'Send a key in the header `Authorization: Bearer sk-slip-…` or `x-api-key: sk-slip-…`.'

/**
 * The key behind a request, from memory alone: one SHA-256 and one lookup for a key, whatever was sent. The header `Authorization`
 * goes before `x-api-key`, the header of Anthropic's clients, and either before a session. With `Basic` the key is the password: that
 * is what programs send that take an address with `user:password@` and no headers, as webhooks of Flagger do.
 * Throws `unauthenticated`; a key that never existed, was revoked, or whose tenant is gone is answered the same.
 */
export function findCaller(
  directory: Directory,
  sessionSecret: string,
  headers: Headers,
  { isSameOrigin, nowMs }: { isSameOrigin: boolean; nowMs: number },
): DirectoryEntry {
  const authorization = headers.get('authorization')
  if (authorization !== null) return findBySecret(directory, secretOf(authorization), nowMs)
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

function secretOf(authorization: string): string {
  const [, scheme, value = ''] = /^(bearer|basic) +(.*)$/i.exec(authorization.trim()) ?? []
  if (scheme === undefined)
    throw refused(`The header \`Authorization\` is malformed. ${howToSend}`, 'malformed')
  if (scheme.toLowerCase() === 'bearer') return value
  const decoded = Buffer.from(value, 'base64').toString()
  const secret = decoded.slice(decoded.indexOf(':') + 1)
  if (!decoded.includes(':') || secret === '')
    throw refused(
      'The header `Authorization: Basic` has no password. Send the key as the password, under any name.',
      'malformed',
    )
  return secret
}

function refused(message: string, reason: string): Failure {
  return new Failure('unauthenticated', message, { details: { reason } })
}
