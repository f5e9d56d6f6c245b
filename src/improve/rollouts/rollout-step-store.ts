import type { Queryable } from '../../foundation/platform/index.ts'
import type { RolloutState } from './rollout.ts'

export const eventKinds = [
  'started',
  'advanced',
  'left-out',
  'asked-for-approval',
  'approved',
  'paused',
  'resumed',
  'promoting',
  'blocked',
  'promoted',
  'rolled-back',
  'concluded',
  'aborted',
  'superseded',
] as const

/** Something that happened to a rollout, and who did it. */
export interface RolloutStep {
  readonly id: string
  readonly rolloutId: string
  readonly at: Date
  readonly kind: (typeof eventKinds)[number]
  readonly step: number
  readonly state: RolloutState
  /** Of the traffic that was declared with it; `undefined` where that stayed as it was. */
  readonly trafficRevision: number | undefined
  /** What it rests on, where numbers decided it. */
  readonly verdictId: string | undefined
  readonly actor: string
  readonly actorName: string
  readonly reason: string
}

export async function insertRolloutStep(transaction: Queryable, one: RolloutStep): Promise<void> {
  await transaction.query(
    `insert into rollout_events (id, rollout_id, at, kind, step, state, traffic_revision, verdict_id, actor, actor_name, reason)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)`,
    [
      one.id,
      one.rolloutId,
      one.at,
      one.kind,
      one.step,
      one.state,
      one.trafficRevision ?? null,
      one.verdictId ?? null,
      one.actor,
      one.actorName,
      one.reason,
    ],
  )
}

/** The oldest first. */
export async function listRolloutSteps(queryable: Queryable, rolloutId: string): Promise<RolloutStep[]> {
  const rows = await queryable.query<{
    readonly id: string
    readonly at: Date
    readonly kind: RolloutStep['kind']
    readonly step: number
    readonly state: RolloutState
    readonly traffic_revision: number | null
    readonly verdict_id: string | null
    readonly actor: string
    readonly actor_name: string
    readonly reason: string
  }>('select * from rollout_events where rollout_id = $1 order by at, id', [rolloutId])
  return rows.map(row => ({
    id: row.id,
    rolloutId,
    at: row.at,
    kind: row.kind,
    step: row.step,
    state: row.state,
    trafficRevision: row.traffic_revision ?? undefined,
    verdictId: row.verdict_id ?? undefined,
    actor: row.actor,
    actorName: row.actor_name,
    reason: row.reason,
  }))
}
