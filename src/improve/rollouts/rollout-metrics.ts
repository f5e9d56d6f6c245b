import { Counter, Gauge, Histogram } from 'prom-client'
import type { MetricsRegistry } from '../../foundation/platform/index.ts'
import { isOpen, type Rollout, stepTraffic } from './rollout.ts'
import type { Decision } from './verdicts/verdict.ts'
import type { ServiceTraffic } from './traffic/service-traffic.ts'

export interface RolloutMetrics {
  judged(service: string, decision: Decision, seconds: number): void
  changed(rollout: Rollout): void
  burst(service: string): void
  /** What this process does now. */
  following(traffic: ServiceTraffic): void
}

/** Labels are names of services of the configuration. */
export function createRolloutMetrics(registry: MetricsRegistry): RolloutMetrics {
  const registers = [registry]
  const verdicts = new Counter({
    name: 'slipway_rollout_verdicts_total',
    help: 'Verdicts of rollouts by what they said: promote, hold or roll-back.',
    labelNames: ['service', 'decision'],
    registers,
  })
  const seconds = new Histogram({
    name: 'slipway_rollout_judge_seconds',
    help: 'How long it took to judge a step of a rollout, reading its requests included.',
    buckets: [0.005, 0.02, 0.1, 0.5, 2, 10, 60],
    registers,
  })
  const ended = new Counter({
    name: 'slipway_rollouts_ended_total',
    help: 'Rollouts that have ended, by how: promoted, rolled-back, concluded, aborted or superseded.',
    labelNames: ['service', 'outcome'],
    registers,
  })
  const share = new Gauge({
    name: 'slipway_rollout_candidate_share',
    help: 'The part of the requests of a service that candidates of a rollout answer, from 0 to 1.',
    labelNames: ['service'],
    registers,
  })
  const step = new Gauge({
    name: 'slipway_rollout_step',
    help: 'The step that the rollout of a service is in, from 1; 0 where none is open.',
    labelNames: ['service'],
    registers,
  })
  const bursts = new Counter({
    name: 'slipway_rollout_bursts_total',
    help: 'Candidates that a process stopped sending to at once.',
    labelNames: ['service'],
    registers,
  })
  const revision = new Gauge({
    name: 'slipway_traffic_revision',
    help: 'The revision of the declared traffic of a service that a process follows; the same in all of them.',
    labelNames: ['service'],
    registers,
  })
  return {
    judged: (service, decision, took) => {
      verdicts.inc({ service, decision })
      seconds.observe(took)
    },
    changed: rollout => {
      const { service, state } = rollout
      if (!isOpen(state)) ended.inc({ service, outcome: state })
      const hasSteps = isOpen(state) && state !== 'promoting' && state !== 'blocked'
      const traffic = hasSteps ? stepTraffic(rollout) : undefined
      const answered =
        traffic && !traffic.isShadow ? Object.values(traffic.shares).reduce((sum, one) => sum + one, 0) : 0
      share.set({ service }, isOpen(state) && !hasSteps ? 1 : answered)
      step.set({ service }, isOpen(state) ? rollout.step + 1 : 0)
    },
    burst: service => bursts.inc({ service }),
    following: ({ service, revision: known }) => revision.set({ service }, known),
  }
}
