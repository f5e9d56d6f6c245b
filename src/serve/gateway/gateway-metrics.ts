import { Counter, type Registry } from 'prom-client'
import { tokenBuckets, type TokenBucket } from '../../foundation/config/index.ts'
import {
  addingFamily,
  histogramFamily,
  memoised,
  type AddingSeries,
  type ObservingSeries,
} from '../../foundation/platform/index.ts'
import type { Burst } from '../traffic/index.ts'
import type { RouteDecision } from '../routing/index.ts'
import type { InferenceRecord } from './inference-record.ts'

const latencyBuckets = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120, 300]

const bucketNames = {
  inputTokens: 'input',
  cacheReadTokens: 'cache_read',
  cacheWriteTokens: 'cache_write',
  cacheWriteHourTokens: 'cache_write_1h',
  audioInputTokens: 'audio_input',
  imageInputTokens: 'image_input',
  outputTokens: 'output',
  reasoningTokens: 'reasoning',
  audioOutputTokens: 'audio_output',
  imageOutputTokens: 'image_output',
} as const satisfies Record<TokenBucket, string>

/** What is counted of each inference. */
export interface ExchangeMetrics {
  started(service: string): void
  ended(inference: InferenceRecord): void
  /** Routing did something other than send a call once. */
  routed(service: string, decision: RouteDecision): void
}

export interface GatewayMetrics extends ExchangeMetrics {
  /** For copies: they are in nobody's figures but these. */
  readonly copies: ExchangeMetrics
  /** A copy of a client's request that was not sent, or broke. */
  dropped(service: string, reason: string): void
  /** This process has stopped sending to a candidate. */
  burst(burst: Burst): void
  /** Turned away before a service was known: no key, unknown model, unreadable body. */
  rejected(code: string): void
}

/** All that one kind of inference counts in, looked up once. */
interface Series {
  readonly ended: AddingSeries
  readonly duration: ObservingSeries
  readonly firstToken: ObservingSeries
  readonly tokens: Readonly<Record<TokenBucket, AddingSeries>>
  readonly cost: AddingSeries
  readonly unpriced: AddingSeries
}

