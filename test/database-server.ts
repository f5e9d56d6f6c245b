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
  return { url, template }
}

async function startTemporaryServer(): Promise<string> {
  const { url } = await startEmbeddedPostgres({
    dataDirectory: await mkdtemp(path.join(tmpdir(), 'slipway-test-')),
    logger,
    isTemporary: true,
    settings: {
      fsync: 'off',
      synchronous_commit: 'off',
      full_page_writes: 'off',
      max_connections: 600,
      shared_buffers: '128MB',
    },
  })
  return url
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
