import { chown, readFile, realpath, rm } from 'node:fs/promises'
import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { lockDataFolder } from '../data-folder-lock.ts'
import { Failure } from '../failure.ts'
import type { Logger } from '../logger.ts'
import { lateLibraries } from '../late-libraries.ts'
import { accountOfDatabase, initialiseDatabase, superuser } from './initialise-database.ts'
import { endLeftoverPostmaster, readPostmasterPid } from './leftover-postmaster.ts'
import { chooseAccount, findLaunch } from './postgres-account.ts'
import type { Account, Launch } from './postgres-account.ts'
import { findPostgresBinaries } from './postgres-binaries.ts'
import { startKeeper } from './postgres-keeper.ts'
import type { Keeper } from './postgres-keeper.ts'
import { socketDirectory } from './socket-directory.ts'

export interface EmbeddedPostgres {
  /** How to connect; stays the same over restarts. */
  readonly url: string
  /** How often Postgres answered again after it had died. */
  readonly restarts: number
  /** The process of the postmaster; `undefined` while there is none. */
  pid(): Promise<number | undefined>
  /** Shuts Postgres down and gives the data folder back. */
  stop(): Promise<void>
}

export type PostgresSettings = Readonly<Record<string, string | number>>

/** One small machine, one client: few processes, little memory, every commit on disk. */
const leanSettings: PostgresSettings = {
  listen_addresses: '',
  unix_socket_permissions: '0700',
  max_connections: 40,
  superuser_reserved_connections: 2,
  shared_buffers: '64MB',
  work_mem: '8MB',
  maintenance_work_mem: '64MB',
  wal_level: 'minimal',
  max_wal_senders: 0,
  max_wal_size: '256MB',
  min_wal_size: '32MB',
  max_worker_processes: 4,
  max_parallel_workers: 2,
  autovacuum_worker_slots: 3,
  autovacuum_max_workers: 2,
  // a statement whose client went away ends too, instead of running on and keeping a restart waiting
  client_connection_check_interval: process.platform === 'linux' ? '2s' : 0,
  // threads of its own for reading cost three processes and gain nothing on one disk
  io_method: 'sync',
  jit: 'off',
  huge_pages: 'off',
  // what the log says must not quote rows or statements
  log_error_verbosity: 'terse',
  log_min_error_statement: 'panic',
  log_checkpoints: 'off',
  timezone: 'UTC',
  log_timezone: 'UTC',
}

const longestStartMs = 60_000
const longestPauseMs = 5000
/** After so long without a fault the next restart is immediate again. */
const calmMs = 30_000

/**
 * Starts the Postgres that Slipway brings on `<dataDirectory>/postgres` and resolves when it answers; it is started
 * again, with a growing pause, whenever it dies. It listens on a Unix socket only, and ends with this process even
 * when that is killed. Fails with `data_folder_in_use` where another Slipway has the folder.
 *
 * `isTemporary` removes the folder at the end, also after a crash.
 */
