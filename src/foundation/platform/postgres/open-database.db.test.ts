import { describe, expect, it } from 'bun:test'
import { createTestDatabase } from '../../../../test/database.ts'
import { Failure } from '../failure.ts'
import { createLogger } from '../logger.ts'
import { openDatabase } from './open-database.ts'
import { sqlState } from './storage-failures.ts'

const logger = createLogger({ level: 'silent' })

async function until(isSo: () => boolean | Promise<boolean>): Promise<void> {
  const endsAtMs = performance.now() + 30_000
  while (!(await isSo())) {
    if (performance.now() > endsAtMs) throw new Error('waited too long')
    await Bun.sleep(10)
  }
}

describe('openDatabase', () => {
  it('gives 8-byte integers as numbers and dates as text', async () => {
    await using test = await createTestDatabase({ isMigrated: false })
    const rows = await test.database.query(
      `SELECT 9007199254740991::int8 AS big, ARRAY[1, NULL, 3]::int8[] AS many, DATE '2026-02-28' AS day`,
    )
    expect(rows).toEqual([{ big: 9007199254740991, many: [1, null, 3], day: '2026-02-28' }])
  })

  it('commits a transaction whole, or rolls it back and throws on what was thrown', async () => {
    await using test = await createTestDatabase({ isMigrated: false })
    const { database } = test
    await database.query('CREATE TABLE things (id int PRIMARY KEY)')
    const result = await database.transaction(async transaction => {
      await transaction.query('INSERT INTO things VALUES (1)')
      return 'done'
    })
    expect(result).toBe('done')
    expect(
      database.transaction(async transaction => {
        await transaction.query('INSERT INTO things VALUES (2)')
        throw new Failure('conflict', 'no')
      }),
    ).rejects.toThrow(new Failure('conflict', 'no'))
    const error = await database.query('INSERT INTO things VALUES (1)').catch((thrown: unknown) => thrown)
    expect(sqlState(error)).toBe('23505')
    expect(await database.query('SELECT id FROM things')).toEqual([{ id: 1 }])
  })

  it('takes a NUL in what a client looks for as a mistake of the client', async () => {
    await using test = await createTestDatabase({ isMigrated: false })
    const failure = await test.database.query('SELECT $1::text', ['a\0b']).catch((error: unknown) => error)
    expect(failure).toMatchObject({ name: 'Failure', code: 'invalid_request' })
  })

  it('fails queries of a lost connection with storage_unavailable and serves the next', async () => {
    await using test = await createTestDatabase({ isMigrated: false })
    const sleeping = test.database.query('SELECT pg_sleep(20)').catch((error: unknown) => error)
    await using killer = await openOther(test.url)
    await until(async () => {
      const ended = await killer.database.query(
        `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE query LIKE '%pg_sleep(20)' AND pid <> pg_backend_pid()`,
      )
      return ended.length === 1
    })
    const failure = await sleeping
    expect(failure).toBeInstanceOf(Failure)
    expect(failure).toMatchObject({ code: 'storage_unavailable', kind: { isRetryable: true } })
    expect((failure as Failure).cause).toBeInstanceOf(Error)
    expect(await test.database.query('SELECT 1 AS one')).toEqual([{ one: 1 }])
  })

  it('fails with storage_unavailable where nobody listens', async () => {
    const database = await openDatabase({ url: 'postgresql://nobody@127.0.0.1:1/none', logger })
    expect(database.query('SELECT 1')).rejects.toMatchObject({ code: 'storage_unavailable' })
    expect(database.transaction(async () => 1)).rejects.toMatchObject({ code: 'storage_unavailable' })
    expect(database.listen('x', () => {})).rejects.toMatchObject({ code: 'storage_unavailable' })
    await database.close()
    expect(database.query('SELECT 1')).rejects.toMatchObject({ code: 'shutting_down' })
  })

  it('hears what is notified, and is called with nothing after its connection was lost', async () => {
    await using test = await createTestDatabase({ isMigrated: false })
    const heard: string[] = []
    const unlisten = await test.database.listen('changes', payload => heard.push(payload))
    await test.database.listen('other things', payload => heard.push(`other ${payload}`))
    await test.database.query(`SELECT pg_notify('changes', 'one'), pg_notify('other things', 'two')`)
    await until(() => heard.length === 2)
    expect(heard).toEqual(['one', 'other two'])

    await test.database.query(
      `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE query LIKE 'LISTEN%' AND datname = current_database()`,
    )
    await until(() => heard.length === 4)
    expect(heard.slice(2)).toEqual(['', 'other '])
    await test.database.query(`SELECT pg_notify('changes', 'three')`)
    await until(() => heard.length === 5)
    expect(heard[4]).toBe('three')

    await unlisten()
    await test.database.query(`SELECT pg_notify('changes', 'four'), pg_notify('other things', 'five')`)
    await until(() => heard.length === 6)
    expect(heard[5]).toBe('other five')
  })
})

async function openOther(url: string) {
  const database = await openDatabase({ url, logger })
  return { database, [Symbol.asyncDispose]: () => database.close() }
}
