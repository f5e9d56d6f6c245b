import { Counter, Histogram, type Registry } from 'prom-client'
import { Failure } from '../../foundation/platform/index.ts'

interface UpstreamMetrics {
  answered(startedAt: number): void
  failed(error: unknown): void
}

const callsName = 'slipway_upstream_calls_total'
const headName = 'slipway_upstream_head_seconds'

/** What one upstream does, counted; upstreams of one registry share the series. */
export function createUpstreamMetrics(registry: Registry, upstream: string): UpstreamMetrics {
  const calls =
    (registry.getSingleMetric(callsName) as Counter<'upstream' | 'outcome'> | undefined) ??
    new Counter({
      name: callsName,
      help: 'Calls to providers and engines, by outcome: ok, or the code of the failure.',
      labelNames: ['upstream', 'outcome'],
      registers: [registry],
    })
  const head =
    (registry.getSingleMetric(headName) as Histogram<'upstream'> | undefined) ??
    new Histogram({
      name: headName,
      help: 'Time until a provider or engine began to answer a stream, or had answered whole, in seconds.',
      labelNames: ['upstream'],
      buckets: [0.005, 0.02, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120, 300],
      registers: [registry],
    })
  const succeeded = calls.labels(upstream, 'ok')
  const headSeconds = head.labels(upstream)
  return {
    answered(startedAt) {
      succeeded.inc()
      headSeconds.observe((performance.now() - startedAt) / 1000)
    },
    failed(error) {
      calls.inc({ upstream, outcome: error instanceof Failure ? error.code : 'bug' })
    },
  }
}
