import { describe, expect, it } from 'bun:test'
import { z } from 'zod'
import { createControlApi, createLogger } from '../../foundation/platform/index.ts'
import { createTestDatabase } from '../../../test/database.ts'
import { auditRoutes, createAudit } from '../audit/index.ts'
import { accessRoutes, createAccess, createGatekeeper, loadPolicies } from './index.ts'
import { idleLimitMs } from './session.ts'

const logger = createLogger({ level: 'silent' })
// worked out once for all tests, and not within the time limit of the first
await loadPolicies()
const adminSecret = 'the-first-owner-key'

interface Call {
  secret?: string
  cookie?: string
  headers?: Record<string, string>
  body?: unknown
}

/** The rows of access and audit behind the real control API; answers are checked against their `output`. */
async function start() {
  const test = await createTestDatabase()
  const clock = { nowMs: Date.parse('2026-03-01T12:00:00Z') }
  const now = () => clock.nowMs
  const audit = createAudit({ database: test.database, now })
  const access = await createAccess({ database: test.database, audit, logger, now })
  await access.ensureAdminKey({ given: adminSecret, dataDirectory: '/nowhere' })
  const routes = [...accessRoutes(access), ...auditRoutes({ audit, visibleTenant: access.visibleTenant })]
  const bugs: unknown[] = []
  const api = createControlApi({
    routes,
    gatekeeper: createGatekeeper({ access, audit }),
    bodyLimitBytes: 100_000,
    onFailure: () => {},
    onBug: error => bugs.push(error),
  })

  async function call(line: string, { secret, cookie, headers, body }: Call = {}) {
    const [method = '', path = ''] = line.split(' ')
    const response = await api(
      new Request(`http://localhost:4000${path}`, {
        method,
        headers: {
          host: 'localhost:4000',
          ...(secret ? { authorization: `Bearer ${secret}` } : {}),
          ...(cookie ? { cookie, 'sec-fetch-site': 'same-origin' } : {}),
          ...(body ? { 'content-type': 'application/json' } : {}),
          ...headers,
        },
        ...(body ? { body: JSON.stringify(body) } : {}),
      }),
    )
    const text = await response.text()
    const json = text === '' ? undefined : JSON.parse(text)
    const row = routes.find(
      route =>
        route.method === method &&
        new RegExp(`^${route.path.replace('{id}', '[^/]+')}$`).test(path.split('?')[0]!),
    )
    if (response.status < 300 && row?.output instanceof z.ZodType) row.output.parse(json)
    expect(bugs).toEqual([])
    return { status: response.status, json, setCookie: response.headers.get('set-cookie') }
  }

  return {
    call,
    access,
    audit,
    clock,
    async key(role: string, more: Record<string, unknown> = {}) {
      const { json } = await call('POST /api/keys', {
        secret: adminSecret,
        body: { name: role, role, ...more },
      })
      return json as { id: string; secret: string }
    },
    async signIn(secret: string, headers: Record<string, string> = {}) {
      const { status, setCookie } = await call('POST /api/session', { body: { key: secret }, headers })
      expect(status).toBe(204)
      return setCookie?.split(';')[0] ?? ''
    },
    async [Symbol.asyncDispose]() {
      await access.close()
      await test[Symbol.asyncDispose]()
    },
  }
}

