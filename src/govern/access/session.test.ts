import { describe, expect, it } from 'bun:test'
import {
  endOfSession,
  findSessionCookie,
  idleLimitMs,
  readSession,
  renew,
  sessionCookie,
  signSession,
  totalLimitMs,
} from './session.ts'

const secret = 'the secret of the installation'
const session = { keyId: '01990000-0000-7000-8000-000000000001', startedAtMs: 1_000, renewedAtMs: 1_000 }
const token = signSession(session, secret)

describe('readSession', () => {
  it('reads back what was signed', () => {
    expect(readSession(token, secret, 2_000)).toEqual(session)
  })

  it('refuses every change of a character, another secret and what is no session', () => {
    for (let place = 0; place < token.length; place += 1) {
      const other = token[place] === '1' ? '2' : '1'
      expect(
        readSession(token.slice(0, place) + other + token.slice(place + 1), secret, 2_000),
      ).toBeUndefined()
    }
    expect(readSession(token, 'another secret', 2_000)).toBeUndefined()
    for (const text of ['', '.', `${token}x`, `${token}.`, token.slice(0, -1), '...', 'ü'.repeat(90)])
      expect(readSession(text, secret, 2_000)).toBeUndefined()
  })

  it('refuses a session that idled too long, and any that lasted too long', () => {
    expect(readSession(token, secret, 1_000 + idleLimitMs - 1)).toEqual(session)
    expect(readSession(token, secret, 1_000 + idleLimitMs)).toBeUndefined()
    const busy = { ...session, renewedAtMs: 1_000 + totalLimitMs - 10 }
    expect(readSession(signSession(busy, secret), secret, 1_000 + totalLimitMs - 1)).toEqual(busy)
    expect(readSession(signSession(busy, secret), secret, 1_000 + totalLimitMs)).toBeUndefined()
  })
})

describe('renew', () => {
  it('waits five minutes, then starts the time over without moving the total limit', () => {
    expect(renew(session, 1_000 + 299_999)).toBeUndefined()
    const renewed = renew(session, 301_000)
    expect(renewed).toEqual({ ...session, renewedAtMs: 301_000 })
    expect(endOfSession(renewed!)).toBe(301_000 + idleLimitMs)
  })
})

describe('sessionCookie', () => {
  it('cannot be read by scripts or sent by other sites, and over https not without it', () => {
    expect(sessionCookie('abc', 60.7, true)).toBe(
      'slipway_session=abc; Path=/; HttpOnly; SameSite=Strict; Max-Age=60; Secure',
    )
    expect(sessionCookie('abc', 60, false)).not.toContain('Secure')
  })
})

describe('findSessionCookie', () => {
  it('finds it among others', () => {
    expect(findSessionCookie('a=b; slipway_session=x.y.z; c=d')).toBe('x.y.z')
    expect(findSessionCookie('slipway_sessions=1; xslipway_session=2')).toBeUndefined()
    expect(findSessionCookie(null)).toBeUndefined()
  })
})
