import { access, constants, mkdtemp, statfs } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import {
  createId,
  createJobs,
  createLogger,
  migrate,
  openDatabase,
  startEmbeddedPostgres,
} from '../src/foundation/platform/index.ts'

const migrations = path.join(import.meta.dirname, '..', 'migrations')
const logger = createLogger({ level: 'error' })

/**
 * A server for tests, with a migrated database to clone: the one that `SLIPWAY_TEST_DATABASE_URL` names, or one of our own
 * that ends with this process and leaves no trace, however that comes.
 */
export async function startTestServer(): Promise<{ url: string; template: string }> {
  const url = process.env['SLIPWAY_TEST_DATABASE_URL'] ?? (await startTemporaryServer())
  const template = uniqueName('template')
  await administer(url, `CREATE DATABASE ${template} TEMPLATE template0`)
  const database = await openDatabase({ url: urlOf(url, template), logger })
  await migrate(database, migrations)
  await database.close()
  // the queue's own tables, some 40 statements at each start of a server that finds none
  const jobs = createJobs({ url: urlOf(url, template), logger })
  await jobs.start()
  await jobs.stop()
  return { url, template }
}

async function startTemporaryServer(): Promise<string> {
  const { url } = await startEmbeddedPostgres({
    dataDirectory: await mkdtemp(path.join(await fastFolder(), 'slipway-test-')),
    logger,
    isTemporary: true,
    settings: {
      fsync: 'off',
      synchronous_commit: 'off',
      full_page_writes: 'off',
      max_connections: 600,
      shared_buffers: '128MB',
      max_wal_size: '256MB',
    },
  })
  return url
}

/** What a run of all tests may take: the log ahead of writing, and some forty databases of 12 MB at a time. */
const leastFreeBytes = 4 * 1024 ** 3

/**
 * In memory where that has room. A database is 900 small files, and to copy and remove them takes two to four times as
 * much CPU on a disk; a run of all tests does that some 600 times.
 */
async function fastFolder(): Promise<string> {
  const inMemory = '/dev/shm'
  try {
    await access(inMemory, constants.W_OK)
    const { bavail, bsize } = await statfs(inMemory)
    if (bavail * bsize >= leastFreeBytes) return inMemory
  } catch {
    // none here, or not for us
  }
  return tmpdir()
}

export async function administer(url: string, statement: string): Promise<void> {
  const database = await openDatabase({ url, logger, maxConnections: 1 })
  try {
    await database.query(statement)
  } finally {
    await database.close()
  }
}

export function uniqueName(prefix: string): string {
  return `${prefix}_${createId().replaceAll('-', '')}`
}

export function urlOf(url: string, database: string): string {
  const other = new URL(url)
  other.pathname = `/${database}`
  return other.href
}
