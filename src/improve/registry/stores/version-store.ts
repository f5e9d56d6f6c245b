import type { Queryable } from '../../../foundation/platform/index.ts'
import type {
  LineageDataset,
  ModelFacts,
  ModelFormat,
  ModelLineage,
  ModelManifest,
  ModelSource,
  ModelVersion,
} from '../model.ts'

interface VersionRow {
  id: string
  model_id: string
  tenant: string
  model: string
  number: number
  digest: string
  manifest: string
  format: ModelFormat
  bytes: number
  facts: ModelFacts
  lineage: ModelLineage
  metrics: Record<string, number>
  source: ModelSource
  tags: Record<string, string>
  description: string
  author: string
  author_key: string
  created_at: Date
}

const columns = `v.id, v.model_id, v.tenant, m.name AS model, v.number, v.digest, v.manifest, v.format, v.bytes, v.facts, v.lineage,
  v.metrics, v.source, v.tags, v.description, v.author, v.author_key, v.created_at`
const tables = 'model_versions v JOIN models m ON m.id = v.model_id'

const toVersion = (row: VersionRow): ModelVersion => ({
  id: row.id,
  modelId: row.model_id,
  tenant: row.tenant,
  model: row.model,
  number: row.number,
  digest: row.digest,
  manifest: JSON.parse(row.manifest) as ModelManifest,
  format: row.format,
  bytes: row.bytes,
  facts: row.facts,
  lineage: row.lineage,
  metrics: row.metrics,
  source: row.source,
  tags: row.tags,
  description: row.description,
  author: row.author,
  authorKey: row.author_key,
  createdAt: row.created_at,
})

/** Gives the version its number; every file of it must be held. */
export async function insertVersion(
  transaction: Queryable,
  version: Omit<ModelVersion, 'number' | 'model'> & { readonly manifestText: string },
): Promise<number> {
  const [numbered] = await transaction.query<{ last_number: number }>(
    'UPDATE models SET last_number = last_number + 1, updated_at = $2 WHERE id = $1 RETURNING last_number',
    [version.modelId, version.createdAt],
  )
  const number = numbered?.last_number ?? 0
  await transaction.query(
    `INSERT INTO model_versions (id, model_id, tenant, number, digest, manifest, format, bytes, facts, lineage, metrics, source,
       tags, description, author, author_key, created_at)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17)`,
    [
      version.id,
      version.modelId,
      version.tenant,
      number,
      version.digest,
      version.manifestText,
      version.format,
      version.bytes,
      JSON.stringify(version.facts),
      JSON.stringify(version.lineage),
      JSON.stringify(version.metrics),
      JSON.stringify(version.source),
      JSON.stringify(version.tags),
      version.description,
      version.author,
      version.authorKey,
      version.createdAt,
    ],
  )
  return number
}

export async function findVersion(
  queryable: Queryable,
  modelId: string,
  number: number,
): Promise<ModelVersion | undefined> {
  const rows = await queryable.query<VersionRow>(
    `SELECT ${columns} FROM ${tables} WHERE v.model_id = $1 AND v.number = $2 AND v.deleted_at IS NULL`,
    [modelId, number],
  )
  return rows[0] && toVersion(rows[0])
}

/** The newest one of the model with exactly these files that came from the same. */
export async function findSameVersion(
  queryable: Queryable,
  modelId: string,
  digest: string,
  lineage: ModelLineage,
): Promise<ModelVersion | undefined> {
  const rows = await queryable.query<VersionRow>(
    `SELECT ${columns} FROM ${tables} WHERE v.model_id = $1 AND v.digest = $2 AND v.lineage = $3::jsonb AND v.deleted_at IS NULL
     ORDER BY v.number DESC LIMIT 1`,
    [modelId, digest, JSON.stringify(lineage)],
  )
  return rows[0] && toVersion(rows[0])
}

/** Those that were deleted too: history names them. */
export async function findVersionsById(
  queryable: Queryable,
  tenant: string | undefined,
  ids: readonly string[],
): Promise<(ModelVersion & { readonly isDeleted: boolean })[]> {
  const rows = await queryable.query<VersionRow & { deleted_at: Date | null }>(
    `SELECT ${columns}, v.deleted_at FROM ${tables} WHERE v.id = ANY($1::uuid[]) AND ($2::text IS NULL OR v.tenant = $2)`,
    [ids, tenant ?? null],
  )
  return rows.map(row => ({ ...toVersion(row), isDeleted: row.deleted_at !== null }))
}

/** The newest first. */
export async function listVersions(
  queryable: Queryable,
  modelId: string,
  page: { readonly before: number | undefined; readonly limit: number },
): Promise<ModelVersion[]> {
  const rows = await queryable.query<VersionRow>(
    `SELECT ${columns} FROM ${tables} WHERE v.model_id = $1 AND ($2::int IS NULL OR v.number < $2) AND v.deleted_at IS NULL
     ORDER BY v.number DESC LIMIT $3`,
    [modelId, page.before ?? null, page.limit],
  )
  return rows.map(toVersion)
}

