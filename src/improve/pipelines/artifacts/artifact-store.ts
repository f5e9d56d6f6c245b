import type { Queryable } from '../../../foundation/platform/index.ts'
import type { Artifact, ArtifactType } from '../stage-kind.ts'

export interface StoredArtifact extends Artifact {
  readonly runId: string
  readonly stage: string
}

interface ArtifactRow {
  run_id: string
  stage: string
  name: string
  type: ArtifactType
  digest: string
  size_bytes: number
  value: unknown
}

const toArtifact = (row: ArtifactRow): StoredArtifact => ({
  runId: row.run_id,
  stage: row.stage,
  name: row.name,
  type: row.type,
  digest: row.digest,
  sizeBytes: row.size_bytes,
  value: row.value ?? undefined,
})

export async function insertArtifact(
  queryable: Queryable,
  place: { readonly runId: string; readonly stage: string; readonly tenant: string },
  artifact: Artifact,
): Promise<void> {
  await queryable.query(
    `INSERT INTO pipeline_artifacts (run_id, stage, name, tenant, type, digest, size_bytes, value)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8::text::jsonb)
     ON CONFLICT (run_id, stage, name) DO UPDATE SET type = excluded.type, digest = excluded.digest,
       size_bytes = excluded.size_bytes, value = excluded.value`,
    [
      place.runId,
      place.stage,
      artifact.name,
      place.tenant,
      artifact.type,
      artifact.digest,
      artifact.sizeBytes,
      artifact.value === undefined ? null : JSON.stringify(artifact.value),
    ],
  )
}

export async function listArtifacts(
  queryable: Queryable,
  runId: string,
  stage?: string,
): Promise<StoredArtifact[]> {
  const rows = await queryable.query<ArtifactRow>(
    `SELECT * FROM pipeline_artifacts WHERE run_id = $1 AND ($2::text IS NULL OR stage = $2) ORDER BY stage, name`,
    [runId, stage ?? null],
  )
  return rows.map(toArtifact)
}

/** The versions of datasets that stages of a run left; `isMade` where the stage made it, else it was looked at. */
export async function listDatasetsOfRun(
  queryable: Queryable,
  runId: string,
): Promise<{ readonly versionId: string; readonly isMade: boolean }[]> {
  return await queryable.query<{ versionId: string; isMade: boolean }>(
    `SELECT a.value->>'version' AS "versionId", bool_or(s.kind = 'dataset-build') AS "isMade" FROM pipeline_artifacts a
     JOIN pipeline_stages s ON s.run_id = a.run_id AND s.name = a.stage
     WHERE a.run_id = $1 AND a.type = 'dataset' AND a.value ? 'version' GROUP BY 1 ORDER BY 1 LIMIT 500`,
    [runId],
  )
}

/** The runs of which a stage left a version of a dataset, the newest first. */
export async function listRunsOfDataset(
  queryable: Queryable,
  tenant: string,
  versionId: string,
  isMade: boolean,
  limit: number,
): Promise<string[]> {
  const rows = await queryable.query<{ run_id: string }>(
    `SELECT a.run_id FROM pipeline_artifacts a JOIN pipeline_stages s ON s.run_id = a.run_id AND s.name = a.stage
     WHERE a.tenant = $1 AND a.type = 'dataset' AND a.value->>'version' = $2
     GROUP BY a.run_id HAVING bool_or(s.kind = 'dataset-build') = $3 ORDER BY a.run_id DESC LIMIT $4`,
    [tenant, versionId, isMade, limit],
  )
  return rows.map(row => row.run_id)
}

/** Says that an object is used now; false where it is not stored. Whoever collects it waits, or was there before. */
export async function useObject(
  queryable: Queryable,
  tenant: string,
  digest: string,
  now: Date,
): Promise<boolean> {
  const rows = await queryable.query(
    'UPDATE pipeline_objects SET used_at = greatest(used_at, $3) WHERE tenant = $1 AND digest = $2 RETURNING digest',
    [tenant, digest, now],
  )
  return rows.length > 0
}

export async function insertObject(
  queryable: Queryable,
  object: {
    readonly tenant: string
    readonly digest: string
    readonly sizeBytes: number
    readonly now: Date
  },
): Promise<void> {
  await queryable.query(
    `INSERT INTO pipeline_objects (tenant, digest, size_bytes, used_at) VALUES ($1, $2, $3, $4)
     ON CONFLICT (tenant, digest) DO UPDATE SET used_at = greatest(pipeline_objects.used_at, excluded.used_at)`,
    [object.tenant, object.digest, object.sizeBytes, object.now],
  )
}

/** Locks one object that no run has had since, for the rest of a transaction, so that it can be deleted. */
export async function lockUnusedObject(
  queryable: Queryable,
  before: Date,
): Promise<{ readonly tenant: string; readonly digest: string } | undefined> {
  const rows = await queryable.query<{ tenant: string; digest: string }>(
    `SELECT tenant, digest FROM pipeline_objects object WHERE used_at < $1 AND NOT EXISTS (
       SELECT 1 FROM pipeline_artifacts artifact
       WHERE artifact.tenant = object.tenant AND artifact.digest = object.digest AND artifact.type IN ('file', 'folder'))
     ORDER BY used_at LIMIT 1 FOR UPDATE SKIP LOCKED`,
    [before],
  )
  return rows[0]
}

export async function deleteObjectRow(queryable: Queryable, tenant: string, digest: string): Promise<void> {
  await queryable.query('DELETE FROM pipeline_objects WHERE tenant = $1 AND digest = $2', [tenant, digest])
}
