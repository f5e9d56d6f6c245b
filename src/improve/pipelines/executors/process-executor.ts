import { type ChildProcess, spawn } from 'node:child_process'
import { lstat, readdir } from 'node:fs/promises'
import path from 'node:path'
import { Failure } from '../../../foundation/platform/index.ts'
import {
  attemptVariable,
  type CommandEnd,
  type CommandTask,
  type Executor,
  workVariable,
} from './executor.ts'
import { killMarked, readGroups } from './process-table.ts'

/** Nothing else of the server's own: keys and addresses of databases stay out of other people's code. */
const passedOn = ['PATH', 'LANG', 'LC_ALL', 'TZ']
const usualGraceMs = 10_000
/** Of a server that stops, which does not wait for long itself. */
const stoppingGraceMs = 3_000
const watchMs = 250
/** The folder is walked more seldom: it may hold many files. */
const walkEvery = 8
/** How long what a killed process has printed is still read. */
const drainMs = 1_000

/**
 * Leads the group of the command. Its standard input comes from the server and from nobody else, so that it ends the moment the server is
 * gone, however that died: the watcher then kills the whole group, itself with it.
 */
const leader = `
cpu=$1 blocks=$2 data=$3
shift 3
ulimit -c 0
[ "$cpu" = - ] || { ulimit -S -t "$cpu"; ulimit -H -t "$((cpu + 5))"; }
[ "$blocks" = - ] || ulimit -f "$blocks"
[ "$data" = - ] || ulimit -d "$data"
exec 3<&0
( trap '' TERM INT HUP; read -r _ <&3; kill -KILL 0 ) >/dev/null 2>&1 &
trap : TERM INT HUP
"$@" 3<&- </dev/null &
child=$!
wait "$child"
code=$?
while [ "$code" -gt 128 ] && kill -0 "$child" 2>/dev/null; do wait "$child"; code=$?; done
exit "$code"
`

interface Running {
  readonly group: number
  readonly task: CommandTask
  end: CommandEnd | undefined
  isWalking: boolean
}

/** Runs commands as processes of this machine, each in a group of its own that is killed as one. */
export function createProcessExecutor({
  graceMs = usualGraceMs,
}: { readonly graceMs?: number } = {}): Executor {
  /** Who is told to end may tidy up; nothing may go on where another process has the run. */
  const graceOf = (reason: unknown): number =>
    reason === 'stopping'
      ? Math.min(stoppingGraceMs, graceMs)
      : reason === 'cancelled' || reason === 'timeout'
        ? graceMs
        : 0
  const running = new Set<Running>()
  let timer: ReturnType<typeof setInterval> | undefined
  let looks = 0

  async function watch(): Promise<void> {
    looks += 1
    const groups = await readGroups(new Set([...running].map(({ group }) => group)))
    for (const one of running) {
      const use = groups.get(one.group)
      const { memoryBytes, cpuSeconds, diskBytes } = one.task.limits
      if (use && memoryBytes !== undefined && use.residentBytes > memoryBytes)
        stopFor(
          one,
          'memory',
          `It held ${megabytes(use.residentBytes)} in memory; it may hold ${megabytes(memoryBytes)}.`,
        )
      else if (use && cpuSeconds !== undefined && use.cpuSeconds > cpuSeconds)
        stopFor(
          one,
          'cpu',
          `It used ${Math.ceil(use.cpuSeconds)} s of processor time; it may use ${cpuSeconds} s.`,
        )
      if (diskBytes !== undefined && looks % walkEvery === 0) void walk(one, diskBytes)
    }
  }

  async function walk(one: Running, diskBytes: number): Promise<void> {
    if (one.isWalking) return
    one.isWalking = true
    const bytes = await writtenBytes(one.task.folder)
    one.isWalking = false
    if (bytes > diskBytes) stopFor(one, 'disk', overDisk(bytes, diskBytes))
  }

  function stopFor(one: Running, what: 'memory' | 'cpu' | 'disk', message: string): void {
    one.end ??= { kind: 'limit', what, message }
    killGroup(one.group, 'SIGKILL')
  }

  async function run(task: CommandTask): Promise<CommandEnd> {
    // its leader may have been killed first, and the server after it: nobody was left to end what it had begun
    await killMarked(variable => variable === `${workVariable}=${task.work}`)
    task.signal.throwIfAborted()
    const child = start(task)
    const ended = new Promise<{ code: number | null; signal: string | null }>((resolve, reject) => {
      child.on('error', reject)
      child.on('exit', (code, signal) => resolve({ code, signal }))
    })
    const closed = new Promise<void>(resolve => child.once('close', () => resolve()))
    const { pid } = child
    if (pid === undefined) {
      await ended
      throw new Error('A process was started and has no id.')
    }
    const one: Running = { group: pid, task, end: undefined, isWalking: false }
    let grace: ReturnType<typeof setTimeout> | undefined
    const stop = (): void => {
      one.end ??= { kind: 'stopped' }
      const ms = graceOf(task.signal.reason)
      killGroup(pid, ms === 0 ? 'SIGKILL' : 'SIGTERM')
      grace = setTimeout(() => killGroup(pid, 'SIGKILL'), ms)
    }
    running.add(one)
    timer ??= setInterval(() => void watch(), watchMs)
    task.signal.addEventListener('abort', stop, { once: true })
    if (task.signal.aborted) stop()
    try {
      const { code, signal } = await ended
      killGroup(pid, 'SIGKILL')
      await killMarked(variable => variable === `${attemptVariable}=${task.id}`)
      await Promise.race([closed, new Promise(resolve => setTimeout(resolve, drainMs))])
      const { diskBytes } = task.limits
      if (one.end) return one.end
      const bytes = diskBytes === undefined ? 0 : await writtenBytes(task.folder)
      if (diskBytes !== undefined && bytes > diskBytes)
        return { kind: 'limit', what: 'disk', message: overDisk(bytes, diskBytes) }
      return endOf(code, signal, task)
    } finally {
      clearTimeout(grace)
      task.signal.removeEventListener('abort', stop)
      running.delete(one)
      if (running.size === 0) {
        clearInterval(timer)
        timer = undefined
      }
      child.stdin?.destroy()
      child.stdout?.destroy()
      child.stderr?.destroy()
    }
  }

  return {
    folderOf: folder => folder,
    environment: () =>
      Object.fromEntries(
        passedOn.flatMap(name => (process.env[name] === undefined ? [] : [[name, process.env[name] ?? '']])),
      ),
    isElsewhere: false,
    cacheBasis: () => ({ parts: {} }),
    run,
  }
}

