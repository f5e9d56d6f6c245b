import type { BudgetConfig, LimitConfig } from '../../../foundation/config/index.ts'
import type { Queryable } from '../../../foundation/platform/index.ts'
import type { Scope } from './rule.ts'

/** The channel on which processes learn that limits or budgets were set. */
export const rulesChannel = 'slipway_admission_rules'

export interface StoredRules {
  readonly scope: Scope
  readonly id: string
  readonly limits: readonly LimitConfig[]
  readonly budgets: readonly BudgetConfig[]
  readonly updated_at: Date
}

export async function readRules(database: Queryable): Promise<StoredRules[]> {
  return await database.query<StoredRules>(
    'SELECT scope, id, limits, budgets, updated_at FROM admission_rules ORDER BY scope, id',
  )
}

export async function writeRules(database: Queryable, rules: Omit<StoredRules, 'updated_at'>): Promise<void> {
  await database.query(
    `INSERT INTO admission_rules (scope, id, limits, budgets, updated_at) VALUES ($1, $2, $3, $4, now())
     ON CONFLICT (scope, id) DO UPDATE SET limits = $3, budgets = $4, updated_at = now()`,
    [rules.scope, rules.id, JSON.stringify(rules.limits), JSON.stringify(rules.budgets)],
  )
  await database.query('SELECT pg_notify($1, $2)', [rulesChannel, ''])
}

export async function deleteRules(database: Queryable, scope: Scope, id: string): Promise<void> {
  await database.query('DELETE FROM admission_rules WHERE scope = $1 AND id = $2', [scope, id])
  await database.query('SELECT pg_notify($1, $2)', [rulesChannel, ''])
}
