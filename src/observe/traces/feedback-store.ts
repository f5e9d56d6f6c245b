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
  return (await listFeedbackOfMany(queryable, [inferenceId])).get(inferenceId) ?? []
}

interface FeedbackRow {
  readonly id: string
  readonly inference_id: string
  readonly tenant: string
  readonly score: number | null
  readonly label: string | null
  readonly comment: string | null
  readonly corrected_output: unknown
  readonly created_at: Date
  readonly created_by: string
}

/** What was said of several, by the inference; oldest first. */
export async function listFeedbackOfMany(
  queryable: Queryable,
  inferenceIds: readonly string[],
): Promise<Map<string, Feedback[]>> {
  const found = new Map<string, Feedback[]>()
  if (inferenceIds.length === 0) return found
  const rows = await queryable.query<FeedbackRow>(
    `select id, inference_id, tenant, score, label, comment, corrected_output, created_at, created_by
     from inference_feedback where inference_id = any($1::uuid[]) order by id`,
    [inferenceIds],
  )
  for (const row of rows) {
    const feedback: Feedback = {
      id: row.id,
      inferenceId: row.inference_id,
      tenant: row.tenant,
      score: row.score ?? undefined,
      label: row.label ?? undefined,
      comment: row.comment ?? undefined,
      correctedOutput: row.corrected_output ?? undefined,
      createdAt: row.created_at,
      createdBy: row.created_by,
    }
    const others = found.get(row.inference_id)
    if (others) others.push(feedback)
    else found.set(row.inference_id, [feedback])
  }
  return found
}
