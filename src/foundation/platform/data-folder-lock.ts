import { mkdir, readFile, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { Failure } from './failure.ts'
import { type FileLock, tryLock } from './file-lock.ts'

/** Takes a data folder for this process alone, or fails with `data_folder_in_use`. */
export async function lockDataFolder(dataDirectory: string): Promise<FileLock> {
  const holderFile = path.join(dataDirectory, 'slipway.pid')
  let lock: FileLock | undefined
  try {
    await mkdir(dataDirectory, { recursive: true, mode: 0o711 })
    lock = tryLock(path.join(dataDirectory, 'slipway.lock'))
  } catch (error) {
    throw unusable(dataDirectory, error)
  }
  if (lock === undefined) {
    const holder = await readFile(holderFile, 'utf8').catch(() => '')
    throw new Failure(
      'data_folder_in_use',
      `Another Slipway${holder && ` (process ${holder.trim()})`} uses the data folder ${dataDirectory}. Stop it, or give this one a folder of its own with SLIPWAY_DATA.`,
    )
  }
  await writeFile(holderFile, `${process.pid}\n`)
  return lock
}

function unusable(dataDirectory: string, cause: unknown): Failure {
  return new Failure(
    'invalid_environment',
    `The data folder ${dataDirectory} cannot be used: ${cause instanceof Error ? cause.message : String(cause)}. Make it writable for this user, or set SLIPWAY_DATA to another folder.`,
    { cause },
  )
}
