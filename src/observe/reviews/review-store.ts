import type { ReviewExpiry, ReviewPriority } from '../../foundation/config/index.ts'
import { reviewPriorities } from '../../foundation/config/index.ts'
import { createId, type Queryable } from '../../foundation/platform/index.ts'
import type { ExampleState } from './examples/example-review.ts'
import {
  type ContentText,
  type FiredGuard,
  rankOf,
  type Review,
  type ReviewEvent,
  type ReviewEventKind,
  type ReviewSide,
  type ReviewText,
  type ReviewVerdict,
  type ReviewVersion,
  type ReviewVote,
} from './review.ts'
import type { ReviewState } from './review-machine.ts'

interface ReviewRow {
  id: string
  tenant: string
  service: string
  inference_id: string
  request_id: string
  key_id: string
  path: string
  is_stream: boolean
  side: ReviewSide
  known_answer_id: string | null
  assigned_to: string | null
  state: ReviewState
  rank: number
  policy: string
  policy_hash: string
  fired: FiredGuard[]
  preview: string
  four_eyes: boolean
  on_expire: ReviewExpiry
  fallback_message: string
  reject_message: string
  version: number
  content_hash: string
  claimed_by: string | null
  claimed_at: Date | null
  claim_until: Date | null
  created_at: Date
  due_at: Date
  expires_at: Date
  decided_at: Date | null
  decided_by: string | null
  result_hash: string | null
  next_review_id: string | null
}

/** All but what is large: the context and what is sealed. */
const columns = `id, tenant, service, inference_id, request_id, key_id, path, is_stream, side, known_answer_id,
  assigned_to, state, rank, policy, policy_hash, fired, preview, four_eyes, on_expire, fallback_message, reject_message,
  version, content_hash, claimed_by, claimed_at, claim_until, created_at, due_at, expires_at, decided_at, decided_by,
  result_hash, next_review_id`

function toReview(row: ReviewRow): Review {
  return {
    id: row.id,
    tenant: row.tenant,
    service: row.service,
    inferenceId: row.inference_id,
    requestId: row.request_id,
    keyId: row.key_id,
    path: row.path,
    isStream: row.is_stream,
    side: row.side,
    knownAnswerId: row.known_answer_id ?? undefined,
    assignedTo: row.assigned_to ?? undefined,
    state: row.state,
    priority: reviewPriorities[row.rank] ?? 'low',
    policy: row.policy,
    policyHash: row.policy_hash,
    fired: row.fired,
    preview: row.preview,
    fourEyes: row.four_eyes,
    onExpire: row.on_expire,
    fallbackMessage: row.fallback_message,
    rejectMessage: row.reject_message,
    version: row.version,
    contentHash: row.content_hash,
    claimedBy: row.claimed_by ?? undefined,
    claimedAt: row.claimed_at ?? undefined,
    claimUntil: row.claim_until ?? undefined,
    createdAt: row.created_at,
    dueAt: row.due_at,
    expiresAt: row.expires_at,
    decidedAt: row.decided_at ?? undefined,
    decidedBy: row.decided_by ?? undefined,
    resultHash: row.result_hash ?? undefined,
    nextReviewId: row.next_review_id ?? undefined,
  }
}

/** Heard by every process: who waits for a review, and who watches the queue. */
export const reviewsChannel = 'slipway_reviews'

export async function insertReview(
  transaction: Queryable,
  review: Review,
  content: {
    readonly context: readonly ReviewText[]
    readonly sealed: Uint8Array
    readonly version: ReviewVersion & { readonly sealed: Uint8Array }
  },
): Promise<void> {
  await transaction.query(
    `INSERT INTO reviews (id, tenant, service, inference_id, request_id, key_id, path, is_stream, side, known_answer_id,
       assigned_to, state, rank, policy, policy_hash, fired, context, preview, four_eyes, on_expire, fallback_message,
       reject_message, version, content_hash, sealed, created_at, due_at, expires_at)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16::text::jsonb, $17::text::jsonb, $18,
       $19, $20, $21, $22, $23, $24, $25, $26, $27, $28)`,
    [
      review.id,
      review.tenant,
      review.service,
      review.inferenceId,
      review.requestId,
      review.keyId,
      review.path,
      review.isStream,
      review.side,
      review.knownAnswerId ?? null,
      review.assignedTo ?? null,
      review.state,
      rankOf(review.priority),
      review.policy,
      review.policyHash,
      toJson(review.fired),
      toJson(content.context),
      withoutNul(review.preview),
      review.fourEyes,
      review.onExpire,
      review.fallbackMessage,
      review.rejectMessage,
      review.version,
      review.contentHash,
      content.sealed,
      review.createdAt,
      review.dueAt,
      review.expiresAt,
    ],
  )
  await insertVersion(transaction, review.id, content.version)
}

