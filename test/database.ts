import { mkdtemp } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import {
  createId,
  createLogger,
  migrate,
  openDatabase,
  startEmbeddedPostgres,
} from '../src/foundation/platform/index.ts'
import type { Database } from '../src/foundation/platform/index.ts'

const migrations = path.join(import.meta.dirname, '..', 'migrations')
const logger = createLogger({ level: 'error' })

/**
 * The server and its migrated template: one for the whole test run, which is one process. It starts when the first
 * test file is loaded, not within a test, whose time limit would end it.
 */
const server = await startServer()

export interface TestDatabase extends AsyncDisposable {
  readonly database: Database
  readonly url: string
}

/**
 * An empty, migrated database of its own on a real Postgres, dropped again by `await using`.
 * `isMigrated: false` gives one without any table. Takes some 40 ms, the first about 1.5 s.
 */
export async function createTestDatabase(options: { isMigrated?: boolean } = {}): Promise<TestDatabase> {
  const { url: serverUrl, template } = server
  const name = uniqueName('test')
  await administer(
    serverUrl,
    `CREATE DATABASE ${name} TEMPLATE ${options.isMigrated === false ? 'template0' : template}`,
  )
  const url = urlOf(serverUrl, name)
  const database = await openDatabase({ url, logger, maxConnections: 5 })
  return {
    database,
    url,
    async [Symbol.asyncDispose]() {
      await database.close()
      await administer(serverUrl, `DROP DATABASE ${name} WITH (FORCE)`)
    },
  }
}

/** `SLIPWAY_TEST_DATABASE_URL`, where set, names a server to use instead of one of our own. */
async function startServer(): Promise<{ url: string; template: string }> {
  const url = process.env['SLIPWAY_TEST_DATABASE_URL'] ?? (await startTemporaryServer())
  const template = uniqueName('template')
  await administer(url, `CREATE DATABASE ${template} TEMPLATE template0`)
  const database = await openDatabase({ url: urlOf(url, template), logger })
  await migrate(database, migrations)
  await database.close()
  return { url, template }
}

/** Ends and leaves no trace when the test run ends, however that comes. */
async function startTemporaryServer(): Promise<string> {
  const { url } = await startEmbeddedPostgres({
    dataDirectory: await mkdtemp(path.join(tmpdir(), 'slipway-test-')),
    logger,
    isTemporary: true,
    settings: { fsync: 'off', synchronous_commit: 'off', full_page_writes: 'off', max_connections: 200 },
  })
  return url
}

async function administer(url: string, statement: string): Promise<void> {
  const database = await openDatabase({ url, logger, maxConnections: 1 })
  try {
    await database.query(statement)
  } finally {
    await database.close()
  }
}

function uniqueName(prefix: string): string {
  return `${prefix}_${createId().replaceAll('-', '')}`
}

function urlOf(url: string, database: string): string {
  const other = new URL(url)
  other.pathname = `/${database}`
  return other.href
}
