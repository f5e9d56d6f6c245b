import { describe, expect, it } from 'bun:test'
import { createMetricsRegistry } from '../../../foundation/platform/index.ts'
import { type ConfigSnapshot, parseConfig } from '../../../foundation/config/index.ts'
import { lowerPriority } from './lower-priority.ts'
import { createTargetQueues } from './target-queues.ts'
import type { Entrant } from './slot.ts'

const never = new AbortController().signal

function configuration(text: string): ConfigSnapshot {
  const parsed = parseConfig(text, 'slipway.yaml', {}, { isWithoutSecrets: true })
  if ('problems' in parsed) throw new Error(JSON.stringify(parsed.problems))
  return parsed.snapshot
}

const provider = (capacity: string): ConfigSnapshot =>
  configuration(`
providers:
  one: { kind: openai, apiKey: { env: KEY }, capacity: ${capacity} }
  free: { kind: openai, apiKey: { env: KEY } }
tenants:
  large: { weight: 3 }
`)

const entrant: Entrant = {
  tenant: 'large',
  weight: 3,
  priority: 'standard',
  inputTokens: 10,
  expectedOutputTokens: 5,
}

describe('createTargetQueues', () => {
  it('has a queue for what is bounded, one for all models unless a model has its own', () => {
    const queues = createTargetQueues({ metrics: createMetricsRegistry() })
    queues.apply(
      provider('{ inFlightRequests: 8, models: { gpt-x: { inFlightTokens: 9000, fairness: fifo } } }'),
    )
    expect(queues.of('provider:free gpt-x')).toBeUndefined()
    expect(queues.of('provider:one gpt-x')?.state()).toMatchObject({ tokenLimit: 9_000, fairness: 'fifo' })
    expect(queues.of('provider:one gpt-y')?.state()).toMatchObject({ requestLimit: 8, fairness: 'vtc' })
    expect(queues.of('provider:one gpt-y')).toBe(queues.of('provider:one gpt-z'))
    expect(queues.weightOf('large')).toBe(3)
    expect(queues.weightOf('made through the API')).toBe(1)
  })

  it('bounds an engine by its sequences, and by its context once that is known', () => {
    const sizes = new Map<string, number>()
    const queues = createTargetQueues({
      metrics: createMetricsRegistry(),
      contextSizeOf: name => sizes.get(name),
    })
    queues.apply(configuration('engines: { own: { model: builtin:support, parallel: 3 } }'))
    const queue = queues.of('engine:own')
    expect(queue?.state()).toMatchObject({ requestLimit: 3, tokenLimit: undefined, fairness: 'vtc' })
    sizes.set('own', 512)
    queues.of('engine:own')
    expect(queue?.state()).toMatchObject({ requestLimit: 3, tokenLimit: 1_536 })
  })

  it('follows the configuration without losing who waits, even where the target is gone', async () => {
    const queues = createTargetQueues({ metrics: createMetricsRegistry() })
    queues.apply(provider('{ inFlightRequests: 1 }'))
    const queue = queues.of('provider:one m')
    const slots = [1, 2, 3, 4].map(async () => await queue?.enter(entrant, never))
    await slots[0]
    expect(queue?.state().queued.standard).toBe(3)
    queues.apply(provider('{ inFlightRequests: 2, fairness: locality }'))
    expect(queues.of('provider:one m')).toBe(queue)
    await slots[1]
    expect(queue?.state().queued.standard).toBe(2)
    queues.apply(configuration('providers: {}'))
    for (const slot of await Promise.all(slots)) slot?.leave(undefined)
    expect(queues.of('provider:one m')).toBeUndefined()
    expect(queue?.isIdle).toBe(true)
  })

  it('counts in its metrics what waits, what is under way and what each tenant got', async () => {
    const metrics = createMetricsRegistry()
    const queues = createTargetQueues({ metrics })
    queues.apply(provider('{ inFlightRequests: 1, maxQueueMs: 20 }'))
    const queue = queues.of('provider:one m')
    const slot = await queue?.enter(entrant, never)
    const waiting = (async () => await queue?.enter({ ...entrant, priority: 'interactive' }, never))()
    const text = await metrics.metrics()
    expect(text).toContain('slipway_queue_length{target="provider:one",priority="interactive"} 1')
    expect(text).toContain('slipway_target_in_flight_tokens{target="provider:one"} 15')
    expect(text).toContain('slipway_queue_served_tokens{target="provider:one",tenant="large"} 10')
    expect(await waiting.catch((error: unknown) => error)).toMatchObject({ code: 'overloaded' })
    expect(await metrics.metrics()).toContain(
      'slipway_queue_shed_total{target="provider:one",priority="interactive",reason="age"} 1',
    )
    slot?.leave(undefined)
  })
})

describe('lowerPriority', () => {
  it('takes a lower priority from the client, and no higher one', () => {
    expect(lowerPriority('standard', null)).toBe('standard')
    expect(lowerPriority('standard', 'batch')).toBe('batch')
    expect(lowerPriority('standard', 'interactive')).toBe('standard')
    expect(lowerPriority('batch', 'standard')).toBe('batch')
    expect(() => lowerPriority('standard', 'urgent')).toThrow('Use one of interactive, standard, batch.')
  })
})
