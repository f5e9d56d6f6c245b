import type { Queryable } from '../../foundation/platform/index.ts'
import type { Reviewer } from './reviewer.ts'

interface ReviewerRow {
  key_id: string
  name: string
  tenant: string | null
  training: string
  trained_until: string
  note: string | null
  updated_at: Date
  updated_by: string
}

function toReviewer(row: ReviewerRow): Reviewer {
  return {
    keyId: row.key_id,
    name: row.name,
    tenant: row.tenant ?? undefined,
    training: row.training,
    trainedUntil: row.trained_until,
    note: row.note ?? undefined,
    updatedAt: row.updated_at,
    updatedBy: row.updated_by,
  }
}

export async function findReviewer(queryable: Queryable, keyId: string): Promise<Reviewer | undefined> {
  const rows = await queryable.query<ReviewerRow>('SELECT * FROM reviewers WHERE key_id = $1', [keyId])
  return rows[0] && toReviewer(rows[0])
}

export async function listReviewers(queryable: Queryable, tenant: string | undefined): Promise<Reviewer[]> {
  const rows = await queryable.query<ReviewerRow>(
    'SELECT * FROM reviewers WHERE $1::text IS NULL OR tenant = $1 ORDER BY name LIMIT 1000',
    [tenant ?? null],
  )
  return rows.map(toReviewer)
}

export async function saveReviewer(queryable: Queryable, reviewer: Reviewer): Promise<void> {
  await queryable.query(
    `INSERT INTO reviewers (key_id, name, tenant, training, trained_until, note, updated_at, updated_by)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
     ON CONFLICT (key_id) DO UPDATE SET name = excluded.name, tenant = excluded.tenant, training = excluded.training,
       trained_until = excluded.trained_until, note = excluded.note, updated_at = excluded.updated_at,
       updated_by = excluded.updated_by`,
    [
      reviewer.keyId,
      reviewer.name,
      reviewer.tenant ?? null,
      reviewer.training,
      reviewer.trainedUntil,
      reviewer.note ?? null,
      reviewer.updatedAt,
      reviewer.updatedBy,
    ],
  )
}
