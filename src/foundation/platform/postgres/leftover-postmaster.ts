import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { readFile, rm } from 'node:fs/promises'
import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { promisify } from 'node:util'
import type { Logger } from '../logger.ts'

const execute = promisify(execFile)

/** Fast, immediate, at once; each with the time it gets, in milliseconds. */
const signals = [
  ['SIGINT', 20_000],
  ['SIGQUIT', 5_000],
  ['SIGKILL', 5_000],
] as const

/**
 * Ends a postmaster that an earlier, crashed server left on this database, and removes the pid file of one that is
 * gone: Postgres itself believes any living process with that pid, and in containers pids come back soon. Call it
 * only under the lock of the data folder, with its real path.
 */
export async function endLeftoverPostmaster(databaseDirectory: string, logger: Logger): Promise<void> {
  const pid = await readPostmasterPid(databaseDirectory)
  if (pid === undefined) return
  for (const [signal, waitMs] of signals) {
    if (!(await isPostmaster(pid, databaseDirectory))) break
    logger.warn({ pid, signal }, 'ending the Postgres that an earlier run left')
    try {
      process.kill(pid, signal)
    } catch {
      break
    }
    const endsAtMs = performance.now() + waitMs
    while (performance.now() < endsAtMs && (await isPostmaster(pid, databaseDirectory))) await sleep(20)
  }
  if ((await readPostmasterPid(databaseDirectory)) === pid) {
    await rm(path.join(databaseDirectory, 'postmaster.pid'), { force: true })
  }
}

/** The pid in `postmaster.pid`; `undefined` where no Postgres runs or ran there. */
export async function readPostmasterPid(databaseDirectory: string): Promise<number | undefined> {
  const text = await readFile(path.join(databaseDirectory, 'postmaster.pid'), 'utf8').catch(() => '')
  const pid = Number.parseInt(text, 10)
  return pid > 0 ? pid : undefined
}

/** Whether the process is a postmaster and works on this folder: pids are used again. */
async function isPostmaster(pid: number, databaseDirectory: string): Promise<boolean> {
  if (existsSync('/proc/self/cmdline')) {
    // empty for a zombie; readable for others too, unlike the links beside it
    const words = await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '')
    return words.split('\0').includes(databaseDirectory)
  }
  const command = await execute('ps', ['-o', 'command=', '-p', String(pid)]).catch(() => undefined)
  return command?.stdout.includes(` ${databaseDirectory} `) ?? false
}
