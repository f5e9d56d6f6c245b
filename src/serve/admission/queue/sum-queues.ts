import { priorities, type Priority } from '../../../foundation/config/index.ts'
import type { QueueState, TenantState } from './queue-state.ts'

/** The queues that several processes keep in front of the same targets, as one each. */
export function sumQueues(states: readonly QueueState[]): QueueState[] {
  return [...Map.groupBy(states, ({ name }) => name).values()].flatMap(parts => {
    const [first] = parts
    if (!first) return []
    const sum = (of: (part: QueueState) => number): number =>
      parts.reduce((total, part) => total + of(part), 0)
    const limit = (of: (part: QueueState) => number | undefined): number | undefined =>
      of(first) === undefined ? undefined : sum(part => of(part) ?? 0)
    return {
      ...first,
      inFlightTokens: sum(part => part.inFlightTokens),
      inFlightRequests: sum(part => part.inFlightRequests),
      tokenLimit: limit(part => part.tokenLimit),
      requestLimit: limit(part => part.requestLimit),
      queued: byPriority(priority => sum(part => part.queued[priority])),
      queuedTokens: sum(part => part.queuedTokens),
      oldestMs: Math.max(...parts.map(part => part.oldestMs)),
      maxQueued: sum(part => part.maxQueued),
      // side by side, so that the slowest is the last
      drainMs: highest(parts.map(part => part.drainMs)),
      tenants: [
        ...Map.groupBy(
          parts.flatMap(part => part.tenants),
          ({ tenant }) => tenant,
        ).values(),
      ].flatMap(sumTenant),
    }
  })
}

function sumTenant(parts: readonly TenantState[]): TenantState[] {
  const [first] = parts
  if (!first) return []
  const sum = (of: (part: TenantState) => number): number =>
    parts.reduce((total, part) => total + of(part), 0)
  const known = priorities.filter(priority => parts.some(({ counters }) => counters[priority] !== undefined))
  return [
    {
      ...first,
      counters: Object.fromEntries(
        known.map(priority => [priority, sum(({ counters }) => counters[priority] ?? 0)]),
      ),
      inFlightRequests: sum(part => part.inFlightRequests),
      queuedRequests: sum(part => part.queuedRequests),
      queuedTokens: sum(part => part.queuedTokens),
      servedTokens: sum(part => part.servedTokens),
      servedHistory: first.servedHistory.map((_, index) => sum(part => part.servedHistory[index] ?? 0)),
      // of waits only the percentiles are known here: the worst process stands for all
      waitP50Ms: highest(parts.map(part => part.waitP50Ms)),
      waitP99Ms: highest(parts.map(part => part.waitP99Ms)),
    },
  ]
}

function byPriority(of: (priority: Priority) => number): Record<Priority, number> {
  return { interactive: of('interactive'), standard: of('standard'), batch: of('batch') }
}

function highest(values: readonly (number | undefined)[]): number | undefined {
  const known = values.filter(value => value !== undefined)
  return known.length === 0 ? undefined : Math.max(...known)
}
