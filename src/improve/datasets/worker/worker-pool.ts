import { type ChildProcess, fork } from 'node:child_process'
import { mkdir, rm } from 'node:fs/promises'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import {
  channelToChild,
  createId,
  createPeer,
  Failure,
  type Logger,
  type Peer,
} from '../../../foundation/platform/index.ts'
import type { RunDataTask, RunTaskOptions } from '../datasets.ts'
import { type WorkerLimits, workerQuestions, type WorkerTask, workerTopics } from './worker-protocol.ts'

export interface DataWorkerSettings extends WorkerLimits {
  /** Processes at most; with two or more, one is kept free of heavy work. */
  readonly workers: number
}

export interface DataWorkerPool {
  readonly run: RunDataTask
  /** How many tasks run and wait, by weight, and how many processes there are. */
  stats(): {
    readonly processes: number
    readonly running: number
    readonly waiting: number
    readonly pids: readonly number[]
  }
  /** Ends all; what ran fails with `shutting_down`. */
  stop(): Promise<void>
}

const workerFile = fileURLToPath(new URL('./data-worker.ts', import.meta.url))
const idleMs = 30_000
const startLimitMs = 60_000
/** After being told to stop, before it is killed. */
const cancelGraceMs = 5_000
/** The longest a timer can wait; a task is ended by its signal, not by a limit here. */
const endlessMs = 2 ** 31 - 1

interface Worker {
  readonly child: ChildProcess
  readonly peer: Peer
  readonly ready: Promise<void>
  isBusy: boolean
  idleTimer: NodeJS.Timeout | undefined
}

interface Waiting {
  readonly weight: 'light' | 'heavy'
  begin(worker: Worker): void
  refuse(error: unknown): void
}

