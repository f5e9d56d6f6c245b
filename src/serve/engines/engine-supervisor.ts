import type { Registry } from 'prom-client'
import type { EngineConfig } from '../../foundation/config/index.ts'
import { Failure } from '../../foundation/platform/index.ts'
import type { Logger } from '../../foundation/platform/index.ts'
import { findBinaries } from './engine-binaries.ts'
import { createEngineMetrics } from './engine-metrics.ts'
import type { EngineEndpoint, EngineState } from './engine-state.ts'
import { SupervisedEngine, usualLimits } from './supervised-engine.ts'
import type { SupervisionLimits } from './supervised-engine.ts'

export interface EngineSupervisorOptions {
  readonly logger: Logger
  readonly metrics: Registry
  /** The absolute path of the GGUF file that a configuration names; a `Failure` makes the engine `failed`. */
  readonly resolveModel: (reference: string) => string
  /** What is wrong with the model of an engine that answers: shown beside its state. */
  readonly doubtOf?: (engine: string) => string | undefined
  /** Where `installEngineBinaries` put GPU binaries; `.cache/engine-binaries` in the installation by default. */
  readonly binariesDirectory?: string
  /** Requests that may wait for a sequence of one engine; more are refused with `engine_busy`. */
  readonly queueLimit?: number
  readonly limits?: Partial<SupervisionLimits>
  /** Called whenever what `states` or `endpoint` say has changed. */
  readonly onChange?: () => void
}

export interface EngineSupervisor {
  /**
   * Makes what runs equal to `engines`: starts what is new or failed, stops what is gone, and restarts what has
   * changed, after its requests in flight have ended. Others are not touched. Resolves at once; see `states`.
   */
  apply(engines: Readonly<Record<string, EngineConfig>>): Promise<void>
  /** Where the engine listens now: ask before every call. Throws `engine_not_ready` with the reason. */
  endpoint(name: string): EngineEndpoint
  states(): EngineState[]
  /** Ends the requests in flight and starts the engine over. Throws `not_found`. Resolves when it has been ended. */
  restart(name: string): Promise<void>
  /** Ends all engines and resolves when their processes are gone. */
  stop(): Promise<void>
}

const usualQueueLimit = 64

/** Runs each engine as a child process, so that a crash in native code is the end of its requests and no more. */
export function createEngineSupervisor(options: EngineSupervisorOptions): EngineSupervisor {
  const { logger, resolveModel, queueLimit = usualQueueLimit, onChange = () => undefined } = options
  const engines = new Map<string, SupervisedEngine>()
  let wanted: Readonly<Record<string, EngineConfig>> = {}
  /** Changes of one engine follow one another, so that a process is gone before the next takes its memory. */
  const changes = new Map<string, Promise<void>>()
  const limits = { ...usualLimits, ...options.limits }
  const states = (): EngineState[] =>
    [...engines].map(([name, { state }]) => ({
      ...state,
      stateReason: state.stateReason ?? options.doubtOf?.(name),
    }))
  const metrics = createEngineMetrics(options.metrics, states)

  const create = (name: string, config: EngineConfig): SupervisedEngine =>
    new SupervisedEngine({
      name,
      config,
      resolveModel,
      binariesDirectory: () => findBinaries(options.binariesDirectory),
      queueLimit,
      limits,
      logger,
      onHealth: health => {
        metrics.observe(name, health)
        onChange()
      },
      onChange,
      onRestart: () => metrics.restarted(name),
    })

  const change = (name: string, work: () => Promise<void>): Promise<void> => {
    const next = (changes.get(name) ?? Promise.resolve()).then(work)
    const settled = next.catch((error: unknown) =>
      logger.error({ err: error, engine: name }, 'An engine could not be changed.'),
    )
    changes.set(name, settled)
    return next
  }

  const start = (name: string, config: EngineConfig): void => {
    const engine = create(name, config)
    engines.set(name, engine)
    engine.start()
  }

  const replace = (name: string, reason: string): Promise<void> =>
    change(name, async () => {
      const before = engines.get(name)
      if (before === undefined) return
      await before.drain(reason)
      await before.stop()
      // what is wanted may have changed again meanwhile
      const config = wanted[name]
      if (config !== undefined && engines.get(name) === before) start(name, config)
    })

  return {
    async apply(next) {
      wanted = next
      for (const [name, engine] of engines) {
        if (name in next) continue
        engines.delete(name)
        metrics.forget(name)
        void change(name, async () => {
          await engine.drain('It is no longer configured.')
          await engine.stop()
        })
      }
      for (const [name, config] of Object.entries(next)) {
        const engine = engines.get(name)
        if (engine === undefined) start(name, config)
        else if (JSON.stringify(engine.config) !== JSON.stringify(config)) {
          void replace(name, 'Its configuration has changed, and its requests in flight end first.')
        } else if (engine.state.state === 'failed') engine.start()
      }
    },
    endpoint(name) {
      const engine = engines.get(name)
      if (engine === undefined) {
        throw new Failure(
          'engine_not_ready',
          `There is no engine ${name}. Add it to the engines of the configuration.`,
        )
      }
      return engine.endpoint()
    },
    states,
    async restart(name) {
      if (!engines.has(name)) throw new Failure('not_found', `There is no engine ${name}.`)
      await replace(name, 'Someone asked for a restart, and its requests in flight end first.')
    },
    async stop() {
      wanted = {}
      const all = [...engines.values()]
      engines.clear()
      await Promise.all(all.map(engine => engine.stop()))
      await Promise.all(changes.values())
    },
  }
}
