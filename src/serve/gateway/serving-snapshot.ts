import {
  type ConfigSnapshot,
  failureCauses,
  type ReleaseConfig,
  releaseTargets,
  type ServiceConfig,
} from '../../foundation/config/index.ts'
import type { RoutePlan } from '../routing/index.ts'
import type { Targets } from './targets.ts'

/** A service with the release that answers for it, ready to be called. */
export interface ServingService {
  readonly name: string
  readonly config: ServiceConfig
  readonly releaseName: string
  /** Changes with everything of the release that decides an answer. */
  readonly releaseKey: string
  readonly release: ReleaseConfig
  readonly plan: RoutePlan
}

/** All that the request path needs, in memory, replaced as a whole when the configuration changes. */
export interface ServingSnapshot {
  readonly hash: string
  readonly createdAtSeconds: number
  readonly services: ReadonlyMap<string, ServingService>
}

/** Prepares a configuration snapshot for the request path. */
export function compileServices(snapshot: ConfigSnapshot, targets: Targets): ServingSnapshot {
  const services = new Map<string, ServingService>()
  for (const [name, config] of Object.entries(snapshot.config.services)) {
    const releaseName = activeRelease(config)
    const release = config.releases[releaseName]
    if (!release) throw new Error(`service ${name} has no release ${releaseName}`) // the configuration was checked
    const { prefixes, retries, hedge } = targets.memory(name, config)
    const plan: RoutePlan = {
      targets: releaseTargets(release).map(target => targets.target(target, snapshot)),
      fallbacks: (release.fallbacks ?? []).map(({ on, target }) => ({
        on: on ?? failureCauses,
        target: targets.target(target, snapshot),
      })),
      routing: config.routing,
      prefixes,
      retries: {
        attempts: config.retries.attempts,
        maxWaitMs: config.retries.maxWaitMs,
        budget: retries,
      },
      hedge,
    }
    const releaseKey = JSON.stringify([releaseName, release])
    services.set(name, { name, config, releaseName, releaseKey, release, plan })
  }
  return { hash: snapshot.hash, createdAtSeconds: Math.floor(snapshot.loadedAt.getTime() / 1_000), services }
}

export function activeRelease(service: ServiceConfig): string {
  return service.release ?? Object.keys(service.releases)[0] ?? ''
}