export async function insertVersion(
  transaction: Queryable,
  reviewId: string,
  version: ReviewVersion & { readonly sealed: Uint8Array },
): Promise<void> {
  await transaction.query(
    `INSERT INTO review_versions (review_id, version, content_hash, sealed, view, editor, created_at)
     VALUES ($1, $2, $3, $4, $5::text::jsonb, $6, $7)`,
    [
      reviewId,
      version.version,
      version.contentHash,
      version.sealed,
      toJson(version.view),
      version.editor ?? null,
      version.createdAt,
    ],
  )
}

/** Postgres holds no NUL in text, and JSON says it as an escape that jsonb does not take. */
function toJson(value: unknown): string {
  return withoutNul(
    JSON.stringify(value, (_key, member: unknown) =>
      typeof member === 'string' ? withoutNul(member.toWellFormed()) : member,
    ),
  )
}

function withoutNul(text: string): string {
  return text.replaceAll('\0', '\u{FFFD}').toWellFormed()
}

/** `lock` holds the row until the transaction ends, so that decisions about it come one after the other. */
export async function findReview(
  queryable: Queryable,
  id: string,
  options: { readonly tenant?: string | undefined; readonly isLocking?: boolean } = {},
): Promise<Review | undefined> {
  const rows = await queryable.query<ReviewRow>(
    `SELECT ${columns} FROM reviews WHERE id = $1 AND ($2::text IS NULL OR tenant = $2)${options.isLocking ? ' FOR UPDATE' : ''}`,
    [id, options.tenant ?? null],
  )
  return rows[0] && toReview(rows[0])
}

/** The reviews of what a key has asked, newest first. */
export async function listReviewsOfKey(
  queryable: Queryable,
  keyId: string,
  filter: { readonly requestId?: string | undefined; readonly inferenceId?: string | undefined },
): Promise<Review[]> {
  const rows = await queryable.query<ReviewRow>(
    `SELECT ${columns} FROM reviews WHERE key_id = $1 AND known_answer_id IS NULL
       AND ($2::text IS NULL OR request_id = $2) AND ($3::uuid IS NULL OR inference_id = $3)
     ORDER BY id DESC LIMIT 20`,
    [keyId, filter.requestId ?? null, filter.inferenceId ?? null],
  )
  return rows.map(toReview)
}

export interface QueueFilter {
  readonly tenant: string | undefined
  readonly service: string | undefined
  readonly priority: ReviewPriority | undefined
  readonly side: ReviewSide | undefined
  /** Who looks: items that were made for somebody else are not shown. */
  readonly reviewer: string
  readonly isMine: boolean
}

export interface QueuePlace {
  readonly rank: number
  readonly dueAt: Date
  readonly id: string
}

/** What waits, most urgent first. */
export async function listPending(
  queryable: Queryable,
  filter: QueueFilter,
  page: { readonly after: QueuePlace | undefined; readonly limit: number },
): Promise<Review[]> {
  const [text, values] = pendingQuery(filter, page)
  return (await queryable.query<ReviewRow>(text, values)).map(toReview)
}

/** How Postgres goes about it, for the test that holds it to the index. */
export async function explainPending(
  queryable: Queryable,
  filter: QueueFilter,
  page: { readonly after: QueuePlace | undefined; readonly limit: number },
): Promise<string> {
  const [text, values] = pendingQuery(filter, page)
  const rows = await queryable.query<{ 'QUERY PLAN': string }>(`EXPLAIN ${text}`, values)
  return rows.map(row => row['QUERY PLAN']).join('\n')
}

