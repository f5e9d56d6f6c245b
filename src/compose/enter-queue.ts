import type { TargetQueues } from '../serve/admission/index.ts'
import type { EnterQueue } from '../serve/gateway/index.ts'

/** Takes a place in the queue of a target, where it has one, and learns there how long the answers of a service are. */
export function createEnterQueue(queues: TargetQueues): EnterQueue {
  return (target, demand, signal) => {
    const queue = queues.of(target.key)
    if (!queue) return undefined
    const expected = queues.expectedOutput(`${demand.service.name} ${demand.operation}`)
    const slot = queue.enter(
      {
        tenant: demand.tenant,
        weight: queues.weightOf(demand.tenant),
        priority: demand.priority,
        deadlineMs: demand.timeLeftMs(),
        isStream: demand.isStream,
        inputTokens: demand.inputTokens(),
        expectedOutputTokens: expected.expect(demand.maxOutputTokens),
        prefix: queue.usesPrefixes ? demand.prefixHashes() : [],
      },
      signal,
    )
    return slot instanceof Promise ? slot.then(given => expected.follow(given)) : expected.follow(slot)
  }
}
