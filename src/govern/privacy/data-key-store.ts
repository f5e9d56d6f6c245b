import type { Queryable } from '../../foundation/platform/index.ts'
import type { DataKeyDescription, KeyPurpose } from './data-key.ts'

/** Where processes tell each other that the keys of a tenant have changed; the payload is a `KeyChange`. */
export const keysChannel = 'slipway_data_keys'

export interface KeyChange {
  readonly tenant: string
  readonly purpose: KeyPurpose
  /** The key that is gone, where one is. */
  readonly shredded?: string | undefined
}

/** A key as it is stored; `wrapped` is gone once it was shredded. */
export interface StoredKey extends DataKeyDescription {
  readonly wrapped: Buffer | undefined
}

interface Row {
  readonly id: string
  readonly tenant: string
  readonly purpose: KeyPurpose
  readonly period: string
  readonly generation: number
  readonly master_key_id: string
  readonly wrapped: Buffer | null
  readonly created_at: Date
  readonly shredded_at: Date | null
}

/** Stores it where no other has the same place; `false` where one has. */
export async function insertKey(queryable: Queryable, key: StoredKey): Promise<boolean> {
  const rows = await queryable.query(
    `INSERT INTO data_keys (id, tenant, purpose, period, generation, master_key_id, wrapped, created_at)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
     ON CONFLICT (tenant, purpose, period, generation) DO NOTHING RETURNING id`,
    [
      key.id,
      key.tenant,
      key.purpose,
      key.period,
      key.generation,
      key.masterKeyId,
      key.wrapped ?? null,
      key.createdAt,
    ],
  )
  return rows.length > 0
}

export interface KeyFilter {
  readonly tenant?: string | undefined
  readonly purpose?: KeyPurpose | undefined
}

/** The newest first. */
export async function listKeys(queryable: Queryable, filter: KeyFilter, limit: number): Promise<StoredKey[]> {
  const rows = await queryable.query<Row>(
    `SELECT * FROM data_keys WHERE ($1::text IS NULL OR tenant = $1) AND ($2::text IS NULL OR purpose = $2)
     ORDER BY period DESC, generation DESC, tenant, purpose LIMIT $3`,
    [filter.tenant ?? null, filter.purpose ?? null, limit],
  )
  return rows.map(toKey)
}

/** Of each tenant and purpose the newest that is not shredded. */
export async function listNewestKeys(queryable: Queryable, limit: number): Promise<StoredKey[]> {
  const rows = await queryable.query<Row>(
    `SELECT DISTINCT ON (tenant, purpose) * FROM data_keys WHERE shredded_at IS NULL
     ORDER BY tenant, purpose, period DESC, generation DESC LIMIT $1`,
    [limit],
  )
  return rows.map(toKey)
}

export async function findKey(queryable: Queryable, id: string): Promise<StoredKey | undefined> {
  const [row] = await queryable.query<Row>('SELECT * FROM data_keys WHERE id = $1', [id])
  return row && toKey(row)
}

/** Those that another master key than this has wrapped. */
export async function listKeysOfOtherMasters(
  queryable: Queryable,
  masterKeyId: string,
): Promise<StoredKey[]> {
  const rows = await queryable.query<Row>(
    'SELECT * FROM data_keys WHERE shredded_at IS NULL AND master_key_id <> $1 ORDER BY id',
    [masterKeyId],
  )
  return rows.map(toKey)
}

export async function rewrapKey(
  queryable: Queryable,
  key: { readonly id: string; readonly masterKeyId: string; readonly wrapped: Buffer },
): Promise<void> {
  await queryable.query(
    `UPDATE data_keys SET master_key_id = $2, wrapped = $3 WHERE id = $1 AND shredded_at IS NULL`,
    [key.id, key.masterKeyId, key.wrapped],
  )
}

/** Takes the wrapped key away; `false` where it was gone already. */
export async function shredKey(queryable: Queryable, id: string, at: Date): Promise<boolean> {
  const rows = await queryable.query(
    `UPDATE data_keys SET wrapped = NULL, shredded_at = $2 WHERE id = $1 AND shredded_at IS NULL RETURNING id`,
    [id, at],
  )
  return rows.length > 0
}

export async function announceKeys(queryable: Queryable, change: KeyChange): Promise<void> {
  await queryable.query('SELECT pg_notify($1, $2)', [keysChannel, JSON.stringify(change)])
}

function toKey(row: Row): StoredKey {
  return {
    id: row.id,
    tenant: row.tenant,
    purpose: row.purpose,
    period: row.period,
    generation: row.generation,
    masterKeyId: row.master_key_id,
    wrapped: row.wrapped ?? undefined,
    createdAt: row.created_at,
    shreddedAt: row.shredded_at ?? undefined,
  }
}
