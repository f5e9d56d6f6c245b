import {
  type ConfigSnapshot,
  failureCauses,
  type ReleaseConfig,
  releaseTargets,
  type ServiceConfig,
} from '../../foundation/config/index.ts'
import type { RoutePlan } from '../routing/index.ts'
import { createPolicyBook, type Policy, type PolicyBook } from '../guardrails/index.ts'
import type { ServiceMemory, Targets } from './targets.ts'

/** A release, ready to be called. */
export interface ServingRelease {
  readonly releaseName: string
  /** Changes with everything of the release that decides an answer. */
  readonly releaseKey: string
  readonly release: ReleaseConfig
  readonly plan: RoutePlan
}

/** A service with the release that answers for it. */
export interface ServingService extends ServingRelease {
  readonly name: string
  readonly config: ServiceConfig
  /** All of its releases: those that policies fall back to, evaluations ask and rollouts try are among them. */
  readonly releases: ReadonlyMap<string, ServingRelease>
  /** The policy that holds for a tenant's requests. */
  policyOf(tenant: string): Policy | undefined
}

/** All that the request path needs, in memory, replaced as a whole when the configuration changes. */
export interface ServingSnapshot {
  readonly hash: string
  readonly createdAtSeconds: number
  readonly services: ReadonlyMap<string, ServingService>
}

/** Prepares a configuration snapshot for the request path. */
export function compileServices(
  snapshot: ConfigSnapshot,
  targets: Targets,
  policies: PolicyBook = createPolicyBook({}),
): ServingSnapshot {
  const services = new Map<string, ServingService>()
  const compiled = new Map(
    Object.entries(snapshot.config.policies).map(([name, policy]) => [name, policies.compile(name, policy)]),
  )
  for (const [name, config] of Object.entries(snapshot.config.services)) {
    const { prefixes, retries, hedge } = targets.memory(name, config)
    const memory = { prefixes, retries, hedge }
    const releases = new Map(
      Object.keys(config.releases).map(release => [
        release,
        compileRelease(release, config, memory, snapshot, targets),
      ]),
    )
    const release = releases.get(activeRelease(config))
    if (!release) throw new Error(`there is no release of ${name}`) // the configuration was checked
    const { policy, tenantPolicies } = config
    const usual = policy === undefined ? undefined : compiled.get(policy)
    const ofTenant = new Map(
      Object.entries(tenantPolicies ?? {}).map(([tenant, other]) => [tenant, compiled.get(other)]),
    )
    const policyOf = (tenant: string): Policy | undefined => ofTenant.get(tenant) ?? usual
    services.set(name, { name, config, ...release, releases, policyOf })
  }
  return { hash: snapshot.hash, createdAtSeconds: Math.floor(snapshot.loadedAt.getTime() / 1_000), services }
}

function compileRelease(
  releaseName: string,
  config: ServiceConfig,
  { prefixes, retries, hedge }: ServiceMemory,
  snapshot: ConfigSnapshot,
  targets: Targets,
): ServingRelease {
  const release = config.releases[releaseName]
  if (!release) throw new Error(`there is no release ${releaseName}`) // the configuration was checked
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
  return { releaseName, releaseKey: JSON.stringify([releaseName, release]), release, plan }
}

export function activeRelease(service: ServiceConfig): string {
  return service.release ?? Object.keys(service.releases)[0] ?? ''
}

/** The service with a release of it that its caller names; `undefined` where it has none of that name. */
export function withRelease(service: ServingService, name: string | undefined): ServingService | undefined {
  if (name === undefined || name === service.releaseName) return service
  const release = service.releases.get(name)
  return release && { ...service, ...release }
}
