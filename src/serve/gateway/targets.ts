import type { Registry } from 'prom-client'
import type { ConfigSnapshot, TargetConfig } from '../../foundation/config/index.ts'
import { costNanoUsd, priceAt } from '../../foundation/config/index.ts'
import { createEngineUpstream, createProviderUpstream } from '../providers/index.ts'
import type { EngineEndpoint, Upstream } from '../providers/index.ts'
import type { TargetResolver } from './serving-snapshot.ts'

export interface TargetsOptions {
  /** Where an engine listens now; throws `engine_not_ready`. */
  readonly engineEndpoint: (name: string) => EngineEndpoint
  readonly metrics: Registry
}

/**
 * Gives each target its upstream. One upstream serves a target for as long as nothing about it changes, so that a
 * configuration reload leaves its connections alone.
 */
export function createTargets({
  engineEndpoint,
  metrics,
}: TargetsOptions): (snapshot: ConfigSnapshot) => TargetResolver {
  const upstreams = new Map<string, { identity: string; upstream: Upstream }>()

  function keep(name: string, identity: string, create: () => Upstream): Upstream {
    const known = upstreams.get(name)
    if (known?.identity === identity) return known.upstream
    const upstream = create()
    upstreams.set(name, { identity, upstream })
    return upstream
  }

  function provider(name: string, snapshot: ConfigSnapshot): Upstream {
    const config = snapshot.config.providers[name]
    if (!config) throw new Error(`there is no provider ${name}`) // the configuration was checked
    const apiKey = snapshot.secret(`providers.${name}.apiKey`)
    const headers: Record<string, string> = {}
    for (const [header, value] of Object.entries(config.headers ?? {})) {
      const text = typeof value === 'string' ? value : snapshot.secret(`providers.${name}.headers.${header}`)
      if (text !== undefined) headers[header] = text
    }
    const identity = JSON.stringify([config, apiKey, headers])
    return keep(`provider:${name}`, identity, () =>
      createProviderUpstream(name, config, { apiKey, headers, metrics }),
    )
  }

  return snapshot => ({
    upstream: target =>
      'engine' in target
        ? keep(`engine:${target.engine}`, '', () =>
            createEngineUpstream(target.engine, () => engineEndpoint(target.engine), { metrics }),
          )
        : provider(target.provider, snapshot),
    cost: (target, usage, startedAtMs) => {
      const price = priceAt(snapshot, priced(target), startedAtMs)
      return price && costNanoUsd(usage, price)
    },
  })
}

function priced(target: TargetConfig): Parameters<typeof priceAt>[1] {
  return 'engine' in target ? { engine: target.engine } : { provider: target.provider, model: target.model }
}
