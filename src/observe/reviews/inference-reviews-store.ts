import type { Queryable } from '../../foundation/platform/index.ts'

/** What a person was asked of an inference, and what came of it; nothing of its content. */
export interface InferenceReview {
  readonly id: string
  readonly side: string
  readonly state: string
  readonly policy: string
  readonly policyHash: string
  readonly contentHash: string
  /** Above 0 where it was edited. */
  readonly version: number
  readonly onExpire: string
  readonly createdAt: Date
  readonly decidedAt: Date | undefined
  readonly decidedBy: string | undefined
}

/** In the order in which they were asked; items whose answer was known beforehand concern no inference. */
export async function listReviewsOfInference(
  queryable: Queryable,
  inferenceId: string,
): Promise<InferenceReview[]> {
  const rows = await queryable.query<{
    id: string
    side: string
    state: string
    policy: string
    policy_hash: string
    content_hash: string
    version: number
    on_expire: string
    created_at: Date
    decided_at: Date | null
    decided_by: string | null
  }>(
    `SELECT id, side, state, policy, policy_hash, content_hash, version, on_expire, created_at, decided_at, decided_by
       FROM reviews WHERE inference_id = $1 AND known_answer_id IS NULL ORDER BY id`,
    [inferenceId],
  )
  return rows.map(row => ({
    id: row.id,
    side: row.side,
    state: row.state,
    policy: row.policy,
    policyHash: row.policy_hash,
    contentHash: row.content_hash,
    version: row.version,
    onExpire: row.on_expire,
    createdAt: row.created_at,
    decidedAt: row.decided_at ?? undefined,
    decidedBy: row.decided_by ?? undefined,
  }))
}

/** What people decided on the answers of several inferences, with what an edited one became: masked. */
export async function listAnswerDecisionsOfMany(
  queryable: Queryable,
  inferenceIds: readonly string[],
): Promise<Map<string, { readonly state: string; readonly edited: string | undefined }>> {
  if (inferenceIds.length === 0) return new Map()
  const rows = await queryable.query<{
    inference_id: string
    state: string
    view: { text: string }[] | null
  }>(
    `SELECT DISTINCT ON (inference_id) inference_id, state,
       (SELECT v.view FROM review_versions AS v WHERE v.review_id = r.id AND r.state = 'edited'
         ORDER BY v.version DESC LIMIT 1) AS view
     FROM reviews AS r WHERE inference_id = ANY($1::uuid[]) AND known_answer_id IS NULL AND side = 'output'
     ORDER BY inference_id, id DESC`,
    [inferenceIds],
  )
  return new Map(
    rows.map(({ inference_id: id, state, view }) => [
      id,
      { state, edited: view === null ? undefined : view.map(({ text }) => text).join('\n\n') },
    ]),
  )
}
