import type { PoolClient, PoolConfig, QueryConfig, QueryResult } from 'pg'
import type { Database, Queryable } from '../database.ts'
import type { Logger } from '../logger.ts'
import { Failure } from '../failure.ts'
import { lateLibraries } from '../late-libraries.ts'
import { createNotifications } from './notifications.ts'
import { isStorageUnavailable, toStorageFailure } from './storage-failures.ts'

/** 8-byte integers as `number`, dates without a time as `YYYY-MM-DD`; everything else as pg has it. */
function columnTypes(): NonNullable<PoolConfig['types']> {
  const { builtins, getTypeParser } = lateLibraries.pg().types
  const { INT8, DATE } = builtins
  const parseInt8Array: (text: string) => (string | null)[] = getTypeParser(1016 as typeof INT8, 'text')
  return {
    getTypeParser(oid: number, format?: 'text' | 'binary') {
      if (oid === INT8) return Number
      if (oid === DATE) return (text: string) => text
      if (oid === 1016)
        return (text: string) => parseInt8Array(text).map(item => (item === null ? null : Number(item)))
      return getTypeParser(oid, format)
    },
  }
}

const usualConnectLimitMs = 5000
const usualStatementLimitMs = 30_000
/** How long `close` waits for what still runs and for the server to say goodbye. */
const closeLimitMs = 10_000

/**
 * A pool of connections to Postgres. Nothing connects before the first query; a lost connection fails the query
 * with `storage_unavailable` (worth a retry), and the next query gets a fresh one.
 *
 * Every query settles: a server that neither answers nor hangs up, behind a cut network say, counts as lost after
 * `connectLimitMs` (5 s), or `statementLimitMs` (30 s) for a statement. The limits are kept on this side, where they
 * also hold without a server, and because poolers refuse connections that set `statement_timeout`.
 */
export async function openDatabase(options: {
  url: string
  logger: Logger
  maxConnections?: number
  connectLimitMs?: number
  statementLimitMs?: number
}): Promise<Database> {
  const { logger, statementLimitMs = usualStatementLimitMs } = options
  const connection: PoolConfig = {
    connectionString: options.url,
    application_name: 'slipway',
    connectionTimeoutMillis: options.connectLimitMs ?? usualConnectLimitMs,
    keepAlive: true,
    keepAliveInitialDelayMillis: 30_000,
    types: columnTypes(),
  }
  const { Pool } = lateLibraries.pg()
  const pool = new Pool({ ...connection, max: options.maxConnections ?? 10, idleTimeoutMillis: 30_000 })
  pool.on('error', error => logger.warn({ err: error }, 'an idle database connection was lost'))
  // without a listener, a connection that breaks while a query holds it would end the process
  pool.on('connect', client => client.on('error', () => {}))
  const notifications = createNotifications({
    connection: { ...connection, query_timeout: statementLimitMs },
    logger,
  })
  let closing: Promise<void> | undefined

  const acquire = async (): Promise<PoolClient> => {
    if (closing) throw new Failure('shutting_down', 'The database is closed: the server is shutting down.')
    return pool.connect()
  }

  return {
    async query<Row extends object>(text: string, values?: readonly unknown[]) {
      try {
        const client = await acquire()
        let isBroken = false
        try {
          return await run<Row>(client, statementLimitMs, text, values)
        } catch (error) {
          isBroken = isStorageUnavailable(error)
          throw error
        } finally {
          client.release(isBroken)
        }
      } catch (error) {
        throw toStorageFailure(error)
      }
    },
    async transaction(work, { statementLimitMs: limitMs = statementLimitMs } = {}) {
      try {
        const client = await acquire()
        let isBroken = false
        const query: Queryable['query'] = async <Row extends object>(
          text: string,
          values?: readonly unknown[],
        ) => {
          // behind a statement that never answered, another one would only wait
          if (isBroken) throw new Error('The connection ended within the transaction: connection terminated')
          try {
            return await run<Row>(client, limitMs, text, values)
          } catch (error) {
            isBroken ||= isStorageUnavailable(error)
            throw error
          }
        }
        try {
          await query('BEGIN')
          const result = await work({ query })
          await query('COMMIT')
          return result
        } catch (error) {
          await query('ROLLBACK').catch(() => {
            isBroken = true
          })
          throw error
        } finally {
          // without its connection, Postgres rolls back by itself
          client.release(isBroken)
        }
      } catch (error) {
        throw toStorageFailure(error)
      }
    },
    listen: notifications.listen,
    async close() {
      closing ??= within(closeLimitMs, [pool.end(), notifications.close()])
      await closing
    },
  }
}

async function run<Row extends object>(
  client: PoolClient,
  limitMs: number,
  text: string,
  values: readonly unknown[] | undefined,
): Promise<Row[]> {
  const statement: QueryConfig & { query_timeout: number } = { text, query_timeout: limitMs }
  if (values) statement.values = values as unknown[]
  // several statements in one text, as migrations have them, answer with several results; the last one counts
  const result: QueryResult<Row> | QueryResult<Row>[] = await client.query<Row>(statement)
  return Array.isArray(result) ? ((result as QueryResult<Row>[]).at(-1)?.rows ?? []) : result.rows
}

async function within(limitMs: number, work: readonly Promise<unknown>[]): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>()
  const timer = setTimeout(resolve, limitMs)
  await Promise.race([Promise.all(work), promise]).finally(() => clearTimeout(timer))
}
