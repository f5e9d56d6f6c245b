import type { Queryable } from '../../foundation/platform/index.ts'

/** One decision on its way to whoever asked. */
export interface Delivery {
  readonly id: string
  readonly reviewId: string
  readonly url: string
  readonly state: 'waiting' | 'delivered' | 'failed'
  readonly attempts: number
  /** What was answered last. */
  readonly status: number | undefined
  readonly problem: string | undefined
  readonly createdAt: Date
  readonly updatedAt: Date
}

interface DeliveryRow {
  id: string
  review_id: string
  url: string
  state: Delivery['state']
  attempts: number
  status: number | null
  problem: string | null
  created_at: Date
  updated_at: Date
}

function toDelivery(row: DeliveryRow): Delivery {
  return {
    id: row.id,
    reviewId: row.review_id,
    url: row.url,
    state: row.state,
    attempts: row.attempts,
    status: row.status ?? undefined,
    problem: row.problem ?? undefined,
    createdAt: row.created_at,
    updatedAt: row.updated_at,
  }
}

export async function insertDelivery(
  queryable: Queryable,
  delivery: { readonly id: string; readonly reviewId: string; readonly url: string; readonly at: Date },
): Promise<void> {
  await queryable.query(
    `INSERT INTO review_deliveries (id, review_id, url, state, created_at, updated_at)
     VALUES ($1, $2, $3, 'waiting', $4, $4)`,
    [delivery.id, delivery.reviewId, delivery.url, delivery.at],
  )
}

export async function findDelivery(queryable: Queryable, id: string): Promise<Delivery | undefined> {
  const rows = await queryable.query<DeliveryRow>('SELECT * FROM review_deliveries WHERE id = $1', [id])
  return rows[0] && toDelivery(rows[0])
}

export async function noteAttempt(
  queryable: Queryable,
  id: string,
  attempt: {
    readonly state: Delivery['state']
    readonly status: number | undefined
    readonly problem: string | undefined
    readonly at: Date
  },
): Promise<void> {
  await queryable.query(
    `UPDATE review_deliveries SET state = $2, status = $3, problem = $4, updated_at = $5, attempts = attempts + 1
     WHERE id = $1`,
    [id, attempt.state, attempt.status ?? null, attempt.problem ?? null, attempt.at],
  )
}

export async function listDeliveries(queryable: Queryable, reviewId: string): Promise<Delivery[]> {
  const rows = await queryable.query<DeliveryRow>(
    'SELECT * FROM review_deliveries WHERE review_id = $1 ORDER BY id',
    [reviewId],
  )
  return rows.map(toDelivery)
}

/** The review that the client was told of: the first of those that hang on each other. */
export async function findRoot(queryable: Queryable, reviewId: string): Promise<string> {
  const rows = await queryable.query<{ id: string }>(
    `WITH RECURSIVE chain AS (
       SELECT id, 0 AS depth FROM reviews WHERE id = $1
       UNION ALL
       SELECT r.id, chain.depth + 1 FROM reviews AS r JOIN chain ON r.next_review_id = chain.id
       WHERE chain.depth < 10)
     SELECT id FROM chain ORDER BY depth DESC LIMIT 1`,
    [reviewId],
  )
  return rows[0]?.id ?? reviewId
}
