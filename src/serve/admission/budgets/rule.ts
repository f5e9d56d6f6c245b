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
  /** The least soft budget of the same window: reaching it is told, and nothing is refused for it. */
  readonly softLimit?: number | undefined
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

/**
 * One rule for each window. A scope may have several bounds of one window – a soft budget below a hard one, one in the
 * file and one set through the API – and what a request takes of that window must count once: the tightest hard one holds.
 */
export function tightestOfEach(rules: readonly Rule[]): Rule[] {
  const byWindow = new Map<string, Rule>()
  for (const rule of rules) {
    const window = `${rule.scope}:${rule.id}/${rule.measure}/${rule.per ?? 'now'}`
    const own: Rule = rule.kind === 'soft' ? { ...rule, softLimit: rule.limit } : rule
    const before = byWindow.get(window)
    byWindow.set(window, before ? tighter(before, own) : own)
  }
  return [...byWindow.values()]
}

function tighter(one: Rule, other: Rule): Rule {
  const softLimits = [one.softLimit, other.softLimit].filter(limit => limit !== undefined)
  const isOther = one.kind === other.kind ? other.limit < one.limit : other.kind === 'hard'
  return {
    ...(isOther ? other : one),
    softLimit: softLimits.length > 0 ? Math.min(...softLimits) : undefined,
  }
}

const endless: TimeWindow = { name: 'now', startsAtMs: 0, endsAtMs: Date.UTC(9999, 0) }

/** The window that a rule counts in at that moment. */
export function windowOf({ scope, id, measure, per }: Rule, nowMs: number): TimeWindow {
  const window = per === undefined ? endless : windowAt(per, nowMs)
  return { ...window, name: `${scope}:${id}/${measure}/${window.name}` }
}
