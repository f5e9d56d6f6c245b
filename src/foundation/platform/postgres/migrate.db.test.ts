import { describe, expect, it } from 'bun:test'
import { mkdtemp, rename, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { createTestDatabase } from '../../../../test/database.ts'
import { createLogger } from '../logger.ts'
import { migrate } from './migrate.ts'
import { openDatabase } from './open-database.ts'

async function folderOf(files: Record<string, string>): Promise<{ directory: string } & AsyncDisposable> {
  const directory = await mkdtemp(path.join(tmpdir(), 'slipway-migrations-'))
  for (const [name, sql] of Object.entries(files)) await writeFile(path.join(directory, name), sql)
  return { directory, [Symbol.asyncDispose]: () => rm(directory, { recursive: true }) }
}

const files = {
  '0002-second.sql': 'ALTER TABLE things ADD COLUMN note text;\nINSERT INTO things (id) VALUES (2);',
  '0001-first.sql': 'CREATE TABLE things (id int);\nINSERT INTO things (id) VALUES (1);',
  'README.md': 'not SQL',
}

describe('migrate', () => {
  it('applies each file once, in the order of their names', async () => {
    await using test = await createTestDatabase({ isMigrated: false })
    await using folder = await folderOf(files)
    expect(await migrate(test.database, folder.directory)).toEqual(['0001-first', '0002-second'])
    expect(await migrate(test.database, folder.directory)).toEqual([])
    expect(await test.database.query('SELECT id, note FROM things ORDER BY id')).toEqual([
      { id: 1, note: null },
      { id: 2, note: null },
    ])
  })

  it('applies each once where several replicas start together', async () => {
    await using test = await createTestDatabase({ isMigrated: false })
    await using folder = await folderOf(files)
    const logger = createLogger({ level: 'silent' })
    const replicas = await Promise.all([1, 2, 3, 4].map(() => openDatabase({ url: test.url, logger })))
    const applied = await Promise.all(replicas.map(replica => migrate(replica, folder.directory)))
    await Promise.all(replicas.map(replica => replica.close()))
    expect(applied.flat().sort()).toEqual(['0001-first', '0002-second'])
    expect(await test.database.query('SELECT id FROM things')).toHaveLength(2)
  })

  it('refuses a file that was edited after it was applied', async () => {
    await using test = await createTestDatabase({ isMigrated: false })
    await using folder = await folderOf(files)
    await migrate(test.database, folder.directory)
    await writeFile(path.join(folder.directory, '0001-first.sql'), 'CREATE TABLE things (id bigint);')
    expect(migrate(test.database, folder.directory)).rejects.toThrow(
      '0001-first.sql was applied to this database and edited afterwards',
    )
    await writeFile(
      path.join(folder.directory, '0001-first.sql'),
      files['0001-first.sql'].replaceAll('\n', '\r\n'),
    )
    expect(await migrate(test.database, folder.directory)).toEqual([])
  })

  it('leaves nothing of a file that fails, and takes it up once it is mended', async () => {
    await using test = await createTestDatabase({ isMigrated: false })
    await using folder = await folderOf({
      ...files,
      '0003-third.sql': 'CREATE TABLE other (id int); SELECT 1/0;',
    })
    expect(migrate(test.database, folder.directory)).rejects.toMatchObject({
      code: 'migration_failed',
      message: expect.stringContaining('0003-third.sql failed and was rolled back: division by zero'),
    })
    expect(await test.database.query(`SELECT to_regclass('other') AS found`)).toEqual([{ found: null }])
    await writeFile(path.join(folder.directory, '0003-third.sql'), 'CREATE TABLE other (id int);')
    expect(await migrate(test.database, folder.directory)).toEqual(['0003-third'])
  })

  it('lets an older release start on the tables of a newer one', async () => {
    await using test = await createTestDatabase({ isMigrated: false })
    await using folder = await folderOf(files)
    await migrate(test.database, folder.directory)
    await rename(path.join(folder.directory, '0002-second.sql'), path.join(folder.directory, 'gone'))
    expect(await migrate(test.database, folder.directory)).toEqual([])
  })
})
