import { describe, expect, it } from 'bun:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { createLogger, Failure, openDatabase } from '../../foundation/platform/index.ts'
import { createTestDatabase } from '../../../test/database.ts'
import { until } from '../../../test/until.ts'
import { createAudit } from '../audit/index.ts'
import { createAccess } from './access.ts'
import type { Access, AccessOptions } from './access.ts'
import { loadPolicies } from './load-policies.ts'
import type { Principal, Role } from './principal.ts'

const logger = createLogger({ level: 'silent' })
// worked out once for all tests, and not within the time limit of the first
await loadPolicies()

/** The installation with its first owner, and a second replica on the same database. */
async function start(options: Partial<AccessOptions> = {}) {
  const test = await createTestDatabase()
  const audit = createAudit({ database: test.database })
  const access = await createAccess({ database: test.database, audit, logger, ...options })
  await access.ensureAdminKey({ given: 'the-first-owner-key', dataDirectory: '/nowhere' })
  const owner = bearer(access, 'the-first-owner-key')
  return {
    test,
    audit,
    access,
    owner: { principal: owner, requestId: 'r-owner' },
    /** A key of that kind, ready to call use cases. */
    async caller(
      role: Role,
      tenant: string | null = null,
      more: { services?: string[]; expiresAt?: Date } = {},
    ) {
      const { secret, key } = await access.keys.create(
        { name: `${role} of ${tenant}`, role, tenant, ...more },
        { principal: owner, requestId: 'r-setup' },
      )
      return { principal: bearer(access, secret), requestId: 'r-caller', secret, key }
    },
    async [Symbol.asyncDispose]() {
      await access.close()
      await test[Symbol.asyncDispose]()
    },
  }
}

function bearer(access: Access, secret: string): Principal {
  return access.authenticate(new Headers({ authorization: `Bearer ${secret}` }), { isSameOrigin: false })
}

async function refusal(work: Promise<unknown>): Promise<string> {
  const error = await work.then(
    () => undefined,
    (reason: unknown) => reason,
  )
  if (!(error instanceof Failure)) throw new Error('expected a Failure', { cause: error })
  return `${error.code}: ${error.message}`
}

/** Waits up to a second; says after how many milliseconds it was so. */
async function untilTrue(isSo: () => boolean): Promise<number> {
  const start = performance.now()
  while (!isSo()) {
    if (performance.now() - start > 30_000) throw new Error('still not so after half a minute')
    await sleep(5)
  }
  return performance.now() - start
}

function opens(access: Access, secret: string): boolean {
  try {
    bearer(access, secret)
    return true
  } catch {
    return false
  }
}

