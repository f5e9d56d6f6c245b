/** The fair queue by tokens in front of engines and of every target whose capacity is bounded. */
export { ExpectedOutput } from './expected-output.ts'
export { lowerPriority, priorityHeader } from './lower-priority.ts'
export type { QueueSettings } from './queue-settings.ts'
export type { QueueState, TenantState } from './queue-state.ts'
export type { Entrant, Slot, UsedTokens } from './slot.ts'
export type { TargetQueue } from './target-queue.ts'
export { createTargetQueues } from './target-queues.ts'
export type { TargetQueues, TargetQueuesOptions } from './target-queues.ts'
