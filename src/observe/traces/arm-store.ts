import type { Queryable } from '../../foundation/platform/index.ts'
import { leastIdAt } from './day.ts'

/** How one request of a rollout ended; what it is compared by. */
export interface ArmOutcome {
  readonly id: string
  /** `baseline`, `candidate`, or the name of one of several candidates. */
  readonly arm: string
  /** A copy that was sent to a candidate, and whose answer nobody got. */
  readonly isShadow: boolean
  readonly outcome: 'ok' | 'error' | 'aborted'
  readonly status: number
  readonly failureCode: string | undefined
  readonly finishReason: string | undefined
  readonly isStream: boolean
  /** A cache answered, which says nothing of the release. */
  readonly isCached: boolean
  readonly latencyMs: number
  readonly firstTokenMs: number | undefined
  readonly costNanoUsd: number | undefined
  readonly outputTokens: number | undefined
  /** Whether a policy held for it, and the gravest of its verdicts. */
  readonly isGuarded: boolean
  readonly verdict: string | undefined
}

/** Requests of a rollout of a service. */
export interface RolloutStepFilter {
  readonly service: string
  readonly rollout: string
  /** Of all steps where it is left out. */
  readonly step?: number | undefined
  /** All where they are left out. */
  readonly arms?: readonly string[] | undefined
  /** Nothing before is looked at. */
  readonly since: Date
}

interface OutcomeRow {
  readonly id: string
  readonly arm: string
  readonly is_shadow: boolean
  readonly outcome: ArmOutcome['outcome']
  readonly status: number
  readonly failure_code: string | null
  readonly finish_reason: string | null
  readonly is_stream: boolean
  readonly is_cached: boolean
  readonly latency_ms: number
  readonly ttft_ms: number | null
  readonly cost_nano_usd: number | null
  readonly output_tokens: number | null
  readonly is_guarded: boolean
  readonly verdict: string | null
}

const slackMs = 60_000

const ofStep = `service = $1 and rollout = $2 and ($3::smallint is null or rollout_step = $3) and id >= $4::uuid
       and arm is not null and ($5::text[] is null or arm = any($5::text[]))`
const valuesOf = ({ service, rollout, step, arms, since }: RolloutStepFilter): unknown[] => [
  service,
  rollout,
  step ?? null,
  // clocks of replicas differ
  leastIdAt(since.getTime() - slackMs),
  arms ?? null,
]

/** Requests in the order in which they came, after the one with the id `after`. */
export async function listArmOutcomes(
  queryable: Queryable,
  filter: RolloutStepFilter,
  after: string | undefined,
  limit: number,
): Promise<ArmOutcome[]> {
  const rows = await queryable.query<OutcomeRow>(
    `select id, arm, is_shadow, outcome, status, failure_code, finish_reason, is_stream, cache is not null as is_cached,
       latency_ms, ttft_ms, cost_nano_usd, output_tokens, policy_hash is not null as is_guarded, verdict
     from inferences
     where ${ofStep} and ($6::uuid is null or id > $6::uuid)
     order by id limit $7`,
    [...valuesOf(filter), after ?? null, limit],
  )
  return rows.map(row => ({
    id: row.id,
    arm: row.arm,
    isShadow: row.is_shadow,
    outcome: row.outcome,
    status: row.status,
    failureCode: row.failure_code ?? undefined,
    finishReason: row.finish_reason ?? undefined,
    isStream: row.is_stream,
    isCached: row.is_cached,
    latencyMs: row.latency_ms,
    firstTokenMs: row.ttft_ms ?? undefined,
    costNanoUsd: row.cost_nano_usd ?? undefined,
    outputTokens: row.output_tokens ?? undefined,
    isGuarded: row.is_guarded,
    verdict: row.verdict ?? undefined,
  }))
}

/** How many requests are recorded. */
export async function countArmOutcomes(queryable: Queryable, filter: RolloutStepFilter): Promise<number> {
  const [row] = await queryable.query<{ count: number }>(
    `select count(*) as count from inferences where ${ofStep}`,
    valuesOf(filter),
  )
  return row?.count ?? 0
}

/** The mean of what people said of each of several inferences, from 0 to 1. */
export async function meanFeedbackOfMany(
  queryable: Queryable,
  inferenceIds: readonly string[],
): Promise<Map<string, number>> {
  if (inferenceIds.length === 0) return new Map()
  const rows = await queryable.query<{ inference_id: string; score: number }>(
    `select inference_id, avg(score) as score from inference_feedback
     where inference_id = any($1::uuid[]) and score is not null group by inference_id`,
    [inferenceIds],
  )
  return new Map(rows.map(row => [row.inference_id, row.score]))
}
