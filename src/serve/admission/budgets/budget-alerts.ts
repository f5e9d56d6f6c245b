import type { Database, Logger } from '../../../foundation/platform/index.ts'
import type { Audit } from '../../../govern/audit/index.ts'
import { raiseAlert, type WindowTotal } from './ledger-store.ts'
import { dollars } from './refusals.ts'
import { type Rule, toRules, windowOf } from './rule.ts'
import type { RuleBook } from './rule-book.ts'

/** Shares of a budget, in percent, that are told of. */
const thresholds = [100, 80] as const

/**
 * Tells when a budget, soft or hard, is nearly or wholly spent: once for each budget, threshold and window, whichever process
 * sees it first. Writes to the log and to the audit trail.
 */
export function createBudgetAlerts(options: {
  readonly book: RuleBook
  readonly database: Database
  readonly audit: Audit
  readonly logger: Logger
}): (totals: readonly WindowTotal[]) => void {
  const { book, database, audit, logger } = options
  /** What this process knows to have been told, so that Postgres is not asked with every batch. */
  const told = new Set<string>()

  async function tell(rule: Rule, { name, spent }: WindowTotal, percent: number): Promise<void> {
    if (!(await raiseAlert(database, name, rule.limit, percent))) return
    const budget = {
      window: name,
      limit: dollars(rule.limit),
      spent: dollars(spent),
      kind: rule.kind,
      percent,
    }
    logger.warn(budget, 'A budget has reached a threshold.')
    await audit.record({
      actor: { id: 'system', name: 'budgets' },
      action: 'budget:threshold',
      subject: `budget:${name}`,
      tenant: rule.scope === 'tenant' ? rule.id : undefined,
      after: budget,
    })
  }

  return totals => {
    const budgets = totals.filter(({ name }) => name.includes('/usd/'))
    if (budgets.length === 0) return
    const now = Date.now()
    const rules = book.all().flatMap(scope => toRules(scope.scope, scope.id, scope))
    for (const total of budgets) {
      for (const rule of rules) {
        if (rule.measure !== 'usd' || windowOf(rule, now).name !== total.name) continue
        const percent = thresholds.find(threshold => total.spent * 100 >= rule.limit * threshold)
        const name = `${total.name} ${rule.limit} ${percent}`
        if (percent === undefined || told.has(name)) continue
        if (told.size > 10_000) told.clear()
        told.add(name)
        tell(rule, total, percent).catch(error => {
          told.delete(name)
          logger.warn({ err: error }, 'A threshold of a budget could not be recorded.')
        })
      }
    }
  }
}