function pendingQuery(
  filter: QueueFilter,
  page: { readonly after: QueuePlace | undefined; readonly limit: number },
): [text: string, values: unknown[]] {
  const conditions = [`state = 'pending'`, '(assigned_to IS NULL OR assigned_to = $1)']
  const values: unknown[] = [filter.reviewer]
  const where = (condition: (place: string) => string, value: unknown): void => {
    values.push(value)
    conditions.push(condition(`$${values.length}`))
  }
  if (filter.tenant !== undefined) where(place => `tenant = ${place}`, filter.tenant)
  if (filter.service !== undefined) where(place => `service = ${place}`, filter.service)
  if (filter.priority !== undefined) where(place => `rank = ${place}`, rankOf(filter.priority))
  if (filter.side !== undefined) where(place => `side = ${place}`, filter.side)
  if (filter.isMine) conditions.push('claimed_by = $1 AND claim_until > now()')
  if (page.after) {
    const { rank, dueAt, id } = page.after
    values.push(rank, dueAt, id)
    const last = values.length
    conditions.push(`(rank, due_at, id) > ($${last - 2}, $${last - 1}, $${last})`)
  }
  values.push(page.limit)
  return [
    `SELECT ${columns} FROM reviews WHERE ${conditions.join(' AND ')}
     ORDER BY rank, due_at, id LIMIT $${values.length}`,
    values,
  ]
}

/** What was decided, newest first. Items whose answer was known are left out. */
export async function listDecided(
  queryable: Queryable,
  filter: {
    readonly tenant: string | undefined
    readonly service: string | undefined
    readonly state: Exclude<ReviewState, 'pending'> | undefined
  },
  page: {
    readonly after: { readonly decidedAt: Date; readonly id: string } | undefined
    readonly limit: number
  },
): Promise<Review[]> {
  const rows = await queryable.query<ReviewRow>(
    `SELECT ${columns} FROM reviews WHERE state <> 'pending' AND known_answer_id IS NULL
       AND ($1::text IS NULL OR tenant = $1) AND ($2::text IS NULL OR service = $2)
       AND ($3::text IS NULL OR state = $3)
       AND ($4::timestamptz IS NULL OR (decided_at, id) < ($4, $5::uuid))
     ORDER BY decided_at DESC, id DESC LIMIT $6`,
    [
      filter.tenant ?? null,
      filter.service ?? null,
      filter.state ?? null,
      page.after?.decidedAt ?? null,
      page.after?.id ?? null,
      page.limit,
    ],
  )
  return rows.map(toReview)
}

export async function findContext(queryable: Queryable, id: string): Promise<ReviewText[]> {
  const rows = await queryable.query<{ context: ReviewText[] }>('SELECT context FROM reviews WHERE id = $1', [
    id,
  ])
  return rows[0]?.context ?? []
}

/** `undefined` where it is past its retention. */
export async function findSealed(queryable: Queryable, id: string): Promise<Uint8Array | undefined> {
  const rows = await queryable.query<{ sealed: Uint8Array | null }>(
    'SELECT sealed FROM reviews WHERE id = $1',
    [id],
  )
  return rows[0]?.sealed ?? undefined
}

interface VersionRow {
  version: number
  content_hash: string
  view: ContentText[]
  editor: string | null
  created_at: Date
}

export async function listVersions(queryable: Queryable, id: string): Promise<ReviewVersion[]> {
  const rows = await queryable.query<VersionRow>(
    `SELECT version, content_hash, view, editor, created_at FROM review_versions
     WHERE review_id = $1 ORDER BY version`,
    [id],
  )
  return rows.map(row => ({
    version: row.version,
    contentHash: row.content_hash,
    view: row.view,
    editor: row.editor ?? undefined,
    createdAt: row.created_at,
  }))
}

export async function findSealedVersion(
  queryable: Queryable,
  id: string,
  version: number,
): Promise<{ readonly contentHash: string; readonly sealed: Uint8Array } | undefined> {
  const rows = await queryable.query<{ content_hash: string; sealed: Uint8Array }>(
    'SELECT content_hash, sealed FROM review_versions WHERE review_id = $1 AND version = $2',
    [id, version],
  )
  const [row] = rows
  return row && { contentHash: row.content_hash, sealed: row.sealed }
}

