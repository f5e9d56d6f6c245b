import type { Queryable } from '../../foundation/platform/index.ts'
import type { ReviewText, ReviewVerdict } from './review.ts'

/** An item whose right answer is known: it measures reviewers, and is never given to a client. */
export interface KnownAnswer {
  readonly id: string
  readonly tenant: string
  readonly service: string
  readonly context: readonly ReviewText[]
  readonly answer: string
  readonly expected: ReviewVerdict
  readonly reason: string
  readonly isActive: boolean
  readonly createdAt: Date
  readonly createdBy: string
}

interface KnownAnswerRow {
  id: string
  tenant: string
  service: string
  context: ReviewText[]
  answer: string
  expected: ReviewVerdict
  reason: string
  is_active: boolean
  created_at: Date
  created_by: string
}

function toKnownAnswer(row: KnownAnswerRow): KnownAnswer {
  return {
    id: row.id,
    tenant: row.tenant,
    service: row.service,
    context: row.context,
    answer: row.answer,
    expected: row.expected,
    reason: row.reason,
    isActive: row.is_active,
    createdAt: row.created_at,
    createdBy: row.created_by,
  }
}

export async function insertKnownAnswer(queryable: Queryable, item: KnownAnswer): Promise<void> {
  await queryable.query(
    `INSERT INTO review_known_answers (id, tenant, service, context, answer, expected, reason, is_active, created_at, created_by)
     VALUES ($1, $2, $3, $4::text::jsonb, $5, $6, $7, $8, $9, $10)`,
    [
      item.id,
      item.tenant,
      item.service,
      JSON.stringify(item.context),
      item.answer,
      item.expected,
      item.reason,
      item.isActive,
      item.createdAt,
      item.createdBy,
    ],
  )
}

export async function listKnownAnswers(
  queryable: Queryable,
  tenant: string | undefined,
): Promise<(KnownAnswer & { readonly given: number; readonly right: number })[]> {
  const rows = await queryable.query<KnownAnswerRow & { given: number; right: number }>(
    `SELECT k.*, count(v.reviewer) AS given, count(v.reviewer) FILTER (WHERE v.verdict = k.expected) AS right
     FROM review_known_answers AS k
     LEFT JOIN reviews AS r ON r.known_answer_id = k.id
     LEFT JOIN review_votes AS v ON v.review_id = r.id
     WHERE $1::text IS NULL OR k.tenant = $1 GROUP BY k.id ORDER BY k.id DESC LIMIT 500`,
    [tenant ?? null],
  )
  return rows.map(row => ({ ...toKnownAnswer(row), given: row.given, right: row.right }))
}

export async function retireKnownAnswer(
  queryable: Queryable,
  id: string,
  tenant: string | undefined,
): Promise<KnownAnswer | undefined> {
  const rows = await queryable.query<KnownAnswerRow>(
    `UPDATE review_known_answers SET is_active = false
     WHERE id = $1 AND ($2::text IS NULL OR tenant = $2) RETURNING *`,
    [id, tenant ?? null],
  )
  return rows[0] && toKnownAnswer(rows[0])
}

export async function findKnownAnswer(queryable: Queryable, id: string): Promise<KnownAnswer | undefined> {
  const rows = await queryable.query<KnownAnswerRow>('SELECT * FROM review_known_answers WHERE id = $1', [id])
  return rows[0] && toKnownAnswer(rows[0])
}

/** One that the reviewer has not had yet, of those that they may see; `undefined` where there is none. */
export async function chooseKnownAnswer(
  queryable: Queryable,
  reviewer: string,
  tenant: string | undefined,
): Promise<KnownAnswer | undefined> {
  const rows = await queryable.query<KnownAnswerRow>(
    `SELECT * FROM review_known_answers AS k WHERE is_active AND ($2::text IS NULL OR tenant = $2)
       AND NOT EXISTS (SELECT FROM reviews AS r WHERE r.known_answer_id = k.id AND r.assigned_to = $1)
     ORDER BY random() LIMIT 1`,
    [reviewer, tenant ?? null],
  )
  return rows[0] && toKnownAnswer(rows[0])
}
