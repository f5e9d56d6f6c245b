import { Database } from 'bun:sqlite'
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { Failure } from './failure.ts'

export interface DataFolderLock {
  release(): void
}

/**
 * Takes a data folder for this process alone, or fails with `data_folder_in_use`. The lock is the file lock of an
 * empty SQLite file: the kernel gives it back however the process ends, so none is ever stale.
 */
export async function lockDataFolder(dataDirectory: string): Promise<DataFolderLock> {
  await mkdir(dataDirectory, { recursive: true, mode: 0o711 }).catch((error: unknown) => {
    throw unusable(dataDirectory, error)
  })
  const file = path.join(dataDirectory, 'slipway.lock')
  const holderFile = path.join(dataDirectory, 'slipway.pid')
  let lock: Database | undefined
  try {
    lock = new Database(file, { create: true })
    lock.run('PRAGMA busy_timeout = 300')
    lock.run('BEGIN EXCLUSIVE')
  } catch (error) {
    lock?.close()
    if (!(error instanceof Error && 'code' in error && error.code === 'SQLITE_BUSY'))
      throw unusable(dataDirectory, error)
    const holder = await readFile(holderFile, 'utf8').catch(() => '')
    throw new Failure(
      'data_folder_in_use',
      `Another Slipway${holder && ` (process ${holder.trim()})`} uses the data folder ${dataDirectory}. Stop it, or give this one a folder of its own with SLIPWAY_DATA.`,
      { cause: error },
    )
  }
  await writeFile(holderFile, `${process.pid}\n`)
  return { release: () => lock.close() }
}

function unusable(dataDirectory: string, cause: unknown): Failure {
  return new Failure(
    'invalid_environment',
    `The data folder ${dataDirectory} cannot be used: ${cause instanceof Error ? cause.message : String(cause)}. Make it writable for this user, or set SLIPWAY_DATA to another folder.`,
    { cause },
  )
}
