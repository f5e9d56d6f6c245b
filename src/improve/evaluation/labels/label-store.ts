import type { Queryable } from '../../../foundation/platform/index.ts'
import type { ItemPlace } from '../runs/item-store.ts'

/** What somebody says of an answer, on the scale of an evaluator. */
export interface AnswerLabel {
  readonly tenant: string
  readonly answerKey: string
  /** What it is a label of: `SUITE/EVALUATOR`. */
  readonly evaluator: string
  readonly author: string
  /** From 0, the worst, to 1. */
  readonly value: number
  readonly createdAt: Date
}

/** The same person's later word takes the place of the earlier. */
export async function putLabel(queryable: Queryable, label: AnswerLabel): Promise<void> {
  await queryable.query(
    `INSERT INTO evaluation_labels (tenant, answer_key, evaluator, author, value, created_at)
     VALUES ($1, $2, $3, $4, $5, $6)
     ON CONFLICT (tenant, answer_key, evaluator, author) DO UPDATE SET value = excluded.value, created_at = excluded.created_at`,
    [label.tenant, label.answerKey, label.evaluator, label.author, label.value, label.createdAt],
  )
}

export interface LabelFigure extends ItemPlace {
  readonly evaluator: number
  /** The mean of what people say of it. */
  readonly value: number
  /** With which it was drawn; `undefined` where its label came by itself. */
  readonly probability: number | undefined
}

/** Notes with which probability answers were drawn; the larger one stays, as the lots of an answer are the same each time. */
export async function putDraws(
  queryable: Queryable,
  tenant: string,
  evaluator: string,
  draws: readonly { readonly answerKey: string; readonly probability: number }[],
): Promise<void> {
  const unique = new Map(draws.map(({ answerKey, probability }) => [answerKey, probability]))
  await queryable.query(
    `INSERT INTO evaluation_draws (tenant, answer_key, evaluator, probability, created_at)
     SELECT $1, drawn.answer_key, $2, drawn.probability, $5
     FROM unnest($3::text[], $4::double precision[]) AS drawn (answer_key, probability)
     ON CONFLICT (tenant, answer_key, evaluator)
       DO UPDATE SET probability = greatest(evaluation_draws.probability, excluded.probability)`,
    [tenant, evaluator, [...unique.keys()], [...unique.values()], new Date()],
  )
}

/** The labels of the answers of a run, each where its score stands. */
export async function listLabelFigures(
  queryable: Queryable,
  runId: string,
  evaluators: readonly string[],
): Promise<LabelFigure[]> {
  const rows = await queryable.query<
    ItemPlace & { evaluator: number; value: number; probability: number | null }
  >(
    `SELECT score.ordinal, score.release, score.repeat, score.evaluator, avg(label.value) AS value,
       max(draw.probability) AS probability
     FROM evaluation_scores score
       JOIN unnest($2::text[]) WITH ORDINALITY AS named (name, place) ON named.place = score.evaluator + 1
       JOIN evaluation_labels label ON label.tenant = score.tenant AND label.answer_key = score.answer_key
         AND label.evaluator = named.name
       LEFT JOIN evaluation_draws draw ON draw.tenant = score.tenant AND draw.answer_key = score.answer_key
         AND draw.evaluator = named.name
     WHERE score.run_id = $1 GROUP BY score.ordinal, score.release, score.repeat, score.evaluator`,
    [runId, evaluators],
  )
  return rows.map(({ ordinal, release, repeat, evaluator, value, probability }) => ({
    ordinal,
    release,
    repeat,
    evaluator,
    value: Number(value),
    probability: probability === null ? undefined : Number(probability),
  }))
}
