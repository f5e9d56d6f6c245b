import { Gauge } from 'prom-client'
import { type ConfigSnapshot, releaseTargets } from '../foundation/config/index.ts'
import { Failure, type Logger, type MetricsRegistry } from '../foundation/platform/index.ts'
import {
  isRegistryReference,
  type ServedModel,
  type ServedModels,
  type Unproven,
} from '../improve/registry/index.ts'
import type { EngineSupervisor } from '../serve/engines/index.ts'

type Engines = ConfigSnapshot['config']['engines']

/** Engines that need nothing of the registry, which is there later than they are. */
export function withoutRegistry(engines: Engines): Engines {
  return Object.fromEntries(Object.entries(engines).filter(([, { model }]) => !isRegistryReference(model)))
}

/** An engine that follows an alias. */
export interface Following {
  readonly server: string
  readonly engine: string
  /** Of the model, that it has been given; `undefined` where none. */
  readonly version: number | undefined
  /** `ready` where it answers with it; on another server that is as far as is known. */
  readonly state: string
  readonly why: string | undefined
}

export interface EngineModels {
  /** Makes what runs equal to the configuration, each engine with the version that its reference means now. */
  apply(): Promise<void>
  /** The file behind the model that an engine was given. Throws a `Failure` that says why there is none, or why it is not started again. */
  fileOf(model: string): string
  /** The model as an engine has it: `registry:support@production#3`. */
  modelOf(engine: string): string | undefined
  /** Why the version that an engine serves is not one that its alias may have any more. */
  doubtOf(engine: string): string | undefined
  /** Who serves what the alias says: the engines of this server, and those that other servers have said. */
  following(tenant: string, model: string, alias: string): Promise<readonly Following[]>
  start(): Promise<void>
  stop(): Promise<void>
}

/** How often aliases are looked at, in case an announcement was missed. */
const lookMs = 30_000

/**
 * Gives engines the versions that they name. An alias that moves changes the model that its engine is given, and the supervisor
 * then restarts that engine as for any other change; a version that cannot be had leaves the engine what it has.
 */
export function createEngineModels(parts: {
  readonly models: ServedModels
  readonly engines: Pick<EngineSupervisor, 'apply' | 'states'>
  readonly snapshot: () => ConfigSnapshot
  readonly logger: Logger
  readonly registry: MetricsRegistry
}): EngineModels {
  const { models, engines, snapshot, logger } = parts
  const unproven = new Gauge({
    name: 'slipway_model_servings_unproven',
    help: '1 while an engine serves a version of which does not hold any more what its alias wants verified.',
    labelNames: ['engine'],
    registers: [parts.registry],
  })
  /** By engine; of the version that it serves. */
  const doubts = new Map<string, string>()
  const served = new Map<string, ServedModel>()
  const problems = new Map<string, Failure>()
  let running: Promise<void> = Promise.resolve()
  let isStopped = false
  let timer: Timer | undefined
  let unfollow: (() => Promise<void>) | undefined

  async function applyNow(): Promise<void> {
    if (isStopped) return
    const { config } = snapshot()
    for (const name of served.keys())
      if (served.get(name)?.reference !== config.engines[name]?.model) served.delete(name)
    // others do not wait for gigabytes
    await engines.apply(pinned(config.engines))
    for (const [name, { model }] of Object.entries(config.engines)) {
      if (!isRegistryReference(model)) continue
      try {
        served.set(name, await models.bring(model))
        problems.delete(model)
        trust(name)
      } catch (error) {
        if (!(error instanceof Failure)) throw error
        doubt(name, error)
        if (problems.get(model)?.message !== error.message)
          logger.warn({ err: error, engine: name, model }, 'A model of the registry cannot be served.')
        problems.set(model, error)
      }
    }
    for (const name of doubts.keys()) if (!served.has(name)) trust(name)
    if (served.size > 0 || problems.size > 0) await engines.apply(pinned(config.engines))
    await models.note(
      [...served].map(([engine, model]) => ({ engine, model, releases: releasesOf(config, engine) })),
    )
  }

  /** What was refused may be what is served: it goes on until it has to start again, or ends where the alias says so. */
  function doubt(name: string, { message, details }: Failure): void {
    const { unproven: number, whenUnproven } = details as Partial<Unproven>
    if (number === undefined || served.get(name)?.version.number !== number) return
    if (whenUnproven === 'unload') served.delete(name)
    else {
      doubts.set(name, `It goes on with it until it has to start again. ${message}`)
      unproven.set({ engine: name }, 1)
    }
  }

  function trust(name: string): void {
    doubts.delete(name)
    unproven.remove({ engine: name })
  }

  function pinned(wanted: Engines): Engines {
    return Object.fromEntries(
      Object.entries(wanted).map(([name, engine]) => [
        name,
        { ...engine, model: served.get(name)?.pinned ?? engine.model },
      ]),
    )
  }

  const apply = async (): Promise<void> => {
    const next = running.then(applyNow)
    running = next.catch(() => undefined)
    await next
  }
  const look = (): void => {
    apply().catch((error: unknown) =>
      logger.error({ err: error }, 'Models of the registry were not looked at.'),
    )
  }
  const usesRegistry = (): boolean =>
    Object.values(snapshot().config.engines).some(({ model }) => isRegistryReference(model))

  return {
    apply,
    fileOf(model) {
      const found = [...served].find(([name, { pinned: given }]) => given === model && !doubts.has(name))
      if (found) return found[1].file
      const reference = [...served.values()].find(one => one.pinned === model)?.reference ?? model
      throw (
        problems.get(reference) ??
        new Failure('engine_not_ready', 'Its model is being fetched from the registry.')
      )
    },
    modelOf: engine => served.get(engine)?.pinned,
    doubtOf: engine => doubts.get(engine),
    async following(tenant, model, alias) {
      const here = Object.entries(snapshot().config.engines).flatMap(([engine, declared]) => {
        if (!models.follows(declared.model, { tenant, model, alias })) return []
        const given = served.get(engine)
        const state = engines.states().find(one => one.name === engine)
        const isStarted = state !== undefined && state.model === given?.pinned
        return [
          {
            server: models.server,
            engine,
            version: given?.version.number,
            state: isStarted ? state.state : 'starting',
            why: problems.get(declared.model)?.message ?? (isStarted ? state.stateReason : undefined),
          },
        ]
      })
      const elsewhere = (await models.servings(tenant, model)).filter(
        one => one.server !== models.server && models.follows(one.reference, { tenant, model, alias }),
      )
      return [
        ...here,
        ...elsewhere.map(({ server, engine, number }) => ({
          server,
          engine,
          version: number,
          state: 'ready',
          why: undefined,
        })),
      ]
    },
    async start() {
      unfollow = await models.follow(() => {
        if (usesRegistry()) look()
      })
      timer = setInterval(() => {
        if (usesRegistry()) look()
      }, lookMs)
      if (usesRegistry()) look()
    },
    async stop() {
      isStopped = true
      clearInterval(timer)
      await unfollow?.()
      await running
    },
  }
}

/** SERVICE@RELEASE of what an engine answers for. */
function releasesOf(config: ConfigSnapshot['config'], engine: string): string[] {
  return Object.entries(config.services)
    .flatMap(([service, { releases }]) =>
      Object.entries(releases).flatMap(([release, declared]) => {
        const fallbacks = (declared.fallbacks ?? []).map(({ target }) => target)
        const isCalled = [...releaseTargets(declared), ...fallbacks].some(
          target => 'engine' in target && target.engine === engine,
        )
        return isCalled ? [`${service}@${release}`] : []
      }),
    )
    .toSorted()
}
