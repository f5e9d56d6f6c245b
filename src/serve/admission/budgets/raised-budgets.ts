import type { Database } from '../../../foundation/platform/index.ts'
import { readRaised } from './ledger-store.ts'
import type { RuleBook } from './rule-book.ts'
import { type Scope, toRules, windowOf } from './rule.ts'

/** A budget that is nearly or wholly spent in the window that is running. */
export interface RaisedBudget {
  readonly scope: Scope
  readonly id: string
  readonly per: string
  readonly kind: 'hard' | 'soft'
  readonly limitNanoUsd: number
  readonly spentNanoUsd: number
  /** The threshold that was reached. */
  readonly percent: number
  readonly endsAtMs: number
}

/** What `createBudgetAlerts` of any process has told of and still holds. */
export async function readRaisedBudgets(
  database: Database,
  book: RuleBook,
  nowMs = Date.now(),
): Promise<RaisedBudget[]> {
  const rules = book
    .all()
    .flatMap(scope => toRules(scope.scope, scope.id, scope))
    .filter(({ measure }) => measure === 'usd')
    .map(rule => ({ rule, window: windowOf(rule, nowMs) }))
  if (rules.length === 0) return []
  const raised = await readRaised(
    database,
    rules.map(({ window }) => window.name),
  )
  return rules.flatMap(({ rule, window }) => {
    const found = raised.find(({ name, limitNanoUsd }) => name === window.name && limitNanoUsd === rule.limit)
    if (!found) return []
    return [
      {
        scope: rule.scope,
        id: rule.id,
        per: rule.per ?? '',
        kind: rule.kind,
        limitNanoUsd: rule.limit,
        spentNanoUsd: found.spent,
        percent: found.percent,
        endsAtMs: window.endsAtMs,
      },
    ]
  })
}
