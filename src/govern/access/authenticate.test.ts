import { describe, expect, it } from 'bun:test'
import { Failure } from '../../foundation/platform/index.ts'
import { findCaller } from './authenticate.ts'
import { buildDirectory } from './directory.ts'
import { generateSecret, hashSecret, visiblePrefix } from './key.ts'
import type { Key } from './key.ts'
import { signSession } from './session.ts'
import type { Tenant } from './tenant.ts'

const sessionSecret = 'session secret'
const secret = generateSecret()
const key: Key = {
  id: '01990000-0000-7000-8000-000000000001',
  name: 'first',
  prefix: visiblePrefix(secret),
  role: 'developer',
  tenant: 'a',
  services: ['x', 'y'],
  createdAt: new Date(0),
  createdBy: 'start',
  expiresAt: new Date(10_000),
  revokedAt: undefined,
  lastUsedAt: undefined,
  isBootstrap: false,
}
const tenant: Tenant = {
  id: 'a',
  name: undefined,
  services: ['y', 'z'],
  source: 'api',
  createdAt: new Date(0),
  disabledAt: undefined,
}
const directory = buildDirectory(1, [{ key, hash: hashSecret(secret) }], [tenant])
const cookie = `slipway_session=${signSession({ keyId: key.id, startedAtMs: 0, renewedAtMs: 0 }, sessionSecret)}`

function find(headers: Record<string, string>, options: { isSameOrigin?: boolean; nowMs?: number } = {}) {
  return findCaller(directory, sessionSecret, new Headers(headers), {
    isSameOrigin: options.isSameOrigin ?? false,
    nowMs: options.nowMs ?? 5_000,
  })
}

function reason(headers: Record<string, string>, options?: { isSameOrigin?: boolean; nowMs?: number }) {
  try {
    find(headers, options)
  } catch (error) {
    if (error instanceof Failure) return `${error.code} ${error.status} ${String(error.details['reason'])}`
    throw error
  }
  return 'accepted'
}

describe('findCaller', () => {
  it('knows the key of a bearer header, limited to what both it and its tenant may use', () => {
    for (const authorization of [`Bearer ${secret}`, `bearer ${secret}`, `Bearer   ${secret} `])
      expect(find({ authorization }).principal).toEqual({
        keyId: key.id,
        keyName: 'first',
        role: 'developer',
        tenant: 'a',
        services: new Set(['y']),
      })
  })

  it('says what is wrong with a header', () => {
    expect(reason({})).toBe('unauthenticated 401 missing')
    expect(reason({ authorization: 'Bearer ' })).toBe('unauthenticated 401 malformed')
    expect(reason({ authorization: secret })).toBe('unauthenticated 401 malformed')
    expect(reason({ authorization: `Basic ${secret}` })).toBe('unauthenticated 401 malformed')
    expect(reason({ authorization: `Bearer ${secret}x` })).toBe('unauthenticated 401 unknown')
    expect(reason({ authorization: `Bearer ${key.id}` })).toBe('unauthenticated 401 unknown')
    expect(reason({ authorization: `Bearer ${hashSecret(secret)}` })).toBe('unauthenticated 401 unknown')
  })

  it('knows the key in the password of basic authorization, and nothing else in it', () => {
    const basic = (text: string) => ({ authorization: `Basic ${Buffer.from(text).toString('base64')}` })
    expect(find(basic(`flagger:${secret}`)).key).toBe(key)
    expect(find(basic(`:${secret}`)).key).toBe(key)
    expect(reason(basic(`${secret}:`))).toBe('unauthenticated 401 malformed')
    expect(reason(basic(secret))).toBe('unauthenticated 401 malformed')
    expect(reason(basic('flagger:wrong'))).toBe('unauthenticated 401 unknown')
    expect(reason(basic(`flagger:${secret}`), { nowMs: 10_000 })).toBe('unauthenticated 401 expired')
  })

  it("knows the key in the header of Anthropic's clients, where there is no other", () => {
    expect(find({ 'x-api-key': secret }).key).toBe(key)
    expect(find({ 'x-api-key': secret, cookie }).key).toBe(key)
    expect(reason({ 'x-api-key': 'wrong' })).toBe('unauthenticated 401 unknown')
    expect(reason({ 'x-api-key': secret, authorization: 'Bearer wrong' })).toBe('unauthenticated 401 unknown')
    expect(reason({ 'x-api-key': secret }, { nowMs: 10_000 })).toBe('unauthenticated 401 expired')
    expect(reason({ cookie, 'x-api-key': 'wrong' }, { isSameOrigin: true })).toBe(
      'unauthenticated 401 unknown',
    )
  })

  it('ends a key, and its sessions, at its expiry', () => {
    const authorization = `Bearer ${secret}`
    expect(reason({ authorization }, { nowMs: 9_999 })).toBe('accepted')
    expect(reason({ authorization }, { nowMs: 10_000 })).toBe('unauthenticated 401 expired')
    expect(reason({ cookie }, { nowMs: 10_000, isSameOrigin: true })).toBe(
      'unauthenticated 401 session_ended',
    )
  })

  it('honours a session only from the same origin', () => {
    expect(find({ cookie }, { isSameOrigin: true }).key).toBe(key)
    expect(reason({ cookie })).toBe('unauthenticated 401 cross_origin')
  })

  it('does not fall back to a session where a key was sent', () => {
    expect(reason({ cookie, authorization: 'Bearer nonsense' }, { isSameOrigin: true })).toBe(
      'unauthenticated 401 unknown',
    )
  })

  it('never repeats what was sent', () => {
    expect(() => find({ authorization: 'Bearer sk-of-another-provider' })).toThrow(
      /^((?!another-provider).)*$/,
    )
  })
})
