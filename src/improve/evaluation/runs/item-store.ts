import type { Queryable } from '../../../foundation/platform/index.ts'

/** Which answer: an example asked of a release once. */
export interface ItemPlace {
  readonly ordinal: number
  /** Its place in the plan. */
  readonly release: number
  readonly repeat: number
}

export type ItemState = 'waiting' | 'answered' | 'scored' | 'failed'

/** Why nobody was asked (`hit`), or why somebody was. */
export type CacheWord =
  | 'hit'
  /** The same was under way in this run. */
  | 'shared'
  /** Nobody has been asked this before. */
  | 'new'
  /** Other releases have answered it, or this one before it changed. */
  | 'other_release'
  /** This release has answered it under another seed. */
  | 'other_seed'
  /** The answer was there, and the key that it was sealed with is destroyed. */
  | 'destroyed'
  /** The run does without. */
  | 'off'

export interface Item extends ItemPlace {
  readonly state: ItemState
  readonly answerKey: string | undefined
  readonly cache: CacheWord | undefined
  readonly failureCode: string | undefined
  readonly failureMessage: string | undefined
  readonly attempts: number
}

export interface RunExample {
  readonly ordinal: number
  readonly rowKey: string
  readonly slices: Readonly<Record<string, string>>
}

interface ItemRow {
  ordinal: number
  release: number
  repeat: number
  state: ItemState
  answer_key: string | null
  cache: CacheWord | null
  failure_code: string | null
  failure_message: string | null
  attempts: number
}

function toItem(row: ItemRow): Item {
  return {
    ordinal: row.ordinal,
    release: row.release,
    repeat: row.repeat,
    state: row.state,
    answerKey: row.answer_key ?? undefined,
    cache: row.cache ?? undefined,
    failureCode: row.failure_code ?? undefined,
    failureMessage: row.failure_message ?? undefined,
    attempts: row.attempts,
  }
}

/** Writes the examples of a run and one item for each release and repeat; what an interrupted plan has left goes first. */
export async function insertExamples(
  queryable: Queryable,
  runId: string,
  examples: readonly RunExample[],
  { releases, repeats }: { readonly releases: number; readonly repeats: number },
): Promise<void> {
  await queryable.query(
    `INSERT INTO evaluation_examples (run_id, ordinal, row_key, slices)
     SELECT $1, ordinal, row_key, slices FROM json_to_recordset($2::json) AS one (ordinal int, row_key text, slices jsonb)`,
    [
      runId,
      JSON.stringify(examples.map(({ ordinal, rowKey, slices }) => ({ ordinal, row_key: rowKey, slices }))),
    ],
  )
  const [first, last] = [examples[0]?.ordinal ?? 0, examples.at(-1)?.ordinal ?? -1]
  await queryable.query(
    `INSERT INTO evaluation_items (run_id, ordinal, release, repeat)
     SELECT $1, ordinal, release, repeat FROM generate_series($2::int, $3::int) AS ordinal,
       generate_series(0, $4::int - 1) AS release, generate_series(0, $5::int - 1) AS repeat`,
    [runId, first, last, releases, repeats],
  )
}

export async function deleteExamples(queryable: Queryable, runId: string): Promise<void> {
  await queryable.query('DELETE FROM evaluation_items WHERE run_id = $1', [runId])
  await queryable.query('DELETE FROM evaluation_examples WHERE run_id = $1', [runId])
}

/** The next examples of which something is still to be done, from an ordinal on. */
export async function listOpenExamples(
  queryable: Queryable,
  runId: string,
  from: number,
  limit: number,
): Promise<RunExample[]> {
  const rows = await queryable.query<{ ordinal: number; row_key: string; slices: Record<string, string> }>(
    `SELECT ordinal, row_key, slices FROM evaluation_examples example WHERE run_id = $1 AND ordinal >= $2
       AND EXISTS (SELECT 1 FROM evaluation_items WHERE run_id = $1 AND ordinal = example.ordinal
         AND state IN ('waiting', 'answered'))
     ORDER BY ordinal LIMIT $3`,
    [runId, from, limit],
  )
  return rows.map(({ ordinal, row_key: rowKey, slices }) => ({ ordinal, rowKey, slices }))
}

