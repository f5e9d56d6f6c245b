import type { Queryable } from '../../foundation/platform/index.ts'
import type { PseudonymScope } from './pseudonyms.ts'

/** A value as it is stored: what it is can be told only with its key. */
export interface StoredPseudonym extends PseudonymScope {
  readonly name: string
  readonly dataKeyId: string
  readonly sealed: Buffer
  readonly createdAt: Date
}

interface Row {
  readonly tenant: string
  readonly key_id: string
  readonly conversation: string
  readonly placeholder: string
  readonly data_key: string
  readonly sealed: Buffer
  readonly created_at: Date
}

/** Those of a batch whose key is still there; what is stored already stays as it is. */
export async function insertPseudonyms(
  queryable: Queryable,
  pseudonyms: readonly StoredPseudonym[],
): Promise<void> {
  await queryable.query(
    `INSERT INTO pseudonyms (tenant, key_id, conversation, placeholder, data_key, sealed, created_at)
     SELECT * FROM unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::uuid[], $6::bytea[], $7::timestamptz[])
     ON CONFLICT DO NOTHING`,
    [
      pseudonyms.map(one => one.tenant),
      pseudonyms.map(one => one.keyId),
      pseudonyms.map(one => one.conversation),
      pseudonyms.map(one => one.name),
      pseudonyms.map(one => one.dataKeyId),
      pseudonyms.map(one => one.sealed),
      pseudonyms.map(one => one.createdAt),
    ],
  )
}

/** Those of one scope, or of a whole conversation where no key is named; with `names` only these. */
export async function findPseudonyms(
  queryable: Queryable,
  scope: { readonly tenant: string; readonly conversation: string; readonly keyId?: string | undefined },
  limit: number,
  names?: readonly string[],
): Promise<StoredPseudonym[]> {
  const rows = await queryable.query<Row>(
    `SELECT * FROM pseudonyms WHERE tenant = $1 AND conversation = $2 AND ($3::text IS NULL OR key_id = $3)
       AND ($4::text[] IS NULL OR placeholder = ANY($4)) ORDER BY created_at, placeholder LIMIT $5`,
    [scope.tenant, scope.conversation, scope.keyId ?? null, names ?? null, limit],
  )
  return rows.map(row => ({
    tenant: row.tenant,
    keyId: row.key_id,
    conversation: row.conversation,
    name: row.placeholder,
    dataKeyId: row.data_key,
    sealed: row.sealed,
    createdAt: row.created_at,
  }))
}

/** Deletes some of those from before then, and of those whose key was shredded; returns how many, at most `limit`. */
export async function deletePseudonyms(queryable: Queryable, before: Date, limit: number): Promise<number> {
  const rows = await queryable.query(
    `DELETE FROM pseudonyms WHERE ctid IN (
       SELECT p.ctid FROM pseudonyms p JOIN data_keys k ON k.id = p.data_key
       WHERE p.created_at < $1 OR k.shredded_at IS NOT NULL LIMIT $2) RETURNING 1`,
    [before, limit],
  )
  return rows.length
}
