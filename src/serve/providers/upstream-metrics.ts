import type { Registry } from 'prom-client'
import { addingFamily, Failure, histogramFamily, memoised } from '../../foundation/platform/index.ts'

interface UpstreamMetrics {
  answered(startedAt: number): void
  failed(error: unknown): void
}

/** What one upstream does, counted; upstreams of one registry share the series. */
export function createUpstreamMetrics(registry: Registry, upstream: string): UpstreamMetrics {
  let shared = families.get(registry)
  if (!shared) families.set(registry, (shared = createFamilies(registry)))
  const { calls, head } = shared
  const succeeded = calls({ upstream, outcome: 'ok' })
  const headSeconds = head({ upstream })
  return {
    answered(startedAt) {
      succeeded.add(1)
      headSeconds.observe((performance.now() - startedAt) / 1000)
    },
    failed(error) {
      calls({ upstream, outcome: error instanceof Failure ? error.code : 'bug' }).add(1)
    },
  }
}

const families = new WeakMap<Registry, ReturnType<typeof createFamilies>>()

function createFamilies(registry: Registry) {
  return {
    calls: memoised(
      addingFamily('counter', {
        name: 'slipway_upstream_calls_total',
        help: 'Calls to providers and engines, by outcome: ok, or the code of the failure.',
        labelNames: ['upstream', 'outcome'],
        registry,
      }),
    ),
    head: memoised(
      histogramFamily({
        name: 'slipway_upstream_head_seconds',
        help: 'Time until a provider or engine began to answer a stream, or had answered whole, in seconds.',
        labelNames: ['upstream'],
        buckets: [0.005, 0.02, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120, 300],
        registry,
      }),
    ),
  }
}