export async function startEmbeddedPostgres(options: {
  dataDirectory: string
  logger: Logger
  settings?: PostgresSettings
  isTemporary?: boolean
}): Promise<EmbeddedPostgres> {
  const { logger } = options
  const binaries = findPostgresBinaries()
  const lock = await lockDataFolder(options.dataDirectory)
  const stopped = new AbortController()
  let restarts = 0
  let keeper: Keeper | undefined

  async function start(command: readonly string[], launch: Launch, url: string): Promise<Keeper> {
    await endLeftoverPostmaster(databaseDirectory, logger)
    stopped.signal.throwIfAborted()
    const folderToRemove = options.isTemporary ? path.dirname(databaseDirectory) : undefined
    // known before it answers: others may find it ready, and call `stop`, before we do
    const started = (keeper = startKeeper({ launch, command, folderToRemove, logger }))
    try {
      await untilReady(started, url, stopped.signal)
    } catch (error) {
      started.stop()
      await started.ended
      throw error
    }
    return started
  }

  /** Waits for the end of Postgres and starts it again, until `stop`. */
  async function supervise(
    first: Keeper,
    command: readonly string[],
    launch: Launch,
    url: string,
  ): Promise<void> {
    let pauseMs = 0
    for (let current = first; ;) {
      const since = performance.now()
      const reason = await current.ended
      if (stopped.signal.aborted) return
      pauseMs = performance.now() - since > calmMs ? 0 : Math.min(Math.max(pauseMs * 2, 50), longestPauseMs)
      logger.error({ reason, restarts, pause_ms: pauseMs }, 'Postgres died and is started again')
      for (;;) {
        try {
          await sleep(pauseMs, undefined, { signal: stopped.signal })
          current = await start(command, launch, url)
          break
        } catch (error) {
          if (stopped.signal.aborted) return
          pauseMs = Math.min(Math.max(pauseMs * 2, 50), longestPauseMs)
          logger.error({ err: error, pause_ms: pauseMs }, 'Postgres does not start')
        }
      }
      restarts += 1
      logger.info({ restarts }, 'Postgres answers again')
    }
  }

  const dataDirectory = await realpath(options.dataDirectory)
  const databaseDirectory = path.join(dataDirectory, 'postgres')
  try {
    const account = await prepare(
      databaseDirectory,
      binaries.initdb,
      options.isTemporary ? 'temporary' : 'durable',
    )
    if (account && options.isTemporary) await chown(dataDirectory, account.uid, account.gid)
    const launch = await findLaunch(account, binaries.postgres, databaseDirectory)
    const socket = await socketDirectory(databaseDirectory, account)
    const settings = { ...leanSettings, unix_socket_directories: socket, ...options.settings }
    const command = [
      binaries.postgres,
      '-D',
      databaseDirectory,
      ...Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`]),
    ]
    const urlOf = (database: string) =>
      `postgresql://${superuser}@localhost/${database}?host=${encodeURIComponent(socket)}`
    const first = await start(command, launch, urlOf('postgres'))
    await createDatabase(urlOf('postgres'), superuser)
    const supervision = supervise(first, command, launch, urlOf('postgres'))

    return {
      url: urlOf(superuser),
      get restarts() {
        return restarts
      },
      pid: () => readPostmasterPid(databaseDirectory),
      async stop() {
        stopped.abort()
        keeper?.stop()
        await Promise.all([keeper?.ended, supervision])
        if (socket !== databaseDirectory) await rm(socket, { recursive: true, force: true })
        lock.release()
      },
    }
  } catch (error) {
    keeper?.stop()
    await keeper?.ended
    lock.release()
    throw error
  }
}

async function prepare(
  databaseDirectory: string,
  initdb: string,
  durability: 'durable' | 'temporary',
): Promise<Account | undefined> {
  const chosen = await chooseAccount()
  let version: string
  try {
    version = await readFile(path.join(databaseDirectory, 'PG_VERSION'), 'utf8')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error
    await initialiseDatabase(databaseDirectory, initdb, chosen, durability)
    return chosen
  }
  return accountOfDatabase(databaseDirectory, version, chosen)
}

/** Resolves when Postgres answers, which after a crash may take it a while. */
async function untilReady(keeper: Keeper, url: string, signal: AbortSignal): Promise<void> {
  const endsAtMs = performance.now() + longestStartMs
  for (;;) {
    const client = new (lateLibraries.pg().Client)({ connectionString: url, connectionTimeoutMillis: 5000 })
    client.on('error', () => {})
    try {
      await client.connect()
      return
    } catch (error) {
      if (keeper.hasEnded) {
        throw new Failure(
          'storage_unavailable',
          `Postgres ended while it started (${await keeper.ended}). SLIPWAY_LOG_LEVEL=debug shows what it said.`,
          { cause: error },
        )
      }
      if (performance.now() > endsAtMs || signal.aborted) {
        throw new Failure('storage_unavailable', 'Postgres did not answer in time.', { cause: error })
      }
      await sleep(15)
    } finally {
      // not waited for: who does not answer does not say goodbye either
      client.end().catch(() => {})
    }
  }
}

async function createDatabase(url: string, name: string): Promise<void> {
  const client = new (lateLibraries.pg().Client)({
    connectionString: url,
    connectionTimeoutMillis: 5000,
    query_timeout: longestStartMs,
  })
  client.on('error', () => {})
  await client.connect()
  try {
    const { rowCount } = await client.query('SELECT FROM pg_database WHERE datname = $1', [name])
    if (rowCount === 0) await client.query(`CREATE DATABASE ${client.escapeIdentifier(name)}`)
  } finally {
    client.end().catch(() => {})
  }
}
