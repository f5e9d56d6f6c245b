import { describe, expect, it } from 'bun:test'
import { mkdtemp, readFile, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { createTestDatabase, type TestDatabase } from '../../../test/database.ts'
import { until } from '../../../test/until.ts'
import { createLogger } from '../../foundation/platform/index.ts'
import { createAudit } from '../audit/index.ts'
import { createKeyRing, type KeyRingOptions } from './key-ring.ts'
import { localMasterKey, type MasterKey, openMasterKeys } from './master-key.ts'

const by = { actor: { id: 'key-1', name: 'Ada' } }
const master = localMasterKey(Buffer.alloc(32, 1))
const november = Date.UTC(2026, 10, 25)

function ringOn({ database }: TestDatabase, options: Partial<Omit<KeyRingOptions, 'database'>> = {}) {
  return createKeyRing({
    database,
    audit: createAudit({ database }),
    logger: createLogger({ level: 'silent' }),
    masters: [master],
    now: () => november,
    ...options,
  })
}

const place = { tenant: 'a', purpose: 'content', record: ['response', '1'] } as const

describe('seal and open', () => {
  it('opens on every replica what one has sealed, and only in its place', async () => {
    await using test = await createTestDatabase()
    const [here, there] = await Promise.all([ringOn(test), ringOn(test)])
    const sealed = await here.seal(place, 'a secret')
    expect(sealed.bytes.toString('latin1')).not.toContain('secret')
    expect(await there.open(place, sealed)).toBe('a secret')
    const second = await there.seal(place, 'a secret')
    expect(second.keyId).toBe(sealed.keyId)
    expect(second.bytes.equals(sealed.bytes)).toBe(false)
    for (const other of [
      { ...place, record: ['response', '2'] },
      { ...place, tenant: 'b' },
      { ...place, purpose: 'pseudonyms' as const },
    ])
      expect(await there.open(other, sealed).catch(() => 'refused')).toBe('refused')
    sealed.bytes[20] = (sealed.bytes[20] ?? 0) ^ 1
    expect(await there.open(place, sealed).catch(() => 'refused')).toBe('refused')
    await Promise.all([here.stop(), there.stop()])
  })

  it('makes one key where two replicas ask for the first at once', async () => {
    await using test = await createTestDatabase()
    const rings = await Promise.all([ringOn(test), ringOn(test), ringOn(test)])
    const keys = await Promise.all(rings.map(async ring => await ring.current('a', 'pseudonyms')))
    expect(new Set(keys.map(key => key.id)).size).toBe(1)
    expect(keys.map(key => key.tag(['x']).toString('hex'))).toEqual(
      keys.map(() => keys[0]!.tag(['x']).toString('hex')),
    )
    await Promise.all(rings.map(ring => ring.stop()))
  })
})

describe('current', () => {
  it('is there without a query once it was used, and changes with the month beside the requests', async () => {
    await using test = await createTestDatabase()
    let nowMs = november
    const ring = await ringOn(test, { now: () => nowMs })
    const first = await ring.current('a', 'content')
    expect(ring.current('a', 'content')).toBe(first)
    nowMs = Date.UTC(2026, 11, 1)
    expect(ring.current('a', 'content')).toBe(first)
    await until(() => (ring.current('a', 'content') as typeof first).period === '2026-12')
    expect((await ring.list({ tenant: 'a' })).map(key => key.period)).toEqual(['2026-12', '2026-11'])
    await ring.stop()
  })
})

describe('rotate', () => {
  it('seals with a new key on all replicas, and still opens what the old one sealed', async () => {
    await using test = await createTestDatabase()
    const [here, there] = await Promise.all([ringOn(test), ringOn(test)])
    const old = await there.seal(place, 'old')
    const made = await here.rotate('a', 'content', by)
    expect(made).toMatchObject({ tenant: 'a', generation: 1 })
    await until(async () => (await there.current('a', 'content')).id === made.id)
    expect(await here.open(place, old)).toBe('old')
    const { entries } = await createAudit({ database: test.database }).list({ limit: 9 })
    expect(entries).toMatchObject([
      { action: 'privacy-key:rotate', subject: `data-key:${made.id}`, tenant: 'a', actor: 'key-1' },
    ])
    await Promise.all([here.stop(), there.stop()])
  })
})

describe('shred', () => {
  it('takes from every replica for good what the key has sealed, and nothing else', async () => {
    await using test = await createTestDatabase()
    const [here, there] = await Promise.all([ringOn(test), ringOn(test)])
    const sealed = await here.seal(place, 'gone')
    const ofAnother = await here.seal({ ...place, tenant: 'b' }, 'stays')
    expect(await there.open(place, sealed)).toBe('gone')
    const heard: string[] = []
    there.onShred(id => heard.push(id))
    await here.shred(sealed.keyId, by)
    await until(() => heard.length > 0)
    for (const ring of [here, there, await ringOn(test)]) {
      expect(await ring.open(place, sealed)).toBeUndefined()
      expect(await ring.open({ ...place, tenant: 'b' }, ofAnother)).toBe('stays')
    }
    // what comes now gets a new key
    expect((await there.seal(place, 'new')).keyId).not.toBe(sealed.keyId)
    const rows = await test.database.query('SELECT id FROM data_keys WHERE wrapped IS NULL')
    expect(rows).toEqual([{ id: sealed.keyId }])
    await here.shred(sealed.keyId, by)
    const { entries } = await createAudit({ database: test.database }).list({ limit: 9 })
    expect(entries.filter(({ action }) => action === 'privacy-key:shred')).toHaveLength(1)
    expect(await here.shred(crypto.randomUUID(), by).catch(String)).toContain('There is no data key')
    await Promise.all([here.stop(), there.stop()])
  })
})

describe('a key that is being unwrapped', () => {
  it('does not come into memory once it is shredded', async () => {
    await using test = await createTestDatabase()
    const here = await ringOn(test)
    const unwrapping = Promise.withResolvers<void>()
    const answered = Promise.withResolvers<void>()
    // as a key-management service does that takes its time
    const slow: MasterKey = {
      ...master,
      unwrap: async (wrapped, binding) => {
        unwrapping.resolve()
        await answered.promise
        return await master.unwrap(wrapped, binding)
      },
    }
    const there = await ringOn(test, { masters: [slow] })
    const sealed = await here.seal(place, 'gone')
    const opened = there.open(place, sealed)
    await unwrapping.promise
    const heard = new Promise<void>(resolve => there.onShred(() => resolve()))
    await here.shred(sealed.keyId, by)
    await heard
    answered.resolve()
    expect(await opened).toBeUndefined()
    expect(await there.open(place, sealed)).toBeUndefined()
    await Promise.all([here.stop(), there.stop()])
  })
})

describe('master keys', () => {
  it('are changed by putting a new one in front: then the old one is not needed any more', async () => {
    await using test = await createTestDatabase()
    const next = localMasterKey(Buffer.alloc(32, 2))
    const before = await ringOn(test)
    const sealed = await before.seal(place, 'sealed before')
    await before.stop()
    const between = await ringOn(test, { masters: [next, master] })
    expect(await between.rewrap()).toBe(1)
    expect(await between.rewrap()).toBe(0)
    await between.stop()
    const after = await ringOn(test, { masters: [next] })
    expect(await after.open(place, sealed)).toBe('sealed before')
    await after.stop()
    const without = await ringOn(test)
    expect(await without.missingMasters()).toEqual([next.id])
    expect(await without.open(place, sealed)).toBeUndefined()
    // a server without the right master goes on with keys of its own
    expect(await without.open(place, await without.seal(place, 'mine'))).toBe('mine')
    await without.stop()
  })

  it('come from the environment, or from a file that the first process makes for all', async () => {
    const dataDirectory = await mkdtemp(path.join(tmpdir(), 'slipway-test-'))
    const openHere = () => openMasterKeys({ given: undefined, dataDirectory })
    const all = await Promise.all([openHere(), openHere(), openHere(), openHere()])
    const idOf = ([first]: readonly MasterKey[]) => first?.id
    expect(new Set(all.map(idOf)).size).toBe(1)
    const file = path.join(dataDirectory, 'master.key')
    expect((await stat(file)).mode & 0o777).toBe(0o600)
    const text = (await readFile(file, 'utf8')).trim()
    expect(idOf(await openMasterKeys({ given: text, dataDirectory }))).toBe(idOf(all[0]))
    const short = await openMasterKeys({ given: 'c2hvcnQ=', dataDirectory }).catch(String)
    expect(short).toContain('must hold 32 bytes in base64')
    await rm(dataDirectory, { recursive: true })
  })
})
