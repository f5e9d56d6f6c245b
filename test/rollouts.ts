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
  const rows = mixed.map(({ arm, traffic }) => {
    const isFailed = random.next() < (traffic.errorShare ?? 0)
    return {
      id: createId(),
      arm,
      is_shadow: of.isShadow === true && arm !== 'baseline',
      release: traffic.release ?? arm,
      outcome: isFailed ? 'error' : 'ok',
      status: isFailed ? 502 : 200,
      latency_ms: (traffic.latencyMs ?? 100) * (0.5 + random.next()),
    }
  })
  await database.query(
    `insert into inferences (id, request_id, trace_id, span_id, tenant, key_id, service, release, operation, is_stream, outcome,
       status, started_at, latency_ms, snapshot_hash, rollout, rollout_step, arm, is_shadow)
     select id, id::text, id, '0123456789abcdef', 'default', 'key', $2, release, 'chat', false, outcome, status, now(), latency_ms,
       'hash', $3, $4, arm, is_shadow
     from json_to_recordset($1::json) as batch (id uuid, arm text, is_shadow boolean, release text, outcome text, status smallint,
       latency_ms double precision)`,
    [JSON.stringify(rows), of.service, of.rollout, of.step],
  )
}