/** Who wrote the version, and who has approved it. */
export async function findStanding(
  queryable: Queryable,
  id: string,
  version: number,
): Promise<{ readonly editor: string | undefined; readonly approvals: readonly string[] }> {
  const rows = await queryable.query<{ editor: string | null; approvals: string[] }>(
    `SELECT editor, ARRAY(SELECT reviewer FROM review_votes
       WHERE review_id = $1 AND version = $2 AND verdict = 'approve' ORDER BY created_at) AS approvals
     FROM review_versions WHERE review_id = $1 AND version = $2`,
    [id, version],
  )
  return { editor: rows[0]?.editor ?? undefined, approvals: rows[0]?.approvals ?? [] }
}

/**
 * Moves a review on, if it is still as it was when that was decided; false where it is not. An edit also says which
 * version it makes.
 */
export async function moveReview(
  transaction: Queryable,
  from: Pick<Review, 'id' | 'version' | 'contentHash'>,
  to: {
    readonly state: ReviewState
    readonly version: number
    readonly contentHash: string
    readonly preview?: string | undefined
    readonly decidedBy?: string | undefined
  },
  at: Date,
): Promise<boolean> {
  const rows = await transaction.query(
    `UPDATE reviews SET state = $4, version = $5, content_hash = $6, preview = coalesce($9, preview),
       decided_at = CASE WHEN $4 = 'pending' THEN decided_at ELSE $7 END,
       decided_by = CASE WHEN $4 = 'pending' THEN decided_by ELSE $8::text END,
       claimed_by = NULL, claimed_at = NULL, claim_until = NULL
     WHERE id = $1 AND state = 'pending' AND version = $2 AND content_hash = $3 RETURNING id`,
    [
      from.id,
      from.version,
      from.contentHash,
      to.state,
      to.version,
      to.contentHash,
      at,
      to.decidedBy ?? null,
      to.preview === undefined ? null : withoutNul(to.preview),
    ],
  )
  return rows.length > 0
}

/** Ids of reviews that nobody has decided in time. */
export async function listOverdue(queryable: Queryable, now: Date, limit: number): Promise<string[]> {
  const rows = await queryable.query<{ id: string }>(
    `SELECT id FROM reviews WHERE state = 'pending' AND expires_at <= $1 ORDER BY expires_at LIMIT $2`,
    [now, limit],
  )
  return rows.map(({ id }) => id)
}

export async function insertVote(transaction: Queryable, reviewId: string, vote: ReviewVote): Promise<void> {
  await transaction.query(
    `INSERT INTO review_votes (review_id, reviewer, version, content_hash, verdict, rationale, seconds, created_at)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
     ON CONFLICT (review_id, reviewer, version) DO UPDATE SET verdict = excluded.verdict,
       rationale = excluded.rationale, seconds = excluded.seconds, created_at = excluded.created_at`,
    [
      reviewId,
      vote.reviewer,
      vote.version,
      vote.contentHash,
      vote.verdict,
      withoutNul(vote.rationale),
      vote.seconds,
      vote.createdAt,
    ],
  )
}

interface VoteRow {
  reviewer: string
  version: number
  content_hash: string
  verdict: ReviewVerdict
  rationale: string
  seconds: number
  created_at: Date
}

export async function listVotes(queryable: Queryable, id: string): Promise<ReviewVote[]> {
  const rows = await queryable.query<VoteRow>(
    `SELECT reviewer, version, content_hash, verdict, rationale, seconds, created_at FROM review_votes
     WHERE review_id = $1 ORDER BY created_at`,
    [id],
  )
  return rows.map(row => ({
    reviewer: row.reviewer,
    version: row.version,
    contentHash: row.content_hash,
    verdict: row.verdict,
    rationale: row.rationale,
    seconds: row.seconds,
    createdAt: row.created_at,
  }))
}

export async function insertEvent(queryable: Queryable, reviewId: string, event: ReviewEvent): Promise<void> {
  await queryable.query(
    `INSERT INTO review_events (id, review_id, at, actor, kind, state, note) VALUES ($1, $2, $3, $4, $5, $6, $7)`,
    [event.id, reviewId, event.at, event.actor, event.kind, event.state, event.note ?? null],
  )
}

interface EventRow {
  id: string
  at: Date
  actor: string
  kind: ReviewEventKind
  state: ReviewState
  note: string | null
}

export async function listEvents(queryable: Queryable, reviewId: string): Promise<ReviewEvent[]> {
  const rows = await queryable.query<EventRow>(
    'SELECT id, at, actor, kind, state, note FROM review_events WHERE review_id = $1 ORDER BY id',
    [reviewId],
  )
  return rows.map(row => ({ ...row, note: row.note ?? undefined }))
}

