import type { Queryable } from '../../../foundation/platform/index.ts'
import { aliasChannel } from '../registry-context.ts'

/** Tells all processes, once the transaction is committed. */
export async function announceAlias(transaction: Queryable, channel: string, text: string): Promise<void> {
  await transaction.query('SELECT pg_notify($1, $2)', [channel, text.slice(0, 4_000)])
}

/** Has all servers look at once whether what their engines serve still holds, once the transaction is committed. */
export async function announceProofs(transaction: Queryable, tenant: string): Promise<void> {
  await announceAlias(transaction, aliasChannel, tenant)
}
