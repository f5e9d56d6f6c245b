import { execFile } from 'node:child_process'
import { chown, lstat, mkdtemp, readdir, rename, rm, stat } from 'node:fs/promises'
import path from 'node:path'
import { promisify } from 'node:util'
import { Failure } from '../failure.ts'
import { accountForSetup, commandLine, findLaunch } from './postgres-account.ts'
import type { Account } from './postgres-account.ts'

const execute = promisify(execFile)

/** The superuser of the embedded database; only who may enter its socket's folder can be it. */
export const superuser = 'slipway'

/** The major version that the embedded packages carry; a database folder belongs to one major version. */
const majorVersion = '18'

/**
 * Makes a database folder with initdb, aside and then renamed, so that a crash in between leaves nothing half made.
 * Locale C.UTF-8 of Postgres' own: the same order on every machine, and no library of 30 MB for it.
 */
export async function initialiseDatabase(
  databaseDirectory: string,
  initdb: string,
  account: Account | undefined,
  durability: 'durable' | 'temporary',
): Promise<void> {
  const parent = path.dirname(databaseDirectory)
  const prefix = `${path.basename(databaseDirectory)}.new-`
  for (const name of await readdir(parent)) {
    if (name.startsWith(prefix)) await rm(path.join(parent, name), { recursive: true, force: true })
  }
  const directory = await mkdtemp(path.join(parent, prefix))
  const setupAccount = await accountForSetup(account)
  if (setupAccount) await chown(directory, setupAccount.uid, setupAccount.gid)
  const launch = await findLaunch(setupAccount, initdb, directory)
  const [file, ...args] = commandLine(launch, [
    initdb,
    `--pgdata=${directory}`,
    `--username=${superuser}`,
    '--auth=trust',
    '--encoding=UTF8',
    '--locale-provider=builtin',
    '--builtin-locale=C.UTF-8',
    '--locale=C',
    '--no-instructions',
    // one call for the file system where that exists: a third of the time that a thousand files take
    ...(durability === 'temporary'
      ? ['--no-sync']
      : process.platform === 'linux'
        ? ['--sync-method=syncfs']
        : []),
  ])
  try {
    await execute(file, args, {
      cwd: '/',
      env: { PATH: process.env['PATH'] ?? '/usr/bin:/bin', LC_ALL: 'C', TZ: 'UTC' },
      ...(launch.account && { uid: launch.account.uid, gid: launch.account.gid }),
    })
  } catch (error) {
    await rm(directory, { recursive: true, force: true })
    const said = (error as { stderr?: unknown }).stderr
    throw new Failure(
      'storage_unavailable',
      `The embedded Postgres could not set up ${databaseDirectory}: ${typeof said === 'string' && said.trim() !== '' ? said.trim() : String(error)}`,
      { cause: error },
    )
  }
  if (account && account.uid !== setupAccount?.uid) await handOver(directory, account)
  await rename(directory, databaseDirectory)
}

/** The account of a database that is there already; repairs one that root copied; refuses what cannot work. */
export async function accountOfDatabase(
  databaseDirectory: string,
  version: string,
  chosen: Account | undefined,
): Promise<Account | undefined> {
  if (version.trim() !== majorVersion) {
    throw new Failure(
      'invalid_environment',
      `${databaseDirectory} was made by Postgres ${version.trim()}, and this Slipway carries Postgres ${majorVersion}. Dump it with the old release and load it with this one, or set SLIPWAY_DATA to a new folder.`,
    )
  }
  const owner = await stat(databaseDirectory)
  if (!chosen) {
    if (owner.uid === process.getuid?.()) return undefined
    throw new Failure(
      'invalid_environment',
      `${databaseDirectory} belongs to uid ${owner.uid} and this is uid ${process.getuid?.()}. Start Slipway as the user that made it, or hand it over: chown -R ${process.getuid?.()} ${path.dirname(databaseDirectory)}`,
    )
  }
  if (owner.uid !== 0) return { uid: owner.uid, gid: owner.gid }
  await handOver(databaseDirectory, chosen)
  return chosen
}

async function handOver(directory: string, account: Account): Promise<void> {
  for (const entry of await readdir(directory, { recursive: true, withFileTypes: true })) {
    const file = path.join(entry.parentPath, entry.name)
    const found = await lstat(file)
    if (!found.isSymbolicLink()) await chown(file, account.uid, account.gid)
  }
  await chown(directory, account.uid, account.gid)
}
