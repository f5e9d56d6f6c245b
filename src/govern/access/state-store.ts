import type { Queryable } from '../../foundation/platform/index.ts'

/** The channel on which replicas learn that keys or tenants have changed. */
export const accessChannel = 'slipway_access'

/** Holds off every other change of access until the transaction ends. */
export async function lockState(transaction: Queryable): Promise<void> {
  await transaction.query('SELECT revision FROM access_state FOR UPDATE')
}

/** All that the transaction reads is of one moment. The first statement of it. */
export async function holdOneView(transaction: Queryable): Promise<void> {
  await transaction.query('SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY')
}

/** Raises the revision and tells every replica, both when the transaction commits. */
export async function announceChange(transaction: Queryable): Promise<void> {
  await transaction.query('UPDATE access_state SET revision = revision + 1')
  await transaction.query('SELECT pg_notify($1, $2)', [accessChannel, ''])
}

export async function readState(
  database: Queryable,
): Promise<{ revision: number; sessionSecret: string | undefined }> {
  const [row] = await database.query<{ revision: number; session_secret: string | null }>(
    'SELECT revision, session_secret FROM access_state',
  )
  if (!row) throw new Error('The table access_state has lost its only row.')
  return { revision: row.revision, sessionSecret: row.session_secret ?? undefined }
}

/** Keeps the first secret that any replica offers, and returns it. */
export async function offerSessionSecret(database: Queryable, offered: string): Promise<string> {
  await database.query('UPDATE access_state SET session_secret = $1 WHERE session_secret IS NULL', [offered])
  const { sessionSecret } = await readState(database)
  if (sessionSecret === undefined) throw new Error('The session secret was not stored.')
  return sessionSecret
}
