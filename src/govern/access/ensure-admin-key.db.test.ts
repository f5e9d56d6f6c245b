import { describe, expect, it } from 'bun:test'
import { mkdtemp, readFile, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { createLogger } from '../../foundation/platform/index.ts'
import { createTestDatabase } from '../../../test/database.ts'
import { createAudit } from '../audit/index.ts'
import { createAccess } from './access.ts'
import type { Access } from './access.ts'
import { loadPolicies } from './load-policies.ts'

const logger = createLogger({ level: 'silent' })
// worked out once for all tests, and not within the time limit of the first
await loadPolicies()

async function start() {
  const test = await createTestDatabase()
  const dataDirectory = await mkdtemp(path.join(tmpdir(), 'slipway-admin-'))
  const audit = createAudit({ database: test.database })
  const access = await createAccess({ database: test.database, audit, logger })
  return {
    access,
    audit,
    dataDirectory,
    file: path.join(dataDirectory, 'admin.key'),
    async [Symbol.asyncDispose]() {
      await access.close()
      await test[Symbol.asyncDispose]()
      await rm(dataDirectory, { recursive: true })
    },
  }
}

function roleOf(access: Access, secret: string): string {
  try {
    const headers = new Headers({ authorization: `Bearer ${secret}` })
    const principal = access.authenticate(headers, { isSameOrigin: false })
    return `${principal.role} of ${principal.tenant ?? 'everything'}`
  } catch {
    return 'nobody'
  }
}

describe('ensureAdminKey', () => {
  it('makes a key once, says it once, and keeps it where only its owner can read', async () => {
    await using it = await start()
    const first = await it.access.ensureAdminKey(it)
    if (first.kind !== 'generated') throw new Error(first.kind)
    expect(roleOf(it.access, first.secret)).toBe('owner of everything')
    expect((await readFile(it.file, 'utf8')).trim()).toBe(first.secret)
    expect((await stat(it.file)).mode & 0o777).toBe(0o600)
    expect(await it.access.ensureAdminKey(it)).toEqual({ kind: 'kept', file: it.file })
    expect(await it.access.keys.list({ limit: 10 })).toHaveLength(1)
  })

  it('uses a given key as it is, and revokes the former when another is given', async () => {
    await using it = await start()
    const generated = await it.access.ensureAdminKey(it)
    if (generated.kind !== 'generated') throw new Error(generated.kind)
    expect(await it.access.ensureAdminKey({ ...it, given: 'given-key-number-one' })).toEqual({
      kind: 'given',
    })
    expect(roleOf(it.access, 'given-key-number-one')).toBe('owner of everything')
    expect(roleOf(it.access, generated.secret)).toBe('nobody')
    expect(await stat(it.file).catch(String)).toContain('ENOENT')

    await it.access.ensureAdminKey({ ...it, given: 'given-key-number-one' })
    await it.access.ensureAdminKey({ ...it, given: 'given-key-number-two' })
    expect(roleOf(it.access, 'given-key-number-one')).toBe('nobody')
    expect(roleOf(it.access, 'given-key-number-two')).toBe('owner of everything')
    const { entries } = await it.audit.list({ actor: 'system', limit: 10 })
    expect(entries.map(entry => entry.action)).toEqual([
      'key:revoke',
      'key:create',
      'key:revoke',
      'key:create',
      'key:create',
    ])
    // a start without it makes no new key: the given one is still in force
    expect(await it.access.ensureAdminKey(it)).toEqual({ kind: 'none' })
    expect(await it.access.ensureAdminKey({ ...it, given: 'given-key-number-one' }).catch(String)).toContain(
      'revoked',
    )
  })

  it('refuses a key that is too short, cannot travel in a header, or belongs to another', async () => {
    await using it = await start()
    for (const given of ['', 'fifteen-letters', 'with a space in the middle', 'with-ümlaut-in-the-middle'])
      expect(await it.access.ensureAdminKey({ ...it, given }).catch(String)).toContain(
        'at least 16 characters',
      )
    await it.access.ensureAdminKey({ ...it, given: 'exactly-16-chars' })
    const headers = new Headers({ authorization: 'Bearer exactly-16-chars' })
    const principal = it.access.authenticate(headers, { isSameOrigin: false })
    const { secret } = await it.access.keys.create(
      { name: 'k', role: 'service' },
      { principal, requestId: 'r' },
    )
    expect(await it.access.ensureAdminKey({ ...it, given: secret }).catch(String)).toContain('not in use')
  })

  it('opens a new database with the key of the old data folder', async () => {
    await using old = await start()
    const first = await old.access.ensureAdminKey(old)
    if (first.kind !== 'generated') throw new Error(first.kind)
    await using it = await start()
    expect(await it.access.ensureAdminKey({ dataDirectory: old.dataDirectory })).toMatchObject({
      kind: 'kept',
    })
    expect(roleOf(it.access, first.secret)).toBe('owner of everything')
  })

  it('makes one key where two replicas start together', async () => {
    await using it = await start()
    const other = await mkdtemp(path.join(tmpdir(), 'slipway-admin-'))
    const both = await Promise.all([
      it.access.ensureAdminKey(it),
      it.access.ensureAdminKey({ dataDirectory: other }),
    ])
    expect(both.map(result => result.kind).sort()).toEqual(['generated', 'none'])
    expect(await it.access.keys.list({ limit: 10 })).toHaveLength(1)
    await rm(other, { recursive: true })
  })
})
