import type { Queryable } from '../../../foundation/platform/index.ts'
import type { ItemPlace } from './item-store.ts'

/** Why nobody judged (`hit`), or why somebody did. */
export type ScoreCacheWord =
  | 'hit'
  /** Nobody has judged this answer so before. */
  | 'new'
  /** This kind of evaluator has, in another version, with other parameters, or over another example. */
  | 'changed'
  /** It costs less than to look. */
  | 'free'
  /** The run does without. */
  | 'off'

/** What an evaluator found of one answer, as it is kept. */
export interface StoredScore extends ItemPlace {
  /** Its place in the plan. */
  readonly evaluator: number
  readonly use: string
  readonly scoreKey: string
  readonly answerKey: string
  readonly value: number | undefined
  readonly isPassed: boolean | undefined
  readonly label: string | undefined
  readonly wanted: string | undefined
  readonly failure: string | undefined
  readonly dataKey: string | undefined
  readonly sealed: Uint8Array | undefined
  readonly model: string | undefined
  readonly promptHash: string | undefined
  readonly costNanoUsd: number
  readonly cache: ScoreCacheWord
  readonly createdAt: Date
}

interface ScoreRow {
  ordinal: number
  release: number
  repeat: number
  evaluator: number
  use: string
  score_key: string
  answer_key: string
  value: number | null
  is_passed: boolean | null
  label: string | null
  wanted: string | null
  failure: string | null
  data_key: string | null
  sealed: Uint8Array | null
  model: string | null
  prompt_hash: string | null
  cost_nano_usd: number
  cache: StoredScore['cache']
  created_at: Date
}

function toScore(row: ScoreRow): StoredScore {
  return {
    ordinal: row.ordinal,
    release: row.release,
    repeat: row.repeat,
    evaluator: row.evaluator,
    use: row.use,
    scoreKey: row.score_key,
    answerKey: row.answer_key,
    value: row.value ?? undefined,
    isPassed: row.is_passed ?? undefined,
    label: row.label ?? undefined,
    wanted: row.wanted ?? undefined,
    failure: row.failure ?? undefined,
    dataKey: row.data_key ?? undefined,
    sealed: row.sealed ?? undefined,
    model: row.model ?? undefined,
    promptHash: row.prompt_hash ?? undefined,
    costNanoUsd: row.cost_nano_usd,
    cache: row.cache,
    createdAt: row.created_at,
  }
}

export async function insertScore(
  queryable: Queryable,
  runId: string,
  tenant: string,
  score: StoredScore,
): Promise<void> {
  await queryable.query(
    `INSERT INTO evaluation_scores (run_id, ordinal, release, repeat, evaluator, use, tenant, score_key, answer_key, value,
       is_passed, label, failure, data_key, sealed, model, prompt_hash, cost_nano_usd, cache, created_at, wanted)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21)
     ON CONFLICT DO NOTHING`,
    [
      runId,
      score.ordinal,
      score.release,
      score.repeat,
      score.evaluator,
      score.use,
      tenant,
      score.scoreKey,
      score.answerKey,
      score.value ?? null,
      score.isPassed ?? null,
      score.label ?? null,
      score.failure ?? null,
      score.dataKey ?? null,
      score.sealed ?? null,
      score.model ?? null,
      score.promptHash ?? null,
      score.costNanoUsd,
      score.cache,
      score.createdAt,
      score.wanted ?? null,
    ],
  )
}

export async function listScores(
  queryable: Queryable,
  runId: string,
  ordinals?: readonly number[],
): Promise<StoredScore[]> {
  const rows = await queryable.query<ScoreRow>(
    `SELECT * FROM evaluation_scores WHERE run_id = $1 AND ($2::int[] IS NULL OR ordinal = ANY($2::int[]))
     ORDER BY ordinal, release, repeat, evaluator`,
    [runId, ordinals ?? null],
  )
  return rows.map(toScore)
}

/** Whether an evaluator of that kind has judged the answer, however it was told to. */
export async function wasJudged(
  queryable: Queryable,
  tenant: string,
  answerKey: string,
  use: string,
): Promise<boolean> {
  const rows = await queryable.query(
    'SELECT 1 FROM evaluation_scores WHERE tenant = $1 AND answer_key = $2 AND use = $3 AND failure IS NULL LIMIT 1',
    [tenant, answerKey, use],
  )
  return rows.length > 0
}