describe('keys.create', () => {
  it('gives a key that opens at once, and stores no trace of its secret', async () => {
    await using it = await start()
    const { secret, key } = await it.access.keys.create(
      { name: 'shop', role: 'service', tenant: 'default', services: ['support'] },
      it.owner,
    )
    expect(bearer(it.access, secret)).toEqual({
      keyId: key.id,
      keyName: 'shop',
      role: 'service',
      tenant: 'default',
      services: new Set(['support']),
    })
    const stored = await it.test.database.query('SELECT * FROM access_keys')
    expect(JSON.stringify(stored)).not.toContain(secret)
    expect(secret.startsWith(key.prefix)).toBe(true)
  })

  it('reaches another replica, and its revocation too, within a second', async () => {
    await using it = await start()
    const database = await openDatabase({ url: it.test.url, logger, maxConnections: 2 })
    const replica = await createAccess({
      database,
      audit: createAudit({ database }),
      logger,
      pollIntervalMs: 3_600_000,
    })
    try {
      const { secret, key } = await it.access.keys.create({ name: 'k', role: 'developer' }, it.owner)
      await untilTrue(() => opens(replica, secret))
      await it.access.keys.revoke(key.id, it.owner)
      expect(opens(it.access, secret)).toBe(false)
      await untilTrue(() => !opens(replica, secret))
    } finally {
      await replica.close()
      await database.close()
    }
  })

  it('is noticed by the slow poll where the announcement is lost', async () => {
    await using it = await start()
    const database = await openDatabase({ url: it.test.url, logger, maxConnections: 2 })
    const deaf = { ...database, listen: async () => async () => {} }
    const replica = await createAccess({
      database: deaf,
      audit: createAudit({ database }),
      logger,
      pollIntervalMs: 50,
    })
    try {
      const { secret } = await it.access.keys.create({ name: 'k', role: 'developer' }, it.owner)
      await untilTrue(() => opens(replica, secret))
    } finally {
      await replica.close()
      await database.close()
    }
  })

  it('makes twenty at the same time, all different and all known', async () => {
    await using it = await start()
    const made = await Promise.all(
      Array.from({ length: 20 }, (_, index) =>
        it.access.keys.create({ name: `k${index}`, role: 'service' }, it.owner),
      ),
    )
    expect(new Set(made.map(({ secret }) => secret)).size).toBe(20)
    for (const { secret } of made) expect(opens(it.access, secret)).toBe(true)
    expect(await it.access.keys.list({ limit: 100 })).toHaveLength(21)
  })

  it('refuses to give more than the caller has: role, place, services, time', async () => {
    await using it = await start()
    const { access } = it
    await access.tenants.create({ id: 'a' }, it.owner)
    await access.tenants.create({ id: 'b' }, it.owner)

    const operator = await it.caller('operator')
    expect(await refusal(access.keys.create({ name: 'k', role: 'owner' }, operator))).toMatch(
      /forbidden: A key cannot give more than it has.*tenant:create/,
    )
    expect(await refusal(access.keys.create({ name: 'k', role: 'auditor' }, operator))).toContain(
      'audit:list',
    )
    await access.keys.create({ name: 'k', role: 'developer', tenant: 'a' }, operator)

    const developer = await it.caller('developer')
    expect(await refusal(access.keys.create({ name: 'k', role: 'service' }, developer))).toContain(
      'lacks the permission `key:create`',
    )

    const ownerOfA = await it.caller('owner', 'a')
    for (const tenant of ['b', 'no-such-tenant', null])
      expect(await refusal(access.keys.create({ name: 'k', role: 'service', tenant }, ownerOfA))).toStartWith(
        'forbidden',
      )
    const inA = await access.keys.create({ name: 'k', role: 'owner' }, ownerOfA)
    expect(inA.key.tenant).toBe('a')

    const limited = await it.caller('operator', 'a', { services: ['x', 'y'] })
    expect(await refusal(access.keys.create({ name: 'k', role: 'service' }, limited))).toContain('`x`, `y`')
    expect(
      await refusal(access.keys.create({ name: 'k', role: 'service', services: ['x', 'z'] }, limited)),
    ).toStartWith('forbidden')
    await access.keys.create({ name: 'k', role: 'service', services: ['y'] }, limited)

    const expiresAt = new Date(Date.now() + 60_000)
    const brief = await it.caller('operator', 'a', { expiresAt })
    expect(await refusal(access.keys.create({ name: 'k', role: 'service' }, brief))).toContain('outlive')
    await access.keys.create({ name: 'k', role: 'service', expiresAt }, brief)
  })

  it('refuses an unknown tenant and a time that has passed', async () => {
    await using it = await start()
    expect(await refusal(it.access.keys.create({ name: 'k', role: 'service', tenant: 'no' }, it.owner))).toBe(
      'not_found: There is no tenant `no`. GET /api/tenants lists those there are.',
    )
    const expiresAt = new Date(Date.now() - 1)
    expect(
      await refusal(it.access.keys.create({ name: 'k', role: 'service', expiresAt }, it.owner)),
    ).toStartWith('invalid_request')
    expect(await it.access.keys.list({ limit: 10 })).toHaveLength(1)
  })

  it('leaves neither key nor entry behind where the audit log cannot be written', async () => {
    await using it = await start()
    await it.test.database.query('ALTER TABLE audit_entries ADD CHECK (actor_name <> $$admin$$) NOT VALID')
    const outcome = await it.access.keys.create({ name: 'k', role: 'service' }, it.owner).catch(String)
    expect(outcome).toContain('check constraint')
    expect(await it.access.keys.list({ limit: 10 })).toHaveLength(1)
  })
})

