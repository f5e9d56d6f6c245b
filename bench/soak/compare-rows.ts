import pg from 'pg'
import type { Seen } from './crowd.ts'

export interface Rows {
  readonly ledgerEntries: number
  readonly inferences: number
  /** Requests whose answer a client saw, and that have no entry in the ledger. */
  readonly answeredWithoutEntry: number
  /** Requests of which a client knows the id, and that have no row. */
  readonly withoutInference: number
  readonly entriesTwice: number
  /** What processes still hold of limits and budgets. */
  readonly leased: number
  /** Nano-dollars: of the windows of the tenant's month, and of the entries that count in them. */
  readonly windowNanoUsd: number
  readonly entriesNanoUsd: number
}

export async function compareRows(databaseUrl: string, seen: readonly Seen[]): Promise<Rows> {
  const client = new pg.Client(databaseUrl)
  await client.connect()
  const number = async (sql: string): Promise<number> =>
    Number((await client.query<{ n: string }>(sql)).rows[0]?.n)
  const ids = async (table: string): Promise<Set<string>> =>
    new Set((await client.query<{ id: string }>(`SELECT id FROM ${table}`)).rows.map(({ id }) => id))
  try {
    const [entries, inferences] = [await ids('ledger_entries'), await ids('inferences')]
    return {
      ledgerEntries: entries.size,
      inferences: inferences.size,
      answeredWithoutEntry: seen.filter(({ id, isAnswered }) => isAnswered && !entries.has(id)).length,
      withoutInference: seen.filter(({ id }) => !inferences.has(id)).length,
      entriesTwice: (await number('SELECT count(*) AS n FROM ledger_entries')) - entries.size,
      leased: await number('SELECT coalesce(sum(amount), 0) AS n FROM admission_leases'),
      windowNanoUsd: await number(
        `SELECT coalesce(sum(spent), 0) AS n FROM admission_windows WHERE name LIKE 'tenant:crowd/usd/month/%'`,
      ),
      entriesNanoUsd: await number(
        `SELECT coalesce(sum(cost_nano_usd), 0) AS n FROM ledger_entries WHERE tenant = 'crowd'`,
      ),
    }
  } finally {
    await client.end()
  }
}
