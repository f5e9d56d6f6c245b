import type { ConfigSnapshot } from '../../../foundation/config/index.ts'
import type { MetricsRegistry } from '../../../foundation/platform/index.ts'
import { ExpectedOutput } from './expected-output.ts'
import { createQueueMetrics } from './queue-metrics.ts'
import { type ContextSizeOf, type QueueSettings, queueSettings } from './queue-settings.ts'
import type { QueueState } from './queue-state.ts'
import { TargetQueue } from './target-queue.ts'

export interface TargetQueuesOptions {
  readonly metrics: MetricsRegistry
  /** How many processes serve now, this one included. */
  readonly replicas?: () => number
  /** Tokens that a sequence of an engine holds, where its model has told. */
  readonly contextSizeOf?: ContextSizeOf
  readonly now?: () => number
}

/** The queues of all targets that are bounded. They follow the configuration without losing who waits. */
export interface TargetQueues {
  /**
   * The queue in front of a target, `undefined` where it is not bounded. `key` is `engine:NAME`, or
   * `provider:NAME MODEL`, where a model without a queue of its own shares that of its provider.
   */
  of(key: string): TargetQueue | undefined
  /** The share of a tenant, as the configuration has it. */
  weightOf(tenant: string): number
  /** How long the answers of a service are; learns from `learn`. */
  expectedOutput(service: string): ExpectedOutput
  apply(snapshot: Pick<ConfigSnapshot, 'config'>): void
  states(): QueueState[]
}

export function createTargetQueues(options: TargetQueuesOptions): TargetQueues {
  const { replicas = () => 1, contextSizeOf = () => undefined, now = () => performance.now() } = options
  const queues = new Map<string, TargetQueue>()
  const expected = new Map<string, ExpectedOutput>()
  const metrics = createQueueMetrics(options.metrics, () => states())
  let weights: Readonly<Record<string, { readonly weight?: number | undefined }>> = {}
  let latest: Pick<ConfigSnapshot, 'config'> | undefined
  /** An engine tells the size of its context when it is ready, which is after its configuration. */
  let isUnsized = false

  function put(name: string, settings: QueueSettings): void {
    const known = queues.get(name)
    if (known) known.configure(settings)
    else queues.set(name, new TargetQueue({ name, settings, replicas, observer: metrics.observe(name), now }))
  }

  function states(): QueueState[] {
    resize()
    return [...queues.values()].map(queue => queue.state())
  }

  function follow({ config }: Pick<ConfigSnapshot, 'config'>): void {
    const settings = queueSettings({ config }, contextSizeOf)
    for (const [name, queue] of queues) {
      if (settings.has(name)) continue
      // who waits goes on: its request keeps the configuration that it began with
      queue.configure(undefined)
      queues.delete(name)
    }
    for (const [name, own] of settings) put(name, own)
    isUnsized = [...settings].some(
      ([name, { inFlightTokens }]) => name.startsWith('engine:') && inFlightTokens === undefined,
    )
  }

  function resize(): void {
    if (isUnsized && latest) follow(latest)
  }

  return {
    of: key => {
      resize()
      const own = queues.get(key)
      if (own) return own
      const end = key.indexOf(' ')
      return end < 0 ? undefined : queues.get(key.slice(0, end))
    },
    weightOf: tenant => weights[tenant]?.weight ?? 1,
    expectedOutput: service => {
      let one = expected.get(service)
      if (one === undefined) expected.set(service, (one = new ExpectedOutput()))
      return one
    },
    apply: snapshot => {
      latest = snapshot
      weights = snapshot.config.tenants
      follow(snapshot)
    },
    states,
  }
}
