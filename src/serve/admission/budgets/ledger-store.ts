import type { Queryable } from '../../../foundation/platform/index.ts'

/** What an inference used and cost, on its way into the ledger. */
export interface LedgerEntry {
  readonly id: string
  readonly at: string
  readonly request_id: string
  readonly tenant: string
  readonly key_id: string
  readonly service: string
  readonly target: string | null
  readonly model: string | null
  readonly cost_nano_usd: number | null
  readonly usage: unknown
  readonly is_estimate: boolean
  readonly is_interrupted: boolean
}

/** What the entries of a batch used of one window. */
export interface WindowUse {
  readonly name: string
  readonly used: number
  readonly ends_at: string
}

export interface WindowTotal {
  readonly name: string
  readonly spent: number
  readonly leased: number
}

/** The ids that were not in the ledger yet. */
export async function insertEntries(
  transaction: Queryable,
  entries: readonly LedgerEntry[],
): Promise<ReadonlySet<string>> {
  const rows = await transaction.query<{ id: string }>(
    `INSERT INTO ledger_entries
       (id, at, request_id, tenant, key_id, service, target, model, cost_nano_usd, usage, is_estimate, is_interrupted)
     SELECT id, at, request_id, tenant, key_id, service, target, model, cost_nano_usd, usage, is_estimate, is_interrupted
       FROM json_to_recordset($1) AS entry (id uuid, at timestamptz, request_id text, tenant text, key_id text, service text,
         target text, model text, cost_nano_usd bigint, usage json, is_estimate boolean, is_interrupted boolean)
     ON CONFLICT (id) DO NOTHING
     RETURNING id`,
    [JSON.stringify(entries)],
  )
  return new Set(rows.map(({ id }) => id))
}

/** Makes the windows where they are new and locks them in the order of their names, as everybody does. */
export async function lockWindows(
  transaction: Queryable,
  windows: readonly { readonly name: string; readonly ends_at: string }[],
): Promise<WindowTotal[]> {
  await transaction.query(
    `INSERT INTO admission_windows (name, ends_at)
     SELECT name, ends_at FROM json_to_recordset($1) AS window_row (name text, ends_at timestamptz)
     ORDER BY name ON CONFLICT DO NOTHING`,
    [JSON.stringify(windows)],
  )
  const names = windows.map(({ name }) => name)
  await transaction.query('SELECT FROM admission_windows WHERE name = ANY ($1) ORDER BY name FOR UPDATE', [
    names,
  ])
  // a statement of its own: one that had to wait for the lock still sees the leases of before it waited
  return await readTotals(transaction, names)
}

/** Moves what was used from the lease of its process to what is spent; the windows are locked. */
export async function moveToSpent(
  transaction: Queryable,
  replica: string,
  uses: readonly WindowUse[],
): Promise<void> {
  const json = JSON.stringify(uses)
  await transaction.query(
    `UPDATE admission_windows SET spent = spent + used
       FROM json_to_recordset($1) AS use (name text, used bigint)
      WHERE admission_windows.name = use.name`,
    [json],
  )
  // a call may have used more than was set aside for it
  await transaction.query(
    `UPDATE admission_leases SET amount = greatest(0, amount - used)
       FROM json_to_recordset($1) AS use (name text, used bigint)
      WHERE window_name = use.name AND replica = $2`,
    [json, replica],
  )
}

/** Whether this process is the first to see that budget at that share. */
export async function raiseAlert(
  database: Queryable,
  name: string,
  limitNanoUsd: number,
  percent: number,
): Promise<boolean> {
  const rows = await database.query(
    `INSERT INTO admission_alerts (window_name, limit_nano_usd, percent) VALUES ($1, $2, $3)
     ON CONFLICT DO NOTHING RETURNING percent`,
    [name, limitNanoUsd, percent],
  )
  return rows.length > 0
}

export async function readTotals(database: Queryable, names: readonly string[]): Promise<WindowTotal[]> {
  return await database.query<WindowTotal>(
    `SELECT name, spent,
            (SELECT coalesce(sum(amount), 0)::bigint FROM admission_leases WHERE window_name = name) AS leased
       FROM admission_windows WHERE name = ANY ($1)`,
    [names],
  )
}

export interface RaisedThreshold {
  readonly name: string
  readonly limitNanoUsd: number
  readonly percent: number
  readonly spent: number
}

/** The highest share of each budget of these windows that was told of. */
export async function readRaised(database: Queryable, names: readonly string[]): Promise<RaisedThreshold[]> {
  const rows = await database.query<{
    window_name: string
    limit_nano_usd: number
    percent: number
    spent: number
  }>(
    `SELECT window_name, limit_nano_usd, max(percent) AS percent, max(spent) AS spent
       FROM admission_alerts JOIN admission_windows ON name = window_name
      WHERE window_name = ANY ($1) GROUP BY window_name, limit_nano_usd`,
    [names],
  )
  return rows.map(row => ({
    name: row.window_name,
    limitNanoUsd: Number(row.limit_nano_usd),
    percent: row.percent,
    spent: Number(row.spent),
  }))
}
