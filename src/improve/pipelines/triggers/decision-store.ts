import type { Queryable } from '../../../foundation/platform/index.ts'
import type { Occurrence } from '../events/event-store.ts'

export const decisionOutcomes = ['began', 'held', 'refused', 'not_wanted'] as const
export type DecisionOutcome = (typeof decisionOutcomes)[number]

/** By what it was decided. */
export const decisionReasons = [
  'wanted',
  'debounce',
  'cooldown',
  'limit',
  'budget',
  'older',
  'where',
  'rows',
  'group',
  'told_before',
  'refused',
  'redefined',
] as const
export type DecisionReason = (typeof decisionReasons)[number]

/** What became of something that a trigger was told. */
export interface TriggerDecision {
  readonly id: string
  readonly tenant: string
  readonly pipeline: string
  readonly version: number
  readonly trigger: string
  readonly at: Date
  readonly outcome: DecisionOutcome
  readonly reason: DecisionReason
  /** For people. */
  readonly message: string
  /** What was held against what: `{ runs: 3, at_most: 3, window_seconds: 86400 }`. */
  readonly numbers: Readonly<Record<string, number>>
  readonly occurrence: Occurrence
  readonly heldUntil: Date | undefined
  /** The run that began; of one that was held, the one that took it up. */
  readonly runId: string | undefined
}

interface DecisionRow {
  id: string
  tenant: string
  pipeline: string
  version: number
  trigger: string
  at: Date
  outcome: DecisionOutcome
  reason: DecisionReason
  message: string
  numbers: Readonly<Record<string, number>>
  occurrence: Omit<Occurrence, 'at'> & { readonly at: string }
  held_until: Date | null
  run_id: string | null
}

const toDecision = ({
  held_until: heldUntil,
  run_id: runId,
  occurrence,
  ...row
}: DecisionRow): TriggerDecision => ({
  ...row,
  occurrence: { ...occurrence, at: new Date(occurrence.at) },
  heldUntil: heldUntil ?? undefined,
  runId: runId ?? undefined,
})

export async function insertDecision(queryable: Queryable, decision: TriggerDecision): Promise<void> {
  await queryable.query(
    `INSERT INTO pipeline_trigger_decisions (id, tenant, pipeline, version, trigger, at, outcome, reason, message, numbers,
       occurrence, held_until, run_id)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10::text::jsonb, $11::text::jsonb, $12, $13)`,
    [
      decision.id,
      decision.tenant,
      decision.pipeline,
      decision.version,
      decision.trigger,
      decision.at,
      decision.outcome,
      decision.reason,
      decision.message,
      JSON.stringify(decision.numbers),
      JSON.stringify(decision.occurrence),
      decision.heldUntil ?? null,
      decision.runId ?? null,
    ],
  )
}

type TriggerKey = Pick<TriggerDecision, 'tenant' | 'pipeline' | 'trigger'>

/** All that was held until now was taken up by this run. */
export async function setTakenUp(queryable: Queryable, key: TriggerKey, runId: string): Promise<void> {
  await queryable.query(
    `UPDATE pipeline_trigger_decisions SET run_id = $4
     WHERE tenant = $1 AND pipeline = $2 AND trigger = $3 AND outcome = 'held' AND run_id IS NULL`,
    [key.tenant, key.pipeline, key.trigger, runId],
  )
}

/** Runs that a trigger has begun since then, the oldest first; those that their group left out did nothing and do not count. */
export async function listBegun(
  queryable: Queryable,
  key: TriggerKey,
  since: Date,
): Promise<{ readonly runId: string; readonly at: Date }[]> {
  return await queryable.query(
    `SELECT run_id AS "runId", at FROM pipeline_trigger_decisions
     WHERE tenant = $1 AND pipeline = $2 AND trigger = $3 AND outcome = 'began' AND reason <> 'group' AND at > $4
     ORDER BY at`,
    [key.tenant, key.pipeline, key.trigger, since],
  )
}

/** The last run that a trigger has begun, whenever that was. */
export async function findLastBegun(
  queryable: Queryable,
  key: TriggerKey,
): Promise<{ readonly runId: string; readonly at: Date } | undefined> {
  const rows = await queryable.query<{ runId: string; at: Date }>(
    `SELECT run_id AS "runId", at FROM pipeline_trigger_decisions
     WHERE tenant = $1 AND pipeline = $2 AND trigger = $3 AND outcome = 'began' AND reason <> 'group'
     ORDER BY at DESC LIMIT 1`,
    [key.tenant, key.pipeline, key.trigger],
  )
  return rows[0]
}

export async function findLastDecision(
  queryable: Queryable,
  { tenant, pipeline, trigger }: TriggerKey,
): Promise<TriggerDecision | undefined> {
  const [last] = await listDecisions(queryable, { tenant, pipeline, trigger, limit: 1 })
  return last
}

/** The first that was decided of an event, a tick or a call by a trigger. */
export async function findDecision(
  queryable: Queryable,
  key: TriggerKey,
  occurrenceId: string,
): Promise<TriggerDecision | undefined> {
  const rows = await queryable.query<DecisionRow>(
    `SELECT * FROM pipeline_trigger_decisions
     WHERE tenant = $1 AND pipeline = $2 AND trigger = $3 AND occurrence ->> 'id' = $4 ORDER BY at, id LIMIT 1`,
    [key.tenant, key.pipeline, key.trigger, occurrenceId],
  )
  return rows[0] && toDecision(rows[0])
}

/** The newest first. */
export async function listDecisions(
  queryable: Queryable,
  filter: {
    readonly tenant: string
    readonly pipeline: string
    readonly trigger?: string | undefined
    readonly outcome?: DecisionOutcome | undefined
    readonly runId?: string | undefined
    readonly beforeId?: string | undefined
    readonly limit: number
  },
): Promise<TriggerDecision[]> {
  const rows = await queryable.query<DecisionRow>(
    `SELECT * FROM pipeline_trigger_decisions
     WHERE tenant = $1 AND pipeline = $2 AND ($3::text IS NULL OR trigger = $3) AND ($4::text IS NULL OR outcome = $4)
       AND ($5::uuid IS NULL OR run_id = $5)
       AND ($6::uuid IS NULL OR (at, id) < (SELECT at, id FROM pipeline_trigger_decisions WHERE id = $6))
     ORDER BY at DESC, id DESC LIMIT $7`,
    [
      filter.tenant,
      filter.pipeline,
      filter.trigger ?? null,
      filter.outcome ?? null,
      filter.runId ?? null,
      filter.beforeId ?? null,
      filter.limit,
    ],
  )
  return rows.map(toDecision)
}

export async function deleteDecisionsBefore(
  queryable: Queryable,
  before: Date,
  limit: number,
): Promise<number> {
  const rows = await queryable.query(
    `DELETE FROM pipeline_trigger_decisions WHERE id IN (
       SELECT id FROM pipeline_trigger_decisions WHERE at < $1 ORDER BY at LIMIT $2) RETURNING id`,
    [before, limit],
  )
  return rows.length
}
