import { spawn } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { createInterface } from 'node:readline'
import type { Logger } from '../logger.ts'
import { commandLine } from './postgres-account.ts'
import type { Launch } from './postgres-account.ts'

/**
 * Runs Postgres and ends it when its own standard input ends, which the kernel sees to however the server dies:
 * fast shutdown first, immediate shutdown after half a minute, and SIGKILL ten seconds later. Each is sent again and
 * again, because a Postgres that has only just been started still ignores the first two. `$1` is a folder to remove at
 * the very end, or empty.
 */
const script = `
exec 3<&0 </dev/null
folder=$1
shift
"$@" 3<&- &
postmaster=$!
(
  while read -r ignored; do :; done <&3
  tenths=0
  while [ $tenths -lt 300 ] && kill -INT $postmaster; do sleep 0.1; tenths=$((tenths + 1)); done
  while [ $tenths -lt 400 ] && kill -QUIT $postmaster; do sleep 0.1; tenths=$((tenths + 1)); done
  kill -KILL $postmaster
) 2>/dev/null &
watcher=$!
exec 3<&-
wait $postmaster
status=$?
kill $watcher 2>/dev/null
[ -z "$folder" ] || rm -rf "$folder"
exit $status
`

export interface Keeper {
  /** Resolves with what to tell about the end of Postgres, e.g. `exit code 1`. */
  readonly ended: Promise<string>
  readonly hasEnded: boolean
  /** Asks Postgres to end; `ended` says when it did. */
  stop(): void
}

/** Starts the command under a keeper, in a session of its own so that Ctrl-C reaches only the server. */
export function startKeeper(options: {
  launch: Launch
  command: readonly string[]
  folderToRemove?: string | undefined
  logger: Logger
}): Keeper {
  const { launch, logger } = options
  const [file, ...args] = commandLine(launch, [
    '/bin/sh',
    '-c',
    script,
    'postgres-keeper',
    options.folderToRemove ?? '',
    ...options.command,
  ])
  const child = spawn(file, args, {
    cwd: '/',
    // nothing of ours: the environment may hold keys
    env: { PATH: process.env['PATH'] ?? '/usr/bin:/bin', LC_ALL: 'C', TZ: 'UTC' },
    detached: true,
    stdio: ['pipe', 'ignore', 'pipe'],
    ...(launch.account && { uid: launch.account.uid, gid: launch.account.gid }),
  })
  // the keeper ends with us, not we with the keeper
  child.unref()
  const { stdin, stderr } = child
  stdin.on('error', () => {})
  for (const stream of [stdin, stderr]) {
    if ('unref' in stream && typeof stream.unref === 'function') stream.unref()
  }
  createInterface({ input: stderr }).on('line', line => logPostgresLine(line, logger))
  let hasEnded = false
  const ended = endOf(child).finally(() => {
    hasEnded = true
    // where the keeper alone was killed, its watcher still waits for this
    stdin.end()
  })
  return {
    ended,
    get hasEnded() {
      return hasEnded
    },
    stop: () => stdin.end(),
  }
}

function endOf(child: ChildProcess): Promise<string> {
  return new Promise(resolve => {
    child.once('error', error => resolve(error.message))
    child.once('exit', (code, signal) => resolve(signal ?? describeStatus(code ?? 0)))
  })
}

/** A shell reports a child that a signal ended as 128 + the number of the signal. */
function describeStatus(status: number): string {
  return status > 128 ? `signal ${status - 128}` : `exit code ${status}`
}

function logPostgresLine(line: string, logger: Logger): void {
  const severity = /\b(PANIC|FATAL|ERROR|WARNING|LOG|HINT|DETAIL):/.exec(line)?.[1]
  const level = severity === 'PANIC' ? 'error' : severity === 'WARNING' ? 'warn' : 'debug'
  logger[level]({ component: 'postgres' }, line)
}
