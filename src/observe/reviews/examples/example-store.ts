import { reviewPriorities } from '../../../foundation/config/index.ts'
import type { Queryable } from '../../../foundation/platform/index.ts'
import { rankOf } from '../review.ts'
import type {
  ExampleAnswer,
  ExamplePurpose,
  ExampleReview,
  ExampleState,
  ShownPart,
} from './example-review.ts'

interface ExampleRow {
  id: string
  tenant: string
  purpose: ExamplePurpose
  subject: string
  item: string
  title: string
  question: string
  shown: ShownPart[]
  choices: string[] | null
  people: number
  state: ExampleState
  rank: number
  answer: string | null
  asked_by: string
  claimed_by: string | null
  claimed_at: Date | null
  claim_until: Date | null
  created_at: Date
  due_at: Date
  decided_at: Date | null
  answered_by: string[]
}

const columns = `id, tenant, purpose, subject, item, title, question, shown, choices, people, state, rank, answer, asked_by,
  claimed_by, claimed_at, claim_until, created_at, due_at, decided_at,
  ARRAY(SELECT a.reviewer FROM review_example_answers AS a WHERE a.review_id = id ORDER BY a.created_at) AS answered_by`

function toExample(row: ExampleRow): ExampleReview {
  return {
    id: row.id,
    tenant: row.tenant,
    purpose: row.purpose,
    subject: row.subject,
    item: row.item,
    title: row.title,
    question: row.question,
    shown: row.shown,
    choices: row.choices ?? undefined,
    people: row.people,
    state: row.state,
    priority: reviewPriorities[row.rank] ?? 'low',
    answer: row.answer ?? undefined,
    askedBy: row.asked_by,
    claimedBy: row.claimed_by ?? undefined,
    claimedAt: row.claimed_at ?? undefined,
    claimUntil: row.claim_until ?? undefined,
    createdAt: row.created_at,
    dueAt: row.due_at,
    decidedAt: row.decided_at ?? undefined,
    answeredBy: row.answered_by,
  }
}

/** Those that were new: one that was asked before is left as it is. */
export async function insertExamples(
  queryable: Queryable,
  examples: readonly ExampleReview[],
): Promise<string[]> {
  const rows = await queryable.query<{ id: string }>(
    `INSERT INTO review_examples (id, tenant, purpose, subject, item, title, question, shown, choices, people, state, rank,
       asked_by, created_at, due_at)
     SELECT (e->>'id')::uuid, e->>'tenant', e->>'purpose', e->>'subject', e->>'item', e->>'title', e->>'question',
       e->'shown', e->'choices', (e->>'people')::smallint, 'pending', (e->>'rank')::smallint, e->>'asked_by',
       (e->>'created_at')::timestamptz, (e->>'due_at')::timestamptz
     FROM jsonb_array_elements($1::text::jsonb) AS e
     ON CONFLICT (tenant, purpose, subject, item) DO NOTHING RETURNING id`,
    [
      JSON.stringify(
        examples.map(example => ({
          id: example.id,
          tenant: example.tenant,
          purpose: example.purpose,
          subject: example.subject,
          item: example.item,
          title: example.title,
          question: example.question,
          shown: example.shown,
          ...(example.choices && { choices: example.choices }),
          people: example.people,
          rank: rankOf(example.priority),
          asked_by: example.askedBy,
          created_at: example.createdAt,
          due_at: example.dueAt,
        })),
        // Postgres holds no NUL in text
        (_key, value: unknown) =>
          typeof value === 'string' ? value.replaceAll('\0', '\u{FFFD}').toWellFormed() : value,
      ),
    ],
  )
  return rows.map(({ id }) => id)
}

export async function findExample(
  queryable: Queryable,
  id: string,
  options: { readonly tenant?: string | undefined; readonly isLocking?: boolean } = {},
): Promise<ExampleReview | undefined> {
  const rows = await queryable.query<ExampleRow>(
    `SELECT ${columns} FROM review_examples WHERE id = $1 AND ($2::text IS NULL OR tenant = $2)${options.isLocking ? ' FOR UPDATE' : ''}`,
    [id, options.tenant ?? null],
  )
  return rows[0] && toExample(rows[0])
}

