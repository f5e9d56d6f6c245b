import { Gauge, type Registry } from 'prom-client'
import { addingFamily, memoised } from '../../foundation/platform/index.ts'

export interface CacheMetrics {
  lookedUp(service: string, result: 'exact' | 'semantic' | 'miss'): void
  saved(service: string, nanoUsd: number): void
  tried(service: string, isWrong: boolean): void
}

/** `heldBytes`: what the answers in memory take. */
export function createCacheMetrics(registry: Registry, heldBytes: () => number): CacheMetrics {
  new Gauge({
    name: 'slipway_cache_bytes',
    help: 'About how many bytes the answers take that the cache holds in memory.',
    registers: [registry],
    collect() {
      this.set(heldBytes())
    },
  })
  const lookups = memoised(
    addingFamily('counter', {
      name: 'slipway_cache_lookups_total',
      help: 'Requests that looked into the cache, by what they found.',
      labelNames: ['service', 'result'],
      registry,
    }),
  )
  const saved = memoised(
    addingFamily('counter', {
      name: 'slipway_cache_saved_usd_total',
      help: 'What the answers that were given again had cost the first time.',
      labelNames: ['service'],
      registry,
    }),
  )
  const trials = memoised(
    addingFamily('counter', {
      name: 'slipway_cache_trials_total',
      help: 'Semantic hits that were compared with what the model said.',
      labelNames: ['service', 'result'],
      registry,
    }),
  )
  return {
    lookedUp: (service, result) => lookups({ service, result }).add(1),
    saved: (service, nanoUsd) => saved({ service }).add(nanoUsd / 1e9),
    tried: (service, isWrong) => trials({ service, result: isWrong ? 'wrong' : 'right' }).add(1),
  }
}
