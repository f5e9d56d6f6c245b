import type {
  ConfigSnapshot,
  ReleaseConfig,
  ServiceConfig,
  TargetConfig,
  Usage,
} from '../../foundation/config/index.ts'
import type { Upstream } from '../providers/index.ts'

/** A service with the release that answers for it, ready to be called. */
export interface ServingService {
  readonly name: string
  readonly config: ServiceConfig
  readonly releaseName: string
  readonly release: ReleaseConfig
  /** `engine:support` or `provider:openai`. */
  readonly targetName: string
  readonly upstreamModel: string
  readonly upstream: Upstream
  /** Nano-dollars of an inference that started then; `undefined` where no price is declared. */
  readonly cost: (usage: Usage, startedAtMs: number) => number | undefined
}

/** All that the request path needs, in memory, replaced as a whole when the configuration changes. */
export interface ServingSnapshot {
  readonly hash: string
  readonly createdAtSeconds: number
  readonly services: ReadonlyMap<string, ServingService>
}

export interface TargetResolver {
  upstream(target: TargetConfig): Upstream
  cost(target: TargetConfig, usage: Usage, startedAtMs: number): number | undefined
}

/** Prepares a configuration snapshot for the request path. */
export function compileServices(snapshot: ConfigSnapshot, targets: TargetResolver): ServingSnapshot {
  const services = new Map<string, ServingService>()
  for (const [name, config] of Object.entries(snapshot.config.services)) {
    const releaseName = activeRelease(config)
    const release = config.releases[releaseName]
    if (!release) throw new Error(`service ${name} has no release ${releaseName}`) // the configuration was checked
    const { target } = release
    services.set(name, {
      name,
      config,
      releaseName,
      release,
      targetName: targetName(target),
      upstreamModel: 'engine' in target ? target.engine : target.model,
      upstream: targets.upstream(target),
      cost: (usage, startedAtMs) => targets.cost(target, usage, startedAtMs),
    })
  }
  return { hash: snapshot.hash, createdAtSeconds: Math.floor(snapshot.loadedAt.getTime() / 1_000), services }
}

export function activeRelease(service: ServiceConfig): string {
  return service.release ?? Object.keys(service.releases)[0] ?? ''
}

export function targetName(target: TargetConfig): string {
  return 'engine' in target ? `engine:${target.engine}` : `provider:${target.provider}`
}
