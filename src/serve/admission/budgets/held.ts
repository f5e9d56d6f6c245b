import type { Account } from './account.ts'
import type { Share } from './grant.ts'
import type { Measure, Rule, Scope } from './rule.ts'

/** One limit that held for a request: what was set aside for it there, and what was left of it then. */
export interface HeldLimit {
  readonly scope: Scope
  readonly id: string
  readonly measure: Measure
  readonly kind: 'hard' | 'soft'
  readonly limit: number
  readonly per: string | undefined
  readonly setAside: number
  /** As far as this process knew. */
  readonly left: number
}

export function heldOf({ rule, account, amount }: Share): HeldLimit {
  const { scope, id, measure, kind, limit, per } = rule
  return { scope, id, measure, kind, limit, per, setAside: amount, left: leftOf(rule, account) }
}

/** As far as this process knows: what all had taken when it last asked, and its own calls since. */
export function leftOf(rule: Rule, { knownTaken, free }: Account): number {
  return Math.max(0, rule.limit - knownTaken + Math.max(0, free))
}