function start(task: CommandTask): ChildProcess {
  const { cpuSeconds, diskBytes, memoryBytes } = task.limits
  const child = spawn(
    '/bin/sh',
    [
      '-c',
      leader,
      'slipway-stage',
      cpuSeconds === undefined ? '-' : String(Math.max(1, Math.ceil(cpuSeconds))),
      // in blocks of 512 bytes
      diskBytes === undefined ? '-' : String(Math.ceil(diskBytes / 512)),
      memoryBytes === undefined ? '-' : String(Math.ceil(memoryBytes / 1_024)),
      ...task.command,
    ],
    {
      cwd: task.folder,
      env: { ...task.environment, ...task.secrets, [workVariable]: task.work, [attemptVariable]: task.id },
      stdio: ['pipe', 'pipe', 'pipe'],
      // a group and a session of its own
      detached: true,
    },
  )
  child.stdin?.on('error', () => undefined)
  for (const [stream, name] of [
    [child.stdout, 'out'],
    [child.stderr, 'error'],
  ] as const) {
    stream?.setEncoding('utf8')
    stream?.on('data', (text: string) => task.onOutput(name, text))
    stream?.on('error', () => undefined)
  }
  return child
}

const cpuSignal = 24
const fileSizeSignal = 25

function endOf(code: number | null, signal: string | null, task: CommandTask): CommandEnd {
  const { cpuSeconds, diskBytes } = task.limits
  const number = code !== null && code > 128 ? code - 128 : 0
  if (number === cpuSignal)
    return { kind: 'limit', what: 'cpu', message: `It may use ${cpuSeconds} s of processor time, and has.` }
  if (number === fileSizeSignal)
    return {
      kind: 'limit',
      what: 'disk',
      message: `A file of it would be larger than ${megabytes(diskBytes ?? 0)}.`,
    }
  if (code === 127)
    throw new Failure('invalid_request', `There is no program \`${task.command[0]}\` on this machine.`)
  if (signal !== null) return { kind: 'killed', signal }
  if (number === 9) return { kind: 'killed', signal: 'SIGKILL' }
  return { kind: 'exited', code: code ?? 0 }
}

function killGroup(group: number, signal: NodeJS.Signals): void {
  try {
    process.kill(-group, signal)
  } catch {
    // it has ended already
  }
}

const megabytes = (bytes: number): string => `${Math.ceil(bytes / 1_048_576)} MB`

const overDisk = (bytes: number, limit: number): string =>
  `It has written ${megabytes(bytes)}; it may write ${megabytes(limit)}.`

/** What lies in the folder beside what was put there for it. */
async function writtenBytes(folder: string, depth = 0): Promise<number> {
  const entries = await readdir(folder, { withFileTypes: true }).catch(() => [])
  let bytes = 0
  for (const entry of entries) {
    const file = path.join(folder, entry.name)
    if (depth === 0 && entry.name === 'inputs') continue
    if (entry.isDirectory()) bytes += await writtenBytes(file, depth + 1)
    else bytes += (await lstat(file).catch(() => undefined))?.size ?? 0
  }
  return bytes
}
