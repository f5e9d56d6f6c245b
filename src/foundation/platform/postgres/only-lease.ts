import type { Database, Queryable } from '../database.ts'

/** Who does what only one over all replicas may do. */
export interface OnlyLease {
  /** Whether this one does it now: it does already, or nobody does any more. */
  take(nowMs: number, leaseMs: number): Promise<boolean>
  /** Holds it until the transaction ends; `false` where another has it since. */
  lock(transaction: Queryable): Promise<boolean>
  /** Lets another go on at once. */
  give(): Promise<void>
}

/** A lease in a table of one row: `only_row` (its key), `holder`, `until`. The name of the table is put in as it is. */
export function createOnlyLease(database: Database, table: string, holder: string): OnlyLease {
  return {
    async take(nowMs, leaseMs) {
      const rows = await database.query(
        `insert into ${table} (holder, until) values ($1, $3)
         on conflict (only_row) do update set holder = $1, until = $3
           where ${table}.holder = $1 or ${table}.until <= $2 returning holder`,
        [holder, new Date(nowMs), new Date(nowMs + leaseMs)],
      )
      return rows.length > 0
    },
    async lock(transaction) {
      const rows = await transaction.query(`select 1 from ${table} where holder = $1 for update`, [holder])
      return rows.length > 0
    },
    async give() {
      await database.query(`update ${table} set until = now() where holder = $1`, [holder])
    },
  }
}
