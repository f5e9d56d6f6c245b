import {
  createId,
  createLogger,
  createMetricsRegistry,
  type Database,
} from '../src/foundation/platform/index.ts'
import { createRandom } from '../src/foundation/statistics/index.ts'
import { createAudit } from '../src/govern/audit/index.ts'
import { type OpenRollouts, openRollouts, type RolloutPorts } from '../src/improve/rollouts/index.ts'
import { createDayPartitions } from '../src/observe/traces/day-partitions-store.ts'

/** What a server has of rollouts: `v1` is live, and `v2` and `v3` may be; other domains say what `ports` has them say. */
export async function openTestRollouts(
  database: Database,
  ports: Partial<RolloutPorts> = {},
): Promise<OpenRollouts> {
  return await openRollouts({
    database,
    audit: createAudit({ database }),
    logger: createLogger({ level: 'silent' }),
    registry: createMetricsRegistry(),
    access: { visibleTenant: () => undefined, authorize: () => undefined, isAllowed: () => true },
    ports: {
      service: () => ({ release: 'v1', releases: ['v1', 'v2', 'v3'], judges: [], plan: undefined }),
      configurationRevision: () => 1,
      pin: (_, release) => Promise.resolve({ hash: release, models: [] }),
      moveAlias: () => Promise.resolve(),
      following: () => Promise.resolve([]),
      tellEvent: () => Promise.resolve(),
      ...ports,
    },
  })
}

export interface ArmTraffic {
  readonly requests: number
  /** Of those, how many fail. */
  readonly errorShare?: number
  /** Around which latencies lie. */
  readonly latencyMs?: number
  readonly release?: string
  /** Makes them streams whose first tokens come around then. */
  readonly firstTokenMs?: number
  /** Around what an answer costs. */
  readonly costUsd?: number
  /** Around how long an answer is. */
  readonly outputTokens?: number
  /** Of those under a policy, how many it blocks; under none where it is left out. */
  readonly blockedShare?: number
  readonly refusedShare?: number
  /** Around what the judge `helpful` says of answers, from 0 to 1. */
  readonly score?: number
  /** Around what people say of answers, from 0 to 1. */
  readonly feedback?: number
}

/** Writes requests of a step as the gateway records them, mixed in time as its split would mix them. */
export async function recordRequests(
  database: Database,
  of: {
    readonly service: string
    readonly rollout: string
    readonly step: number
    readonly isShadow?: boolean
  },
  arms: Readonly<Record<string, ArmTraffic>>,
): Promise<void> {
  const today = new Date().toISOString().slice(0, 10)
  const tomorrow = new Date(Date.now() + 86_400_000).toISOString().slice(0, 10)
  await createDayPartitions(database, [today, tomorrow])
  const random = createRandom('requests', of.rollout, String(of.step))
  const mixed = Object.entries(arms)
    .flatMap(([arm, traffic]) =>
      Array.from({ length: traffic.requests }, (_, index) => ({
        arm,
        traffic,
        at: (index + random.next()) / traffic.requests,
      })),
    )
    .toSorted((left, right) => left.at - right.at)
  const around = (value: number | undefined): number | null =>
    value === undefined ? null : value * (0.5 + random.next())
  const isOf = (share: number | undefined): boolean => share !== undefined && random.next() < share
  const near = (value: number | undefined): number | null =>
    value === undefined ? null : Math.min(1, Math.max(0, value + 0.2 * (random.next() - 0.5)))
  const rows = mixed.map(({ arm, traffic }) => {
    const isFailed = isOf(traffic.errorShare)
    const tokens = around(traffic.outputTokens)
    const cost = around(traffic.costUsd)
    return {
      id: createId(),
      arm,
      is_shadow: of.isShadow === true && arm !== 'baseline',
      release: traffic.release ?? arm,
      is_stream: traffic.firstTokenMs !== undefined,
      outcome: isFailed ? 'error' : 'ok',
      status: isFailed ? 502 : 200,
      latency_ms: around(traffic.latencyMs ?? 100),
      ttft_ms: around(traffic.firstTokenMs),
      cost_nano_usd: cost === null ? null : Math.round(cost * 1e9),
      output_tokens: tokens === null ? null : Math.round(tokens),
      policy_hash: traffic.blockedShare === undefined ? null : 'policy',
      verdict: isOf(traffic.blockedShare) ? 'block' : null,
      finish_reason: isOf(traffic.refusedShare) ? 'refusal' : 'stop',
      score: near(traffic.score),
      feedback: near(traffic.feedback),
    }
  })
  await database.query(
    `insert into inferences (id, request_id, trace_id, span_id, tenant, key_id, service, operation, started_at, snapshot_hash,
       rollout, rollout_step, arm, is_shadow, release, is_stream, outcome, status, latency_ms, ttft_ms, cost_nano_usd,
       output_tokens, policy_hash, verdict, finish_reason)
     select id, id::text, id, '0123456789abcdef', 'default', 'key', $2, 'chat', now(), 'hash',
       $3, $4, arm, is_shadow, release, is_stream, outcome, status, latency_ms, ttft_ms, cost_nano_usd,
       output_tokens, policy_hash, verdict, finish_reason
     from json_to_recordset($1::json) as batch (id uuid, arm text, is_shadow boolean, release text, is_stream boolean,
       outcome text, status smallint, latency_ms double precision, ttft_ms double precision, cost_nano_usd bigint,
       output_tokens int, policy_hash text, verdict text, finish_reason text)`,
    [JSON.stringify(rows), of.service, of.rollout, of.step],
  )
  const judged = JSON.stringify(rows.filter(({ score }) => score !== null))
  await database.query(
    `insert into inference_scores (id, inference_id, tenant, service, name, value, judge_hash, created_at)
     select gen_random_uuid(), id, 'default', $2, 'helpful', score, 'hash', now()
     from json_to_recordset($1::json) as batch (id uuid, score double precision)`,
    [judged, of.service],
  )
  const said = JSON.stringify(rows.filter(({ feedback }) => feedback !== null))
  await database.query(
    `insert into inference_feedback (id, inference_id, tenant, score, created_at, created_by)
     select gen_random_uuid(), id, 'default', feedback, now(), 'ada'
     from json_to_recordset($1::json) as batch (id uuid, feedback double precision)`,
    [said],
  )
}
