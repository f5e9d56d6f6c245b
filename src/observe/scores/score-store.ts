import type { Queryable } from '../../foundation/platform/index.ts'
import type { Score } from './score.ts'

/** Keeps a score; `false` where the same judge has scored the same inference already. */
export async function insertScore(queryable: Queryable, score: Score): Promise<boolean> {
  const inserted = await queryable.query(
    `insert into inference_scores (id, inference_id, tenant, service, name, value, label, rationale, failure,
       judge_hash, model, cost_nano_usd, created_at)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)
     on conflict do nothing returning id`,
    [
      score.id,
      score.inferenceId,
      score.tenant,
      score.service,
      score.name,
      score.value ?? null,
      score.label ?? null,
      score.rationale ?? null,
      score.failure ?? null,
      score.judgeHash,
      score.model ?? null,
      score.costNanoUsd ?? null,
      score.createdAt,
    ],
  )
  return inserted.length > 0
}

interface ScoreRow {
  readonly id: string
  readonly inference_id: string
  readonly tenant: string
  readonly service: string
  readonly name: string
  readonly value: number | null
  readonly label: string | null
  readonly rationale: string | null
  readonly failure: string | null
  readonly judge_hash: string
  readonly model: string | null
  readonly cost_nano_usd: number | string | null
  readonly created_at: Date
}

export interface JudgedValue {
  readonly name: string
  readonly value: number | undefined
  readonly label: string | undefined
}

/** What judges found of several inferences, by the inference; those that failed are left out. */
export async function listScoresOfMany(
  queryable: Queryable,
  inferenceIds: readonly string[],
): Promise<Map<string, JudgedValue[]>> {
  const found = new Map<string, JudgedValue[]>()
  if (inferenceIds.length === 0) return found
  const rows = await queryable.query<Pick<ScoreRow, 'inference_id' | 'name' | 'value' | 'label'>>(
    `select inference_id, name, value, label from inference_scores
     where inference_id = any($1::uuid[]) and failure is null order by name, created_at`,
    [inferenceIds],
  )
  for (const { inference_id: id, name, value, label } of rows) {
    const score: JudgedValue = { name, value: value ?? undefined, label: label ?? undefined }
    const others = found.get(id)
    if (others) others.push(score)
    else found.set(id, [score])
  }
  return found
}

/** All scores of one inference, by judge. */
export async function listScores(queryable: Queryable, inferenceId: string): Promise<Score[]> {
  const rows = await queryable.query<ScoreRow>(
    `select id, inference_id, tenant, service, name, value, label, rationale, failure, judge_hash, model,
       cost_nano_usd, created_at
     from inference_scores where inference_id = $1 order by name, created_at`,
    [inferenceId],
  )
  return rows.map(row => ({
    id: row.id,
    inferenceId: row.inference_id,
    tenant: row.tenant,
    service: row.service,
    name: row.name,
    value: row.value ?? undefined,
    label: row.label ?? undefined,
    rationale: row.rationale ?? undefined,
    failure: row.failure ?? undefined,
    judgeHash: row.judge_hash,
    model: row.model ?? undefined,
    costNanoUsd: row.cost_nano_usd === null ? undefined : Number(row.cost_nano_usd),
    createdAt: row.created_at,
  }))
}
