import { setTimeout as sleep } from 'node:timers/promises'
import type { EngineConfig } from '../../foundation/config/index.ts'
import { Failure } from '../../foundation/platform/index.ts'
import type { Logger } from '../../foundation/platform/index.ts'
import type { EngineCondition, EngineEndpoint, EngineState } from './engine-state.ts'
import type { ChildHealth } from './llama/settings.ts'
import { restartDelayMs } from './restart-delay.ts'
import { spawnEngine } from './spawn-engine.ts'
import type { EngineExit, EngineProcess } from './spawn-engine.ts'

export interface SupervisionLimits {
  /** How often a ready engine is asked for its health. */
  readonly healthIntervalMs: number
  /** How long it may take to answer. */
  readonly healthTimeoutMs: number
  /** After so many answers that did not come, one after the other, it is taken for hung and killed. */
  readonly healthFailures: number
  /** How long requests may wait without one token for all of them, before it is taken for hung too. */
  readonly stallTimeoutMs: number
  /** How long a model may take to load. */
  readonly startTimeoutMs: number
  /** How long requests in flight may take before a restart that someone asked for goes on without them. */
  readonly drainTimeoutMs: number
  /** After being ready for so long, a crash counts as the first again. */
  readonly stableAfterMs: number
  /** Starts that may end before the engine was ready, one after the other, until it counts as failed. */
  readonly failedStarts: number
}

export const usualLimits: SupervisionLimits = {
  healthIntervalMs: 2000,
  healthTimeoutMs: 10_000,
  healthFailures: 3,
  stallTimeoutMs: 900_000,
  startTimeoutMs: 600_000,
  drainTimeoutMs: 30_000,
  stableAfterMs: 60_000,
  failedStarts: 4,
}

export interface SupervisedEngineOptions {
  readonly name: string
  readonly config: EngineConfig
  readonly resolveModel: (reference: string) => string
  readonly binariesDirectory: () => string | undefined
  readonly queueLimit: number
  readonly limits: SupervisionLimits
  readonly logger: Logger
  /** Its state or its endpoint is another. */
  readonly onChange: () => void
  readonly onHealth: (health: ChildHealth) => void
  readonly onRestart: () => void
}

/** Keeps one engine running: starts it, watches it, and starts it again when it ends without being told to. */
export class SupervisedEngine {
  readonly #options: SupervisedEngineOptions
  #condition: EngineCondition = 'starting'
  #reason: string | undefined
  #process: EngineProcess | undefined
  #endpoint: EngineEndpoint | undefined
  #contextSize: number | undefined
  #activeSequences = 0
  #restarts = 0
  /** Crashes one after the other, for the delay; and starts that did not come to be ready. */
  #crashes = 0
  #failedStarts = 0
  /** Aborts what runs now: another run or a stop has taken its place. */
  #run = new AbortController()

  constructor(options: SupervisedEngineOptions) {
    this.#options = options
  }

  get config(): EngineConfig {
    return this.#options.config
  }

  get state(): EngineState {
    const { name, config } = this.#options
    return {
      name,
      kind: config.kind,
      model: config.model,
      state: this.#condition,
      stateReason: this.#reason,
      pid: this.#process?.pid,
      restarts: this.#restarts,
      contextSize: this.#contextSize,
      parallel: config.parallel,
      activeSequences: this.#activeSequences,
    }
  }

  /** Throws `engine_not_ready` with the reason while it does not listen. */
  endpoint(): EngineEndpoint {
    if (this.#endpoint !== undefined) return this.#endpoint
    const { name } = this.#options
    const reason = this.#reason ?? (this.#condition === 'starting' ? 'It is loading its model.' : undefined)
    throw new Failure(
      'engine_not_ready',
      `The engine ${name} is ${this.#condition}.${reason === undefined ? '' : ` ${reason}`}`,
      {
        details: { retryAfterSeconds: this.#condition === 'failed' ? 60 : 1 },
      },
    )
  }

  /** Starts it, or starts it over with a clean slate. */
  start(): void {
    this.#crashes = 0
    this.#failedStarts = 0
    this.#launch('starting', undefined)
  }

  /** Lets requests in flight end, while new ones are turned away with `engine_not_ready`. */
  async drain(reason: string): Promise<void> {
    if (this.#endpoint === undefined) return
    this.#endpoint = undefined
    this.#set('restarting', reason)
    const { healthTimeoutMs, drainTimeoutMs } = this.#options.limits
    const endsAt = Date.now() + drainTimeoutMs
    while (Date.now() < endsAt) {
      const health = await this.#process?.health(healthTimeoutMs).catch(() => undefined)
      if (health === undefined || health.activeSequences + health.queueLength === 0) return
      await sleep(50)
    }
  }

  /** Ends the process and resolves when it is gone. */
  async stop(): Promise<void> {
    this.#run.abort()
    this.#endpoint = undefined
    this.#set('stopped', undefined)
    const running = this.#process
    this.#process = undefined
    running?.kill()
    await running?.exited
  }

  #launch(condition: EngineCondition, reason: string | undefined): void {
    this.#run.abort()
    this.#run = new AbortController()
    const { signal } = this.#run
    this.#set(condition, reason)
    this.#live(signal).catch((error: unknown) => {
      if (!signal.aborted) this.#fail(error instanceof Error ? error.message : String(error))
    })
  }

