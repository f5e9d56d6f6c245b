import { createHmac, timingSafeEqual } from 'node:crypto'

/** What the cookie of the console carries: which key it stands for, and until when. Signed, not secret. */
export interface Session {
  readonly keyId: string
  /** When the key was typed in, in milliseconds since 1970. */
  readonly startedAtMs: number
  readonly renewedAtMs: number
}

const minuteMs = 60_000
/** A session ends this long after it was last renewed, */
export const idleLimitMs = 120 * minuteMs
/** and this long after the key was typed in, however busy it is. */
export const totalLimitMs = 24 * 60 * minuteMs
/** It is renewed at most this often. */
const renewalIntervalMs = 5 * minuteMs

const cookieName = 'slipway_session'
const form = /^([0-9a-f-]{36})\.(\d{1,16})\.(\d{1,16})\.([\w-]{43})$/

export function signSession(session: Session, secret: string): string {
  const text = `${session.keyId}.${session.startedAtMs}.${session.renewedAtMs}`
  return `${text}.${signature(text, secret)}`
}

/** `undefined` for anything that was not signed with `secret` or whose time is over. */
export function readSession(token: string, secret: string, nowMs: number): Session | undefined {
  const match = form.exec(token)
  if (!match) return undefined
  const [, keyId, startedAt, renewedAt, given] = match
  if (!keyId || !startedAt || !renewedAt || !given) return undefined
  const expected = signature(`${keyId}.${startedAt}.${renewedAt}`, secret)
  if (!timingSafeEqual(Buffer.from(given), Buffer.from(expected))) return undefined
  const session = { keyId, startedAtMs: Number(startedAt), renewedAtMs: Number(renewedAt) }
  return nowMs < endOfSession(session) ? session : undefined
}

/** When it ends if nothing happens, in milliseconds since 1970. */
export function endOfSession({ startedAtMs, renewedAtMs }: Session): number {
  return Math.min(renewedAtMs + idleLimitMs, startedAtMs + totalLimitMs)
}

/** The session with its time starting over; `undefined` where it was renewed a moment ago. */
export function renew(session: Session, nowMs: number): Session | undefined {
  return nowMs - session.renewedAtMs < renewalIntervalMs ? undefined : { ...session, renewedAtMs: nowMs }
}

/** The token in a `Cookie` header. */
export function findSessionCookie(header: string | null): string | undefined {
  if (header === null) return undefined
  for (const part of header.split(';')) {
    const [name, value] = part.trim().split('=', 2)
    if (name === cookieName) return value
  }
  return undefined
}

/** A `Set-Cookie` header. `Secure` where the browser came over https; without it the browser would drop the cookie. */
export function sessionCookie(token: string, endsInSeconds: number, isSecure: boolean): string {
  return `${cookieName}=${token}; Path=/; HttpOnly; SameSite=Strict; Max-Age=${Math.max(0, Math.floor(endsInSeconds))}${isSecure ? '; Secure' : ''}`
}

export function isSecureRequest(request: Request): boolean {
  return request.url.startsWith('https:') || request.headers.get('x-forwarded-proto') === 'https'
}

function signature(text: string, secret: string): string {
  return createHmac('sha256', secret).update(`slipway session 1\n${text}`).digest('base64url')
}
