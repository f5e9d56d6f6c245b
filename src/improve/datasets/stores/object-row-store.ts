import type { Queryable } from '../../../foundation/platform/index.ts'

/**
 * Says that an object is about to be used. Resolves with whether it is stored; where it is not, it has to be put and
 * `markStored`. Waits for garbage collection where that looks at it at this moment, and keeps it away from then on.
 */
export async function touchObject(
  queryable: Queryable,
  object: { readonly tenant: string; readonly object: string; readonly bytes: number; readonly now: Date },
): Promise<boolean> {
  const rows = await queryable.query<{ stored_at: Date | null }>(
    `INSERT INTO dataset_objects (tenant, object, bytes, touched_at) VALUES ($1, $2, $3, $4)
     ON CONFLICT (tenant, object) DO UPDATE SET touched_at = greatest(dataset_objects.touched_at, excluded.touched_at)
     RETURNING stored_at`,
    [object.tenant, object.object, object.bytes, object.now],
  )
  return rows[0] !== undefined && rows[0].stored_at !== null
}

/** Keeps objects that are stored from garbage collection for the time being. */
export async function touchObjects(
  queryable: Queryable,
  tenant: string,
  objects: readonly string[],
  now: Date,
): Promise<void> {
  await queryable.query(
    `UPDATE dataset_objects SET touched_at = greatest(touched_at, $3) WHERE (tenant, object) IN (
       SELECT tenant, object FROM dataset_objects WHERE tenant = $1 AND object = ANY($2) ORDER BY object FOR NO KEY UPDATE)`,
    [tenant, objects, now],
  )
}

export async function markStored(
  queryable: Queryable,
  object: { readonly tenant: string; readonly object: string; readonly now: Date },
): Promise<void> {
  await queryable.query(
    'UPDATE dataset_objects SET stored_at = $3, touched_at = $3 WHERE tenant = $1 AND object = $2',
    [object.tenant, object.object, object.now],
  )
}

/** Holds the objects until the transaction ends; resolves with those that are not stored (any more). */
export async function holdObjects(
  transaction: Queryable,
  tenant: string,
  objects: readonly string[],
): Promise<string[]> {
  const wanted = [...new Set(objects)]
  const rows = await transaction.query<{ object: string }>(
    `SELECT object FROM dataset_objects WHERE tenant = $1 AND object = ANY($2) AND stored_at IS NOT NULL
     ORDER BY object FOR KEY SHARE`,
    [tenant, wanted],
  )
  const held = new Set(rows.map(({ object }) => object))
  return wanted.filter(object => !held.has(object))
}
