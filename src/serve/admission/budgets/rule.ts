import type { BudgetConfig, LimitConfig, WindowName } from '../../../foundation/config/index.ts'
import { type TimeWindow, windowAt } from './window.ts'

export const scopes = ['tenant', 'key', 'service'] as const
export type Scope = (typeof scopes)[number]

export const measures = ['requests', 'tokens', 'usd', 'concurrent'] as const
/** What is counted; dollars are counted in nano-dollars. */
export type Measure = (typeof measures)[number]

/** One bound of one tenant, key or service. */
export interface Rule {
  readonly scope: Scope
  readonly id: string
  readonly measure: Measure
  /** Requests, tokens, nano-dollars, or requests under way. */
  readonly limit: number
  /** `undefined` for what is under way, which no window ends. */
  readonly per: WindowName | undefined
  /** A soft one lets pass and tells. */
  readonly kind: 'hard' | 'soft'
}

/** What a scope declares. */
export interface Declared {
  readonly limits?: readonly LimitConfig[] | undefined
  readonly budgets?: readonly BudgetConfig[] | undefined
}

export function toRules(scope: Scope, id: string, { limits = [], budgets = [] }: Declared): Rule[] {
  const common = { scope, id } as const
  return [
    ...limits.map((limit): Rule => {
      if ('concurrent' in limit)
        return { ...common, measure: 'concurrent', limit: limit.concurrent, per: undefined, kind: 'hard' }
      return 'requests' in limit
        ? { ...common, measure: 'requests', limit: limit.requests, per: limit.per, kind: 'hard' }
        : { ...common, measure: 'tokens', limit: limit.tokens, per: limit.per, kind: 'hard' }
    }),
    ...budgets.map(({ usd, per, kind }): Rule => {
      // exact: the schema demands at most 6 decimals, so the product is a whole number but for its last bits
      const limit = Math.round(usd * 1_000_000) * 1_000
      return { ...common, measure: 'usd', limit, per, kind }
    }),
  ]
}

const endless: TimeWindow = { name: 'now', startsAtMs: 0, endsAtMs: Date.UTC(9999, 0) }

/** The window that a rule counts in at that moment. */
export function windowOf({ scope, id, measure, per }: Rule, nowMs: number): TimeWindow {
  const window = per === undefined ? endless : windowAt(per, nowMs)
  return { ...window, name: `${scope}:${id}/${measure}/${window.name}` }
}
