import type { Registry } from 'prom-client'
import type { ConfigSnapshot, ServiceConfig, TargetConfig } from '../../foundation/config/index.ts'
import {
  costNanoUsd,
  defaultBreaker,
  type Priced,
  pricesOf,
  providerSecrets,
} from '../../foundation/config/index.ts'
import { createEngineUpstream, createProviderUpstream } from '../providers/index.ts'
import type { EngineEndpoint, Upstream } from '../providers/index.ts'
import {
  PrefixTable,
  RetryBudget,
  type RoutePlan,
  type Target,
  type TargetHealth,
  TargetState,
} from '../routing/index.ts'

export interface TargetsOptions {
  /** Where an engine listens now; throws `engine_not_ready`. */
  readonly engineEndpoint: (name: string) => EngineEndpoint
  readonly metrics: Registry
}

/** What a service keeps from one configuration to the next. */
export type ServiceMemory = Pick<RoutePlan, 'prefixes' | 'hedge'> & { readonly retries: RetryBudget }

export interface Targets {
  /** A target of this configuration. */
  target(config: TargetConfig, snapshot: ConfigSnapshot): Target
  memory(service: string, config: ServiceConfig): ServiceMemory
  /** How every target is doing that has been called or is configured, by its key. */
  health(): ReadonlyMap<string, TargetHealth>
}

/** Retries that any service may make each minute, however little traffic it has. */
const reservePerMinute = 10

/**
 * Gives each target its upstream and its state. Both stay for as long as nothing about them changes, so that a
 * configuration reload leaves connections, breakers and what was learned alone.
 */
export function createTargets({ engineEndpoint, metrics }: TargetsOptions): Targets {
  const upstreams = keeper<Upstream>()
  const states = keeper<TargetState>()
  const memories = keeper<ServiceMemory>()

  /** Whatever else is asked of it, a provider with another address or key is another one. */
  function provider(name: string, snapshot: ConfigSnapshot): { upstream: Upstream; madeFrom: unknown[] } {
    const config = snapshot.config.providers[name]
    if (!config) throw new Error(`there is no provider ${name}`) // the configuration was checked
    const secrets = Object.fromEntries(
      providerSecrets.map(field => [field, snapshot.secret(`providers.${name}.${field}`)]),
    )
    const headers: Record<string, string> = {}
    for (const [header, value] of Object.entries(config.headers ?? {})) {
      const text = typeof value === 'string' ? value : snapshot.secret(`providers.${name}.headers.${header}`)
      if (text !== undefined) headers[header] = text
    }
    const madeFrom = [config, secrets, headers]
    const upstream = upstreams.keep(`provider:${name}`, madeFrom, () =>
      createProviderUpstream(name, config, { secrets, headers, metrics }),
    )
    return { upstream, madeFrom }
  }

  function engine(name: string, snapshot: ConfigSnapshot): ReturnType<typeof provider> {
    const upstream = upstreams.keep(`engine:${name}`, [], () =>
      createEngineUpstream(name, () => engineEndpoint(name), { metrics }),
    )
    return { upstream, madeFrom: [snapshot.config.engines[name]] }
  }

  return {
    target(config, snapshot) {
      const { sections, model, key } = describe(config)
      const owner =
        'engine' in config
          ? snapshot.config.engines[config.engine]
          : snapshot.config.providers[config.provider]
      const isReported = owner !== undefined && 'costs' in owner && owner.costs === 'reported'
      const breaker = owner?.breaker ?? defaultBreaker
      const prices = pricesOf(snapshot, sections)
      const { upstream, madeFrom } =
        'engine' in config ? engine(config.engine, snapshot) : provider(config.provider, snapshot)
      return {
        key,
        name: targetName(config),
        model,
        upstream: upstream.forModel?.(model) ?? upstream,
        weight: config.weight ?? 1,
        timeouts: { ...owner?.timeouts, ...config.timeouts },
        state: states.keep(key, madeFrom, () => new TargetState(breaker)),
        price: (startedAtMs, told) =>
          isReported && told?.reportedCostNanoUsd !== undefined ? 'upstream' : prices(startedAtMs),
        cost: (usage, startedAtMs, told) => {
          const { reportedCostNanoUsd, serviceTier } = told ?? {}
          if (isReported && reportedCostNanoUsd !== undefined) return reportedCostNanoUsd
          const price = prices(startedAtMs)
          return price && costNanoUsd(usage, price, serviceTier)
        },
      }
    },
    memory: (service, { routing, retries, hedge }) =>
      memories.keep(service, [routing.prefixTtlSeconds, retries.budgetPercent, hedge], () => ({
        prefixes: new PrefixTable(routing.prefixTtlSeconds * 1_000),
        retries: new RetryBudget(retries.budgetPercent, retries.budgetPercent === 0 ? 0 : reservePerMinute),
        hedge: hedge && {
          afterMs: hedge.afterMs,
          budget: new RetryBudget(hedge.budgetPercent, reservePerMinute),
        },
      })),
    health: () => {
      const now = performance.now()
      return new Map([...states.entries()].map(([key, state]) => [key, state.health(now)]))
    },
  }
}

export function targetName(target: TargetConfig): string {
  return 'engine' in target ? `engine:${target.engine}` : `provider:${target.provider}`
}

/** The key that the state of a target is kept under. */
export function targetKey(target: TargetConfig): string {
  return describe(target).key
}

function describe(target: TargetConfig): {
  readonly sections: Priced
  readonly model: string
  readonly key: string
} {
  return 'engine' in target
    ? { sections: { engine: target.engine }, model: target.engine, key: targetName(target) }
    : {
        sections: { provider: target.provider, model: target.model },
        model: target.model,
        key: `${targetName(target)} ${target.model}`,
      }
}

/** Keeps what was made under a name until what it was made from is another. */
function keeper<Value>() {
  const kept = new Map<string, { readonly identity: string; readonly value: Value }>()
  return {
    keep(name: string, madeFrom: readonly unknown[], create: () => Value): Value {
      const identity = JSON.stringify(madeFrom)
      const known = kept.get(name)
      if (known?.identity === identity) return known.value
      const value = create()
      kept.set(name, { identity, value })
      return value
    },
    *entries(): Generator<[string, Value]> {
      for (const [name, { value }] of kept) yield [name, value]
    },
  }
}
