import type { Queryable } from '../../../foundation/platform/index.ts'

/** A pipeline as it was declared once. */
export interface StoredPipeline {
  readonly tenant: string
  readonly name: string
  /** Counts up: 1, 2, 3 … */
  readonly version: number
  /** SHA-256 of the text. */
  readonly hash: string
  readonly text: string
  readonly author: string
  readonly keyId: string | undefined
  readonly createdAt: Date
}

interface PipelineRow {
  tenant: string
  name: string
  version: number
  hash: string
  text: string
  author: string
  key_id: string | null
  created_at: Date
}

const toPipeline = ({ key_id: keyId, created_at: createdAt, ...row }: PipelineRow): StoredPipeline => ({
  ...row,
  keyId: keyId ?? undefined,
  createdAt,
})

/** Stores a text as the next version of its pipeline; the newest as it is where it says the same. */
export async function putPipeline(
  queryable: Queryable,
  pipeline: Omit<StoredPipeline, 'version'>,
): Promise<StoredPipeline & { readonly isNew: boolean }> {
  // two at once would both want the next number
  await queryable.query('SELECT pg_advisory_xact_lock(hashtextextended($1, 32))', [
    `${pipeline.tenant} ${pipeline.name}`,
  ])
  const newest = await findPipeline(queryable, pipeline.tenant, pipeline.name)
  if (newest?.hash === pipeline.hash) return { ...newest, isNew: false }
  const version = (newest?.version ?? 0) + 1
  await queryable.query(
    `INSERT INTO pipelines (tenant, name, version, hash, text, author, key_id, created_at)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8)`,
    [
      pipeline.tenant,
      pipeline.name,
      version,
      pipeline.hash,
      pipeline.text,
      pipeline.author,
      pipeline.keyId ?? null,
      pipeline.createdAt,
    ],
  )
  return { ...pipeline, version, isNew: true }
}

/** The newest, or the version that is asked for. */
export async function findPipeline(
  queryable: Queryable,
  tenant: string,
  name: string,
  version?: number,
): Promise<StoredPipeline | undefined> {
  const rows = await queryable.query<PipelineRow>(
    `SELECT * FROM pipelines WHERE tenant = $1 AND name = $2 AND ($3::int IS NULL OR version = $3)
     ORDER BY version DESC LIMIT 1`,
    [tenant, name, version ?? null],
  )
  return rows[0] && toPipeline(rows[0])
}

/** The newest version of each, by name. */
export async function listPipelines(
  queryable: Queryable,
  page: { readonly tenant: string | undefined; readonly after: string | undefined; readonly limit: number },
): Promise<StoredPipeline[]> {
  const rows = await queryable.query<PipelineRow>(
    `SELECT DISTINCT ON (name, tenant) * FROM pipelines
     WHERE ($1::text IS NULL OR tenant = $1) AND ($2::text IS NULL OR name > $2)
     ORDER BY name, tenant, version DESC LIMIT $3`,
    [page.tenant ?? null, page.after ?? null, page.limit],
  )
  return rows.map(toPipeline)
}

/** All versions of one, the newest first. */
export async function listPipelineVersions(
  queryable: Queryable,
  tenant: string,
  name: string,
): Promise<StoredPipeline[]> {
  const rows = await queryable.query<PipelineRow>(
    'SELECT * FROM pipelines WHERE tenant = $1 AND name = $2 ORDER BY version DESC LIMIT 1000',
    [tenant, name],
  )
  return rows.map(toPipeline)
}
