import type { Queryable } from '../../../foundation/platform/index.ts'

/** The versions that something needs: refs, pins and what is young, with all that they were made of. */
const kept = `WITH RECURSIVE kept (id) AS (
    SELECT version_id FROM dataset_refs
    UNION SELECT version_id FROM dataset_pins
    UNION SELECT id FROM dataset_versions WHERE created_at >= $1
    UNION SELECT parent FROM kept JOIN dataset_versions v ON v.id = kept.id CROSS JOIN LATERAL unnest(v.parents) AS parent
  )`

/** Deletes versions that nothing needs, and with them what they refer to; packs that they needed are to be looked at. A pin or a ref that comes meanwhile makes it fail. */
export async function deleteLooseVersions(queryable: Queryable, before: Date): Promise<number> {
  const [row] = await queryable.query<{ count: number }>(
    `${kept}, gone AS (
       DELETE FROM dataset_versions WHERE created_at < $1 AND id NOT IN (SELECT id FROM kept) RETURNING id
     ), less AS (
       UPDATE dataset_packs p SET is_to_look_at = true FROM dataset_version_objects v
       WHERE v.version_id IN (SELECT id FROM gone) AND p.tenant = v.tenant AND p.index_object = v.object
     ) SELECT count(*)::int AS count FROM gone`,
    [before],
  )
  return row?.count ?? 0
}

export interface Loose {
  readonly versions: number
  readonly objects: number
  readonly bytes: number
}

/** What a collection would delete. */
export async function countLoose(queryable: Queryable, before: Date): Promise<Loose> {
  const [row] = await queryable.query<{ versions: number; objects: number; bytes: number }>(
    `${kept} SELECT
       (SELECT count(*) FROM dataset_versions WHERE created_at < $1 AND id NOT IN (SELECT id FROM kept)) AS versions,
       count(*) AS objects, coalesce(sum(bytes), 0)::bigint AS bytes
     FROM dataset_objects o WHERE touched_at < $1 AND NOT EXISTS (
       SELECT FROM dataset_version_objects r WHERE r.tenant = o.tenant AND r.object = o.object
         AND r.version_id IN (SELECT id FROM kept))`,
    [before],
  )
  return row ?? { versions: 0, objects: 0, bytes: 0 }
}

export interface LooseObject {
  readonly tenant: string
  readonly object: string
  readonly bytes: number
}

/** Takes some objects that no version refers to: from now on they count as not stored, so whoever needs one puts it again. */
export async function markLooseObjects(
  queryable: Queryable,
  before: Date,
  limit: number,
): Promise<LooseObject[]> {
  return await queryable.query<{ tenant: string; object: string; bytes: number }>(
    `UPDATE dataset_objects SET stored_at = NULL WHERE (tenant, object) IN (
       SELECT tenant, object FROM dataset_objects o WHERE touched_at < $1
         AND NOT EXISTS (SELECT FROM dataset_version_objects r WHERE r.tenant = o.tenant AND r.object = o.object)
       ORDER BY touched_at LIMIT $2 FOR UPDATE SKIP LOCKED)
     RETURNING tenant, object, bytes`,
    [before, limit],
  )
}

/**
 * Holds a marked object until the transaction ends. `'loose'`: still nothing refers to it; `'needed'`: something does again,
 * and it counts as stored again; `'gone'`: others have it.
 */
export async function holdLooseObject(
  transaction: Queryable,
  { tenant, object }: LooseObject,
  before: Date,
): Promise<'loose' | 'needed' | 'gone'> {
  const rows = await transaction.query(
    `SELECT FROM dataset_objects WHERE tenant = $1 AND object = $2 AND stored_at IS NULL AND touched_at < $3 FOR UPDATE`,
    [tenant, object, before],
  )
  if (rows.length === 0) return 'gone'
  const restored = await transaction.query(
    `UPDATE dataset_objects o SET stored_at = touched_at WHERE tenant = $1 AND object = $2
       AND EXISTS (SELECT FROM dataset_version_objects r WHERE r.tenant = o.tenant AND r.object = o.object) RETURNING object`,
    [tenant, object],
  )
  return restored.length > 0 ? 'needed' : 'loose'
}

export async function deleteObjectRow(
  transaction: Queryable,
  { tenant, object }: LooseObject,
): Promise<void> {
  await transaction.query('DELETE FROM dataset_objects WHERE tenant = $1 AND object = $2', [tenant, object])
}

/** Datasets that were deleted and have no version left, and reports of refusals that are old. */
export async function deleteRemains(queryable: Queryable, before: Date, reportsBefore: Date): Promise<void> {
  await queryable.query(
    `DELETE FROM datasets d WHERE deleted_at < $1 AND NOT EXISTS (SELECT FROM dataset_versions v WHERE v.dataset_id = d.id)`,
    [before],
  )
  await queryable.query('DELETE FROM dataset_reports WHERE version_id IS NULL AND created_at < $1', [
    reportsBefore,
  ])
}
