import type { Queryable } from '../../../foundation/platform/index.ts'

interface Row {
  readonly tenant: string
  readonly object: string
}

/** Who needs an object. */
export interface ObjectUse {
  readonly kind: 'version' | 'attachment' | 'artifact'
  readonly subject: string
}

/**
 * Says that an object is about to be used. Resolves with whether it is stored; where it is not, it has to be put and
 * `markStored`. Waits for garbage collection where that looks at it at this moment, and keeps it away for its grace.
 */
export async function touchObject(
  queryable: Queryable,
  object: Row & { readonly bytes: number; readonly now: Date },
): Promise<boolean> {
  const rows = await queryable.query<{ stored_at: Date | null }>(
    `INSERT INTO model_objects (tenant, object, bytes, touched_at) VALUES ($1, $2, $3, $4)
     ON CONFLICT (tenant, object) DO UPDATE SET touched_at = greatest(model_objects.touched_at, excluded.touched_at)
     RETURNING stored_at`,
    [object.tenant, object.object, object.bytes, object.now],
  )
  return rows[0] !== undefined && rows[0].stored_at !== null
}

/** Its bytes, where it is stored; it is kept for the grace of garbage collection from now on. */
export async function findObject(
  queryable: Queryable,
  { tenant, object, now }: Row & { readonly now: Date },
): Promise<{ readonly bytes: number } | undefined> {
  const [row] = await queryable.query<{ bytes: number }>(
    `UPDATE model_objects SET touched_at = greatest(touched_at, $3) WHERE tenant = $1 AND object = $2 AND stored_at IS NOT NULL
     RETURNING bytes`,
    [tenant, object, now],
  )
  return row
}

export async function markStored(
  queryable: Queryable,
  object: Row & { readonly bytes: number; readonly now: Date },
): Promise<void> {
  await queryable.query(
    'UPDATE model_objects SET stored_at = $3, touched_at = $3, bytes = $4 WHERE tenant = $1 AND object = $2',
    [object.tenant, object.object, object.now, object.bytes],
  )
}

/** Holds the objects until the transaction ends and notes who uses them; resolves with those that are not stored. */
export async function useObjects(
  transaction: Queryable,
  tenant: string,
  objects: readonly string[],
  { kind, subject }: ObjectUse,
): Promise<string[]> {
  const wanted = [...new Set(objects)]
  const rows = await transaction.query<{ object: string }>(
    `SELECT object FROM model_objects WHERE tenant = $1 AND object = ANY($2) AND stored_at IS NOT NULL
     ORDER BY object FOR KEY SHARE`,
    [tenant, wanted],
  )
  const held = new Set(rows.map(({ object }) => object))
  const missing = wanted.filter(object => !held.has(object))
  if (missing.length > 0) return missing
  await transaction.query(
    `INSERT INTO model_object_uses (tenant, object, kind, subject) SELECT $1, unnest($2::text[]), $3, $4 ON CONFLICT DO NOTHING`,
    [tenant, wanted, kind, subject],
  )
  return []
}

/** Objects that nothing uses count as not stored, so whoever needs one puts it again. */
export async function markLooseObjects(
  queryable: Queryable,
  before: Date,
  limit: number,
): Promise<(Row & { readonly bytes: number })[]> {
  return await queryable.query<Row & { bytes: number }>(
    `UPDATE model_objects SET stored_at = NULL WHERE (tenant, object) IN (
       SELECT tenant, object FROM model_objects o WHERE touched_at < $1
         AND NOT EXISTS (SELECT FROM model_object_uses u WHERE u.tenant = o.tenant AND u.object = o.object)
       ORDER BY touched_at LIMIT $2 FOR UPDATE SKIP LOCKED)
     RETURNING tenant, object, bytes`,
    [before, limit],
  )
}

/**
 * Holds a marked object until the transaction ends. `'loose'`: still nothing uses it; `'needed'`: something does again, and it
 * counts as stored again; `'gone'`: others have it.
 */
export async function holdLooseObject(
  transaction: Queryable,
  { tenant, object }: Row,
  before: Date,
): Promise<'loose' | 'needed' | 'gone'> {
  const rows = await transaction.query(
    'SELECT FROM model_objects WHERE tenant = $1 AND object = $2 AND stored_at IS NULL AND touched_at < $3 FOR UPDATE',
    [tenant, object, before],
  )
  if (rows.length === 0) return 'gone'
  const restored = await transaction.query(
    `UPDATE model_objects o SET stored_at = touched_at WHERE tenant = $1 AND object = $2
       AND EXISTS (SELECT FROM model_object_uses u WHERE u.tenant = o.tenant AND u.object = o.object) RETURNING object`,
    [tenant, object],
  )
  return restored.length > 0 ? 'needed' : 'loose'
}

export async function deleteObjectRow(transaction: Queryable, { tenant, object }: Row): Promise<void> {
  await transaction.query('DELETE FROM model_objects WHERE tenant = $1 AND object = $2', [tenant, object])
}