/** The gateway's metrics. Labels come from the configuration and the key table only, never from a request's text. */
export function createGatewayMetrics(registry: Registry): GatewayMetrics {
  const inFlight = memoised(
    addingFamily('gauge', {
      name: 'slipway_inferences_in_flight',
      help: 'Inferences that have started and not ended.',
      labelNames: ['service'],
      registry,
    }),
  )
  const inferences = addingFamily('counter', {
    name: 'slipway_inferences_total',
    help: 'Inferences that have ended.',
    labelNames: ['tenant', 'service', 'release', 'target', 'outcome', 'status'],
    registry,
  })
  const duration = memoised(
    histogramFamily({
      name: 'slipway_inference_duration_seconds',
      help: 'From the arrival of the request to the last byte of its answer.',
      labelNames: ['service', 'target'],
      buckets: latencyBuckets,
      registry,
    }),
  )
  const firstToken = memoised(
    histogramFamily({
      name: 'slipway_time_to_first_token_seconds',
      help: 'From the arrival of the request to the first event of a stream with content.',
      labelNames: ['service', 'target'],
      buckets: latencyBuckets,
      registry,
    }),
  )
  const tokens = memoised(
    addingFamily('counter', {
      name: 'slipway_tokens_total',
      help: 'Tokens as the upstream counted them, in disjoint buckets.',
      labelNames: ['tenant', 'service', 'bucket'],
      registry,
    }),
  )
  const cost = memoised(
    addingFamily('counter', {
      name: 'slipway_cost_usd_total',
      help: 'Cost of the priced inferences.',
      labelNames: ['tenant', 'service'],
      registry,
    }),
  )
  const unpriced = memoised(
    addingFamily('counter', {
      name: 'slipway_unpriced_inferences_total',
      help: 'Inferences with tokens but without a declared price.',
      labelNames: ['service', 'target'],
      registry,
    }),
  )
  const rejections = new Counter({
    name: 'slipway_rejected_requests_total',
    help: 'Requests turned away before they became an inference.',
    labelNames: ['code'],
    registers: [registry],
  })

  const decisions = memoised(
    addingFamily('counter', {
      name: 'slipway_route_decisions_total',
      help: 'Retries, hedges and fallbacks, and those that a budget denied, with the cause of a fallback.',
      labelNames: ['service', 'decision', 'cause'],
      registry,
    }),
  )

  const rolloutRequests = memoised(
    addingFamily('counter', {
      name: 'slipway_rollout_requests_total',
      help: 'Inferences of services with a rollout under way, by the side that they are compared on.',
      labelNames: ['service', 'release', 'arm', 'outcome'],
      registry,
    }),
  )
  const bursts = new Counter({
    name: 'slipway_rollout_stops_total',
    help: 'Candidates that a process has stopped sending to at once.',
    labelNames: ['service', 'release', 'reason'],
    registers: [registry],
  })

  const copies = memoised(
    addingFamily('counter', {
      name: 'slipway_rollout_copies_total',
      help: 'Copies of requests that a candidate has answered, or failed.',
      labelNames: ['service', 'release', 'outcome'],
      registry,
    }),
  )
  const copyCost = memoised(
    addingFamily('counter', {
      name: 'slipway_rollout_copies_cost_usd_total',
      help: 'Cost of the priced copies, which no tenant pays for.',
      labelNames: ['service', 'release'],
      registry,
    }),
  )
  const droppedCopies = new Counter({
    name: 'slipway_rollout_copies_dropped_total',
    help: 'Copies that were not sent, and why.',
    labelNames: ['service', 'reason'],
    registers: [registry],
  })

  const known = new Map<string, Series>()

  function seriesOf(inference: InferenceRecord): Series {
    const { tenant, service, outcome, status } = inference
    const release = inference.release ?? 'none'
    const target = inference.target ?? 'none'
    const name = `${tenant} ${service} ${release} ${target} ${outcome} ${status}`
    const found = known.get(name)
    if (found) return found
    const ofBucket = (bucket: TokenBucket): [TokenBucket, AddingSeries] => [
      bucket,
      tokens({ tenant, service, bucket: bucketNames[bucket] }),
    ]
    const series: Series = {
      ended: inferences({ tenant, service, release, target, outcome, status: String(status) }),
      duration: duration({ service, target }),
      firstToken: firstToken({ service, target }),
      tokens: Object.fromEntries(tokenBuckets.map(ofBucket)) as Record<TokenBucket, AddingSeries>,
      cost: cost({ tenant, service }),
      unpriced: unpriced({ service, target }),
    }
    known.set(name, series)
    return series
  }

  return {
    started: service => inFlight({ service }).add(1),
    ended: inference => {
      const { usage, arm = 'none', outcome, service } = inference
      if (inference.rollout !== undefined)
        rolloutRequests({ service, release: inference.release ?? 'none', arm, outcome }).add(1)
      const series = seriesOf(inference)
      inFlight({ service: inference.service }).add(-1)
      series.ended.add(1)
      series.duration.observe(inference.latencyMs / 1_000)
      if (inference.isStream && inference.timeToFirstTokenMs !== undefined) {
        series.firstToken.observe(inference.timeToFirstTokenMs / 1_000)
      }
      if (!usage) return
      for (const bucket of tokenBuckets) if (usage[bucket] > 0) series.tokens[bucket].add(usage[bucket])
      if (inference.costNanoUsd === undefined) series.unpriced.add(1)
      else series.cost.add(inference.costNanoUsd / 1e9)
    },
    routed: (service, decision) => {
      const cause = decision.kind === 'fallback' ? decision.cause : ''
      decisions({ service, decision: decision.kind, cause }).add(1)
    },
    burst: ({ service, candidate, reason }) => bursts.inc({ service, release: candidate, reason }),
    rejected: code => rejections.inc({ code }),
    dropped: (service, reason) => droppedCopies.inc({ service, reason }),
    copies: {
      started: () => undefined,
      ended: ({ service, release = 'none', outcome, costNanoUsd = 0 }) => {
        copies({ service, release, outcome }).add(1)
        copyCost({ service, release }).add(costNanoUsd / 1e9)
      },
      routed: () => undefined,
    },
  }
}