export interface ExampleFilter {
  readonly tenant: string | undefined
  readonly purpose: ExamplePurpose | undefined
  readonly subject: string | undefined
}

/** What waits, the most urgent first; else what ended, the newest first. */
export async function listExamples(
  queryable: Queryable,
  filter: ExampleFilter & { readonly state: ExampleState },
  page: {
    readonly after: { readonly rank: number; readonly at: Date; readonly id: string } | undefined
    readonly limit: number
  },
): Promise<ExampleReview[]> {
  const isPending = filter.state === 'pending'
  const rows = await queryable.query<ExampleRow>(
    `SELECT ${columns} FROM review_examples
     WHERE state = $1 AND ($2::text IS NULL OR tenant = $2) AND ($3::text IS NULL OR purpose = $3)
       AND ($4::text IS NULL OR subject = $4)
       AND ($6::timestamptz IS NULL OR ${isPending ? '(rank, due_at, id) > ($5::int, $6::timestamptz, $7::uuid)' : '(decided_at, id) < ($6::timestamptz, $7::uuid) AND $5::int IS NOT NULL'})
     ORDER BY ${isPending ? 'rank, due_at, id' : 'decided_at DESC, id DESC'} LIMIT $8`,
    [
      filter.state,
      filter.tenant ?? null,
      filter.purpose ?? null,
      filter.subject ?? null,
      page.after?.rank ?? null,
      page.after?.at ?? null,
      page.after?.id ?? null,
      page.limit,
    ],
  )
  return rows.map(toExample)
}

/** All that were decided of a subject, in the order in which they were asked. */
export async function listDecidedExamples(
  queryable: Queryable,
  asked: { readonly tenant: string; readonly purpose: ExamplePurpose; readonly subject: string },
): Promise<ExampleReview[]> {
  const rows = await queryable.query<ExampleRow>(
    `SELECT ${columns} FROM review_examples
     WHERE tenant = $1 AND purpose = $2 AND subject = $3 AND state = 'decided' ORDER BY id`,
    [asked.tenant, asked.purpose, asked.subject],
  )
  return rows.map(toExample)
}

export async function countExamples(
  queryable: Queryable,
  asked: { readonly tenant: string; readonly purpose: ExamplePurpose; readonly subject: string },
): Promise<Record<ExampleState, number>> {
  const rows = await queryable.query<{ state: ExampleState; count: number }>(
    `SELECT state, count(*) AS count FROM review_examples
     WHERE tenant = $1 AND purpose = $2 AND subject = $3 GROUP BY state`,
    [asked.tenant, asked.purpose, asked.subject],
  )
  const counts = { pending: 0, decided: 0, withdrawn: 0 }
  for (const { state, count } of rows) counts[state] = Number(count)
  return counts
}

/** How many wait, by purpose. */
export async function countPendingExamples(
  queryable: Queryable,
): Promise<{ readonly purpose: ExamplePurpose; readonly count: number }[]> {
  const rows = await queryable.query<{ purpose: ExamplePurpose; count: number }>(
    `SELECT purpose, count(*) AS count FROM review_examples WHERE state = 'pending' GROUP BY purpose`,
  )
  return rows.map(({ purpose, count }) => ({ purpose, count: Number(count) }))
}

/** Takes the most urgent one that the reviewer has not answered, or the one that is named. No two people get the same. */
export async function claimExample(
  queryable: Queryable,
  filter: ExampleFilter & { readonly id: string | undefined; readonly reviewer: string },
  lease: { readonly from: Date; readonly until: Date },
): Promise<ExampleReview | undefined> {
  const rows = await queryable.query<ExampleRow>(
    `UPDATE review_examples SET claimed_by = $1, claim_until = $3,
       claimed_at = CASE WHEN claimed_by = $1 AND claim_until > $2 THEN claimed_at ELSE $2 END
     WHERE id = (SELECT id FROM review_examples AS r WHERE state = 'pending'
       AND (claimed_by IS NULL OR claimed_by = $1 OR claim_until <= $2)
       AND ($4::text IS NULL OR tenant = $4) AND ($5::text IS NULL OR purpose = $5)
       AND ($6::text IS NULL OR subject = $6) AND ($7::uuid IS NULL OR id = $7)
       AND NOT EXISTS (SELECT FROM review_example_answers AS a WHERE a.review_id = r.id AND a.reviewer = $1)
       ORDER BY rank, due_at, id LIMIT 1 FOR UPDATE SKIP LOCKED)
     RETURNING ${columns}`,
    [
      filter.reviewer,
      lease.from,
      lease.until,
      filter.tenant ?? null,
      filter.purpose ?? null,
      filter.subject ?? null,
      filter.id ?? null,
    ],
  )
  return rows[0] && toExample(rows[0])
}