/** Told when the transaction commits. */
export async function announce(
  transaction: Queryable,
  news: {
    readonly id: string
    readonly tenant: string
    readonly state: ReviewState | ExampleState
    readonly what: string
  },
): Promise<void> {
  await transaction.query('SELECT pg_notify($1, $2)', [reviewsChannel, JSON.stringify(news)])
}

/** Takes an item for a reviewer, where nobody else has it; `undefined` where somebody has, or it is decided. */
export async function claimReview(
  queryable: Queryable,
  id: string,
  reviewer: string,
  lease: { readonly from: Date; readonly until: Date },
): Promise<Review | undefined> {
  const rows = await queryable.query<ReviewRow>(
    `UPDATE reviews SET claimed_by = $2, claim_until = $4,
       claimed_at = CASE WHEN claimed_by = $2 AND claim_until > $3 THEN claimed_at ELSE $3 END
     WHERE id = $1 AND state = 'pending' AND (claimed_by IS NULL OR claimed_by = $2 OR claim_until <= $3)
       AND (assigned_to IS NULL OR assigned_to = $2)
     RETURNING ${columns}`,
    [id, reviewer, lease.from, lease.until],
  )
  return rows[0] && toReview(rows[0])
}

/** Takes the most urgent item that the reviewer may decide on; no two reviewers ever get the same. */
export async function claimNext(
  queryable: Queryable,
  filter: Omit<QueueFilter, 'isMine'>,
  lease: { readonly from: Date; readonly until: Date },
): Promise<Review | undefined> {
  const rows = await queryable.query<ReviewRow>(
    `UPDATE reviews SET claimed_by = $1, claimed_at = $2, claim_until = $3
     WHERE id = (SELECT id FROM reviews AS r WHERE state = 'pending' AND expires_at > $2
       AND (assigned_to IS NULL OR assigned_to = $1) AND key_id <> $1
       AND (claimed_by IS NULL OR claimed_by = $1 OR claim_until <= $2)
       AND ($4::text IS NULL OR tenant = $4) AND ($5::text IS NULL OR service = $5)
       AND ($6::int IS NULL OR rank = $6) AND ($7::text IS NULL OR side = $7)
       AND NOT EXISTS (SELECT FROM review_versions AS v
         WHERE v.review_id = r.id AND v.version = r.version AND v.editor = $1)
       AND NOT EXISTS (SELECT FROM review_votes AS w
         WHERE w.review_id = r.id AND w.version = r.version AND w.reviewer = $1)
       ORDER BY rank, due_at, id LIMIT 1 FOR UPDATE SKIP LOCKED)
     RETURNING ${columns}`,
    [
      filter.reviewer,
      lease.from,
      lease.until,
      filter.tenant ?? null,
      filter.service ?? null,
      filter.priority === undefined ? null : rankOf(filter.priority),
      filter.side ?? null,
    ],
  )
  return rows[0] && toReview(rows[0])
}

export async function letGo(queryable: Queryable, id: string, reviewer: string): Promise<boolean> {
  const rows = await queryable.query(
    `UPDATE reviews SET claimed_by = NULL, claimed_at = NULL, claim_until = NULL
     WHERE id = $1 AND claimed_by = $2 AND state = 'pending' RETURNING id`,
    [id, reviewer],
  )
  return rows.length > 0
}

/** How many wait, how old the oldest is, by service: items with a known answer do not count. */
export async function countPending(
  queryable: Queryable,
  tenant?: string,
): Promise<{ service: string; priority: ReviewPriority; count: number; oldest: Date; overdue: number }[]> {
  const rows = await queryable.query<{
    service: string
    rank: number
    count: number
    oldest: Date
    overdue: number
  }>(
    `SELECT service, rank, count(*) AS count, min(created_at) AS oldest, count(*) FILTER (WHERE due_at < now()) AS overdue
     FROM reviews WHERE state = 'pending' AND known_answer_id IS NULL AND ($1::text IS NULL OR tenant = $1)
     GROUP BY service, rank`,
    [tenant ?? null],
  )
  return rows.map(({ rank, ...row }) => ({ ...row, priority: reviewPriorities[rank] ?? 'low' }))
}

