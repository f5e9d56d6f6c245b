import type { Queryable } from '../../../foundation/platform/index.ts'

/** The channel on which a process asks the others for what they do not need of a window. */
export const recallChannel = 'slipway_admission_recall'

/** A process that was not seen for this long is gone: what it had under way is no longer under way. */
const goneAfter = '15 seconds'

export async function announceReplica(database: Queryable, replica: string): Promise<void> {
  await database.query(
    `INSERT INTO admission_replicas (id, seen_at) VALUES ($1, now())
     ON CONFLICT (id) DO UPDATE SET seen_at = now()`,
    [replica],
  )
}

export async function countReplicas(database: Queryable): Promise<number> {
  const [row] = await database.query<{ count: number }>(
    `SELECT count(*) AS count FROM admission_replicas WHERE seen_at > now() - interval '${goneAfter}'`,
  )
  return Math.max(1, row?.count ?? 1)
}

/** What processes that are gone held of what is under way now is free; money they held stays taken. */
export async function freeSlotsOfTheGone(transaction: Queryable, windows: readonly string[]): Promise<void> {
  await transaction.query(
    `DELETE FROM admission_leases USING admission_replicas
      WHERE window_name = ANY ($1) AND replica = id AND seen_at < now() - interval '${goneAfter}'`,
    [windows],
  )
}

/** Adds to the leases of a process; the windows are locked. Negative amounts give back. */
export async function changeLeases(
  transaction: Queryable,
  replica: string,
  changes: readonly { readonly name: string; readonly amount: number }[],
): Promise<void> {
  await transaction.query(
    `INSERT INTO admission_leases (window_name, replica, amount)
     SELECT name, $1, amount FROM json_to_recordset($2) AS change (name text, amount bigint)
     ON CONFLICT (window_name, replica) DO UPDATE SET amount = greatest(0, admission_leases.amount + excluded.amount)`,
    [replica, JSON.stringify(changes)],
  )
}

/** Gives back part of what a process holds; windows that are gone are skipped. */
export async function giveBackLeases(
  database: Queryable,
  replica: string,
  changes: readonly { readonly name: string; readonly amount: number }[],
): Promise<void> {
  await database.query(
    `UPDATE admission_leases SET amount = greatest(0, admission_leases.amount - change.amount)
       FROM json_to_recordset($2) AS change (name text, amount bigint)
      WHERE window_name = name AND replica = $1`,
    [replica, JSON.stringify(changes)],
  )
}

/** A process whose journal is in the ledger holds nothing any more. */
export async function dropReplica(database: Queryable, replica: string): Promise<void> {
  await database.query('DELETE FROM admission_replicas WHERE id = $1', [replica])
}

export async function recall(database: Queryable, windows: readonly string[]): Promise<void> {
  await database.query('SELECT pg_notify($1, $2)', [recallChannel, JSON.stringify(windows)])
}

/** Windows that ended long ago, so that no late entry belongs to them; processes that hold nothing and are gone. */
export async function dropOldWindows(database: Queryable): Promise<void> {
  await database.query(`DELETE FROM admission_windows WHERE ends_at < now() - interval '40 days'`)
  await database.query(
    `DELETE FROM admission_replicas WHERE seen_at < now() - interval '40 days'
      AND NOT EXISTS (SELECT FROM admission_leases WHERE replica = id AND amount > 0)`,
  )
}

/** What Postgres says this process holds. */
export async function ownLeases(
  database: Queryable,
  replica: string,
): Promise<{ name: string; amount: number }[]> {
  return await database.query(
    'SELECT window_name AS name, amount FROM admission_leases WHERE replica = $1 AND amount > 0',
    [replica],
  )
}
