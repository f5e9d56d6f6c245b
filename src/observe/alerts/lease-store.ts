import type { Queryable } from '../../foundation/platform/index.ts'

export const evaluatorTable = 'alert_evaluator'

/** Notes when was evaluated, and holds the lease until the transaction ends; `false` where another has taken it since. */
export async function lockLease(transaction: Queryable, holder: string, now: Date): Promise<boolean> {
  const rows = await transaction.query(
    'update alert_evaluator set evaluated_at = $2 where holder = $1 returning holder',
    [holder, now],
  )
  return rows.length > 0
}