/** Deletes what was decided before; its versions, votes and events go with it. */
export async function deleteDecidedBefore(
  queryable: Queryable,
  before: Date,
  limit: number,
): Promise<number> {
  const rows = await queryable.query(
    `DELETE FROM reviews WHERE id IN
       (SELECT id FROM reviews WHERE state <> 'pending' AND decided_at < $1 ORDER BY decided_at LIMIT $2)
     RETURNING id`,
    [before, limit],
  )
  return rows.length
}

/** Takes an approved request whose answer is not there yet, for the one process that asks the model. */
export async function claimRun(
  queryable: Queryable,
  id: string,
  owner: string,
  lease: { readonly from: Date; readonly until: Date },
): Promise<Review | undefined> {
  const rows = await queryable.query<ReviewRow>(
    `UPDATE reviews SET run_owner = $2, run_until = $4
     WHERE id = $1 AND side = 'input' AND sealed_result IS NULL AND next_review_id IS NULL
       AND (state IN ('approved', 'edited') OR (state = 'expired' AND on_expire = 'release'))
       AND (run_owner IS NULL OR run_owner = $2 OR run_until <= $3)
     RETURNING ${columns}`,
    [id, owner, lease.from, lease.until],
  )
  return rows[0] && toReview(rows[0])
}

/** Approved requests that no process works on: theirs has died, or never began. */
export async function listRunsToDo(queryable: Queryable, now: Date, limit: number): Promise<string[]> {
  const rows = await queryable.query<{ id: string }>(
    `SELECT id FROM reviews WHERE side = 'input' AND sealed_result IS NULL AND next_review_id IS NULL
       AND state IN ('approved', 'edited', 'expired') AND (state <> 'expired' OR on_expire = 'release')
       AND (run_until IS NULL OR run_until <= $1) ORDER BY decided_at LIMIT $2`,
    [now, limit],
  )
  return rows.map(({ id }) => id)
}

/** Keeps what the model said, once; false where somebody else was sooner. */
export async function keepResult(
  queryable: Queryable,
  id: string,
  owner: string,
  result: { readonly sealed: Uint8Array; readonly hash: string },
): Promise<boolean> {
  const rows = await queryable.query(
    `UPDATE reviews SET sealed_result = $3, result_hash = $4, run_owner = NULL, run_until = NULL
     WHERE id = $1 AND run_owner = $2 AND sealed_result IS NULL AND next_review_id IS NULL RETURNING id`,
    [id, owner, result.sealed, result.hash],
  )
  return rows.length > 0
}

/** The answer to an approved request waits itself: the request hangs on that; false where its answer is there. */
export async function hangOn(
  transaction: Queryable,
  id: string,
  nextReviewId: string,
  at: Date,
): Promise<boolean> {
  const rows = await transaction.query<{ tenant: string; state: ReviewState }>(
    `UPDATE reviews SET next_review_id = $2, run_owner = NULL, run_until = NULL
     WHERE id = $1 AND sealed_result IS NULL AND next_review_id IS NULL RETURNING tenant, state`,
    [id, nextReviewId],
  )
  const [row] = rows
  if (!row) return false
  await insertEvent(transaction, id, {
    id: createId(),
    at,
    actor: 'system',
    kind: 'held_again',
    state: row.state,
    note: nextReviewId,
  })
  await announce(transaction, { id, tenant: row.tenant, state: row.state, what: 'held_again' })
  return true
}

export async function findSealedResult(queryable: Queryable, id: string): Promise<Uint8Array | undefined> {
  const rows = await queryable.query<{ sealed_result: Uint8Array | null }>(
    'SELECT sealed_result FROM reviews WHERE id = $1',
    [id],
  )
  return rows[0]?.sealed_result ?? undefined
}

/** Whether this is the first time that it is given out. */
export async function markReleased(queryable: Queryable, id: string, now: Date): Promise<boolean> {
  const rows = await queryable.query(
    'UPDATE reviews SET first_released_at = $2 WHERE id = $1 AND first_released_at IS NULL RETURNING id',
    [id, now],
  )
  return rows.length > 0
}

export async function setSealed(queryable: Queryable, id: string, sealed: Uint8Array): Promise<void> {
  await queryable.query('UPDATE reviews SET sealed = $2 WHERE id = $1', [id, sealed])
}
