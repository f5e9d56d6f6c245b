import { Failure } from '../../foundation/platform/index.ts'
import { actorOf } from './access-context.ts'
import type { AccessContext } from './access-context.ts'
import { findBySecret, findBySession } from './authenticate.ts'
import { authorize } from './permission.ts'
import { isFromAnotherSite, isSameOrigin } from './same-origin.ts'
import {
  endOfSession,
  findSessionCookie,
  isSecureRequest,
  renew,
  sessionCookie,
  signSession,
} from './session.ts'
import type { Session } from './session.ts'

/**
 * Signs a person in: a `Set-Cookie` header that stands for the key. Throws `unauthenticated` for a wrong key and
 * `forbidden` for one whose role has no console, or for a page of another site.
 */
export async function openSession(
  context: AccessContext,
  sessionSecret: string,
  { secret, request, requestId }: { secret: string; request: Request; requestId: string },
): Promise<string> {
  if (isFromAnotherSite(request))
    throw new Failure('forbidden', 'Sign in on the console itself, not from the page of another site.')
  const nowMs = context.now()
  const { principal } = findBySecret(context.feed.current(), secret, nowMs)
  authorize(context.table, principal, 'session:create')
  await context.audit.record({
    actor: actorOf(principal),
    action: 'session:create',
    subject: `key:${principal.keyId}`,
    tenant: principal.tenant,
    requestId,
  })
  const session = { keyId: principal.keyId, startedAtMs: nowMs, renewedAtMs: nowMs }
  return toCookie(session, sessionSecret, request, nowMs)
}

/** A `Set-Cookie` header with more time, or `undefined` where there is no session or it is not due. */
export function renewSession(
  context: AccessContext,
  sessionSecret: string,
  request: Request,
): string | undefined {
  const token = findSessionCookie(request.headers.get('cookie'))
  if (token === undefined || request.headers.has('authorization') || !isSameOrigin(request)) return undefined
  const nowMs = context.now()
  const { session } = findBySession(context.feed.current(), sessionSecret, token, nowMs)
  const renewed = renew(session, nowMs)
  return renewed && toCookie(renewed, sessionSecret, request, nowMs)
}

function toCookie(session: Session, sessionSecret: string, request: Request, nowMs: number): string {
  const endsInSeconds = (endOfSession(session) - nowMs) / 1000
  return sessionCookie(signSession(session, sessionSecret), endsInSeconds, isSecureRequest(request))
}
