import { afterEach, beforeEach, describe, expect, it } from 'bun:test'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { createTestDatabase, type TestDatabase } from '../../../test/database.ts'
import { type ConfigSource, createConfigSource } from '../../foundation/config/index.ts'
import { createLogger, type Database, Failure } from '../../foundation/platform/index.ts'
import { createAudit } from '../audit/index.ts'
import { followRevisions, type RevisionFeed } from './follow-revisions.ts'
import { publishRevision } from './publish-revision.ts'
import { listRevisions } from './revision-store.ts'

const logger = createLogger({ level: 'silent' })
const days = (count: number): string => `services: {}\ntraces: { retentionDays: ${count} }\n`
const open: (() => unknown)[] = []
let shared: TestDatabase
let folder: string

beforeEach(async () => {
  shared = await createTestDatabase()
  folder = await mkdtemp(path.join(tmpdir(), 'slipway-revisions-'))
})
afterEach(async () => {
  for (const close of open.splice(0).toReversed()) await close()
  await shared[Symbol.asyncDispose]()
  await rm(folder, { recursive: true, force: true })
})

/** A database that can be taken away, as a cut network does. */
function cuttable(database: Database): Database & { isCut: boolean } {
  const guarded = {
    ...database,
    isCut: false,
    query: <Row extends object>(text: string, values?: readonly unknown[]) => {
      if (guarded.isCut) throw new Failure('storage_unavailable', 'cut')
      return database.query<Row>(text, values)
    },
    transaction: ((work, options) => {
      if (guarded.isCut) throw new Failure('storage_unavailable', 'cut')
      return database.transaction(work, options)
    }) as Database['transaction'],
  }
  return guarded
}

async function start(name: string, text: string | undefined, database: Database = shared.database) {
  const file = path.join(folder, `${name}.yaml`)
  if (text !== undefined) await writeFile(file, text)
  const source = await createConfigSource({
    file,
    environment: {},
    isDefaultPlace: true,
    logger,
    quietMs: 10,
    pollMs: 50,
  })
  const audit = createAudit({ database })
  const feed: RevisionFeed = await followRevisions({
    database,
    audit,
    logger,
    source,
    name,
    pollIntervalMs: 50,
  })
  open.push(
    () => source.stop(),
    () => feed.stop(),
  )
  const publish = (count: number) =>
    publishRevision(
      { database, audit, source },
      { text: days(count), origin: 'api', actor: { id: 'k', name: 'k' } },
    )
  return { file, source, feed, publish }
}

const daysOf = (source: ConfigSource): number => source.current().config.traces.retentionDays

async function until(check: () => boolean | Promise<boolean>): Promise<void> {
  for (let attempt = 0; attempt < 3_000; attempt += 1) {
    if (await check()) return
    await Bun.sleep(10)
  }
  throw new Error('it did not come to be')
}

const revisionCount = async (): Promise<number> =>
  (await listRevisions(shared.database, undefined, 200)).length

describe('followRevisions', () => {
  it('never publishes the built-in default of a replica without a file, and follows the others there', async () => {
    const bare = await start('bare', undefined)
    expect(await revisionCount()).toBe(0)
    expect(bare.feed.state().revision).toBeUndefined()
    await start('one', days(3))
    await until(() => daysOf(bare.source) === 3)
    const late = await start('late', undefined)
    expect(daysOf(late.source)).toBe(3)
    expect(await revisionCount()).toBe(1)
  })

  it('publishes an edit that many see once, and one that differs in form only not at all', async () => {
    const all = await Promise.all(['a', 'b', 'c'].map(name => start(name, days(1))))
    expect(await revisionCount()).toBe(1)
    await Promise.all(all.map(({ file }) => writeFile(file, days(2))))
    await until(() => all.every(({ feed }) => feed.state().revision === 2))
    await writeFile(all[0]!.file, `# a comment\n${days(2)}`)
    await all[0]!.source.reload()
    await all[0]!.feed.sync()
    expect(await revisionCount()).toBe(2)
  })

  it('comes to one end where several edit different things at once', async () => {
    const all = await Promise.all(['a', 'b', 'c'].map(name => start(name, days(1))))
    await Promise.all(all.map(({ file }, index) => writeFile(file, days(10 + index))))
    await until(() => all.every(({ feed }) => feed.state().revision === 4))
    expect(new Set(all.map(({ source }) => source.current().hash)).size).toBe(1)
  })

  it('puts an edit in force without the database, and publishes it when that is back', async () => {
    const database = cuttable(shared.database)
    const one = await start('one', days(1), database)
    const other = await start('other', days(1))
    database.isCut = true
    await writeFile(one.file, days(5))
    await until(() => daysOf(one.source) === 5)
    await Bun.sleep(200)
    expect(await revisionCount()).toBe(1)
    expect(daysOf(other.source)).toBe(1)
    database.isCut = false
    await until(() => daysOf(other.source) === 5)
    expect(daysOf(one.source)).toBe(5)
  })

  it('takes a file back that was published before and is saved again while it runs', async () => {
    const one = await start('one', days(1))
    await writeFile(one.file, days(2))
    await until(() => one.feed.state().revision === 2)
    await writeFile(one.file, days(1))
    await until(() => one.feed.state().revision === 3)
    expect(daysOf(one.source)).toBe(1)
  })

  it('lets what is published through the API win over the file until that is edited', async () => {
    const one = await start('one', days(1))
    await one.publish(9)
    await until(() => daysOf(one.source) === 9)
    expect(one.feed.state().isFileStale).toBe(true)
    await one.source.reload()
    await one.feed.sync()
    expect(daysOf(one.source)).toBe(9)
    await writeFile(one.file, days(4))
    await until(() => daysOf(one.source) === 4)
    await until(() => one.feed.state().revision === 3)
    expect(one.feed.state().isFileStale).toBe(false)
  })
})
