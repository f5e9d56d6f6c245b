import type { Queryable } from '../../foundation/platform/index.ts'
import type { DueJudgement, JudgementOutcome } from './score.ts'

/**
 * Queues judgements, all of them or none: where as many as `most` wait already nothing is added. Returns whether they were.
 */
export async function queueJudgements(
  queryable: Queryable,
  due: readonly Omit<DueJudgement, 'attempts'>[],
  most: number,
  now: Date,
): Promise<boolean> {
  const [room] = await queryable.query<{ is_room: boolean }>(
    'select count(*) < $1 as is_room from (select 1 from judgements limit $1) as waiting',
    [most],
  )
  if (!room?.is_room) return false
  await queryable.query(
    `insert into judgements (inference_id, judge, tenant, service, due_at)
     select inference_id, judge, tenant, service, $2 from json_to_recordset($1::json)
       as due (inference_id uuid, judge text, tenant text, service text)
     on conflict do nothing`,
    [
      JSON.stringify(
        due.map(({ inferenceId, judge, tenant, service }) => ({
          inference_id: inferenceId,
          judge,
          tenant,
          service,
        })),
      ),
      now,
    ],
  )
  return true
}

/** Takes what is due, oldest first, and moves it on by `leaseSeconds`: whoever took it and dies gives it up then. */
export async function claimJudgements(
  queryable: Queryable,
  count: number,
  leaseSeconds: number,
  now: Date,
): Promise<DueJudgement[]> {
  const rows = await queryable.query<{
    inference_id: string
    judge: string
    tenant: string
    service: string
    attempts: number
  }>(
    `update judgements set attempts = attempts + 1, due_at = $3::timestamptz + make_interval(secs => $2)
     where (inference_id, judge) in (
       select inference_id, judge from judgements where due_at <= $3
       order by due_at, inference_id limit $1 for update skip locked)
     returning inference_id, judge, tenant, service, attempts`,
    [count, leaseSeconds, now],
  )
  return rows.map(row => ({
    inferenceId: row.inference_id,
    judge: row.judge,
    tenant: row.tenant,
    service: row.service,
    attempts: row.attempts,
  }))
}

export async function postponeJudgement(queryable: Queryable, due: DueJudgement, until: Date): Promise<void> {
  await queryable.query('update judgements set due_at = $3 where inference_id = $1 and judge = $2', [
    due.inferenceId,
    due.judge,
    until,
  ])
}

export async function removeJudgement(queryable: Queryable, due: DueJudgement): Promise<void> {
  await queryable.query('delete from judgements where inference_id = $1 and judge = $2', [
    due.inferenceId,
    due.judge,
  ])
}

/** Which part of what judges do may be seen; `undefined` is no limit. */
export interface JudgedScope {
  readonly tenant?: string | undefined
  readonly services?: readonly string[] | undefined
}

function conditionsOf(scope: JudgedScope, values: unknown[]): string[] {
  const conditions = ['true']
  if (scope.tenant !== undefined) conditions.push(`tenant = $${values.push(scope.tenant)}`)
  if (scope.services !== undefined) conditions.push(`service = any($${values.push(scope.services)}::text[])`)
  return conditions
}

/** How many wait, by judge. */
export async function countWaiting(
  queryable: Queryable,
  scope: JudgedScope = {},
): Promise<Map<string, number>> {
  const values: unknown[] = []
  const rows = await queryable.query<{ judge: string; waiting: number | string }>(
    `select judge, count(*) as waiting from judgements where ${conditionsOf(scope, values).join(' and ')} group by judge`,
    values,
  )
  return new Map(rows.map(row => [row.judge, Number(row.waiting)]))
}

/** The judges that have still to see an inference. */
export async function waitingFor(queryable: Queryable, inferenceId: string): Promise<string[]> {
  const rows = await queryable.query<{ judge: string }>(
    'select judge from judgements where inference_id = $1 order by judge',
    [inferenceId],
  )
  return rows.map(({ judge }) => judge)
}

export interface JudgeDayEntry {
  readonly day: string
  readonly judge: string
  readonly service: string
  readonly tenant: string
  readonly outcome: JudgementOutcome
  readonly count: number
  readonly value: number | undefined
  readonly costNanoUsd: number
}

/** Adds to what a judge did and spent in a day. */
export async function addToDay(queryable: Queryable, entry: JudgeDayEntry): Promise<void> {
  const { outcome, count } = entry
  const counted = (name: JudgementOutcome): number => (outcome === name ? count : 0)
  await queryable.query(
    `insert into judge_days as kept (day, judge, service, tenant, judged, failed, skipped, valued, value_sum, cost_nano_usd)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
     on conflict (day, judge, service, tenant) do update set
       judged = kept.judged + excluded.judged, failed = kept.failed + excluded.failed,
       skipped = kept.skipped + excluded.skipped, valued = kept.valued + excluded.valued,
       value_sum = kept.value_sum + excluded.value_sum, cost_nano_usd = kept.cost_nano_usd + excluded.cost_nano_usd`,
    [
      entry.day,
      entry.judge,
      entry.service,
      entry.tenant,
      counted('judged'),
      counted('failed'),
      counted('skipped'),
      entry.value === undefined ? 0 : 1,
      entry.value ?? 0,
      entry.costNanoUsd,
    ],
  )
}

/** What a judge has spent in a day, in nano-dollars. */
export async function spentOn(queryable: Queryable, judge: string, day: string): Promise<number> {
  const [row] = await queryable.query<{ spent: number | string | null }>(
    'select sum(cost_nano_usd) as spent from judge_days where judge = $1 and day = $2',
    [judge, day],
  )
  return Number(row?.spent ?? 0)
}

export interface JudgeFigures {
  readonly judge: string
  readonly service: string
  readonly judged: number
  readonly failed: number
  readonly skipped: number
  /** How many had a value, and their mean. */
  readonly valued: number
  readonly mean: number | undefined
  readonly costNanoUsd: number
}

/** What judges did since a day, by judge and judged service. */
export async function sumDays(
  queryable: Queryable,
  filter: JudgedScope & { readonly sinceDay: string },
): Promise<JudgeFigures[]> {
  const values: unknown[] = [filter.sinceDay]
  const conditions = ['day >= $1::date', ...conditionsOf(filter, values)]
  const rows = await queryable.query<Record<string, string | number>>(
    `select judge, service, sum(judged) as judged, sum(failed) as failed, sum(skipped) as skipped,
       sum(valued) as valued, sum(value_sum) as value_sum, sum(cost_nano_usd) as cost_nano_usd
     from judge_days where ${conditions.join(' and ')} group by judge, service order by judge, service`,
    values,
  )
  return rows.map(row => {
    const valued = Number(row['valued'])
    return {
      judge: String(row['judge']),
      service: String(row['service']),
      judged: Number(row['judged']),
      failed: Number(row['failed']),
      skipped: Number(row['skipped']),
      valued,
      mean: valued === 0 ? undefined : Number(row['value_sum']) / valued,
      costNanoUsd: Number(row['cost_nano_usd']),
    }
  })
}

/** Forgets what judges did before a day. */
export async function dropJudgeDays(queryable: Queryable, firstDay: string): Promise<void> {
  await queryable.query('delete from judge_days where day < $1::date', [firstDay])
}
