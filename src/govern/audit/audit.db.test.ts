import { describe, expect, it } from 'bun:test'
import { createTestDatabase } from '../../../test/database.ts'
import { createAudit } from './audit.ts'
import { contentHash } from './content-hash.ts'

const actor = { id: 'key-1', name: 'Ada' }

describe('record', () => {
  it('keeps who, what and the hashes of before and after', async () => {
    await using test = await createTestDatabase()
    const audit = createAudit({ database: test.database, now: () => 1_700_000_000_000 })
    const recorded = await audit.record({
      actor,
      action: 'tenant:update',
      subject: 'tenant:a',
      tenant: 'a',
      before: { id: 'a', name: 'A' },
      after: { name: 'B', id: 'a' },
      requestId: 'r1',
    })
    const { entries, nextCursor } = await audit.list({ limit: 10 })
    expect(entries).toEqual([recorded])
    expect(nextCursor).toBeUndefined()
    expect(recorded).toMatchObject({
      at: new Date(1_700_000_000_000),
      actor: 'key-1',
      actorName: 'Ada',
      beforeHash: contentHash({ id: 'a', name: 'A' }),
      afterHash: contentHash({ id: 'a', name: 'B' }),
      requestId: 'r1',
    })
  })

  it('is gone with the transaction that it belongs to', async () => {
    await using test = await createTestDatabase()
    const audit = createAudit({ database: test.database })
    const work = test.database.transaction(async transaction => {
      await audit.record({ actor, action: 'a:b', subject: 's:1', tenant: undefined }, transaction)
      throw new Error('changed my mind')
    })
    expect(await work.catch(String)).toContain('changed my mind')
    expect((await audit.list({ limit: 10 })).entries).toEqual([])
  })

  it('cannot be undone: entries are not updated, deleted or truncated', async () => {
    await using test = await createTestDatabase()
    const audit = createAudit({ database: test.database })
    await audit.recordRead({ actor, action: 'key:list', subject: '/api/keys', tenant: undefined })
    for (const statement of [
      `UPDATE audit_entries SET actor = 'somebody else'`,
      'DELETE FROM audit_entries',
      'TRUNCATE audit_entries',
    ])
      expect(await test.database.query(statement).catch(String)).toContain('append-only')
    const { entries } = await audit.list({ limit: 10 })
    expect(entries).toMatchObject([{ actor: 'key-1', beforeHash: undefined, afterHash: undefined }])
  })
})

describe('list', () => {
  it('filters by all that is given, newest first, page by page', async () => {
    await using test = await createTestDatabase()
    const audit = createAudit({ database: test.database })
    for (let index = 0; index < 7; index += 1)
      await audit.record({
        actor: index % 2 ? actor : { id: 'key-2', name: 'Bo' },
        action: index < 4 ? 'key:create' : 'key:revoke',
        subject: `key:${index}`,
        tenant: index === 6 ? undefined : 'a',
      })
    const subjects = async (filter: Parameters<typeof audit.list>[0]) =>
      (await audit.list(filter)).entries.map(entry => entry.subject)
    expect(await subjects({ actor: 'key-1', limit: 10 })).toEqual(['key:5', 'key:3', 'key:1'])
    expect(await subjects({ actor: 'key-1', action: 'key:create', limit: 10 })).toEqual(['key:3', 'key:1'])
    expect(await subjects({ tenant: 'a', action: 'key:revoke', limit: 10 })).toEqual(['key:5', 'key:4'])
    expect(await subjects({ subject: 'key:6', limit: 10 })).toEqual(['key:6'])

    const seen: string[] = []
    let cursor: string | undefined
    for (let page = 0; page < 4; page += 1) {
      const answer = await audit.list({ limit: 3, cursor })
      seen.push(...answer.entries.map(entry => entry.subject))
      cursor = answer.nextCursor
      if (cursor === undefined) break
    }
    expect(seen).toEqual(['key:6', 'key:5', 'key:4', 'key:3', 'key:2', 'key:1', 'key:0'])
  })
})
