import pg from 'pg'
import type { PoolClient, PoolConfig } from 'pg'
import type { Database } from '../database.ts'
import type { Logger } from '../logger.ts'
import { Failure } from '../failure.ts'
import { createNotifications } from './notifications.ts'
import { toStorageFailure } from './storage-failures.ts'

const { INT8, DATE } = pg.types.builtins
const parseInt8Array: (text: string) => (string | null)[] = pg.types.getTypeParser(
  1016 as typeof INT8,
  'text',
)

/** 8-byte integers as `number`, dates without a time as `YYYY-MM-DD`; everything else as pg has it. */
const types: NonNullable<PoolConfig['types']> = {
  getTypeParser(oid: number, format?: 'text' | 'binary') {
    if (oid === INT8) return Number
    if (oid === DATE) return (text: string) => text
    if (oid === 1016)
      return (text: string) => parseInt8Array(text).map(item => (item === null ? null : Number(item)))
    return pg.types.getTypeParser(oid, format)
  },
}

/**
 * A pool of connections to Postgres. Nothing connects before the first query; a lost connection fails the query
 * with `storage_unavailable` (worth a retry), and the next query gets a fresh one.
 */
export async function openDatabase(options: {
  url: string
  logger: Logger
  maxConnections?: number
}): Promise<Database> {
  const { logger } = options
  const connection: PoolConfig = {
    connectionString: options.url,
    application_name: 'slipway',
    connectionTimeoutMillis: 5000,
    keepAlive: true,
    types,
  }
  const pool = new pg.Pool({ ...connection, max: options.maxConnections ?? 10, idleTimeoutMillis: 30_000 })
  pool.on('error', error => logger.warn({ err: error }, 'an idle database connection was lost'))
  // without a listener, a connection that breaks while a query holds it would end the process
  pool.on('connect', client => client.on('error', () => {}))
  const notifications = createNotifications({ connection, logger })
  let closing: Promise<void> | undefined

  const acquire = async (): Promise<PoolClient> => {
    if (closing) throw new Failure('shutting_down', 'The database is closed: the server is shutting down.')
    return pool.connect()
  }

  return {
    async query<Row extends object>(text: string, values?: readonly unknown[]) {
      try {
        const client = await acquire()
        let broken: unknown
        try {
          return await run<Row>(client, text, values)
        } catch (error) {
          broken = toStorageFailure(error) === error ? undefined : error
          throw error
        } finally {
          client.release(broken !== undefined)
        }
      } catch (error) {
        throw toStorageFailure(error)
      }
    },
    async transaction(work) {
      try {
        const client = await acquire()
        let isBroken = false
        try {
          await client.query('BEGIN')
          const result = await work({ query: (text, values) => run(client, text, values) })
          await client.query('COMMIT')
          return result
        } catch (error) {
          await client.query('ROLLBACK').catch(() => {
            isBroken = true
          })
          throw error
        } finally {
          client.release(isBroken)
        }
      } catch (error) {
        throw toStorageFailure(error)
      }
    },
    listen: notifications.listen,
    async close() {
      closing ??= Promise.all([pool.end(), notifications.close()]).then(() => {})
      await closing
    },
  }
}

async function run<Row extends object>(
  client: PoolClient,
  text: string,
  values: readonly unknown[] | undefined,
): Promise<Row[]> {
  // several statements in one text, as migrations have them, answer with several results; the last one counts
  const result: pg.QueryResult<Row> | pg.QueryResult<Row>[] = await client.query<Row>(
    text,
    values as unknown[] | undefined,
  )
  return Array.isArray(result) ? ((result as pg.QueryResult<Row>[]).at(-1)?.rows ?? []) : result.rows
}
