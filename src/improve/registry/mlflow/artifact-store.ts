import type { Queryable } from '../../../foundation/platform/index.ts'

/** A file of a run or of a logged model. */
export interface Artifact {
  readonly path: string
  readonly sha256: string
  readonly bytes: number
}

interface ArtifactRow {
  path: string
  object: string
  bytes: number
}

const toArtifact = ({ path, object, bytes }: ArtifactRow): Artifact => ({
  path,
  sha256: object.slice('sha256-'.length),
  bytes,
})

/** Who uses an artifact's object. */
function subjectOf(owner: string, path: string): string {
  return `${owner}/${path}`
}

/** In the place of one that was there; its object has to be held for `artifactSubject` already. */
export async function putArtifact(
  transaction: Queryable,
  tenant: string,
  owner: string,
  artifact: Artifact & { readonly now: Date },
): Promise<void> {
  await transaction.query(
    `INSERT INTO tracking_artifacts (tenant, owner, path, object, bytes, created_at) VALUES ($1, $2, $3, $4, $5, $6)
     ON CONFLICT (tenant, owner, path) DO UPDATE SET object = $4, bytes = $5, created_at = $6`,
    [tenant, owner, artifact.path, `sha256-${artifact.sha256}`, artifact.bytes, artifact.now],
  )
  await transaction.query(
    `DELETE FROM model_object_uses WHERE tenant = $1 AND kind = 'artifact' AND subject = $2 AND object <> $3`,
    [tenant, subjectOf(owner, artifact.path), `sha256-${artifact.sha256}`],
  )
}

export { subjectOf as artifactSubject }

/** All of an owner, or those at or below a path, by path. */
export async function listArtifacts(
  queryable: Queryable,
  tenant: string,
  owner: string,
  below = '',
): Promise<Artifact[]> {
  const rows = await queryable.query<ArtifactRow>(
    `SELECT path, object, bytes FROM tracking_artifacts
     WHERE tenant = $1 AND owner = $2 AND ($3 = '' OR path = $3 OR starts_with(path, $3 || '/')) ORDER BY path LIMIT 10001`,
    [tenant, owner, below],
  )
  return rows.map(toArtifact)
}

/** Of a path and all below it; an empty one is all. */
export async function deleteArtifacts(
  transaction: Queryable,
  tenant: string,
  owner: string,
  below: string,
): Promise<void> {
  const gone = await transaction.query<{ path: string }>(
    `DELETE FROM tracking_artifacts WHERE tenant = $1 AND owner = $2 AND ($3 = '' OR path = $3 OR starts_with(path, $3 || '/'))
     RETURNING path`,
    [tenant, owner, below],
  )
  await transaction.query(
    `DELETE FROM model_object_uses WHERE tenant = $1 AND kind = 'artifact' AND subject = ANY($2)`,
    [tenant, gone.map(({ path }) => subjectOf(owner, path))],
  )
}
