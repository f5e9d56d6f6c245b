import type { Queryable } from '../../../foundation/platform/index.ts'
import type { ModelAlias } from '../model.ts'

interface AliasRow {
  model_id: string
  name: string
  number: number
  version_id: string
  author: string
  updated_at: Date
}

/** By name. */
export async function listAliases(
  queryable: Queryable,
  modelIds: readonly string[],
): Promise<(ModelAlias & { readonly modelId: string })[]> {
  const rows = await queryable.query<AliasRow>(
    `SELECT a.model_id, a.name, v.number, a.version_id, a.author, a.updated_at FROM model_aliases a
     JOIN model_versions v ON v.id = a.version_id WHERE a.model_id = ANY($1::uuid[]) ORDER BY a.name`,
    [modelIds],
  )
  return rows.map(row => ({
    modelId: row.model_id,
    name: row.name,
    number: row.number,
    versionId: row.version_id,
    author: row.author,
    updatedAt: row.updated_at,
  }))
}

export async function putAlias(
  transaction: Queryable,
  alias: {
    readonly modelId: string
    readonly name: string
    readonly versionId: string
    readonly author: string
    readonly now: Date
  },
): Promise<void> {
  await transaction.query(
    `INSERT INTO model_aliases (model_id, name, version_id, author, updated_at) VALUES ($1, $2, $3, $4, $5)
     ON CONFLICT (model_id, name) DO UPDATE SET version_id = $3, author = $4, updated_at = $5`,
    [alias.modelId, alias.name, alias.versionId, alias.author, alias.now],
  )
}

export async function deleteAliasRow(transaction: Queryable, modelId: string, name: string): Promise<void> {
  await transaction.query('DELETE FROM model_aliases WHERE model_id = $1 AND name = $2', [modelId, name])
}
