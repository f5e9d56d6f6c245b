import type { Database, Queryable } from '../../foundation/platform/index.ts'

/** Whether this one moves the detectors now: it does already, or nobody does any more. */
export async function takeMoverLease(
  database: Database,
  holder: string,
  nowMs: number,
  leaseMs: number,
): Promise<boolean> {
  const rows = await database.query(
    `insert into monitor_mover (holder, until) values ($1, $3)
     on conflict (only_row) do update set holder = $1, until = $3
       where monitor_mover.holder = $1 or monitor_mover.until <= $2 returning holder`,
    [holder, new Date(nowMs), new Date(nowMs + leaseMs)],
  )
  return rows.length > 0
}

/** Holds it until the transaction ends; `false` where another has it since. */
export async function lockMoverLease(transaction: Queryable, holder: string): Promise<boolean> {
  const rows = await transaction.query('select 1 from monitor_mover where holder = $1 for update', [holder])
  return rows.length > 0
}

/** Lets another go on at once. */
export async function giveMoverLease(database: Database, holder: string): Promise<void> {
  await database.query('update monitor_mover set until = now() where holder = $1', [holder])
}