describe('/api/keys', () => {
  it('makes a key, lists it without its secret, and revokes it', async () => {
    await using it = await start()
    const made = await it.call('POST /api/keys', {
      secret: adminSecret,
      body: {
        name: ' shop ',
        role: 'service',
        tenant: 'default',
        services: ['support'],
        expires_at: '2026-04-01T00:00:00+02:00',
      },
    })
    expect(made.status).toBe(201)
    expect(made.json).toMatchObject({
      name: 'shop',
      role: 'service',
      tenant: 'default',
      services: ['support'],
      created_by: 'admin',
      expires_at: '2026-03-31T22:00:00.000Z',
      revoked_at: null,
      last_used_at: null,
    })
    const { secret, ...shown } = made.json
    const list = await it.call('GET /api/keys?tenant=default', { secret: adminSecret })
    expect(list.json).toEqual({ data: [shown], next_cursor: null })
    expect((await it.call('GET /api/me', { secret })).json).toMatchObject({
      role: 'service',
      tenant: 'default',
      permissions: [
        'batch:cancel',
        'batch:use',
        'feedback:create',
        'service:invoke',
        'session:read',
        'span:send',
      ],
    })
    expect((await it.call(`DELETE /api/keys/${made.json.id}`, { secret: adminSecret })).status).toBe(204)
    expect((await it.call('GET /api/me', { secret })).status).toBe(401)
    expect((await it.call('GET /api/keys?limit=1', { secret: adminSecret })).json).toMatchObject({
      data: [{ id: made.json.id, revoked_at: '2026-03-01T12:00:00.000Z' }],
      next_cursor: made.json.id,
    })
  })

  it('names the parameter that is wrong', async () => {
    await using it = await start()
    for (const [body, parameter] of [
      [{ role: 'service' }, 'name'],
      [{ name: 'k', role: 'king' }, 'role'],
      [{ name: 'k', role: 'service', expires_at: 'tomorrow' }, 'expires_at'],
      [{ name: 'k', role: 'service', tenant: 'no-such' }, 'tenant'],
    ] as const)
      expect((await it.call('POST /api/keys', { secret: adminSecret, body })).json.error).toMatchObject({
        parameter,
      })
  })

  it('shows a key of a tenant nothing of another, whatever it tries', async () => {
    await using it = await start()
    for (const id of ['a', 'b']) await it.call('POST /api/tenants', { secret: adminSecret, body: { id } })
    const a = await it.key('owner', { tenant: 'a' })
    const b = await it.key('owner', { tenant: 'b' })
    expect((await it.call('GET /api/keys', { secret: a.secret })).json.data).toMatchObject([{ id: a.id }])
    expect((await it.call('GET /api/tenants', { secret: a.secret })).json.data).toMatchObject([{ id: 'a' }])
    const entries = (await it.call('GET /api/audit', { secret: a.secret })).json.data as { tenant: string }[]
    expect(new Set(entries.map(entry => entry.tenant))).toEqual(new Set(['a']))
    for (const [line, body, status] of [
      ['GET /api/keys?tenant=b', undefined, 403],
      ['GET /api/audit?tenant=b', undefined, 403],
      [`DELETE /api/keys/${b.id}`, undefined, 404],
      ['POST /api/keys', { name: 'k', role: 'service', tenant: 'b' }, 403],
      ['POST /api/keys', { name: 'k', role: 'service', tenant: null }, 403],
      ['POST /api/tenants', { id: 'c' }, 403],
      ['PATCH /api/tenants/a', { services: null }, 403],
      ['PATCH /api/tenants/b', { services: null }, 403],
      ['DELETE /api/tenants/b', undefined, 403],
    ] as const)
      expect([line, (await it.call(line, { secret: a.secret, body })).status]).toEqual([line, status])
  })
})

describe('/api/tenants', () => {
  it('makes, changes, lists and deletes', async () => {
    await using it = await start()
    const secret = adminSecret
    const made = await it.call('POST /api/tenants', { secret, body: { id: 'acme', name: 'Acme' } })
    expect([made.status, made.json]).toMatchObject([
      201,
      { id: 'acme', name: 'Acme', services: null, source: 'api' },
    ])
    const changed = await it.call('PATCH /api/tenants/acme', {
      secret,
      body: { name: null, services: ['x'] },
    })
    expect(changed.json).toMatchObject({ name: null, services: ['x'] })
    expect((await it.call('GET /api/tenants', { secret })).json.data).toHaveLength(2)
    expect((await it.call('DELETE /api/tenants/acme', { secret })).status).toBe(204)
    expect((await it.call('DELETE /api/tenants/acme', { secret })).status).toBe(404)
    expect(
      (await it.call('POST /api/tenants', { secret, body: { id: 'No Spaces' } })).json.error.parameter,
    ).toBe('id')
  })
})

