import type { Queryable } from '../../../foundation/platform/index.ts'
import type { Candidate, Drive, DrivePlan } from './drive.ts'

/** False where it was made before: a task that is run again after a crash makes no second one. */
export async function insertDrive(
  transaction: Queryable,
  drive: Omit<Drive, 'dataset' | 'versionNumber'>,
  candidates: readonly Candidate[],
): Promise<boolean> {
  const rows = await transaction.query(
    `INSERT INTO dataset_drives (id, tenant, dataset_id, version_id, plan, author, created_at)
     VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT (id) DO NOTHING RETURNING id`,
    [
      drive.id,
      drive.tenant,
      drive.datasetId,
      drive.versionId,
      JSON.stringify(drive.plan),
      drive.author,
      drive.createdAt,
    ],
  )
  if (rows.length === 0) return false
  // one that another drive has taken meanwhile is not asked again
  await transaction.query(
    `INSERT INTO dataset_drive_candidates (drive_id, dataset_id, inference_id, need, probability, known)
     SELECT $1, $2, inference_id, need, probability, known
     FROM json_to_recordset($3::json) AS one (inference_id uuid, need smallint, probability float8, known text)
     ON CONFLICT DO NOTHING`,
    [
      drive.id,
      drive.datasetId,
      JSON.stringify(
        candidates.map(({ inferenceId, need, probability, known }) => ({
          inference_id: inferenceId,
          need,
          probability,
          known: JSON.stringify(known),
        })),
      ),
    ],
  )
  return true
}

interface DriveRow {
  id: string
  tenant: string
  dataset_id: string
  dataset: string
  version_id: string
  number: number
  plan: string
  author: string
  created_at: Date
}

const selectDrive = `SELECT r.id, r.tenant, r.dataset_id, d.name AS dataset, r.version_id, v.number, r.plan, r.author, r.created_at
  FROM dataset_drives AS r JOIN datasets AS d ON d.id = r.dataset_id JOIN dataset_versions AS v ON v.id = r.version_id`

function toDrive(row: DriveRow): Drive {
  return {
    id: row.id,
    tenant: row.tenant,
    datasetId: row.dataset_id,
    dataset: row.dataset,
    versionId: row.version_id,
    versionNumber: row.number,
    plan: JSON.parse(row.plan) as DrivePlan,
    author: row.author,
    createdAt: row.created_at,
  }
}

export async function findDrive(
  queryable: Queryable,
  tenant: string | undefined,
  id: string,
): Promise<Drive | undefined> {
  const [row] = await queryable.query<DriveRow>(
    `${selectDrive} WHERE r.id = $1 AND ($2::text IS NULL OR r.tenant = $2)`,
    [id, tenant ?? null],
  )
  return row && toDrive(row)
}

/** The newest first. */
export async function listDrives(queryable: Queryable, datasetId: string, limit: number): Promise<Drive[]> {
  const rows = await queryable.query<DriveRow>(
    `${selectDrive} WHERE r.dataset_id = $1 ORDER BY r.created_at DESC, r.id DESC LIMIT $2`,
    [datasetId, limit],
  )
  return rows.map(toDrive)
}

/** The likeliest first. */
export async function listCandidates(queryable: Queryable, driveId: string): Promise<Candidate[]> {
  const rows = await queryable.query<{
    inference_id: string
    need: number
    probability: number
    known: string
  }>(
    `SELECT inference_id, need, probability, known FROM dataset_drive_candidates WHERE drive_id = $1
     ORDER BY probability DESC, inference_id`,
    [driveId],
  )
  return rows.map(row => ({
    inferenceId: row.inference_id,
    need: row.need,
    probability: row.probability,
    known: JSON.parse(row.known) as Candidate['known'],
  }))
}

/** Inferences that people were asked about for a dataset, by any drive. */
export async function listAsked(queryable: Queryable, datasetId: string): Promise<string[]> {
  const rows = await queryable.query<{ inference_id: string }>(
    'SELECT inference_id FROM dataset_drive_candidates WHERE dataset_id = $1 ORDER BY inference_id',
    [datasetId],
  )
  return rows.map(({ inference_id: id }) => id)
}

/** Frees those that nobody is asked about any more. */
export async function deleteCandidates(
  queryable: Queryable,
  driveId: string,
  inferenceIds: readonly string[],
): Promise<void> {
  await queryable.query(
    'DELETE FROM dataset_drive_candidates WHERE drive_id = $1 AND inference_id = ANY($2::uuid[])',
    [driveId, inferenceIds],
  )
}
