import type { Queryable } from '../../foundation/platform/index.ts'
import type { ReviewVerdict } from './review.ts'
import type { ReviewState } from './review-machine.ts'

export interface StatsWindow {
  readonly tenant: string | undefined
  readonly since: Date
}

export async function countDecided(
  queryable: Queryable,
  { tenant, since }: StatsWindow,
): Promise<{ state: ReviewState; count: number }[]> {
  return await queryable.query(
    `SELECT state, count(*) AS count FROM reviews WHERE state <> 'pending' AND known_answer_id IS NULL
       AND decided_at >= $2 AND ($1::text IS NULL OR tenant = $1) GROUP BY state`,
    [tenant ?? null, since],
  )
}

/** Seconds from when something was given to people until somebody had decided. What expired is not among it. */
export async function decisionSeconds(
  queryable: Queryable,
  { tenant, since }: StatsWindow,
): Promise<{ count: number; p50: number | null; p95: number | null }> {
  const rows = await queryable.query<{ count: number; p50: number | null; p95: number | null }>(
    `SELECT count(*) AS count,
       percentile_cont(0.5) WITHIN GROUP (ORDER BY extract(epoch FROM decided_at - created_at)) AS p50,
       percentile_cont(0.95) WITHIN GROUP (ORDER BY extract(epoch FROM decided_at - created_at)) AS p95
     FROM reviews WHERE state IN ('approved', 'edited', 'rejected') AND known_answer_id IS NULL
       AND decided_at >= $2 AND ($1::text IS NULL OR tenant = $1)`,
    [tenant ?? null, since],
  )
  return rows[0] ?? { count: 0, p50: null, p95: null }
}

export interface ReviewerLoad {
  readonly reviewer: string
  readonly approved: number
  readonly edited: number
  readonly rejected: number
  /** From taking an item to deciding on it. */
  readonly p50_seconds: number
  readonly p95_seconds: number
  readonly unmasked: number
  readonly known_given: number
  readonly known_right: number
}

export async function loadByReviewer(
  queryable: Queryable,
  { tenant, since }: StatsWindow,
): Promise<ReviewerLoad[]> {
  return await queryable.query<ReviewerLoad>(
    `SELECT v.reviewer,
       count(*) FILTER (WHERE v.verdict = 'approve' AND r.known_answer_id IS NULL) AS approved,
       count(*) FILTER (WHERE v.verdict = 'edit' AND r.known_answer_id IS NULL) AS edited,
       count(*) FILTER (WHERE v.verdict = 'reject' AND r.known_answer_id IS NULL) AS rejected,
       percentile_cont(0.5) WITHIN GROUP (ORDER BY v.seconds) AS p50_seconds,
       percentile_cont(0.95) WITHIN GROUP (ORDER BY v.seconds) AS p95_seconds,
       (SELECT count(*) FROM review_events AS e JOIN reviews AS u ON u.id = e.review_id
         WHERE e.kind = 'unmasked' AND e.actor = v.reviewer AND e.at >= $2
           AND ($1::text IS NULL OR u.tenant = $1)) AS unmasked,
       count(*) FILTER (WHERE r.known_answer_id IS NOT NULL) AS known_given,
       count(*) FILTER (WHERE k.expected = v.verdict) AS known_right
     FROM review_votes AS v JOIN reviews AS r ON r.id = v.review_id
       LEFT JOIN review_known_answers AS k ON k.id = r.known_answer_id
     WHERE v.created_at >= $2 AND ($1::text IS NULL OR r.tenant = $1)
     GROUP BY v.reviewer ORDER BY count(*) DESC LIMIT 200`,
    [tenant ?? null, since],
  )
}

/** What different people said of the same content, for what two or more have judged. */
export async function votesOnShared(
  queryable: Queryable,
  { tenant, since }: StatsWindow,
): Promise<{ item: string; verdict: ReviewVerdict; count: number }[]> {
  return await queryable.query(
    `SELECT v.review_id || ' ' || v.version AS item, v.verdict, count(*) AS count
     FROM review_votes AS v JOIN reviews AS r ON r.id = v.review_id
     WHERE v.created_at >= $2 AND r.known_answer_id IS NULL AND ($1::text IS NULL OR r.tenant = $1)
       AND (SELECT count(*) FROM review_votes AS w WHERE w.review_id = v.review_id AND w.version = v.version) > 1
     GROUP BY v.review_id, v.version, v.verdict`,
    [tenant ?? null, since],
  )
}

/** What reviewers said of items whose answer is known. */
export async function votesOnKnown(
  queryable: Queryable,
  { tenant, since }: StatsWindow,
): Promise<{ item: string; expected: ReviewVerdict; verdict: ReviewVerdict; count: number }[]> {
  return await queryable.query(
    `SELECT k.id AS item, k.expected, v.verdict, count(*) AS count
     FROM review_votes AS v JOIN reviews AS r ON r.id = v.review_id
       JOIN review_known_answers AS k ON k.id = r.known_answer_id
     WHERE v.created_at >= $2 AND ($1::text IS NULL OR r.tenant = $1)
     GROUP BY k.id, k.expected, v.verdict`,
    [tenant ?? null, since],
  )
}
