import type { Queryable } from '../../../foundation/platform/index.ts'

/** A pack by the names of its objects. */
export interface PackRecord {
  readonly index: string
  /** `undefined` where there are no chunks in it, only what files are made of. */
  readonly pack: string | undefined
}

interface PackRow {
  index_object: string
  pack_object: string | null
}

const toRecord = (row: PackRow): PackRecord => ({
  index: row.index_object,
  pack: row.pack_object ?? undefined,
})

const isStored = `EXISTS (SELECT FROM dataset_objects o WHERE o.tenant = p.tenant AND o.object = p.index_object AND o.stored_at IS NOT NULL)
  AND (p.pack_object IS NULL OR EXISTS (SELECT FROM dataset_objects o WHERE o.tenant = p.tenant AND o.object = p.pack_object AND o.stored_at IS NOT NULL))`

/** All packs of a tenant that can be used, the oldest first. */
export async function listPacks(queryable: Queryable, tenant: string): Promise<PackRecord[]> {
  const rows = await queryable.query<PackRow>(
    `SELECT index_object, pack_object FROM dataset_packs p WHERE tenant = $1 AND ${isStored} ORDER BY created_at, index_object`,
    [tenant],
  )
  return rows.map(toRecord)
}

/** The packs of versions, the oldest first. */
export async function listPacksOf(queryable: Queryable, versions: readonly string[]): Promise<PackRecord[]> {
  const rows = await queryable.query<PackRow>(
    `SELECT DISTINCT p.created_at, p.index_object, p.pack_object FROM dataset_version_objects v
     JOIN dataset_packs p ON p.tenant = v.tenant AND p.index_object = v.object
     WHERE v.version_id = ANY($1) ORDER BY p.created_at, p.index_object`,
    [versions],
  )
  return rows.map(toRecord)
}

/** Enters packs whose objects are stored. */
export async function insertPacks(
  transaction: Queryable,
  tenant: string,
  packs: readonly PackRecord[],
  now: Date,
): Promise<void> {
  await transaction.query(
    `INSERT INTO dataset_packs (tenant, index_object, pack_object, created_at)
     SELECT $1, index_object, nullif(pack_object, ''), $4 FROM unnest($2::text[], $3::text[]) AS given (index_object, pack_object)
     ON CONFLICT (tenant, index_object) DO NOTHING`,
    [tenant, packs.map(({ index }) => index), packs.map(({ pack }) => pack ?? ''), now],
  )
}

/** Holds packs until the transaction ends; resolves with those that are not there (any more). */
export async function holdPacks(
  transaction: Queryable,
  tenant: string,
  indexes: readonly string[],
): Promise<string[]> {
  const rows = await transaction.query<{ index_object: string }>(
    `SELECT index_object FROM dataset_packs WHERE tenant = $1 AND index_object = ANY($2) ORDER BY index_object FOR KEY SHARE`,
    [tenant, indexes],
  )
  const held = new Set(rows.map(({ index_object: index }) => index))
  return indexes.filter(index => !held.has(index))
}

export interface PackToLookAt extends PackRecord {
  readonly tenant: string
}

/** The next one of which a version that is gone needed something. */
export async function nextPackToLookAt(
  queryable: Queryable,
  after: PackToLookAt | undefined,
): Promise<PackToLookAt | undefined> {
  const rows = await queryable.query<PackRow & { tenant: string }>(
    `SELECT tenant, index_object, pack_object FROM dataset_packs WHERE is_to_look_at AND (tenant, index_object) > ($1, $2)
     ORDER BY tenant, index_object LIMIT 1`,
    [after?.tenant ?? '', after?.index ?? ''],
  )
  return rows[0] && { ...toRecord(rows[0]), tenant: rows[0].tenant }
}

/** The ids of the versions that need a pack. */
export async function listVersionsOf(
  queryable: Queryable,
  { tenant, index }: PackToLookAt,
): Promise<string[]> {
  const rows = await queryable.query<{ version_id: string }>(
    'SELECT version_id FROM dataset_version_objects WHERE tenant = $1 AND object = $2 ORDER BY version_id',
    [tenant, index],
  )
  return rows.map(({ version_id: id }) => id)
}

/** It need not be looked at again before another version goes. */
export async function setLookedAt(
  queryable: Queryable,
  { tenant, index }: PackToLookAt,
  versions: readonly string[],
): Promise<void> {
  await queryable.query(
    `UPDATE dataset_packs SET is_to_look_at = false WHERE tenant = $1 AND index_object = $2 AND $3 = (
       SELECT count(*) FROM dataset_version_objects WHERE tenant = $1 AND object = $2)`,
    [tenant, index, versions.length],
  )
}

/**
 * Puts a pack in the place of another for the versions that it was written for. Resolves with `false` where others need the old one by now, or the
 * new one is not stored any more: then nothing is done.
 */
export async function replacePack(
  transaction: Queryable,
  old: PackToLookAt,
  {
    versions,
    by,
    now,
  }: { readonly versions: readonly string[]; readonly by: PackRecord; readonly now: Date },
): Promise<boolean> {
  const { tenant } = old
  // a publication that needs it holds it until it has said so, and one that comes later does not find it
  const rows = await transaction.query<{ created_at: Date }>(
    'SELECT created_at FROM dataset_packs WHERE tenant = $1 AND index_object = $2 FOR UPDATE',
    [tenant, old.index],
  )
  const [found] = rows
  if (!found || (await listVersionsOf(transaction, old)).join() !== versions.join()) return false
  const objects = [by.index, ...(by.pack === undefined ? [] : [by.pack])]
  const stored = await transaction.query(
    `SELECT object FROM dataset_objects WHERE tenant = $1 AND object = ANY($2) AND stored_at IS NOT NULL ORDER BY object FOR KEY SHARE`,
    [tenant, objects],
  )
  if (stored.length !== objects.length) return false
  await insertPacks(transaction, tenant, [by], found.created_at)
  await transaction.query(
    `INSERT INTO dataset_version_objects (version_id, tenant, object)
     SELECT version_id, $1, object FROM unnest($2::text[]) AS v (version_id) CROSS JOIN unnest($3::text[]) AS o (object)
     ON CONFLICT DO NOTHING`,
    [tenant, versions, objects],
  )
  await transaction.query('DELETE FROM dataset_packs WHERE tenant = $1 AND index_object = $2', [
    tenant,
    old.index,
  ])
  // the same bytes may lie behind another index
  await transaction.query(
    `DELETE FROM dataset_version_objects v WHERE v.tenant = $1 AND v.version_id = ANY($2) AND (v.object = $3 OR (v.object = $4
       AND NOT EXISTS (SELECT FROM dataset_packs p JOIN dataset_version_objects i ON i.tenant = p.tenant AND i.object = p.index_object
         WHERE p.tenant = $1 AND p.pack_object = $4 AND i.version_id = v.version_id)))`,
    [tenant, versions, old.index, old.pack ?? null],
  )
  // who reads it at this moment has time to end
  await transaction.query(
    'UPDATE dataset_objects SET touched_at = greatest(touched_at, $3) WHERE tenant = $1 AND object = ANY($2)',
    [tenant, [old.index, ...(old.pack === undefined ? [] : [old.pack])], now],
  )
  return true
}
