import { Counter, Gauge, Histogram, type Registry } from 'prom-client'
import type { InferenceRecord } from './inference-record.ts'

const latencyBuckets = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120, 300]

export interface GatewayMetrics {
  started(service: string): void
  ended(inference: InferenceRecord): void
  /** Turned away before a service was known: no key, unknown model, unreadable body. */
  rejected(code: string): void
}

/** The gateway's counters. Labels come from the configuration and the key table only, never from a request's text. */
export function createGatewayMetrics(registry: Registry): GatewayMetrics {
  const registers = [registry]
  const inFlight = new Gauge({
    name: 'slipway_inferences_in_flight',
    help: 'Inferences that have started and not ended.',
    labelNames: ['service'],
    registers,
  })
  const inferences = new Counter({
    name: 'slipway_inferences_total',
    help: 'Inferences that have ended.',
    labelNames: ['tenant', 'service', 'release', 'target', 'outcome', 'status'],
    registers,
  })
  const duration = new Histogram({
    name: 'slipway_inference_duration_seconds',
    help: 'From the arrival of the request to the last byte of its answer.',
    labelNames: ['service', 'target'],
    buckets: latencyBuckets,
    registers,
  })
  const firstToken = new Histogram({
    name: 'slipway_time_to_first_token_seconds',
    help: 'From the arrival of the request to the first event of a stream with content.',
    labelNames: ['service', 'target'],
    buckets: latencyBuckets,
    registers,
  })
  const tokens = new Counter({
    name: 'slipway_tokens_total',
    help: 'Tokens as the upstream counted them, in disjoint buckets.',
    labelNames: ['tenant', 'service', 'bucket'],
    registers,
  })
  const cost = new Counter({
    name: 'slipway_cost_usd_total',
    help: 'Cost of the priced inferences.',
    labelNames: ['tenant', 'service'],
    registers,
  })
  const unpriced = new Counter({
    name: 'slipway_unpriced_inferences_total',
    help: 'Inferences with tokens but without a declared price.',
    labelNames: ['service', 'target'],
    registers,
  })
  const rejections = new Counter({
    name: 'slipway_rejected_requests_total',
    help: 'Requests turned away before they became an inference.',
    labelNames: ['code'],
    registers,
  })

  return {
    started: service => inFlight.inc({ service }),
    ended: inference => {
      const { tenant, service, usage } = inference
      const target = inference.target ?? 'none'
      inFlight.dec({ service })
      inferences.inc({
        tenant,
        service,
        release: inference.release ?? 'none',
        target,
        outcome: inference.outcome,
        status: inference.status,
      })
      duration.observe({ service, target }, inference.latencyMs / 1_000)
      if (inference.isStream && inference.timeToFirstTokenMs !== undefined) {
        firstToken.observe({ service, target }, inference.timeToFirstTokenMs / 1_000)
      }
      if (!usage) return
      for (const [bucket, count] of Object.entries(usage)) {
        if (count > 0) tokens.inc({ tenant, service, bucket: bucketNames[bucket] ?? bucket }, count)
      }
      if (inference.costNanoUsd === undefined) unpriced.inc({ service, target })
      else cost.inc({ tenant, service }, inference.costNanoUsd / 1e9)
    },
    rejected: code => rejections.inc({ code }),
  }
}

const bucketNames: Readonly<Record<string, string>> = {
  inputTokens: 'input',
  cacheReadTokens: 'cache_read',
  cacheWriteTokens: 'cache_write',
  outputTokens: 'output',
  reasoningTokens: 'reasoning',
}
