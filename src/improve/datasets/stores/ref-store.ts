import type { Queryable } from '../../../foundation/platform/index.ts'

export interface DatasetRef {
  readonly name: string
  readonly kind: 'branch' | 'tag'
  readonly versionId: string
  readonly versionNumber: number
  readonly author: string
  readonly updatedAt: Date
}

interface RefRow {
  name: string
  kind: 'branch' | 'tag'
  version_id: string
  number: number
  author: string
  updated_at: Date
}

const toRef = (row: RefRow): DatasetRef => ({
  name: row.name,
  kind: row.kind,
  versionId: row.version_id,
  versionNumber: row.number,
  author: row.author,
  updatedAt: row.updated_at,
})

export async function listRefs(queryable: Queryable, datasetId: string): Promise<DatasetRef[]> {
  const rows = await queryable.query<RefRow>(
    `SELECT r.*, v.number FROM dataset_refs r JOIN dataset_versions v ON v.id = r.version_id
     WHERE r.dataset_id = $1 ORDER BY r.kind, r.name`,
    [datasetId],
  )
  return rows.map(toRef)
}

export async function findRef(
  queryable: Queryable,
  datasetId: string,
  name: string,
): Promise<DatasetRef | undefined> {
  const rows = await queryable.query<RefRow>(
    `SELECT r.*, v.number FROM dataset_refs r JOIN dataset_versions v ON v.id = r.version_id
     WHERE r.dataset_id = $1 AND r.name = $2`,
    [datasetId, name],
  )
  return rows[0] && toRef(rows[0])
}

interface NewRef {
  readonly datasetId: string
  readonly name: string
  readonly kind: 'branch' | 'tag'
  readonly versionId: string
  readonly author: string
  readonly now: Date
}

/** Resolves with `false` where the name is taken. */
export async function insertRef(queryable: Queryable, ref: NewRef): Promise<boolean> {
  const rows = await queryable.query(
    `INSERT INTO dataset_refs (dataset_id, name, kind, version_id, author, updated_at)
     VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT DO NOTHING RETURNING name`,
    [ref.datasetId, ref.name, ref.kind, ref.versionId, ref.author, ref.now],
  )
  return rows.length > 0
}

/** Compare and set: moves the branch where it is still at `from`; resolves with whether it was. */
export async function moveBranch(
  queryable: Queryable,
  ref: Omit<NewRef, 'kind'> & { readonly from: string },
): Promise<boolean> {
  const rows = await queryable.query(
    `UPDATE dataset_refs SET version_id = $3, author = $4, updated_at = $5
     WHERE dataset_id = $1 AND name = $2 AND kind = 'branch' AND version_id = $6 RETURNING name`,
    [ref.datasetId, ref.name, ref.versionId, ref.author, ref.now, ref.from],
  )
  return rows.length > 0
}

export async function deleteRef(queryable: Queryable, datasetId: string, name: string): Promise<boolean> {
  const rows = await queryable.query(
    'DELETE FROM dataset_refs WHERE dataset_id = $1 AND name = $2 RETURNING name',
    [datasetId, name],
  )
  return rows.length > 0
}