  /** One life of the process, from its start to what follows its end. */
  async #live(signal: AbortSignal): Promise<void> {
    const { name, config, limits, logger } = this.#options
    const startedAt = performance.now()
    const running = spawnEngine({
      settings: {
        name,
        modelPath: this.#options.resolveModel(config.model),
        parallel: config.parallel,
        gpu: config.gpu,
        embeddings: config.embeddings,
        queueLimit: this.#options.queueLimit,
        contextSize: config.contextSize,
        kvCache: config.kvCache,
        threads: config.threads,
        binariesDirectory: this.#options.binariesDirectory(),
      },
      onLog: ({ level, message }) => logger[level]({ engine: name }, message),
    })
    this.#process = running
    const started = await Promise.race([
      running.ready,
      running.exited.then(() => 'ended' as const),
      sleep(limits.startTimeoutMs, 'late' as const, { ref: false, signal }).catch(() => 'aborted' as const),
    ])
    if (signal.aborted) return running.kill()
    if (started === 'late') running.kill()
    if (typeof started === 'string') {
      const exit = await running.exited
      const late = {
        reason: `It was not ready after ${limits.startTimeoutMs / 1000} seconds.`,
        isRetryable: true,
      }
      return this.#afterFailedStart(started === 'late' ? late : exit, signal)
    }
    this.#endpoint = started.endpoint
    this.#contextSize = started.contextSize
    this.#failedStarts = 0
    this.#set('ready', undefined)
    const tookMs = Math.round(performance.now() - startedAt)
    const { contextSize, threads, gpu } = started
    logger.info({ engine: name, pid: running.pid, tookMs, contextSize, threads, gpu }, 'An engine is ready.')

    const readyAt = performance.now()
    const isHung = await this.#watch(running, signal)
    if (signal.aborted) return
    const exit = await running.exited
    if (signal.aborted) return
    if (performance.now() - readyAt > limits.stableAfterMs) this.#crashes = 0
    this.#restartLater(isHung ? 'It did not answer any more and was killed.' : exit.reason, signal)
  }

  /** Asks for the health until the process ends; kills it when it does not answer. */
  async #watch(running: EngineProcess, signal: AbortSignal): Promise<boolean> {
    const { limits, onHealth } = this.#options
    const ended = running.exited.then(() => 'ended' as const)
    let missed = 0
    for (;;) {
      const look = async (): Promise<'seen' | 'missed' | 'stalled'> => {
        try {
          const health = await running.health(limits.healthTimeoutMs)
          if (!signal.aborted) {
            this.#activeSequences = health.activeSequences
            onHealth(health)
          }
          return health.stalledMs > limits.stallTimeoutMs ? 'stalled' : 'seen'
        } catch {
          return 'missed'
        }
      }
      const seen = await Promise.race([ended, look()])
      if (seen === 'ended' || signal.aborted) return false
      missed = seen === 'missed' ? missed + 1 : 0
      if (missed >= limits.healthFailures || seen === 'stalled') {
        running.kill()
        return true
      }
      if ((await Promise.race([ended, pause(limits.healthIntervalMs)])) === 'ended') return false
    }
  }

  #afterFailedStart(exit: EngineExit, signal: AbortSignal): void {
    this.#failedStarts++
    if (!exit.isRetryable) return this.#fail(exit.reason)
    if (this.#failedStarts < this.#options.limits.failedStarts) return this.#restartLater(exit.reason, signal)
    this.#fail(
      `It ended ${this.#failedStarts} times before it was ready. ${exit.reason} Check the model file and the memory, then restart it.`,
    )
  }

  #restartLater(reason: string, signal: AbortSignal): void {
    const { name, logger, onRestart } = this.#options
    const delayMs = restartDelayMs(this.#crashes++)
    this.#forget()
    this.#restarts++
    this.#set('restarting', reason)
    logger.error(
      { engine: name, reason, delayMs, restarts: this.#restarts },
      'An engine ended and is started again.',
    )
    onRestart()
    setTimeout(() => {
      if (!signal.aborted) this.#launch('restarting', reason)
    }, delayMs).unref()
  }

  #fail(reason: string): void {
    const { name, logger } = this.#options
    this.#forget()
    this.#set('failed', reason)
    logger.error({ engine: name, reason }, 'An engine cannot be started.')
  }

  #forget(): void {
    this.#endpoint = undefined
    this.#process = undefined
    this.#activeSequences = 0
  }

  #set(condition: EngineCondition, reason: string | undefined): void {
    this.#condition = condition
    this.#reason = reason
    this.#options.onChange()
  }
}

function pause(milliseconds: number): Promise<'waited'> {
  return sleep(milliseconds, 'waited' as const, { ref: false })
}