/** All that reports need of scores: numbers only, so that a large run fits. */
export interface ScoreFigure extends ItemPlace {
  readonly evaluator: number
  readonly value: number | undefined
  readonly isPassed: boolean | undefined
  readonly isFailed: boolean
  readonly label: string | undefined
  readonly wanted: string | undefined
}

export async function listScoreFigures(queryable: Queryable, runId: string): Promise<ScoreFigure[]> {
  const rows = await queryable.query<{
    ordinal: number
    release: number
    repeat: number
    evaluator: number
    value: number | null
    is_passed: boolean | null
    is_failed: boolean
    label: string | null
    wanted: string | null
  }>(
    `SELECT ordinal, release, repeat, evaluator, value, is_passed, failure IS NOT NULL AS is_failed, label, wanted
     FROM evaluation_scores WHERE run_id = $1 ORDER BY ordinal, release, repeat, evaluator`,
    [runId],
  )
  return rows.map(row => ({
    ordinal: row.ordinal,
    release: row.release,
    repeat: row.repeat,
    evaluator: row.evaluator,
    value: row.value ?? undefined,
    isPassed: row.is_passed ?? undefined,
    isFailed: row.is_failed,
    label: row.label ?? undefined,
    wanted: row.wanted ?? undefined,
  }))
}

/** Of each example with a score by one evaluator of one release, the mean over its repeats, in the order of examples. */
export async function listExampleMeans(
  queryable: Queryable,
  runId: string,
  { release, evaluator }: { readonly release: number; readonly evaluator: number },
): Promise<number[]> {
  const rows = await queryable.query<{ mean: number }>(
    `SELECT avg(value)::float8 AS mean FROM evaluation_scores
     WHERE run_id = $1 AND release = $2 AND evaluator = $3 AND value IS NOT NULL AND failure IS NULL
     GROUP BY ordinal ORDER BY ordinal`,
    [runId, release, evaluator],
  )
  return rows.map(({ mean }) => Number(mean))
}

/** A score that was given before of the same; with the answers it was of, so that its words can be opened. */
export async function findScoreByKey(
  queryable: Queryable,
  tenant: string,
  key: string,
): Promise<(StoredScore & { readonly runId: string }) | undefined> {
  const rows = await queryable.query<ScoreRow & { run_id: string }>(
    `SELECT * FROM evaluation_scores WHERE tenant = $1 AND score_key = $2 AND failure IS NULL
     ORDER BY created_at DESC LIMIT 1`,
    [tenant, key],
  )
  return rows[0] && { ...toScore(rows[0]), runId: rows[0].run_id }
}

/** What a run measured of each answer that it has. */
export interface AnswerFigure extends ItemPlace {
  readonly answerKey: string
  readonly latencyMs: number
  readonly firstTokenMs: number | undefined
  readonly inputTokens: number | undefined
  readonly outputTokens: number | undefined
  readonly costNanoUsd: number | undefined
}

export async function listAnswerFigures(
  queryable: Queryable,
  runId: string,
  ordinals?: readonly number[],
): Promise<AnswerFigure[]> {
  const rows = await queryable.query<{
    ordinal: number
    release: number
    repeat: number
    answer_key: string
    latency_ms: number
    first_token_ms: number | null
    input_tokens: number | null
    output_tokens: number | null
    cost_nano_usd: number | null
  }>(
    `SELECT item.ordinal, item.release, item.repeat, answer_key, latency_ms, first_token_ms, input_tokens,
       output_tokens, answer.cost_nano_usd
     FROM evaluation_items item JOIN evaluation_runs run ON run.id = item.run_id
       JOIN evaluation_answers answer ON answer.tenant = run.tenant AND answer.key = item.answer_key
     WHERE item.run_id = $1 AND ($2::int[] IS NULL OR item.ordinal = ANY($2::int[]))
     ORDER BY item.ordinal, item.release, item.repeat`,
    [runId, ordinals ?? null],
  )
  return rows.map(row => ({
    ordinal: row.ordinal,
    release: row.release,
    repeat: row.repeat,
    answerKey: row.answer_key,
    latencyMs: row.latency_ms,
    firstTokenMs: row.first_token_ms ?? undefined,
    inputTokens: row.input_tokens ?? undefined,
    outputTokens: row.output_tokens ?? undefined,
    costNanoUsd: row.cost_nano_usd ?? undefined,
  }))
}
