import { describe, expect, it } from 'bun:test'
import { existsSync } from 'node:fs'
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { createLogger } from '../logger.ts'
import { Failure } from '../failure.ts'
import { startEmbeddedPostgres } from './embedded-postgres.ts'
import { openDatabase } from './open-database.ts'
import { isAlive } from '../../../../test/is-alive.ts'

const logger = createLogger({ level: 'silent' })
const limitMs = 120_000

async function temporaryFolder(): Promise<{ directory: string } & AsyncDisposable> {
  const directory = await mkdtemp(path.join(tmpdir(), 'slipway-postgres-'))
  return { directory, [Symbol.asyncDispose]: () => rm(directory, { recursive: true, force: true }) }
}

async function until(isSo: () => boolean | Promise<boolean>): Promise<void> {
  const endsAtMs = performance.now() + 30_000
  while (!(await isSo())) {
    if (performance.now() > endsAtMs) throw new Error('waited too long')
    await Bun.sleep(2)
  }
}

/** A process of its own that has the folder, and what it said first. */
async function startOwner(directory: string) {
  const script = path.join(import.meta.dirname, '../../../../test/postgres-owner.ts')
  const owner = Bun.spawn([process.execPath, script, directory], { stdout: 'pipe', stdin: 'pipe' })
  const reader = owner.stdout.getReader()
  const { value } = await reader.read()
  reader.releaseLock()
  const said = JSON.parse(new TextDecoder().decode(value)) as {
    url: string
    pid: number
    code?: string
    message?: string
  }
  return { owner, said }
}

async function count(url: string, table: string): Promise<number> {
  const database = await openDatabase({ url, logger })
  const [row] = await database.query<{ count: number }>(`SELECT count(*) AS count FROM ${table}`)
  await database.close()
  return row?.count ?? -1
}