export async function listExamples(
  queryable: Queryable,
  runId: string,
  ordinals?: readonly number[],
): Promise<RunExample[]> {
  const rows = await queryable.query<{ ordinal: number; row_key: string; slices: Record<string, string> }>(
    `SELECT ordinal, row_key, slices FROM evaluation_examples
     WHERE run_id = $1 AND ($2::int[] IS NULL OR ordinal = ANY($2::int[])) ORDER BY ordinal`,
    [runId, ordinals ?? null],
  )
  return rows.map(({ ordinal, row_key: rowKey, slices }) => ({ ordinal, rowKey, slices }))
}

export async function listItems(
  queryable: Queryable,
  runId: string,
  ordinals?: readonly number[],
): Promise<Item[]> {
  const rows = await queryable.query<ItemRow>(
    `SELECT ordinal, release, repeat, state, answer_key, cache, failure_code, failure_message, attempts
     FROM evaluation_items WHERE run_id = $1 AND ($2::int[] IS NULL OR ordinal = ANY($2::int[]))
     ORDER BY ordinal, release, repeat`,
    [runId, ordinals ?? null],
  )
  return rows.map(toItem)
}

/** Moves items on; returns how many of them were not there yet. */
export async function updateItems(
  queryable: Queryable,
  runId: string,
  items: readonly (ItemPlace & {
    readonly state: ItemState
    readonly answerKey?: string | undefined
    readonly cache?: CacheWord | undefined
    readonly failureCode?: string | undefined
    readonly failureMessage?: string | undefined
    readonly attempts?: number | undefined
  })[],
): Promise<void> {
  if (items.length === 0) return
  await queryable.query(
    `UPDATE evaluation_items item SET state = one.state, answer_key = coalesce(one.answer_key, item.answer_key),
       cache = coalesce(one.cache, item.cache), failure_code = one.failure_code,
       failure_message = one.failure_message, attempts = coalesce(one.attempts, item.attempts)
     FROM json_to_recordset($2::json) AS one (ordinal int, release smallint, repeat smallint, state text,
       answer_key text, cache text, failure_code text, failure_message text, attempts smallint)
     WHERE item.run_id = $1 AND item.ordinal = one.ordinal AND item.release = one.release AND item.repeat = one.repeat`,
    [
      runId,
      JSON.stringify(
        items.map(item => ({
          ordinal: item.ordinal,
          release: item.release,
          repeat: item.repeat,
          state: item.state,
          answer_key: item.answerKey,
          cache: item.cache,
          failure_code: item.failureCode,
          failure_message: item.failureMessage,
          attempts: item.attempts,
        })),
      ),
    ],
  )
}

/** Adds to the counts of a run; false where this owner holds it no more and nothing may be written. */
export async function addToRun(
  queryable: Queryable,
  runId: string,
  owner: string,
  change: {
    readonly answered: number
    readonly cached: number
    readonly scored: number
    readonly failed: number
    readonly costNanoUsd: number
    readonly judgeCostNanoUsd: number
    readonly unpriced: number
  },
): Promise<{ readonly costNanoUsd: number; readonly budgetNanoUsd: number | undefined } | undefined> {
  const rows = await queryable.query<{ cost_nano_usd: number; budget_nano_usd: number | null }>(
    `UPDATE evaluation_runs SET answered = answered + $3, cached = cached + $4, scored = scored + $5,
       failed = failed + $6, cost_nano_usd = cost_nano_usd + $7, judge_cost_nano_usd = judge_cost_nano_usd + $8,
       unpriced = unpriced + $9
     WHERE id = $1 AND lease_owner = $2 RETURNING cost_nano_usd, budget_nano_usd`,
    [
      runId,
      owner,
      change.answered,
      change.cached,
      change.scored,
      change.failed,
      change.costNanoUsd,
      change.judgeCostNanoUsd,
      change.unpriced,
    ],
  )
  const [row] = rows
  return row && { costNanoUsd: row.cost_nano_usd, budgetNanoUsd: row.budget_nano_usd ?? undefined }
}
