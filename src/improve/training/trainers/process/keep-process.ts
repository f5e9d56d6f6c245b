import { spawn } from 'node:child_process'
import { closeSync, openSync, readFileSync } from 'node:fs'
import { readFile, rm, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { trainerFiles } from '../contract.ts'

/**
 * Runs a command in a process group of its own and ends the group when its standard input ends, which the kernel sees to however
 * the server dies: SIGTERM first, so that a checkpoint is written, and SIGKILL after `$1` tenths of a second.
 */
const script = `
exec 3<&0 </dev/null
grace=$1
shift
"$@" 3<&- &
trainer=$!
trap '' TERM
(
  while read -r ignored; do :; done <&3
  kill -TERM 0
  tenths=0
  while [ $tenths -lt $grace ] && kill -0 $trainer; do sleep 0.1; tenths=$((tenths + 1)); done
  kill -KILL 0
) 2>/dev/null &
watcher=$!
exec 3<&-
wait $trainer
status=$?
kill -KILL $watcher 2>/dev/null
exit $status
`

/** Who runs in a folder: the pid names a process only together with when it began. */
const ownerFile = 'process.json'

export interface KeptProcess {
  readonly pid: number
  /** Resolves with the exit code, or what ended it. */
  readonly ended: Promise<number | string>
  /** SIGTERM, and SIGKILL after the grace. */
  stop(): void
  kill(): void
}

export async function keepProcess(options: {
  readonly command: readonly string[]
  readonly folder: string
  readonly environment: Readonly<Record<string, string>>
  readonly graceSeconds: number
}): Promise<KeptProcess> {
  const { command, folder, environment, graceSeconds } = options
  const log = openSync(path.join(folder, trainerFiles.log), 'a')
  const words = ['-c', script, 'trainer-keeper', String(Math.ceil(graceSeconds * 10)), ...command]
  const child = spawn('/bin/sh', words, {
    cwd: folder,
    env: environment,
    stdio: ['pipe', log, log],
    detached: true,
  })
  closeSync(log)
  child.stdin?.on('error', () => undefined)
  const exited = new Promise<number | string>(resolve => {
    child.once('error', error => resolve(error.message))
    child.once('exit', (code, signal) => resolve(code ?? signal ?? 'unknown'))
  })
  const { pid } = child
  if (pid === undefined) return { pid: -1, ended: exited, stop: () => undefined, kill: () => undefined }
  await writeFile(path.join(folder, ownerFile), JSON.stringify({ pid, began: beganAt(pid) }))
  return {
    pid,
    // what it has started ends with it
    ended: exited.then(code => {
      killGroup(pid)
      return code
    }),
    stop: () => void child.stdin?.end(),
    kill: () => killGroup(pid),
  }
}

/** Ends what an earlier server has left running in the folder, so that nobody else writes into it. */
export async function endLeftovers(folder: string): Promise<void> {
  const file = path.join(folder, ownerFile)
  const text = await readFile(file, 'utf8').catch(() => undefined)
  if (text === undefined) return
  const { pid, began } = JSON.parse(text) as { pid: number; began: string | undefined }
  if (began !== undefined && beganAt(pid) === began) {
    killGroup(pid)
    for (let tenths = 0; tenths < 100 && beganAt(pid) === began; tenths += 1)
      await new Promise(resolve => setTimeout(resolve, 100))
  }
  await rm(file, { force: true })
}

function killGroup(pid: number): void {
  try {
    process.kill(-pid, 'SIGKILL')
  } catch {
    // it has ended already
  }
}

/** When a living process began, in ticks since the start of the machine; `undefined` where it is gone or the system does not say. */
function beganAt(pid: number): string | undefined {
  try {
    const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ').at(-1)?.split(' ') ?? []
    return fields[0] === 'Z' ? undefined : fields[19]
  } catch {
    return undefined
  }
}
