import type { Queryable } from '../../../foundation/platform/index.ts'
import type { Model } from '../model.ts'

interface ModelRow {
  id: string
  tenant: string
  name: string
  description: string
  definition: string
  tags: Record<string, string>
  last_number: number
  author: string
  created_at: Date
  updated_at: Date
}

const columns = 'id, tenant, name, description, definition, tags, last_number, author, created_at, updated_at'

const toModel = (row: ModelRow): Model => ({
  id: row.id,
  tenant: row.tenant,
  name: row.name,
  description: row.description,
  definition: row.definition,
  tags: row.tags,
  lastNumber: row.last_number,
  author: row.author,
  createdAt: row.created_at,
  updatedAt: row.updated_at,
})

/** `undefined` where the tenant has one of that name. */
export async function insertModel(
  queryable: Queryable,
  model: Omit<Model, 'lastNumber' | 'updatedAt'>,
): Promise<Model | undefined> {
  const rows = await queryable.query<ModelRow>(
    `INSERT INTO models (id, tenant, name, description, definition, tags, author, created_at, updated_at)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $8)
     ON CONFLICT (tenant, name) WHERE deleted_at IS NULL DO NOTHING RETURNING ${columns}`,
    [
      model.id,
      model.tenant,
      model.name,
      model.description,
      model.definition,
      JSON.stringify(model.tags),
      model.author,
      model.createdAt,
    ],
  )
  return rows[0] && toModel(rows[0])
}

export async function findModel(
  queryable: Queryable,
  tenant: string,
  name: string,
): Promise<Model | undefined> {
  const rows = await queryable.query<ModelRow>(
    `SELECT ${columns} FROM models WHERE tenant = $1 AND name = $2 AND deleted_at IS NULL`,
    [tenant, name],
  )
  return rows[0] && toModel(rows[0])
}

/** The model, held until the transaction ends: what happens to one happens one after the other. */
export async function holdModel(
  transaction: Queryable,
  tenant: string,
  name: string,
): Promise<Model | undefined> {
  const rows = await transaction.query<ModelRow>(
    `SELECT ${columns} FROM models WHERE tenant = $1 AND name = $2 AND deleted_at IS NULL FOR UPDATE`,
    [tenant, name],
  )
  return rows[0] && toModel(rows[0])
}

/** By name, from the one after `after` on; of all tenants where none is given. */
export async function listModels(
  queryable: Queryable,
  filter: {
    readonly tenant: string | undefined
    readonly after?: { readonly name: string; readonly id: string } | undefined
    readonly limit: number
  },
): Promise<Model[]> {
  const rows = await queryable.query<ModelRow>(
    `SELECT ${columns} FROM models WHERE deleted_at IS NULL AND ($1::text IS NULL OR tenant = $1)
       AND ($2::text IS NULL OR (name, id) > ($2, $3::uuid)) ORDER BY name, id LIMIT $4`,
    [filter.tenant ?? null, filter.after?.name ?? null, filter.after?.id ?? null, filter.limit],
  )
  return rows.map(toModel)
}

export async function listModelNames(queryable: Queryable, tenant: string): Promise<string[]> {
  const rows = await queryable.query<{ name: string }>(
    'SELECT name FROM models WHERE tenant = $1 AND deleted_at IS NULL ORDER BY name LIMIT 1000',
    [tenant],
  )
  return rows.map(({ name }) => name)
}

/** `false` where another model has the name. */
export async function updateModel(
  transaction: Queryable,
  id: string,
  change: Partial<Pick<Model, 'name' | 'description' | 'definition' | 'tags'>> & { readonly now: Date },
): Promise<boolean> {
  const rows = await transaction.query(
    `UPDATE models m SET name = coalesce($2, name), description = coalesce($3, description),
       definition = coalesce($4, definition), tags = coalesce($5::jsonb, tags), updated_at = $6
     WHERE id = $1 AND NOT EXISTS (SELECT FROM models o WHERE o.tenant = m.tenant AND o.name = $2 AND o.id <> m.id
       AND o.deleted_at IS NULL) RETURNING id`,
    [
      id,
      change.name ?? null,
      change.description ?? null,
      change.definition ?? null,
      change.tags === undefined ? null : JSON.stringify(change.tags),
      change.now,
    ],
  )
  return rows.length > 0
}

export async function deleteModelRow(transaction: Queryable, id: string, now: Date): Promise<void> {
  await transaction.query('UPDATE models SET deleted_at = $2, updated_at = $2 WHERE id = $1', [id, now])
}
