import { Database } from 'bun:sqlite'

export interface FileLock {
  release(): void
}

/**
 * Takes a file for this process alone; `undefined` where another has it. It is the lock of an empty SQLite file: the
 * kernel gives it back however the process ends, so none is ever stale. Throws where the file cannot be made.
 */
export function tryLock(file: string): FileLock | undefined {
  let lock: Database | undefined
  try {
    lock = new Database(file, { create: true })
    lock.run('PRAGMA busy_timeout = 300')
    lock.run('BEGIN EXCLUSIVE')
  } catch (error) {
    lock?.close()
    if (error instanceof Error && 'code' in error && error.code === 'SQLITE_BUSY') return undefined
    throw error
  }
  const held = lock
  return { release: () => held.close() }
}
