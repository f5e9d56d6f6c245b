import type { Priority } from '../../../foundation/config/index.ts'

/** `wait`: it would have waited too long; `full`: too many waited; `age`: it did wait too long. */
export const shedReasons = ['wait', 'full', 'age'] as const
export type ShedReason = (typeof shedReasons)[number]

interface Who {
  readonly tenant: string
  readonly priority: Priority
}

/** Hears what happens in a queue. */
export interface QueueObserver {
  dispatched(who: Who, waitMs: number): void
  shed(who: Who, reason: ShedReason): void
  abandoned(who: Who): void
  /** Tokens that a tenant got; negative where fewer came than were counted. */
  served(tenant: string, tokens: number): void
}
