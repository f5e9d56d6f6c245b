import { fork } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { channelToChild, createPeer, type Logger, type Peer } from '../../foundation/platform/index.ts'
import { type Processes, questions, topics, type WorkerSetup, workerVariable } from './processes.ts'
import { createAnswers } from './questions-asked.ts'
import { createMetricsSum } from './sum-metrics.ts'

export interface WorkerPool extends Processes {
  /** Starts the others; resolves when they serve, or have been waited for long enough. */
  start(setup: () => WorkerSetup): Promise<void>
  tellAll(topic: string, value: unknown): void
  /** Lets their requests in flight end, as long as `limitMs`; resolves when they are gone. */
  stop(limitMs: number): Promise<void>
}

const firstPauseMs = 100
const longestPauseMs = 10_000
/** After so long, a worker that ends is started again at once. */
const steadyMs = 10_000
const readyWaitMs = 20_000
/** What a worker needs after its last request, to write what is queued. */
const closingMs = 12_000
const main = fileURLToPath(new URL('../../main.ts', import.meta.url))

/** The primary: starts `count - 1` further processes on its port and starts each again when it dies. */
export function createWorkerPool(options: { readonly count: number; readonly logger: Logger }): WorkerPool {
  const { count, logger } = options
  const answers = createAnswers()
  const peers = new Map<string, Peer>()
  const kills = new Set<() => void>()
  const sum = createMetricsSum()
  let isStopping = false
  let setup: (() => WorkerSetup) | undefined

  async function ask(worker: string, question: string, value: unknown): Promise<unknown> {
    return worker === '0'
      ? await answers.answer(question, value)
      : await peers.get(worker)?.ask(question, value, 2_000)
  }

  /** By worker; who does not answer is left out. */
  async function askAll(question: string, value: unknown): Promise<Map<string, unknown>> {
    const asked = ['0', ...peers.keys()].map(async worker => {
      const answer = await ask(worker, question, value).catch((error: unknown) => {
        logger.warn({ err: error, worker, asked: question }, 'A worker did not answer.')
        return undefined
      })
      return [worker, answer] as const
    })
    return new Map((await Promise.all(asked)).filter(([, answer]) => answer !== undefined))
  }

  const gather = async (question: string, value?: unknown): Promise<unknown[]> => [
    ...(await askAll(question, value)).values(),
  ]
  answers.handle(questions.gather, asked => {
    const { question, value } = asked as { question: string; value: unknown }
    return gather(question, value)
  })
  answers.handle(questions.setup, () => setup?.())
  answers.handle(questions.summedMetrics, async () => sum.text(await askAll(questions.metrics, null)))
  answers.handle(questions.countedMetrics, async () => sum.counted(await askAll(questions.metrics, null)))

  /** One life of a worker after the other, until `stop`. */
  async function keep(worker: string, onReady: () => void): Promise<void> {
    let pauseMs = 0
    while (!isStopping) {
      const startedAt = performance.now()
      const reason = await live(worker, onReady)
      sum.forget(worker)
      if (isStopping) return
      const wasSteady = performance.now() - startedAt > steadyMs
      pauseMs = wasSteady ? firstPauseMs : Math.min(Math.max(firstPauseMs, pauseMs * 2), longestPauseMs)
      logger.error({ worker, reason, pause_ms: pauseMs }, 'A worker ended and is started again.')
      await new Promise(resolve => setTimeout(resolve, pauseMs))
    }
  }

  async function live(worker: string, onReady: () => void): Promise<string> {
    const child = fork(main, ['serve'], {
      execPath: process.execPath,
      stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
      env: { ...process.env, [workerVariable]: worker },
    })
    const peer = createPeer(channelToChild(child), (question, value) => answers.answer(question, value))
    const kill = (): void => void child.kill('SIGKILL')
    peer.onTold(topics.ready, () => {
      logger.info({ worker, pid: child.pid }, 'A worker is ready.')
      onReady()
    })
    peers.set(worker, peer)
    kills.add(kill)
    if (isStopping) peer.tell(topics.stop)
    await peer.gone
    peers.delete(worker)
    kills.delete(kill)
    return child.signalCode ?? `status ${child.exitCode}`
  }

  let lives: Promise<void>[] = []
  return {
    worker: '0',
    handle: answers.handle,
    gather,
    askPrimary: answers.answer,
    tellAll: (topic, value) => {
      for (const peer of peers.values()) peer.tell(topic, value)
    },
    start: async given => {
      setup = given
      const ready = Array.from({ length: count - 1 }, (_, index) => {
        const { promise, resolve } = Promise.withResolvers<void>()
        lives.push(keep(String(index + 1), resolve))
        return promise
      })
      await within(readyWaitMs, Promise.all(ready))
    },
    stop: async limitMs => {
      isStopping = true
      for (const peer of peers.values()) peer.tell(topics.stop)
      await within(limitMs + closingMs, Promise.all([...peers.values()].map(peer => peer.gone)))
      for (const kill of kills) kill()
      lives = []
    },
  }
}

async function within(limitMs: number, work: Promise<unknown>): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>()
  const timer = setTimeout(resolve, limitMs)
  await Promise.race([work, promise]).finally(() => clearTimeout(timer))
}