describe('/api/session', () => {
  it('signs in with a key and out again', async () => {
    await using it = await start()
    const cookie = await it.signIn(adminSecret)
    expect((await it.call('GET /api/me', { cookie })).json).toMatchObject({ role: 'owner', tenant: null })
    expect((await it.call('POST /api/tenants', { cookie, body: { id: 'a' } })).status).toBe(201)
    const out = await it.call('DELETE /api/session', { cookie })
    expect([out.status, out.setCookie]).toEqual([
      204,
      'slipway_session=; Path=/; HttpOnly; SameSite=Strict; Max-Age=0',
    ])
  })

  it('refuses a wrong key, a key of a service, and the page of another site', async () => {
    await using it = await start()
    expect((await it.call('POST /api/session', { body: { key: 'sk-slip-wrong' } })).status).toBe(401)
    const service = await it.key('service')
    expect((await it.call('POST /api/session', { body: { key: service.secret } })).status).toBe(403)
    const headers = { origin: 'http://evil.example' }
    expect((await it.call('POST /api/session', { body: { key: adminSecret }, headers })).status).toBe(403)
  })

  it('is marked Secure where the browser came over https', async () => {
    await using it = await start()
    const headers = { 'x-forwarded-proto': 'https' }
    const { setCookie } = await it.call('POST /api/session', { body: { key: adminSecret }, headers })
    expect(setCookie).toMatch(/; HttpOnly; SameSite=Strict; Max-Age=7200; Secure$/)
  })

  it('does not let another page act with the cookie', async () => {
    await using it = await start()
    const cookie = await it.signIn(adminSecret)
    for (const headers of [
      { 'sec-fetch-site': 'cross-site' },
      { 'sec-fetch-site': 'same-site' },
      { 'sec-fetch-site': 'none' },
    ]) {
      expect((await it.call('POST /api/tenants', { cookie, headers, body: { id: 'a' } })).status).toBe(401)
    }
    expect(it.access.tenants.list()).toHaveLength(1)
  })

  it('ends with its key, on time, and when it was forged', async () => {
    await using it = await start()
    const auditor = await it.key('auditor')
    const cookie = await it.signIn(auditor.secret)
    expect((await it.call('GET /api/me', { cookie })).status).toBe(200)
    const admin = await it.call('GET /api/me', { secret: adminSecret })
    expect(
      (await it.call('GET /api/me', { cookie: cookie.replace(auditor.id, admin.json.key_id) })).status,
    ).toBe(401)
    it.clock.nowMs += idleLimitMs
    expect((await it.call('GET /api/me', { cookie })).status).toBe(401)
    const fresh = await it.signIn(auditor.secret)
    await it.call(`DELETE /api/keys/${auditor.id}`, { secret: adminSecret })
    expect((await it.call('GET /api/me', { cookie: fresh })).json.error.message).toBe(
      'This session has ended. Sign in again.',
    )
  })

  it('is given more time by GET /api/me', async () => {
    await using it = await start()
    let cookie = await it.signIn(adminSecret)
    expect((await it.call('GET /api/me', { cookie })).setCookie).toBeNull()
    for (let hour = 0; hour < 4; hour += 1) {
      it.clock.nowMs += idleLimitMs / 2
      const { status, setCookie } = await it.call('GET /api/me', { cookie })
      expect(status).toBe(200)
      cookie = setCookie?.split(';')[0] ?? ''
    }
    it.clock.nowMs += 24 * 3_600_000
    expect((await it.call('GET /api/me', { cookie })).status).toBe(401)
  })
})

describe('/api/audit', () => {
  it('shows every change and every look, its own too', async () => {
    await using it = await start()
    const service = await it.key('service')
    await it.call('GET /api/keys', { secret: adminSecret })
    await it.signIn(adminSecret)
    await it.call(`DELETE /api/keys/${service.id}`, { secret: adminSecret })
    await it.call('GET /api/audit', { secret: adminSecret })
    const { json } = await it.call('GET /api/audit', { secret: adminSecret })
    const entries = json.data as Record<string, string | null>[]
    expect(
      entries.map(entry => `${entry['actor_name']} ${entry['action']} ${entry['subject']?.split(':')[0]}`),
    ).toEqual([
      'admin audit:list /api/audit',
      'admin key:revoke key',
      'admin session:create key',
      'admin key:list /api/keys',
      'admin key:create key',
      'start key:create key',
    ])
    expect(entries[1]?.['before_hash']).toMatch(/^[0-9a-f]{64}$/)
    expect(entries[1]?.['before_hash']).toEqual(entries[4]?.['after_hash'])
    expect(entries[1]?.['request_id']).toBeString()
    const page = await it.call(`GET /api/audit?action=key:create&limit=1`, { secret: adminSecret })
    expect(page.json).toMatchObject({
      data: [{ subject: `key:${service.id}` }],
      next_cursor: expect.any(String),
    })
  })

  it('is for owners and auditors', async () => {
    await using it = await start()
    for (const [role, status] of [
      ['auditor', 200],
      ['operator', 403],
      ['service', 403],
    ] as const) {
      const { secret } = await it.key(role)
      expect([role, (await it.call('GET /api/audit', { secret })).status]).toEqual([role, status])
    }
  })
})