describe('keys.revoke', () => {
  it('refuses the last owner of the installation, also when two go at once', async () => {
    await using it = await start()
    expect(await refusal(it.access.keys.revoke(it.owner.principal.keyId, it.owner))).toStartWith(
      'conflict: This is the last owner key',
    )
    // neither an owner of a tenant, nor one with few services, nor an expired one counts
    await it.caller('owner', 'default')
    await it.caller('owner', null, { services: ['x'] })
    expect(await refusal(it.access.keys.revoke(it.owner.principal.keyId, it.owner))).toStartWith('conflict')
    const second = await it.caller('owner')
    const both = await Promise.allSettled([
      it.access.keys.revoke(it.owner.principal.keyId, second),
      it.access.keys.revoke(second.key.id, it.owner),
    ])
    expect(both.map(result => result.status).sort()).toEqual(['fulfilled', 'rejected'])
  })

  it('does not show a key of another tenant, and protects keys that can do more', async () => {
    await using it = await start()
    await it.access.tenants.create({ id: 'a' }, it.owner)
    const operatorOfA = await it.caller('operator', 'a')
    const ofDefault = await it.caller('service', 'default')
    for (const id of [ofDefault.key.id, it.owner.principal.keyId, '01990000-0000-7000-8000-000000000001'])
      expect(await refusal(it.access.keys.revoke(id, operatorOfA))).toStartWith('not_found')
    const ownerOfA = await it.caller('owner', 'a')
    expect(await refusal(it.access.keys.revoke(ownerOfA.key.id, operatorOfA))).toStartWith('forbidden')
    await it.access.keys.revoke(operatorOfA.key.id, operatorOfA)
    expect(opens(it.access, operatorOfA.secret)).toBe(false)
  })

  it('stops a revoked caller even where it was authenticated before', async () => {
    await using it = await start()
    const operator = await it.caller('operator')
    await it.access.keys.revoke(operator.key.id, it.owner)
    expect(await refusal(it.access.keys.create({ name: 'k', role: 'service' }, operator))).toStartWith(
      'unauthenticated',
    )
  })

  it('does nothing to a key that is revoked already', async () => {
    await using it = await start()
    const { key } = await it.caller('service')
    await it.access.keys.revoke(key.id, it.owner)
    await it.access.keys.revoke(key.id, it.owner)
    const { entries } = await it.audit.list({ subject: `key:${key.id}`, limit: 10 })
    expect(entries.map(entry => entry.action)).toEqual(['key:revoke', 'key:create'])
  })
})

describe('authenticate', () => {
  it('costs a few microseconds at most, with ten thousand keys', async () => {
    await using it = await start()
    const { secret } = await it.caller('service', 'default')
    await it.test.database.query(
      `INSERT INTO access_keys (id, name, hash, prefix, role, created_at, created_by)
       SELECT gen_random_uuid(), 'k', encode(sha256(n::text::bytea), 'hex'), 'sk', 'service', now(), 'test'
       FROM generate_series(1, 10000) AS n`,
    )
    await it.caller('service')
    const headers = new Headers({ authorization: `Bearer ${secret}` })
    const rounds = 100_000
    const begin = performance.now()
    for (let round = 0; round < rounds; round += 1) it.access.authenticate(headers, { isSameOrigin: false })
    const microseconds = ((performance.now() - begin) / rounds) * 1000
    expect(microseconds).toBeLessThan(300)
  })

  it('writes the time of last use later, in one go', async () => {
    let nowMs = Date.parse('2026-01-01T00:00:00Z')
    await using it = await start({ now: () => nowMs, usageIntervalMs: 20 })
    const { secret, key } = await it.caller('service')
    nowMs += 1_000
    bearer(it.access, secret)
    await until(async () => {
      const found = (await it.access.keys.list({ limit: 10 })).find(other => other.id === key.id)
      return found?.lastUsedAt?.getTime() === nowMs
    })
  })

  it('keeps the last known keys while the database is away', async () => {
    await using it = await start({ pollIntervalMs: 10 })
    const { secret } = await it.caller('service')
    await it.test.database.query('ALTER TABLE access_state RENAME TO access_state_away')
    await sleep(60)
    expect(opens(it.access, secret)).toBe(true)
    await it.test.database.query('ALTER TABLE access_state_away RENAME TO access_state')
  })
})