export async function letExampleGo(queryable: Queryable, id: string, reviewer: string): Promise<void> {
  await queryable.query(
    `UPDATE review_examples SET claimed_by = NULL, claimed_at = NULL, claim_until = NULL
     WHERE id = $1 AND claimed_by = $2 AND state = 'pending'`,
    [id, reviewer],
  )
}

/** False where this reviewer has answered already. */
export async function insertAnswer(
  transaction: Queryable,
  reviewId: string,
  said: ExampleAnswer & { readonly sealed: Uint8Array | undefined },
): Promise<boolean> {
  const rows = await transaction.query(
    `INSERT INTO review_example_answers (review_id, reviewer, answer, sealed, note, seconds, created_at)
     VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT DO NOTHING RETURNING review_id`,
    [
      reviewId,
      said.reviewer,
      said.answer ?? null,
      said.sealed ?? null,
      said.note?.replaceAll('\0', '\u{FFFD}') ?? null,
      said.seconds,
      said.createdAt,
    ],
  )
  return rows.length > 0
}

export async function listAnswers(
  queryable: Queryable,
  ids: readonly string[],
): Promise<(ExampleAnswer & { readonly reviewId: string; readonly sealed: Uint8Array | undefined })[]> {
  const rows = await queryable.query<{
    review_id: string
    reviewer: string
    answer: string | null
    sealed: Uint8Array | null
    note: string | null
    seconds: number
    created_at: Date
  }>(
    `SELECT review_id, reviewer, answer, sealed, note, seconds, created_at FROM review_example_answers
     WHERE review_id = ANY($1::uuid[]) ORDER BY review_id, created_at`,
    [ids],
  )
  return rows.map(row => ({
    reviewId: row.review_id,
    reviewer: row.reviewer,
    answer: row.answer ?? undefined,
    sealed: row.sealed ?? undefined,
    note: row.note ?? undefined,
    seconds: row.seconds,
    createdAt: row.created_at,
  }))
}

/** Ends one, or gives it back for the next person. */
export async function moveExample(
  transaction: Queryable,
  id: string,
  to: {
    readonly state: ExampleState
    readonly answer: string | undefined
    readonly decidedAt: Date | undefined
  },
): Promise<void> {
  await transaction.query(
    `UPDATE review_examples SET state = $2, answer = $3, decided_at = $4, claimed_by = NULL, claimed_at = NULL,
       claim_until = NULL WHERE id = $1`,
    [id, to.state, to.answer ?? null, to.decidedAt ?? null],
  )
}

/** Ends all of a subject that wait; how many they were. */
export async function withdrawPending(
  queryable: Queryable,
  asked: { readonly tenant: string; readonly purpose: ExamplePurpose; readonly subject: string },
  at: Date,
): Promise<number> {
  const rows = await queryable.query(
    `UPDATE review_examples SET state = 'withdrawn', decided_at = $4, claimed_by = NULL, claimed_at = NULL, claim_until = NULL
     WHERE tenant = $1 AND purpose = $2 AND subject = $3 AND state = 'pending' RETURNING id`,
    [asked.tenant, asked.purpose, asked.subject, at],
  )
  return rows.length
}

/** Deletes what ended before; the answers go with it. */
export async function deleteExamplesBefore(
  queryable: Queryable,
  before: Date,
  limit: number,
): Promise<number> {
  const rows = await queryable.query(
    `DELETE FROM review_examples WHERE id IN
       (SELECT id FROM review_examples WHERE state <> 'pending' AND decided_at < $1 ORDER BY decided_at LIMIT $2)
     RETURNING id`,
    [before, limit],
  )
  return rows.length
}