/** All that a tenant has, the newest first. */
export async function listVersionsOfTenant(
  queryable: Queryable,
  tenant: string,
  most: number,
): Promise<ModelVersion[]> {
  const rows = await queryable.query<VersionRow>(
    `SELECT ${columns} FROM ${tables} WHERE v.tenant = $1 AND v.deleted_at IS NULL ORDER BY v.created_at DESC, v.id DESC LIMIT $2`,
    [tenant, most],
  )
  return rows.map(toVersion)
}

/** The newest version of each model. */
export async function listNewestVersions(
  queryable: Queryable,
  modelIds: readonly string[],
): Promise<ModelVersion[]> {
  const rows = await queryable.query<VersionRow>(
    `SELECT DISTINCT ON (v.model_id) ${columns} FROM ${tables} WHERE v.model_id = ANY($1::uuid[]) AND v.deleted_at IS NULL
     ORDER BY v.model_id, v.number DESC`,
    [modelIds],
  )
  return rows.map(toVersion)
}

export async function updateVersion(
  transaction: Queryable,
  id: string,
  change: {
    readonly description?: string | undefined
    readonly tags?: Readonly<Record<string, string>> | undefined
  },
): Promise<void> {
  await transaction.query(
    `UPDATE model_versions SET description = coalesce($2, description), tags = coalesce($3::jsonb, tags) WHERE id = $1`,
    [id, change.description ?? null, change.tags === undefined ? null : JSON.stringify(change.tags)],
  )
}

/** The files of the version are nobody's afterwards, if nothing else uses them. */
export async function deleteVersionRow(transaction: Queryable, id: string, now: Date): Promise<void> {
  await transaction.query('UPDATE model_versions SET deleted_at = $2 WHERE id = $1', [id, now])
  await transaction.query(
    `DELETE FROM model_object_uses WHERE kind IN ('version', 'attachment') AND subject = $1`,
    [id],
  )
}

export interface LineageRow {
  readonly kind: 'dataset' | 'run' | 'model'
  readonly subject: string
  readonly role: string
  readonly label: string
}

export async function insertLineage(
  transaction: Queryable,
  version: { readonly id: string; readonly tenant: string },
  rows: readonly LineageRow[],
): Promise<void> {
  if (rows.length === 0) return
  await transaction.query(
    `INSERT INTO model_lineage (version_id, tenant, kind, subject, role, label)
     SELECT $1, $2, * FROM unnest($3::text[], $4::text[], $5::text[], $6::text[]) ON CONFLICT DO NOTHING`,
    [
      version.id,
      version.tenant,
      rows.map(({ kind }) => kind),
      rows.map(({ subject }) => subject),
      rows.map(({ role }) => role),
      rows.map(({ label }) => label),
    ],
  )
}

/** What a version comes from. */
export async function listLineageOf(queryable: Queryable, versionId: string): Promise<LineageRow[]> {
  return await queryable.query<LineageRow>(
    'SELECT kind, subject, role, label FROM model_lineage WHERE version_id = $1 ORDER BY kind, label, role LIMIT 1000',
    [versionId],
  )
}

/** The versions that come from something, the newest first, also deleted ones. */
export async function listVersionsFrom(
  queryable: Queryable,
  tenant: string,
  from: Pick<LineageRow, 'kind' | 'subject'>,
  limit: number,
): Promise<{ readonly versionId: string; readonly role: string }[]> {
  return await queryable.query<{ versionId: string; role: string }>(
    `SELECT l.version_id AS "versionId", l.role FROM model_lineage l JOIN model_versions v ON v.id = l.version_id
     WHERE l.tenant = $1 AND l.kind = $2 AND l.subject = $3 ORDER BY v.created_at DESC, l.role LIMIT $4`,
    [tenant, from.kind, from.subject, limit],
  )
}

/** Whether a version of the model that is there comes from the version of a dataset. */
export async function isDatasetNeeded(
  queryable: Queryable,
  modelId: string,
  datasetVersion: LineageDataset['version'],
): Promise<boolean> {
  const rows = await queryable.query(
    `SELECT FROM model_lineage l JOIN model_versions v ON v.id = l.version_id
     WHERE v.model_id = $1 AND l.kind = 'dataset' AND l.subject = $2 AND v.deleted_at IS NULL LIMIT 1`,
    [modelId, datasetVersion],
  )
  return rows.length > 0
}

/** The versions of datasets that the versions of a model come from. */
export async function listDatasetsOf(queryable: Queryable, modelId: string): Promise<string[]> {
  const rows = await queryable.query<{ subject: string }>(
    `SELECT DISTINCT l.subject FROM model_lineage l JOIN model_versions v ON v.id = l.version_id
     WHERE v.model_id = $1 AND l.kind = 'dataset' AND v.deleted_at IS NULL`,
    [modelId],
  )
  return rows.map(({ subject }) => subject)
}
