import type { Queryable } from '../../foundation/platform/index.ts'
import type { Feedback } from './feedback.ts'

export async function insertFeedback(queryable: Queryable, feedback: Feedback): Promise<void> {
  await queryable.query(
    `insert into inference_feedback
       (id, inference_id, tenant, score, label, comment, corrected_output, created_at, created_by)
     values ($1, $2, $3, $4, $5, $6, $7::json, $8, $9)`,
    [
      feedback.id,
      feedback.inferenceId,
      feedback.tenant,
      feedback.score ?? null,
      feedback.label ?? null,
      feedback.comment ?? null,
      feedback.correctedOutput === undefined ? null : JSON.stringify(feedback.correctedOutput),
      feedback.createdAt,
      feedback.createdBy,
    ],
  )
}

/** All that was said of one inference, oldest first. */
export async function listFeedback(queryable: Queryable, inferenceId: string): Promise<Feedback[]> {
  const rows = await queryable.query<{
    id: string
    tenant: string
    score: number | null
    label: string | null
    comment: string | null
    corrected_output: unknown
    created_at: Date
    created_by: string
  }>(
    `select id, tenant, score, label, comment, corrected_output, created_at, created_by
     from inference_feedback where inference_id = $1 order by id`,
    [inferenceId],
  )
  return rows.map(row => ({
    id: row.id,
    inferenceId,
    tenant: row.tenant,
    score: row.score ?? undefined,
    label: row.label ?? undefined,
    comment: row.comment ?? undefined,
    correctedOutput: row.corrected_output ?? undefined,
    createdAt: row.created_at,
    createdBy: row.created_by,
  }))
}