describe('tenants', () => {
  it('limits keys to the services of their tenant, at once when these change', async () => {
    await using it = await start()
    await it.access.tenants.create({ id: 'a', services: ['x', 'y'] }, it.owner)
    const service = await it.caller('service', 'a', { services: ['y', 'z'] })
    expect(service.principal.services).toEqual(new Set(['y']))
    const after = await it.access.tenants.update('a', { services: null, name: 'Tenant A' }, it.owner)
    expect(after).toMatchObject({ id: 'a', name: 'Tenant A', services: undefined, source: 'api' })
    expect(bearer(it.access, service.secret).services).toEqual(new Set(['y', 'z']))
  })

  it('revokes the keys of a deleted tenant and never gives its id out again', async () => {
    await using it = await start()
    await it.access.tenants.create({ id: 'a' }, it.owner)
    const service = await it.caller('service', 'a')
    await it.access.tenants.delete('a', it.owner)
    expect(opens(it.access, service.secret)).toBe(false)
    expect(it.access.tenants.list().map(tenant => tenant.id)).toEqual(['default'])
    expect(await refusal(it.access.tenants.create({ id: 'a' }, it.owner))).toContain('Choose another id')
    expect(await refusal(it.access.tenants.delete('a', it.owner))).toStartWith('not_found')
    expect(
      await refusal(it.access.keys.create({ name: 'k', role: 'service', tenant: 'a' }, it.owner)),
    ).toStartWith('not_found')
  })

  it('keeps the default tenant, and refuses an id that is taken', async () => {
    await using it = await start()
    expect(await refusal(it.access.tenants.delete('default', it.owner))).toStartWith('conflict')
    expect(await refusal(it.access.tenants.create({ id: 'default' }, it.owner))).toStartWith('conflict')
    const made = await Promise.allSettled([
      it.access.tenants.create({ id: 'a' }, it.owner),
      it.access.tenants.create({ id: 'a' }, it.owner),
    ])
    expect(made.map(result => result.status).sort()).toEqual(['fulfilled', 'rejected'])
  })

  it('lets nobody but an owner of the installation change them', async () => {
    await using it = await start()
    for (const caller of [await it.caller('operator'), await it.caller('owner', 'default')]) {
      expect(await refusal(it.access.tenants.create({ id: 'b' }, caller))).toStartWith('forbidden')
      expect(await refusal(it.access.tenants.update('default', { services: null }, caller))).toStartWith(
        'forbidden',
      )
      expect(await refusal(it.access.tenants.delete('default', caller))).toStartWith('forbidden')
    }
  })
})

describe('tenants.apply', () => {
  it('follows the configuration file: adds, takes over, disables, brings back', async () => {
    await using it = await start()
    await it.access.tenants.create({ id: 'made-here' }, it.owner)
    await it.access.tenants.apply({ acme: { name: 'Acme', services: ['support'] }, 'made-here': {} })
    expect(it.access.tenants.list().map(({ id, source }) => `${id} ${source}`)).toEqual([
      'acme file',
      'default api',
      'made-here file',
    ])
    const service = await it.caller('service', 'acme')
    expect(service.principal.services).toEqual(new Set(['support']))

    for (const change of [
      () => it.access.tenants.update('acme', { name: 'x' }, it.owner),
      () => it.access.tenants.delete('acme', it.owner),
    ])
      expect(await refusal(change())).toMatch(/conflict: .*slipway\.yaml/)

    await it.access.tenants.apply({ 'made-here': {} })
    expect(opens(it.access, service.secret)).toBe(false)
    await it.access.tenants.apply({ acme: {}, 'made-here': {} })
    expect(bearer(it.access, service.secret).services).toBeUndefined()
    const { entries } = await it.audit.list({ subject: 'tenant:acme', limit: 10 })
    expect(entries.map(entry => `${entry.actor} ${entry.action}`)).toEqual([
      'system tenant:update',
      'system tenant:delete',
      'system tenant:create',
    ])
  })

  it('changes nothing and writes nothing where file and table agree', async () => {
    await using it = await start()
    await it.access.tenants.apply({ default: { services: ['x'] }, acme: {} })
    const revision = () => it.test.database.query('SELECT revision FROM access_state')
    const before = await revision()
    await it.access.tenants.apply({ default: { services: ['x'] }, acme: {} })
    expect(await revision()).toEqual(before)
    await it.access.tenants.apply({})
    expect(it.access.tenants.list()).toMatchObject([{ id: 'default', source: 'api', services: undefined }])
  })
})