describe('startEmbeddedPostgres', () => {
  it(
    'comes back by itself after kill -9 under load and keeps every row it had accepted',
    async () => {
      await using folder = await temporaryFolder()
      const postgres = await startEmbeddedPostgres({ dataDirectory: folder.directory, logger })
      const database = await openDatabase({ url: postgres.url, logger, maxConnections: 4 })
      await database.query('CREATE TABLE accepted (id int PRIMARY KEY)')
      const accepted: number[] = []
      const failures: unknown[] = []
      let next = 0
      let isOver = false
      const writer = async () => {
        while (!isOver) {
          const id = (next += 1)
          try {
            await database.query('INSERT INTO accepted VALUES ($1)', [id])
            accepted.push(id)
          } catch (error) {
            failures.push(error)
            await Bun.sleep(5)
          }
        }
      }
      const writers = [writer(), writer(), writer(), writer()]
      for (const kills of [1, 2]) {
        await until(() => accepted.length > 50 * kills)
        const pid = await postgres.pid()
        process.kill(pid!, 'SIGKILL')
        await until(() => postgres.restarts === kills)
        const before = accepted.length
        await until(() => accepted.length > before + 20)
        expect(await postgres.pid()).not.toBe(pid)
      }
      isOver = true
      await Promise.all(writers)
      const kept = await database.query<{ id: number }>('SELECT id FROM accepted')
      const ids = new Set(kept.map(({ id }) => id))
      expect(accepted.filter(id => !ids.has(id))).toEqual([])
      expect(failures.length).toBeGreaterThan(0)
      expect(
        failures.filter(error => !(error instanceof Failure && error.code === 'storage_unavailable')),
      ).toEqual([])
      await database.close()
      const pid = (await postgres.pid())!
      await postgres.stop()
      expect(isAlive(pid)).toBe(false)
    },
    limitMs,
  )

  it(
    'stops also where others found it ready again before it did itself',
    async () => {
      await using folder = await temporaryFolder()
      for (const _ of [1, 2, 3]) {
        const postgres = await startEmbeddedPostgres({ dataDirectory: folder.directory, logger })
        const database = await openDatabase({ url: postgres.url, logger })
        const pid = (await postgres.pid())!
        process.kill(pid, 'SIGKILL')
        await until(async () => (await postgres.pid()) !== pid)
        await until(() =>
          database.query('SELECT 1').then(
            () => true,
            () => false,
          ),
        )
        const next = (await postgres.pid())!
        await postgres.stop()
        expect(isAlive(next)).toBe(false)
        await database.close()
      }
    },
    limitMs,
  )

  it(
    'refuses a second instance on the same folder, with a way out',
    async () => {
      await using folder = await temporaryFolder()
      const postgres = await startEmbeddedPostgres({ dataDirectory: folder.directory, logger })
      const { owner, said } = await startOwner(folder.directory)
      await owner.exited
      expect(said.code).toBe('data_folder_in_use')
      expect(said.message).toContain(`process ${process.pid}`)
      expect(said.message).toContain('SLIPWAY_DATA')
      expect(startEmbeddedPostgres({ dataDirectory: folder.directory, logger })).rejects.toMatchObject({
        code: 'data_folder_in_use',
      })
      expect(await count(postgres.url, 'pg_class')).toBeGreaterThan(0)
      await postgres.stop()
    },
    limitMs,
  )

  it(
    'ends when its owner is killed, and serves the next owner what was written',
    async () => {
      await using folder = await temporaryFolder()
      const first = await startOwner(folder.directory)
      const database = await openDatabase({ url: first.said.url, logger })
      await database.query('CREATE TABLE things AS SELECT generate_series(1, 7) AS id')
      await database.close()
      first.owner.kill('SIGKILL')
      await until(() => !isAlive(first.said.pid))
      expect(existsSync(path.join(folder.directory, 'postgres', 'postmaster.pid'))).toBe(false)

      // killed and started again at once: the old one is still shutting down
      const second = await startOwner(folder.directory)
      second.owner.kill('SIGKILL')
      const third = await startOwner(folder.directory)
      expect(third.said.code).toBeUndefined()
      expect(isAlive(second.said.pid)).toBe(false)
      expect(await count(third.said.url, 'things')).toBe(7)
      third.owner.kill('SIGTERM')
      expect(await third.owner.exited).toBe(0)
      expect(isAlive(third.said.pid)).toBe(false)
    },
    limitMs,
  )

  it.if(process.platform === 'linux')(
    'takes a folder over from a Postgres that lost both its owner and its keeper',
    async () => {
      await using folder = await temporaryFolder()
      const first = await startOwner(folder.directory)
      const parent = /^PPid:\s+(\d+)$/m.exec(await readFile(`/proc/${first.said.pid}/status`, 'utf8'))?.[1]
      // stopped, it cannot see that its keeper goes
      process.kill(first.said.pid, 'SIGSTOP')
      process.kill(Number(parent), 'SIGKILL')
      first.owner.kill('SIGKILL')
      process.kill(first.said.pid, 'SIGCONT')
      const second = await startOwner(folder.directory)
      expect(second.said.code).toBeUndefined()
      expect(isAlive(first.said.pid)).toBe(false)
      second.owner.kill('SIGTERM')
      await second.owner.exited
    },
    limitMs,
  )

  it(
    'believes no pid file that names somebody else, and starts below a closed folder with a long name',
    async () => {
      await using folder = await temporaryFolder()
      const dataDirectory = path.join(folder.directory, 'a-folder-with-a-rather-long-name'.repeat(4), 'data')
      await mkdir(path.dirname(dataDirectory), { mode: 0o700 })
      const postgres = await startEmbeddedPostgres({ dataDirectory, logger })
      await postgres.stop()
      await writeFile(
        path.join(dataDirectory, 'postgres', 'postmaster.pid'),
        `${process.pid}\n${dataDirectory}\n`,
      )
      const again = await startEmbeddedPostgres({ dataDirectory, logger })
      expect(await again.pid()).not.toBe(process.pid)
      expect(await count(again.url, 'pg_class')).toBeGreaterThan(0)
      await again.stop()
      expect(isAlive(process.pid)).toBe(true)
    },
    limitMs,
  )

  it(
    'removes a temporary folder, also when its owner is gone',
    async () => {
      await using folder = await temporaryFolder()
      const dataDirectory = path.join(folder.directory, 'data')
      const postgres = await startEmbeddedPostgres({ dataDirectory, logger, isTemporary: true })
      await postgres.stop()
      expect(existsSync(path.join(dataDirectory, 'postgres'))).toBe(false)
    },
    limitMs,
  )

  it('refuses a folder that another version made, and one that cannot be written', async () => {
    await using folder = await temporaryFolder()
    await mkdir(path.join(folder.directory, 'postgres'))
    await writeFile(path.join(folder.directory, 'postgres', 'PG_VERSION'), '15\n')
    expect(startEmbeddedPostgres({ dataDirectory: folder.directory, logger })).rejects.toThrow(/Postgres 15/)
    const file = path.join(folder.directory, 'file')
    await writeFile(file, '')
    expect(startEmbeddedPostgres({ dataDirectory: path.join(file, 'data'), logger })).rejects.toMatchObject({
      code: 'invalid_environment',
    })
  })
})
