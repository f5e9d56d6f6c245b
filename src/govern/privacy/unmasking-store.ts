import type { Queryable } from '../../foundation/platform/index.ts'
import type { Unmasking } from './unmasking.ts'

export async function insertUnmasking(queryable: Queryable, unmasking: Unmasking): Promise<void> {
  await queryable.query(
    `INSERT INTO unmaskings (id, at, actor, actor_name, tenant, conversation, key_id, reason, shown)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)`,
    [
      unmasking.id,
      unmasking.at,
      unmasking.actor,
      unmasking.actorName,
      unmasking.tenant,
      unmasking.conversation,
      unmasking.keyId ?? null,
      unmasking.reason,
      unmasking.shown,
    ],
  )
}

/** The newest first; of one tenant, or of all. */
export async function listUnmaskings(
  queryable: Queryable,
  filter: {
    readonly tenant: string | undefined
    readonly cursor: string | undefined
    readonly limit: number
  },
): Promise<Unmasking[]> {
  const rows = await queryable.query<{
    id: string
    at: Date
    actor: string
    actor_name: string
    tenant: string
    conversation: string
    key_id: string | null
    reason: string
    shown: number
  }>(
    `SELECT * FROM unmaskings WHERE ($1::text IS NULL OR tenant = $1) AND ($2::uuid IS NULL OR id < $2)
     ORDER BY id DESC LIMIT $3`,
    [filter.tenant ?? null, filter.cursor ?? null, filter.limit],
  )
  return rows.map(row => ({
    id: row.id,
    at: row.at,
    actor: row.actor,
    actorName: row.actor_name,
    tenant: row.tenant,
    conversation: row.conversation,
    keyId: row.key_id ?? undefined,
    reason: row.reason,
    shown: row.shown,
  }))
}
