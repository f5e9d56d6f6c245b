import type { Database, Logger } from '../../foundation/platform/index.ts'
import { buildDirectory } from './directory.ts'
import type { Directory } from './directory.ts'
import { readLiveKeys } from './key-store.ts'
import { accessChannel, holdOneView, readState } from './state-store.ts'
import { readTenants } from './tenant-store.ts'

/** Keeps the directory of this process at the latest revision. */
export interface DirectoryFeed {
  readonly current: () => Directory
  /** Resolves when the directory holds everything committed before the call. */
  refresh(): Promise<void>
  close(): Promise<void>
}

/**
 * Loads the directory, then follows the changes that replicas announce; a slow poll of the revision catches what
 * an announcement missed. While the database is away the last directory stays in force.
 */
export async function followDirectory(options: {
  database: Database
  logger: Logger
  pollIntervalMs: number
}): Promise<DirectoryFeed> {
  const { database, logger } = options
  let directory = await load(database)
  let running: Promise<void> | undefined
  let next: Promise<void> | undefined

  function refresh(): Promise<void> {
    if (!running) {
      running = load(database)
        .then(loaded => {
          directory = loaded
        })
        .finally(() => {
          running = undefined
        })
      return running
    }
    // what is being read may miss the change: read once more after it, for all who ask meanwhile
    next ??= running
      .catch(() => {})
      .then(() => {
        next = undefined
        return refresh()
      })
    return next
  }

  function refreshInBackground(): void {
    refresh().catch(error => {
      logger.warn({ err: error }, 'keys and tenants could not be read again; the last known stay in force')
    })
  }

  async function poll(): Promise<void> {
    try {
      const { revision } = await readState(database)
      if (revision !== directory.revision) await refresh()
    } catch (error) {
      logger.warn({ err: error }, 'the revision of keys and tenants could not be read')
    }
  }

  const stopListening = await database.listen(accessChannel, refreshInBackground)
  const timer = setInterval(() => void poll(), options.pollIntervalMs)
  timer.unref()
  // a change may have come between the first load and the first listening
  await refresh()

  return {
    current: () => directory,
    refresh,
    close: async () => {
      clearInterval(timer)
      await stopListening()
      await Promise.allSettled([running, next])
    },
  }
}

/** One view of all tables: a key must never be seen without the limits of its tenant. */
async function load(database: Database): Promise<Directory> {
  return database.transaction(async transaction => {
    await holdOneView(transaction)
    const { revision } = await readState(transaction)
    const keys = await readLiveKeys(transaction)
    const tenants = await readTenants(transaction)
    return buildDirectory(revision, keys, tenants)
  })
}
