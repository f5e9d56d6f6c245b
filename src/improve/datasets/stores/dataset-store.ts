import type { Queryable } from '../../../foundation/platform/index.ts'

export interface DatasetRecord {
  readonly id: string
  readonly tenant: string
  readonly name: string
  readonly description: string
  readonly createdAt: Date
  readonly definition: DefinitionRecord
}

export interface DefinitionRecord {
  readonly hash: string
  readonly text: string
  readonly author: string
  readonly createdAt: Date
}

interface DatasetRow {
  id: string
  tenant: string
  name: string
  description: string
  created_at: Date
  hash: string
  text: string
  author: string
  defined_at: Date
}

const columns = `d.id, d.tenant, d.name, d.description, d.created_at, f.hash, f.text, f.author, f.created_at AS defined_at`

const toRecord = (row: DatasetRow): DatasetRecord => ({
  id: row.id,
  tenant: row.tenant,
  name: row.name,
  description: row.description,
  createdAt: row.created_at,
  definition: { hash: row.hash, text: row.text, author: row.author, createdAt: row.defined_at },
})

/** Resolves with `false` where the tenant has one of that name. */
export async function insertDataset(
  queryable: Queryable,
  { id, tenant, name, description, createdAt, definition }: DatasetRecord,
): Promise<boolean> {
  const rows = await queryable.query(
    `INSERT INTO datasets (id, tenant, name, description, definition_hash, created_at)
     VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT (tenant, name) WHERE deleted_at IS NULL DO NOTHING RETURNING id`,
    [id, tenant, name, description, definition.hash, createdAt],
  )
  if (rows.length === 0) return false
  await insertDefinition(queryable, id, definition)
  return true
}

async function insertDefinition(
  queryable: Queryable,
  datasetId: string,
  definition: DefinitionRecord,
): Promise<void> {
  await queryable.query(
    `INSERT INTO dataset_definitions (dataset_id, hash, text, author, created_at)
     VALUES ($1, $2, $3, $4, $5) ON CONFLICT DO NOTHING`,
    [datasetId, definition.hash, definition.text, definition.author, definition.createdAt],
  )
}

export async function updateDefinition(
  queryable: Queryable,
  datasetId: string,
  definition: DefinitionRecord,
  description: string | undefined,
): Promise<void> {
  await insertDefinition(queryable, datasetId, definition)
  await queryable.query(
    'UPDATE datasets SET definition_hash = $2, description = coalesce($3, description) WHERE id = $1',
    [datasetId, definition.hash, description ?? null],
  )
}

export async function findDataset(
  queryable: Queryable,
  tenant: string,
  name: string,
): Promise<DatasetRecord | undefined> {
  const rows = await queryable.query<DatasetRow>(
    `SELECT ${columns} FROM datasets d JOIN dataset_definitions f ON f.dataset_id = d.id AND f.hash = d.definition_hash
     WHERE d.tenant = $1 AND d.name = $2 AND d.deleted_at IS NULL`,
    [tenant, name],
  )
  return rows[0] && toRecord(rows[0])
}

export async function listDatasetNames(queryable: Queryable, tenant: string): Promise<string[]> {
  const rows = await queryable.query<{ name: string }>(
    'SELECT name FROM datasets WHERE tenant = $1 AND deleted_at IS NULL ORDER BY name LIMIT 1000',
    [tenant],
  )
  return rows.map(({ name }) => name)
}

/** By name, those of one tenant or of all, after that one. */
export async function listDatasets(
  queryable: Queryable,
  page: {
    readonly tenant: string | undefined
    readonly after: { readonly tenant: string; readonly name: string } | undefined
    readonly limit: number
  },
): Promise<DatasetRecord[]> {
  const rows = await queryable.query<DatasetRow>(
    `SELECT ${columns} FROM datasets d JOIN dataset_definitions f ON f.dataset_id = d.id AND f.hash = d.definition_hash
     WHERE d.deleted_at IS NULL AND ($1::text IS NULL OR d.tenant = $1)
       AND ($2::text IS NULL OR (d.name, d.tenant) > ($2, $3))
     ORDER BY d.name, d.tenant LIMIT $4`,
    [page.tenant ?? null, page.after?.name ?? null, page.after?.tenant ?? null, page.limit],
  )
  return rows.map(toRecord)
}

export async function findDefinition(
  queryable: Queryable,
  datasetId: string,
  hash: string,
): Promise<DefinitionRecord | undefined> {
  const rows = await queryable.query<{ hash: string; text: string; author: string; created_at: Date }>(
    'SELECT * FROM dataset_definitions WHERE dataset_id = $1 AND hash = $2',
    [datasetId, hash],
  )
  const [row] = rows
  return row && { hash: row.hash, text: row.text, author: row.author, createdAt: row.created_at }
}

/** The name is free from now on; versions go with the next garbage collection. */
export async function markDatasetDeleted(queryable: Queryable, id: string, now: Date): Promise<boolean> {
  const rows = await queryable.query(
    'UPDATE datasets SET deleted_at = $2 WHERE id = $1 AND deleted_at IS NULL RETURNING id',
    [id, now],
  )
  await queryable.query('DELETE FROM dataset_refs WHERE dataset_id = $1', [id])
  return rows.length > 0
}
