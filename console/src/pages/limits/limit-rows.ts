import type { Body, ScopeLimits } from '../../api/types.ts'

export const kinds = {
  hard: 'Budget, hard (US$)',
  soft: 'Budget, soft (US$)',
  requests: 'Requests',
  tokens: 'Tokens',
  concurrent: 'Requests at once',
} as const
export type Kind = keyof typeof kinds

export const windows = ['minute', 'hour', 'day', 'week', 'month'] as const
export type Window = (typeof windows)[number]

/** One bound, as the form has it. */
export interface LimitRow {
  readonly kind: Kind
  readonly amount: number | undefined
  readonly per: Window
}

export const firstRow: LimitRow = { kind: 'hard', amount: undefined, per: 'month' }

export function toRows({ rules }: ScopeLimits): LimitRow[] {
  return rules.map(({ measure, kind, limit, per }) => ({
    kind: measure === 'usd' ? kind : measure,
    amount: measure === 'usd' ? limit / 1e9 : limit,
    per: per ?? 'month',
  }))
}

/** What the API takes; `undefined` where a row is not filled in. */
export function toBody(rows: readonly LimitRow[]): Body<'setLimits'> | undefined {
  const limits: NonNullable<Body<'setLimits'>['limits']> = []
  const budgets: NonNullable<Body<'setLimits'>['budgets']> = []
  for (const { kind, amount, per } of rows) {
    if (amount === undefined || !(amount > 0)) return undefined
    if (kind === 'hard' || kind === 'soft') budgets.push({ usd: amount, per, kind })
    else if (kind === 'concurrent') limits.push({ concurrent: amount })
    else limits.push(kind === 'requests' ? { requests: amount, per } : { tokens: amount, per })
  }
  return rows.length === 0 ? undefined : { limits, budgets }
}
