import { tokenBuckets, type Usage, usageOf, usageUnits } from '../../foundation/config/index.ts'
import type { Queryable } from '../../foundation/platform/index.ts'
import type { CostFigures, CostRollup } from './cost-rollup.ts'

const keyColumns = [
  'tenant',
  'service',
  'key_id',
  'target',
  'model',
  'upstream_model',
  'service_tier',
] as const
const bucketColumns = tokenBuckets.map(snakeCase)
const counters = [
  'calls',
  'unpriced_calls',
  'estimated_calls',
  'cached_calls',
  'cost_nano_usd',
  'cache_saved_nano_usd',
  'answers_saved_nano_usd',
  ...bucketColumns,
  ...usageUnits,
]
const sums = counters.map(name => `sum(${name})::bigint as ${name}`).join(', ')

/** Adds to this writer's own rows. */
export async function addCosts(
  transaction: Queryable,
  writer: string,
  rollups: readonly CostRollup[],
): Promise<void> {
  if (rollups.length === 0) return
  const columns = ['day', ...keyColumns, ...counters].join(', ')
  const types = [
    'day date',
    ...keyColumns.map(name => `${name} text`),
    ...counters.map(name => `${name} bigint`),
  ]
  await transaction.query(
    `insert into cost_rollups (writer, ${columns})
     select $1, ${columns} from json_to_recordset($2::json) as batch (${types.join(', ')})
     on conflict (day, ${keyColumns.join(', ')}, writer) do update set
       ${counters.map(name => `${name} = cost_rollups.${name} + excluded.${name}`).join(', ')}`,
    [writer, JSON.stringify(rollups.map(toRow))],
  )
}

function toRow(rollup: CostRollup): Record<string, string | number> {
  const { usage } = rollup
  return {
    day: rollup.day,
    tenant: rollup.tenant,
    service: rollup.service,
    key_id: rollup.keyId,
    target: rollup.target,
    model: rollup.model,
    upstream_model: rollup.upstreamModel,
    service_tier: rollup.serviceTier,
    calls: rollup.calls,
    unpriced_calls: rollup.unpricedCalls,
    estimated_calls: rollup.estimatedCalls,
    cached_calls: rollup.cachedCalls,
    cost_nano_usd: rollup.costNanoUsd,
    cache_saved_nano_usd: rollup.cacheSavedNanoUsd,
    answers_saved_nano_usd: rollup.answersSavedNanoUsd,
    ...Object.fromEntries(tokenBuckets.map(bucket => [snakeCase(bucket), usage[bucket]])),
    ...Object.fromEntries(usageUnits.map(unit => [unit, usage.units?.[unit] ?? 0])),
  }
}

/** What costs can be grouped by; `model` is the one that prices are declared for, with its target. */
export const costGroups = ['tenant', 'service', 'key', 'target', 'model', 'upstream_model'] as const
export type CostGroup = (typeof costGroups)[number]

const groupExpressions: Readonly<Record<CostGroup, string>> = {
  tenant: 'tenant',
  service: 'service',
  key: 'key_id',
  target: 'target',
  model: `target || ' ' || model`,
  upstream_model: 'upstream_model',
}

export interface CostFilter {
  /** Both days are within. */
  readonly sinceDay: string
  readonly untilDay: string
  readonly tenant: string | undefined
  readonly services: readonly string[] | undefined
  readonly target: string | undefined
}

export interface DayCosts extends CostFigures {
  readonly day: string
  readonly group: string
}

export async function readCosts(
  queryable: Queryable,
  filter: CostFilter,
  group: CostGroup,
): Promise<DayCosts[]> {
  const { conditions, values } = conditionsOf(filter)
  const rows = await queryable.query<StoredFigures & { day: string; group_name: string }>(
    `select day::text as day, ${groupExpressions[group]} as group_name, ${sums}
     from cost_rollups where ${conditions} group by 1, 2 order by 1, 2`,
    values,
  )
  return rows.map(row => ({ day: row.day, group: row.group_name, ...toFigures(row) }))
}

export interface UnpricedModel {
  readonly target: string
  readonly model: string
  readonly calls: number
  readonly firstDay: string
}

/** The models that calls without a price went to, the most called first. */
export async function readUnpriced(queryable: Queryable, filter: CostFilter): Promise<UnpricedModel[]> {
  const { conditions, values } = conditionsOf(filter)
  const rows = await queryable.query<{ target: string; model: string; calls: number; first_day: string }>(
    `select target, model, sum(unpriced_calls)::bigint as calls, min(day)::text as first_day
     from cost_rollups where ${conditions} and unpriced_calls > 0
     group by target, model order by calls desc, target, model limit 100`,
    values,
  )
  return rows.map(row => ({
    target: row.target,
    model: row.model,
    calls: Number(row.calls),
    firstDay: row.first_day,
  }))
}

function conditionsOf(filter: CostFilter): { conditions: string; values: unknown[] } {
  const values: unknown[] = [filter.sinceDay, filter.untilDay]
  const conditions = ['day >= $1::date', 'day <= $2::date']
  if (filter.tenant !== undefined) conditions.push(`tenant = $${values.push(filter.tenant)}`)
  if (filter.services !== undefined)
    conditions.push(`service = any($${values.push(filter.services)}::text[])`)
  if (filter.target !== undefined) conditions.push(`target = $${values.push(filter.target)}`)
  return { conditions: conditions.join(' and '), values }
}

type StoredFigures = Readonly<Record<string, unknown>>

function toFigures(row: StoredFigures): CostFigures {
  const count = (name: string) => Number(row[name])
  const buckets = Object.fromEntries(tokenBuckets.map(bucket => [bucket, count(snakeCase(bucket))]))
  const units = Object.fromEntries(
    usageUnits.flatMap(unit => (count(unit) > 0 ? [[unit, count(unit)]] : [])),
  ) as NonNullable<Usage['units']>
  return {
    calls: count('calls'),
    unpricedCalls: count('unpriced_calls'),
    estimatedCalls: count('estimated_calls'),
    cachedCalls: count('cached_calls'),
    costNanoUsd: count('cost_nano_usd'),
    cacheSavedNanoUsd: count('cache_saved_nano_usd'),
    answersSavedNanoUsd: count('answers_saved_nano_usd'),
    usage: usageOf({ ...buckets, ...(Object.keys(units).length > 0 && { units }) }),
  }
}

function snakeCase(name: string): string {
  return name.replaceAll(/[A-Z]/g, letter => `_${letter.toLowerCase()}`)
}

export interface StoredAnswer {
  readonly inferenceId: string
  readonly answerId: string
  readonly costNanoUsd: number | undefined
}

/** The answers of a target on a day (UTC) that the upstream gave an id, by their inferences, strictly after one of them. */
export async function readAnswers(
  queryable: Queryable,
  filter: { readonly sinceId: string; readonly untilId: string; readonly target: string },
  limit: number,
): Promise<StoredAnswer[]> {
  const rows = await queryable.query<{ id: string; upstream_id: string; cost_nano_usd: number | null }>(
    `select id, upstream_id, cost_nano_usd from inferences
     where id > $1::uuid and id < $2::uuid and target = $3 and upstream_id is not null
     order by id limit $4`,
    [filter.sinceId, filter.untilId, filter.target, limit],
  )
  return rows.map(row => ({
    inferenceId: row.id,
    answerId: row.upstream_id,
    costNanoUsd: row.cost_nano_usd === null ? undefined : Number(row.cost_nano_usd),
  }))
}
