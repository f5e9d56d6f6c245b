import { afterAll, beforeAll, describe, expect, it, setDefaultTimeout } from 'bun:test'
import { randomBytes } from 'node:crypto'
import { existsSync, readdirSync, statSync } from 'node:fs'
import { mkdtemp, rm, utimes, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { openObjectStore, type Queryable } from '../../src/foundation/platform/index.ts'
import { collectModelFiles } from '../../src/improve/registry/collect-garbage.ts'
import { runCli, type CliResult } from '../../src/operate/cli/run-cli.fixture.ts'
import { createTestDatabase, type TestDatabase } from '../database.ts'
import { startProduct, type Product } from '../product.ts'
import { freePort, until } from '../until.ts'

setDefaultTimeout(120_000)

/** Parts of it are 32 MiB, so that there is something between them. */
const fileBytes = 40 * 1024 * 1024
let database: TestDatabase
let folder: string
let data: string
let port: number
let product: Product

const objects = (): string => path.join(data, 'objects')

async function start(): Promise<void> {
  product = await startProduct({
    config: 'services: {}\n',
    dataDirectory: data,
    databaseUrl: database.url,
    environment: { SLIPWAY_PORT: String(port) },
  })
}

async function kill(): Promise<void> {
  process.kill(product.pid, 'SIGKILL')
  await product.exited
}

const slipway = (...words: string[]): Promise<CliResult> =>
  runCli(words, { environment: { SLIPWAY_URL: `http://127.0.0.1:${port}`, SLIPWAY_KEY: product.adminKey } })

async function fileOf(name: string): Promise<string> {
  const file = path.join(folder, `${name}.bin`)
  await writeFile(file, randomBytes(fileBytes))
  return file
}

/** Every file below a folder of the data folder, with its size. */
function filesBelow(place: string): { readonly name: string; readonly bytes: number }[] {
  if (!existsSync(place)) return []
  return readdirSync(place, { recursive: true, withFileTypes: true })
    .filter(entry => entry.isFile())
    .flatMap(entry => {
      const file = path.join(entry.parentPath, entry.name)
      const found = statSync(file, { throwIfNoEntry: false })
      return found ? [{ name: file, bytes: found.size }] : []
    })
}

const versions = async (): Promise<number> => {
  const rows = await database.database.query<{ count: number }>(
    'SELECT count(*) AS count FROM model_versions',
  )
  return rows[0]?.count ?? 0
}

/** Whether somebody wants a table that is locked. */
async function isWaitedFor(queryable: Queryable, table: string): Promise<boolean> {
  const waiting = await queryable.query(
    'SELECT pid FROM pg_locks WHERE relation = $1::regclass AND NOT granted',
    [table],
  )
  return waiting.length > 0
}

beforeAll(async () => {
  database = await createTestDatabase()
  folder = await mkdtemp(path.join(tmpdir(), 'slipway-killed-'))
  data = await mkdtemp(path.join(tmpdir(), 'slipway-killed-data-'))
  port = await freePort()
  await start()
}, 120_000)

afterAll(async () => {
  await product?.stop()
  await database?.[Symbol.asyncDispose]()
  for (const place of [folder, data]) if (place) await rm(place, { recursive: true, force: true })
}, 120_000)

describe('a server that is killed while a model is imported', () => {
  it('lets the client go on where it was while files come, and stores no half object', async () => {
    const file = await fileOf('coming')
    const transfers = path.join(data, 'model-transfers')
    const importing = slipway('model', 'import', file, '--name', 'coming', '--json')
    // in the middle of the first part
    await until(() => filesBelow(transfers).some(({ bytes }) => bytes > 1_000_000), { everyMs: 1 })
    await kill()
    const came = filesBelow(transfers).reduce((sum, { bytes }) => sum + bytes, 0)
    expect(came).toBeLessThan(fileBytes)
    await start()
    const { code, stdout } = await importing
    expect(code).toBe(0)
    expect(JSON.parse(stdout)).toMatchObject({ is_new: true, version: { number: 1 } })
    expect((await slipway('model', 'export', 'coming', '--to', path.join(folder, 'out'))).code).toBe(0)
  })

  it('lets the client go on while a file is sealed, and leaves what was begun out of reach', async () => {
    const file = await fileOf('sealing')
    const partial = path.join(objects(), '.partial')
    const importing = slipway('model', 'import', file, '--name', 'sealing', '--json')
    await until(() => filesBelow(partial).some(({ bytes }) => bytes > 0), { everyMs: 1 })
    await kill()
    expect(filesBelow(partial)).toHaveLength(1)
    // what nobody writes to for a day goes with the next object that is put
    const [left] = filesBelow(partial)
    const before = new Date(Date.now() - 2 * 86_400_000)
    await utimes(left?.name ?? '', before, before)
    await start()
    expect((await importing).code).toBe(0)
    await until(() => filesBelow(partial).length === 0)
  })

  it.each([
    ['has its number', 'model_lineage'],
    ['is about to be audited', 'audit_entries'],
  ])('makes no half version, where one %s', async (_, table) => {
    const name = `half-${table.replaceAll('_', '-')}`
    // the model is there, so that what is cut off is the version alone
    const place = await mkdtemp(path.join(folder, 'small-'))
    await writeFile(path.join(place, 'weights.bin'), name)
    expect((await slipway('model', 'import', place, '--name', name, '--tag', 'of=first')).code).toBe(0)
    await writeFile(path.join(place, 'weights.bin'), `${name}, again`)
    const known = await versions()
    const words = ['model', 'import', place, '--name', name, '--base', `${name}@1`]
    let importing: Promise<CliResult> | undefined
    await database.database.transaction(async transaction => {
      await transaction.query(`LOCK TABLE ${table} IN ACCESS EXCLUSIVE MODE`)
      importing = slipway(...words)
      await until(() => isWaitedFor(transaction, table))
      await kill()
    })
    expect(await versions()).toBe(known)
    await start()
    // what was asked is the same when it is asked again, so the client does so by itself
    expect((await importing)?.stdout).toMatch(/@2: other, 1 file/)
    expect(await versions()).toBe(known + 1)
  })

  it('leaves no object that nothing needs, once it was collected', async () => {
    const file = await fileOf('loose')
    const importing = slipway('model', 'import', file, '--name', 'loose')
    await database.database.transaction(async transaction => {
      await transaction.query('LOCK TABLE models IN ACCESS EXCLUSIVE MODE')
      await until(() => isWaitedFor(transaction, 'models'))
      await kill()
    })
    const store = openObjectStore({ kind: 'folder', directory: objects() })
    const keys = async (): Promise<string[]> =>
      (await Array.fromAsync(store.list('models/'))).map(({ key }) => path.basename(key)).toSorted()
    const needed = async (): Promise<string[]> =>
      (await database.database.query<{ object: string }>('SELECT DISTINCT object FROM model_object_uses'))
        .map(({ object }) => object)
        .toSorted()
    expect((await keys()).length).toBe((await needed()).length + 1)
    const collected = await collectModelFiles(
      { database: database.database, objects: store, now: () => Date.now() + 60_000 },
      { graceMs: 0 },
    )
    expect(collected).toEqual({ files: 1, bytes: fileBytes })
    expect(await keys()).toEqual(await needed())
    await start()
    expect((await importing).stderr).toContain('is not stored. Send it first.')
    expect((await slipway('model', 'import', file, '--name', 'loose')).stdout).toContain('loose@1: other')
  })
})
