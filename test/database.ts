import { createLogger, openDatabase } from '../src/foundation/platform/index.ts'
import type { Database } from '../src/foundation/platform/index.ts'
import { administer, startTestServer, uniqueName, urlOf } from './database-server.ts'

const logger = createLogger({ level: 'error' })

/**
 * The server and its migrated template: of `npm test`, one for the whole run; by `bun test` alone, one for the process. It
 * starts when the first test file is loaded, not within a test, whose time limit would end it.
 */
const server = await findServer()

export interface TestDatabase extends AsyncDisposable {
  readonly database: Database
  readonly url: string
}

/**
 * An empty, migrated database of its own on a real Postgres, dropped again by `await using`.
 * `isMigrated: false` gives one without any table. Takes some 40 ms.
 */
export async function createTestDatabase(options: { isMigrated?: boolean } = {}): Promise<TestDatabase> {
  const { url: serverUrl, template } = server
  const name = uniqueName('test')
  const from = options.isMigrated === false ? 'template0' : template
  // half the CPU of a copy that goes through the log
  await administer(serverUrl, `CREATE DATABASE ${name} TEMPLATE ${from} STRATEGY file_copy`)
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

async function findServer(): Promise<{ url: string; template: string }> {
  const { SLIPWAY_TEST_DATABASE_URL: url, SLIPWAY_TEST_TEMPLATE: template } = process.env
  return url !== undefined && template !== undefined ? { url, template } : await startTestServer()
}
