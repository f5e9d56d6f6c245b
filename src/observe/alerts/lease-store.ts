import type { Database, Queryable } from '../../foundation/platform/index.ts'

/** Whether this one evaluates now: it does already, or nobody does any more. */
export async function takeLease(
  database: Database,
  holder: string,
  nowMs: number,
  leaseMs: number,
): Promise<boolean> {
  const rows = await database.query(
    `insert into alert_evaluator (holder, until) values ($1, $3)
     on conflict (only_row) do update set holder = $1, until = $3
       where alert_evaluator.holder = $1 or alert_evaluator.until <= $2 returning holder`,
    [holder, new Date(nowMs), new Date(nowMs + leaseMs)],
  )
  return rows.length > 0
}

/** Holds the lease until the transaction ends; `false` where another has taken it since. */
export async function lockLease(transaction: Queryable, holder: string, now: Date): Promise<boolean> {
  const rows = await transaction.query(
    'update alert_evaluator set evaluated_at = $2 where holder = $1 returning holder',
    [holder, now],
  )
  return rows.length > 0
}

/** Lets another go on at once. */
export async function giveLease(database: Database, holder: string): Promise<void> {
  await database.query('update alert_evaluator set until = now() where holder = $1', [holder])
}
