import type { Queryable } from '../../../foundation/platform/index.ts'
import type { DatasetVersion, VersionManifest } from '../dataset.ts'

interface VersionRow {
  id: string
  number: number
  manifest: string
}

const toVersion = ({ id, number, manifest }: VersionRow): DatasetVersion => ({
  id,
  number,
  manifest: JSON.parse(manifest) as VersionManifest,
})

/** Gives the version its number and says what it is made of; every object of it must be stored. */
export async function insertVersion(
  transaction: Queryable,
  version: {
    readonly id: string
    readonly datasetId: string
    readonly tenant: string
    readonly manifestText: string
    readonly parents: readonly string[]
    readonly objects: readonly string[]
    readonly createdAt: Date
  },
): Promise<number> {
  const [numbered] = await transaction.query<{ last_number: number }>(
    'UPDATE datasets SET last_number = last_number + 1 WHERE id = $1 AND deleted_at IS NULL RETURNING last_number',
    [version.datasetId],
  )
  if (!numbered) return 0
  await transaction.query(
    `INSERT INTO dataset_versions (id, dataset_id, tenant, number, manifest, parents, created_at)
     VALUES ($1, $2, $3, $4, $5, $6, $7)`,
    [
      version.id,
      version.datasetId,
      version.tenant,
      numbered.last_number,
      version.manifestText,
      version.parents,
      version.createdAt,
    ],
  )
  await transaction.query(
    `INSERT INTO dataset_version_objects (version_id, tenant, object) SELECT $1, $2, unnest($3::text[])`,
    [version.id, version.tenant, [...new Set(version.objects)]],
  )
  return numbered.last_number
}

export async function findVersion(
  queryable: Queryable,
  tenant: string,
  id: string,
): Promise<DatasetVersion | undefined> {
  const rows = await queryable.query<VersionRow>(
    'SELECT id, number, manifest FROM dataset_versions WHERE id = $1 AND tenant = $2',
    [id, tenant],
  )
  return rows[0] && toVersion(rows[0])
}

export async function findVersionByNumber(
  queryable: Queryable,
  datasetId: string,
  number: number,
): Promise<DatasetVersion | undefined> {
  const rows = await queryable.query<VersionRow>(
    'SELECT id, number, manifest FROM dataset_versions WHERE dataset_id = $1 AND number = $2',
    [datasetId, number],
  )
  return rows[0] && toVersion(rows[0])
}

/** Those whose id begins so, two at most: one is meant, or it is not clear which. */
export async function findVersionsByPrefix(
  queryable: Queryable,
  datasetId: string,
  prefix: string,
): Promise<DatasetVersion[]> {
  const rows = await queryable.query<VersionRow>(
    `SELECT id, number, manifest FROM dataset_versions WHERE dataset_id = $1 AND starts_with(id, $2) LIMIT 2`,
    [datasetId, prefix],
  )
  return rows.map(toVersion)
}

/** A version and all before it, the newest first, from the one with a number below `before`. */
export async function listAncestors(
  queryable: Queryable,
  datasetId: string,
  from: string,
  page: { readonly before: number | undefined; readonly limit: number },
): Promise<DatasetVersion[]> {
  const rows = await queryable.query<VersionRow>(
    `WITH RECURSIVE line (id) AS (
       SELECT $2::text
       UNION
       SELECT parent FROM line JOIN dataset_versions v ON v.id = line.id CROSS JOIN LATERAL unnest(v.parents) AS parent
     )
     SELECT v.id, v.number, v.manifest FROM line JOIN dataset_versions v ON v.id = line.id
     WHERE v.dataset_id = $1 AND ($3::int IS NULL OR v.number < $3) ORDER BY v.number DESC LIMIT $4`,
    [datasetId, from, page.before ?? null, page.limit],
  )
  return rows.map(toVersion)
}

/** A version and its first parents, back from it: where a branch has been. */
export async function listLine(
  queryable: Queryable,
  tenant: string,
  from: string,
  most: number,
): Promise<DatasetVersion[]> {
  const rows = await queryable.query<VersionRow>(
    `WITH RECURSIVE line (id, parent, depth) AS (
       SELECT id, parents[1], 1 FROM dataset_versions WHERE id = $1 AND tenant = $2
       UNION ALL
       SELECT v.id, v.parents[1], depth + 1 FROM line JOIN dataset_versions v ON v.id = line.parent WHERE depth < $3
     )
     SELECT v.id, v.number, v.manifest FROM line JOIN dataset_versions v ON v.id = line.id ORDER BY depth`,
    [from, tenant, most],
  )
  return rows.map(toVersion)
}

/** All versions of a dataset, the newest first. */
export async function listVersions(
  queryable: Queryable,
  datasetId: string,
  page: { readonly before: number | undefined; readonly limit: number },
): Promise<DatasetVersion[]> {
  const rows = await queryable.query<VersionRow>(
    `SELECT id, number, manifest FROM dataset_versions
     WHERE dataset_id = $1 AND ($2::int IS NULL OR number < $2) ORDER BY number DESC LIMIT $3`,
    [datasetId, page.before ?? null, page.limit],
  )
  return rows.map(toVersion)
}

/** The newest version that both come from; `undefined` where there is none. */
export async function findCommonAncestor(
  queryable: Queryable,
  left: string,
  right: string,
): Promise<string | undefined> {
  const rows = await queryable.query<{ id: string }>(
    `WITH RECURSIVE line (side, id) AS (
       SELECT side, id FROM (VALUES ('left', $1::text), ('right', $2::text)) AS heads (side, id)
       UNION
       SELECT side, parent FROM line JOIN dataset_versions v ON v.id = line.id CROSS JOIN LATERAL unnest(v.parents) AS parent
     )
     SELECT v.id FROM dataset_versions v
     WHERE v.id IN (SELECT id FROM line WHERE side = 'left' INTERSECT SELECT id FROM line WHERE side = 'right')
     ORDER BY v.number DESC LIMIT 1`,
    [left, right],
  )
  return rows[0]?.id
}
