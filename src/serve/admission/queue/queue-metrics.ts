import { type Aggregator, Gauge } from 'prom-client'
import { priorities } from '../../../foundation/config/index.ts'
import {
  addingFamily,
  histogramFamily,
  memoised,
  type MetricsRegistry,
} from '../../../foundation/platform/index.ts'
import type { QueueObserver } from './queue-observer.ts'
import type { QueueState } from './queue-state.ts'

const waitBuckets = [0.001, 0.01, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300]

/** Metrics of the queues; targets, tenants and priorities are those that are configured. */
export function createQueueMetrics(
  registry: MetricsRegistry,
  states: () => readonly QueueState[],
): { observe(target: string): QueueObserver } {
  const wait = memoised(
    histogramFamily({
      name: 'slipway_queue_wait_seconds',
      help: 'How long requests waited for a place at a target, in seconds.',
      labelNames: ['target', 'priority'],
      registry,
      buckets: waitBuckets,
    }),
  )
  const shed = memoised(
    addingFamily('counter', {
      name: 'slipway_queue_shed_total',
      help: 'Requests turned away: the wait would have been too long, the queue was full, or the age bound was reached.',
      labelNames: ['target', 'priority', 'reason'],
      registry,
    }),
  )
  const abandoned = memoised(
    addingFamily('counter', {
      name: 'slipway_queue_abandoned_total',
      help: 'Requests whose client left while they waited.',
      labelNames: ['target', 'priority'],
      registry,
    }),
  )
  const served = memoised(
    addingFamily('gauge', {
      name: 'slipway_queue_served_tokens',
      help: 'Tokens of prompts and answers that a tenant got of a bounded target since the start.',
      labelNames: ['target', 'tenant'],
      registry,
    }),
  )
  gauge(
    'slipway_queue_length',
    'Requests that wait for a place at a target.',
    ['target', 'priority'],
    set => {
      for (const { name, queued } of states()) {
        for (const priority of priorities) set({ target: name, priority }, queued[priority])
      }
    },
  )
  gauge(
    'slipway_queue_oldest_seconds',
    'How long the oldest of them has waited.',
    ['target'],
    set => {
      for (const { name, oldestMs } of states()) set({ target: name }, oldestMs / 1_000)
    },
    'max',
  )
  gauge('slipway_target_in_flight_tokens', 'Tokens under way at a target, as expected.', ['target'], set => {
    for (const { name, inFlightTokens } of states()) set({ target: name }, inFlightTokens)
  })
  gauge('slipway_target_in_flight_requests', 'Requests under way at a target.', ['target'], set => {
    for (const { name, inFlightRequests } of states()) set({ target: name }, inFlightRequests)
  })

  function gauge(
    name: string,
    help: string,
    labelNames: string[],
    collect: (set: (labels: Record<string, string>, value: number) => void) => void,
    /** How the processes of a server make one figure. */
    aggregator: Aggregator = 'sum',
  ): void {
    new Gauge({
      name,
      help,
      labelNames,
      aggregator,
      registers: [registry],
      collect() {
        this.reset()
        collect((labels, value) => this.set(labels, value))
      },
    })
  }

  return {
    observe: target => ({
      dispatched: ({ priority }, waitMs) => wait({ target, priority }).observe(waitMs / 1_000),
      shed: ({ priority }, reason) => shed({ target, priority, reason }).add(1),
      abandoned: ({ priority }) => abandoned({ target, priority }).add(1),
      served: (tenant, tokens) => served({ target, tenant }).add(tokens),
    }),
  }
}
