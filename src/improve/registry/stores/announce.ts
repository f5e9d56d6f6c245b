import type { Queryable } from '../../../foundation/platform/index.ts'

/** Tells all processes, once the transaction is committed. */
export async function announceAlias(transaction: Queryable, channel: string, text: string): Promise<void> {
  await transaction.query('SELECT pg_notify($1, $2)', [channel, text.slice(0, 4_000)])
}
