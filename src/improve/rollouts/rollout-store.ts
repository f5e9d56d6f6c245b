import type { RolloutPlan } from '../../foundation/config/index.ts'
import type { Queryable } from '../../foundation/platform/index.ts'
import type { PinnedRelease, Rollout, RolloutState } from './rollout.ts'

/** Told of every change to a rollout, with its id. */
export const rolloutsChannel = 'rollouts'

/** The condition of the states that are open. */
export const openRow = `state in ('running', 'paused', 'approval', 'promoting', 'blocked')`

export interface RolloutRow {
  readonly id: string
  readonly tenant: string
  readonly service: string
  readonly baseline: string
  readonly candidates: readonly string[]
  readonly arms: readonly string[]
  readonly plan: RolloutPlan
  readonly pinned: Readonly<Record<string, PinnedRelease>>
  readonly state: RolloutState
  readonly step: number
  readonly revision: number
  readonly reason: string
  readonly author: string
  readonly key_id: string
  readonly created_at: Date
  readonly step_started_at: Date
  readonly deadline_at: Date
  readonly paused_at: Date | null
  readonly winner: string | null
  readonly promoting_at: Date | null
  readonly judged: number
  readonly ended_at: Date | null
}

export const toRollout = (row: RolloutRow): Rollout => ({
  id: row.id,
  tenant: row.tenant,
  service: row.service,
  baseline: row.baseline,
  candidates: row.candidates,
  arms: row.arms,
  plan: row.plan,
  pinned: row.pinned,
  state: row.state,
  step: row.step,
  revision: row.revision,
  reason: row.reason,
  author: row.author,
  keyId: row.key_id,
  createdAt: row.created_at,
  stepStartedAt: row.step_started_at,
  deadlineAt: row.deadline_at,
  pausedAt: row.paused_at ?? undefined,
  winner: row.winner ?? undefined,
  promotingAt: row.promoting_at ?? undefined,
  judged: row.judged,
  endedAt: row.ended_at ?? undefined,
})

/** False where another rollout of the service is open, or this one was begun before. */
export async function insertRollout(transaction: Queryable, rollout: Rollout): Promise<boolean> {
  const rows = await transaction.query(
    `insert into rollouts (id, tenant, service, baseline, candidates, arms, plan, pinned, state, step, revision, reason,
       author, key_id, created_at, step_started_at, deadline_at, look_at)
     values ($1, $2, $3, $4, $5::text::jsonb, $6::text::jsonb, $7::text::jsonb, $8::text::jsonb, $9, $10, $11, $12,
       $13, $14, $15, $16, $17, $15)
     on conflict do nothing returning id`,
    [
      rollout.id,
      rollout.tenant,
      rollout.service,
      rollout.baseline,
      JSON.stringify(rollout.candidates),
      JSON.stringify(rollout.arms),
      JSON.stringify(rollout.plan),
      JSON.stringify(rollout.pinned),
      rollout.state,
      rollout.step,
      rollout.revision,
      rollout.reason,
      rollout.author,
      rollout.keyId,
      rollout.createdAt,
      rollout.stepStartedAt,
      rollout.deadlineAt,
    ],
  )
  return rows.length > 0
}

/** Writes what may change of it, where it still is at the revision that the change was decided on. */
export async function updateRollout(
  transaction: Queryable,
  rollout: Rollout,
  decidedOn: number,
): Promise<boolean> {
  const rows = await transaction.query(
    `update rollouts set arms = $3::text::jsonb, state = $4, step = $5, revision = $6, reason = $7, step_started_at = $8,
       deadline_at = $9, paused_at = $10, winner = $11, promoting_at = $12, judged = $13, ended_at = $14, look_at = now()
     where id = $1 and revision = $2 returning id`,
    [
      rollout.id,
      decidedOn,
      JSON.stringify(rollout.arms),
      rollout.state,
      rollout.step,
      rollout.revision,
      rollout.reason,
      rollout.stepStartedAt,
      rollout.deadlineAt,
      rollout.pausedAt ?? null,
      rollout.winner ?? null,
      rollout.promotingAt ?? null,
      rollout.judged,
      rollout.endedAt ?? null,
    ],
  )
  return rows.length > 0
}

/** Writes how many requests were judged, where nothing else has changed. */
export async function noteJudged(
  transaction: Queryable,
  rollout: Pick<Rollout, 'id' | 'revision'>,
  judged: number,
): Promise<boolean> {
  const rows = await transaction.query(
    'update rollouts set judged = $3 where id = $1 and revision = $2 returning id',
    [rollout.id, rollout.revision, judged],
  )
  return rows.length > 0
}

export async function findRollout(queryable: Queryable, id: string): Promise<Rollout | undefined> {
  const [row] = await queryable.query<RolloutRow>('select * from rollouts where id = $1', [id])
  return row && toRollout(row)
}

/** The newest of a service, whatever its state. */
export async function findLatestRollout(queryable: Queryable, service: string): Promise<Rollout | undefined> {
  const [row] = await queryable.query<RolloutRow>(
    'select * from rollouts where service = $1 order by created_at desc, id desc limit 1',
    [service],
  )
  return row && toRollout(row)
}

export async function findOpenRollout(queryable: Queryable, service: string): Promise<Rollout | undefined> {
  const [row] = await queryable.query<RolloutRow>(
    `select * from rollouts where service = $1 and ${openRow}`,
    [service],
  )
  return row && toRollout(row)
}

/** The newest of each service. */
export async function listLatestRollouts(queryable: Queryable): Promise<Rollout[]> {
  const rows = await queryable.query<RolloutRow>(
    'select distinct on (service) * from rollouts order by service, created_at desc, id desc',
  )
  return rows.map(toRollout)
}

/** The newest first. */
export async function listRollouts(
  queryable: Queryable,
  filter: {
    readonly service?: string | undefined
    readonly services?: readonly string[] | undefined
    readonly state?: RolloutState | undefined
    readonly before?: Pick<Rollout, 'createdAt' | 'id'> | undefined
    readonly limit: number
  },
): Promise<Rollout[]> {
  const rows = await queryable.query<RolloutRow>(
    `select * from rollouts where ($1::text is null or service = $1) and ($2::text is null or state = $2)
       and ($3::timestamptz is null or (created_at, id) < ($3, $4::uuid))
       and ($6::text[] is null or service = any($6::text[]))
     order by created_at desc, id desc limit $5`,
    [
      filter.service ?? null,
      filter.state ?? null,
      filter.before?.createdAt ?? null,
      filter.before?.id ?? null,
      filter.limit,
      filter.services ?? null,
    ],
  )
  return rows.map(toRollout)
}

/** Tells every process that something has changed. */
export async function tellOfRollout(queryable: Queryable, id: string): Promise<void> {
  await queryable.query('select pg_notify($1, $2)', [rolloutsChannel, id])
}