/** Starts data workers as tasks come, and ends them when they have been idle for a while. */
export function createDataWorkerPool(options: {
  readonly settings: () => DataWorkerSettings
  /** Where tasks put what is gone when they end. */
  readonly folder: string
  readonly logger: Logger
  readonly onTask?: (
    name: string,
    outcome: 'done' | 'failed' | 'crashed' | 'cancelled',
    seconds: number,
  ) => void
}): DataWorkerPool {
  const { settings, logger } = options
  const workers = new Set<Worker>()
  const waiting: Waiting[] = []
  let heavy = 0
  let isStopping = false

  function spawn(): Worker {
    const child = fork(workerFile, [], {
      execPath: process.execPath,
      stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    })
    const peer = createPeer(channelToChild(child), question => {
      throw new Error(`Data workers ask nothing, but one asked ${question}.`)
    })
    const { promise: ready, resolve, reject } = Promise.withResolvers<void>()
    const timer = setTimeout(() => child.kill('SIGKILL'), startLimitMs)
    peer.onTold(workerTopics.ready, () => resolve())
    void peer.gone.then(() => reject(crashed(child)))
    ready.catch(() => undefined).finally(() => clearTimeout(timer))
    const worker: Worker = { child, peer, ready, isBusy: false, idleTimer: undefined }
    workers.add(worker)
    void peer.gone.then(() => {
      workers.delete(worker)
      clearTimeout(worker.idleTimer)
      next()
    })
    return worker
  }

  function next(): void {
    const { workers: most } = settings()
    const mostHeavy = Math.max(1, most - 1)
    for (let index = 0; index < waiting.length;) {
      const task = waiting[index]
      if (!task) return
      if (task.weight === 'heavy' && heavy >= mostHeavy) {
        index += 1
        continue
      }
      const worker = [...workers].find(({ isBusy }) => !isBusy) ?? (workers.size < most ? spawn() : undefined)
      if (!worker) return
      waiting.splice(index, 1)
      worker.isBusy = true
      clearTimeout(worker.idleTimer)
      if (task.weight === 'heavy') heavy += 1
      task.begin(worker)
    }
  }

  function release(worker: Worker, weight: 'light' | 'heavy'): void {
    worker.isBusy = false
    if (weight === 'heavy') heavy -= 1
    worker.idleTimer = setTimeout(() => worker.child.kill(), idleMs)
    worker.idleTimer.unref()
    next()
  }

  async function takeWorker(weight: 'light' | 'heavy', signal: AbortSignal | undefined): Promise<Worker> {
    if (isStopping) throw new Failure('shutting_down', 'The server stops. Try again when it is back.')
    signal?.throwIfAborted()
    const { promise, resolve, reject } = Promise.withResolvers<Worker>()
    const entry: Waiting = { weight, begin: resolve, refuse: reject }
    waiting.push(entry)
    const leave = (): void => {
      const index = waiting.indexOf(entry)
      if (index === -1) return
      waiting.splice(index, 1)
      reject(signal?.reason)
    }
    signal?.addEventListener('abort', leave, { once: true })
    next()
    try {
      return await promise
    } finally {
      signal?.removeEventListener('abort', leave)
    }
  }

  async function run(name: string, parameters: unknown, runOptions: RunTaskOptions = {}): Promise<unknown> {
    const { signal, weight = 'heavy', progress } = runOptions
    const worker = await takeWorker(weight, signal)
    const scratch = path.join(options.folder, `task-${createId()}`)
    const startedAt = performance.now()
    let outcome: 'done' | 'failed' | 'crashed' | 'cancelled' = 'failed'
    let killTimer: NodeJS.Timeout | undefined
    const cancel = (): void => {
      worker.peer.tell(workerTopics.cancel)
      killTimer = setTimeout(() => worker.child.kill('SIGKILL'), cancelGraceMs)
    }
    try {
      await worker.ready
      await mkdir(scratch, { recursive: true, mode: 0o700 })
      worker.peer.onTold(workerTopics.progress, value => {
        const { share, step } = value as { share: number; step: string }
        progress?.(share, step)
      })
      if (signal?.aborted) throw signal.reason
      signal?.addEventListener('abort', cancel, { once: true })
      const { workers: _, ...limits } = settings()
      const task: WorkerTask = { name, parameters, scratch, limits }
      const result = await worker.peer.ask(workerQuestions.run, task, endlessMs)
      outcome = 'done'
      return result
    } catch (error) {
      if (signal?.aborted) {
        outcome = 'cancelled'
        throw signal.reason
      }
      // the peer says `not_ready` of one that is gone
      const isGone = worker.child.exitCode !== null || worker.child.signalCode !== null
      if (!isGone) throw error
      outcome = 'crashed'
      if (isStopping) throw new Failure('shutting_down', 'The server stops. Try again when it is back.')
      logger.error(
        { task: name, ended: endOf(worker.child) },
        'A data worker ended in the middle of its task.',
      )
      throw crashed(worker.child)
    } finally {
      clearTimeout(killTimer)
      signal?.removeEventListener('abort', cancel)
      worker.peer.onTold(workerTopics.progress, () => undefined)
      options.onTask?.(name, outcome, (performance.now() - startedAt) / 1000)
      await rm(scratch, { recursive: true, force: true }).catch(() => undefined)
      release(worker, weight)
    }
  }

  return {
    run: run as RunDataTask,
    stats: () => ({
      processes: workers.size,
      running: [...workers].filter(({ isBusy }) => isBusy).length,
      waiting: waiting.length,
      pids: [...workers].flatMap(({ child }) => child.pid ?? []),
    }),
    async stop() {
      isStopping = true
      for (const entry of waiting.splice(0))
        entry.refuse(new Failure('shutting_down', 'The server stops. Try again when it is back.'))
      const gone = [...workers].map(({ peer }) => peer.gone)
      for (const { child } of workers) child.kill('SIGKILL')
      await Promise.all(gone)
    },
  }
}

function endOf(child: ChildProcess): string {
  return child.signalCode ?? `status ${child.exitCode}`
}

function crashed(child: ChildProcess): Failure {
  return new Failure(
    'data_worker_crashed',
    `The process that worked on the data ended (${endOf(child)}), most likely for want of memory; nothing was published. Try again; should it happen again, lower \`datasets.memoryMegabytes\` or give the machine more memory.`,
  )
}
