import type { Queryable } from '../../../foundation/platform/index.ts'
import type { SigningKey } from './signing-key.ts'

interface KeyRow {
  id: string
  tenant: string
  name: string
  kind: 'own' | 'trusted'
  public_key: string
  sealed: Buffer | null
  data_key: string | null
  author: string
  created_at: Date
  retired_at: Date | null
  revoked_at: Date | null
  revoked_by: string | null
  reason: string | null
}

/** The private key as it is stored. */
export interface SealedPrivateKey {
  readonly keyId: string
  readonly bytes: Buffer
}

export interface StoredSigningKey extends SigningKey {
  readonly sealed: SealedPrivateKey | undefined
}

const toKey = (row: KeyRow): StoredSigningKey => ({
  id: row.id,
  tenant: row.tenant,
  name: row.name,
  kind: row.kind,
  publicKey: row.public_key,
  author: row.author,
  createdAt: row.created_at,
  retiredAt: row.retired_at ?? undefined,
  revokedAt: row.revoked_at ?? undefined,
  revokedBy: row.revoked_by ?? undefined,
  reason: row.reason ?? undefined,
  sealed: row.sealed && row.data_key ? { keyId: row.data_key, bytes: row.sealed } : undefined,
})

/** `false` where the tenant has the key, its name, or another key that signs. */
export async function insertSigningKey(queryable: Queryable, key: StoredSigningKey): Promise<boolean> {
  const rows = await queryable.query(
    `INSERT INTO signing_keys (id, tenant, name, kind, public_key, sealed, data_key, author, created_at)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) ON CONFLICT DO NOTHING RETURNING id`,
    [
      key.id,
      key.tenant,
      key.name,
      key.kind,
      key.publicKey,
      key.sealed?.bytes ?? null,
      key.sealed?.keyId ?? null,
      key.author,
      key.createdAt,
    ],
  )
  return rows.length > 0
}

/** All of a tenant, the newest first. */
export async function listSigningKeys(queryable: Queryable, tenant: string): Promise<StoredSigningKey[]> {
  const rows = await queryable.query<KeyRow>(
    'SELECT * FROM signing_keys WHERE tenant = $1 ORDER BY created_at DESC, id LIMIT 1000',
    [tenant],
  )
  return rows.map(toKey)
}

/** The own key that signs now. */
export async function findCurrentKey(
  queryable: Queryable,
  tenant: string,
): Promise<StoredSigningKey | undefined> {
  const [row] = await queryable.query<KeyRow>(
    `SELECT * FROM signing_keys WHERE tenant = $1 AND kind = 'own' AND retired_at IS NULL AND revoked_at IS NULL`,
    [tenant],
  )
  return row && toKey(row)
}

/** The private key of a key that signs nothing any more is not kept. */
export async function retireSigningKey(
  queryable: Queryable,
  { tenant, id, at }: { readonly tenant: string; readonly id: string; readonly at: Date },
): Promise<void> {
  await queryable.query(
    `UPDATE signing_keys SET retired_at = $3, sealed = NULL, data_key = NULL WHERE tenant = $1 AND id = $2 AND retired_at IS NULL`,
    [tenant, id, at],
  )
}

export async function revokeSigningKey(
  queryable: Queryable,
  revoked: {
    readonly tenant: string
    readonly id: string
    readonly at: Date
    readonly by: string
    readonly reason: string
  },
): Promise<boolean> {
  const rows = await queryable.query(
    `UPDATE signing_keys SET revoked_at = $3, revoked_by = $4, reason = $5, sealed = NULL, data_key = NULL
     WHERE tenant = $1 AND id = $2 AND revoked_at IS NULL RETURNING id`,
    [revoked.tenant, revoked.id, revoked.at, revoked.by, revoked.reason],
  )
  return rows.length > 0
}
