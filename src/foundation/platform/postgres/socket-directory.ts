import { createHash } from 'node:crypto'
import { chown, lstat, mkdir } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { Failure } from '../failure.ts'
import type { Account } from './postgres-account.ts'

/** What `sun_path` holds without its final zero: 107 bytes on Linux, 103 on macOS and the BSDs. */
const longestSocketPath = process.platform === 'linux' ? 107 : 103

/**
 * Where the Unix socket goes: into the database folder, which only its owner may enter, or, where that path is too
 * long for a socket, into a folder below the temporary one that is just as closed.
 */
export async function socketDirectory(
  databaseDirectory: string,
  account: Account | undefined,
): Promise<string> {
  if (Buffer.byteLength(path.join(databaseDirectory, '.s.PGSQL.5432')) <= longestSocketPath) {
    return databaseDirectory
  }
  const hash = createHash('sha256').update(databaseDirectory).digest('hex').slice(0, 16)
  const directory = path.join(tmpdir(), `slipway-${hash}`)
  await mkdir(directory, { mode: 0o700 }).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'EEXIST') throw error
  })
  const found = await lstat(directory)
  const isOurs = found.uid === process.getuid?.() || found.uid === account?.uid
  if (!found.isDirectory() || !isOurs || (found.mode & 0o077) !== 0) {
    throw new Failure(
      'invalid_environment',
      `${directory}, where the socket of Postgres would go, belongs to somebody else. Remove it, or set SLIPWAY_DATA to a shorter path.`,
    )
  }
  if (account) await chown(directory, account.uid, account.gid)
  return directory
}
