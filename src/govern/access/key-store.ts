import type { Queryable } from '../../foundation/platform/index.ts'
import type { Key } from './key.ts'
import type { Role } from './principal.ts'

interface Row {
  id: string
  name: string
  hash: string
  prefix: string
  role: Role
  tenant: string | null
  services: string[] | null
  created_at: Date
  created_by: string
  expires_at: Date | null
  revoked_at: Date | null
  last_used_at: Date | null
  is_bootstrap: boolean
}

/** Keys that open something: not revoked, their tenant not disabled. They may have expired. */
export async function readLiveKeys(database: Queryable): Promise<{ key: Key; hash: string }[]> {
  const rows = await database.query<Row>(
    `SELECT access_keys.* FROM access_keys LEFT JOIN tenants ON tenants.id = access_keys.tenant
     WHERE access_keys.revoked_at IS NULL AND tenants.disabled_at IS NULL`,
  )
  return rows.map(row => ({ key: toKey(row), hash: row.hash }))
}

/** Newest first. */
export async function listKeys(
  database: Queryable,
  filter: { tenant?: string | undefined; cursor?: string | undefined; limit: number },
): Promise<Key[]> {
  const rows = await database.query<Row>(
    `SELECT * FROM access_keys
     WHERE ($1::text IS NULL OR tenant = $1) AND ($2::uuid IS NULL OR id < $2)
     ORDER BY id DESC LIMIT $3`,
    [filter.tenant ?? null, filter.cursor ?? null, filter.limit],
  )
  return rows.map(toKey)
}

export async function findKey(database: Queryable, id: string): Promise<Key | undefined> {
  const [row] = await database.query<Row>('SELECT * FROM access_keys WHERE id = $1', [id])
  return row && toKey(row)
}

export async function findKeyByHash(database: Queryable, hash: string): Promise<Key | undefined> {
  const [row] = await database.query<Row>('SELECT * FROM access_keys WHERE hash = $1', [hash])
  return row && toKey(row)
}

export async function findLiveBootstrapKeys(database: Queryable): Promise<Key[]> {
  const rows = await database.query<Row>(
    'SELECT * FROM access_keys WHERE is_bootstrap AND revoked_at IS NULL ORDER BY id',
  )
  return rows.map(toKey)
}

export async function findLiveKeysOfTenant(database: Queryable, tenant: string): Promise<Key[]> {
  const rows = await database.query<Row>(
    'SELECT * FROM access_keys WHERE tenant = $1 AND revoked_at IS NULL ORDER BY id',
    [tenant],
  )
  return rows.map(toKey)
}

/** Owner keys of the whole installation that open everything at `now`, beside the one named. */
export async function countOtherOwners(database: Queryable, id: string | null, now: Date): Promise<number> {
  const [row] = await database.query<{ count: number }>(
    `SELECT count(*) AS count FROM access_keys
     WHERE role = 'owner' AND tenant IS NULL AND services IS NULL AND revoked_at IS NULL
       AND (expires_at IS NULL OR expires_at > $2) AND ($1::uuid IS NULL OR id <> $1)`,
    [id, now],
  )
  return row?.count ?? 0
}

export async function insertKey(database: Queryable, key: Key, hash: string): Promise<void> {
  await database.query(
    `INSERT INTO access_keys
       (id, name, hash, prefix, role, tenant, services, created_at, created_by, expires_at, is_bootstrap)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)`,
    [
      key.id,
      key.name,
      hash,
      key.prefix,
      key.role,
      key.tenant ?? null,
      key.services ?? null,
      key.createdAt,
      key.createdBy,
      key.expiresAt ?? null,
      key.isBootstrap,
    ],
  )
}

export async function markRevoked(database: Queryable, id: string, at: Date): Promise<void> {
  await database.query('UPDATE access_keys SET revoked_at = $2 WHERE id = $1 AND revoked_at IS NULL', [
    id,
    at,
  ])
}

/** Moves `last_used_at` forward, never back: replicas write their own view. */
export async function writeLastUsed(database: Queryable, uses: ReadonlyMap<string, number>): Promise<void> {
  await database.query(
    `UPDATE access_keys SET last_used_at = greatest(last_used_at, used.at)
     FROM unnest($1::uuid[], $2::timestamptz[]) AS used(id, at) WHERE access_keys.id = used.id`,
    [[...uses.keys()], [...uses.values()].map(atMs => new Date(atMs))],
  )
}

function toKey(row: Row): Key {
  return {
    id: row.id,
    name: row.name,
    prefix: row.prefix,
    role: row.role,
    tenant: row.tenant ?? undefined,
    services: row.services ?? undefined,
    createdAt: row.created_at,
    createdBy: row.created_by,
    expiresAt: row.expires_at ?? undefined,
    revokedAt: row.revoked_at ?? undefined,
    lastUsedAt: row.last_used_at ?? undefined,
    isBootstrap: row.is_bootstrap,
  }
}
