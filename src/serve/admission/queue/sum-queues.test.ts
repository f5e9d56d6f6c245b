import { describe, expect, it } from 'bun:test'
import type { QueueState } from './queue-state.ts'
import { sumQueues } from './sum-queues.ts'

function queueOf(name: string, waitMs: number | undefined, requestLimit: number | undefined): QueueState {
  return {
    name,
    fairness: 'vtc',
    inFlightTokens: 10,
    inFlightRequests: 1,
    tokenLimit: undefined,
    requestLimit,
    queued: { interactive: 1, standard: 2, batch: 0 },
    queuedTokens: 5,
    oldestMs: waitMs ?? 0,
    maxQueueMs: 1_000,
    maxQueued: 8,
    drainMs: waitMs,
    tenants: [
      {
        tenant: 'acme',
        weight: 2,
        counters: { standard: 3 },
        inFlightRequests: 1,
        queuedRequests: 3,
        queuedTokens: 5,
        servedTokens: 100,
        servedHistory: [1, 2],
        waitP50Ms: waitMs,
        waitP99Ms: waitMs,
      },
    ],
  }
}

describe('sumQueues', () => {
  it('adds what the processes hold of a target, and keeps targets and tenants apart', () => {
    const [shared, own] = sumQueues([queueOf('a', 40, 4), queueOf('b', 1, 4), queueOf('a', 90, 3)])
    expect(shared).toMatchObject({
      name: 'a',
      inFlightTokens: 20,
      tokenLimit: undefined,
      requestLimit: 7,
      queued: { interactive: 2, standard: 4, batch: 0 },
      oldestMs: 90,
      maxQueueMs: 1_000,
      drainMs: 90,
    })
    expect(shared!.tenants).toHaveLength(1)
    expect(shared!.tenants[0]).toMatchObject({
      weight: 2,
      counters: { standard: 6 },
      servedTokens: 200,
      servedHistory: [2, 4],
      waitP99Ms: 90,
    })
    expect(own).toMatchObject({ name: 'b', inFlightTokens: 10 })
  })

  it('knows no wait where no process knows one', () => {
    const [queue] = sumQueues([queueOf('a', undefined, undefined), queueOf('a', undefined, undefined)])
    expect(queue!.drainMs).toBeUndefined()
    expect(queue!.requestLimit).toBeUndefined()
  })
})
