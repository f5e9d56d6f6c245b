import type { Queryable } from '../../../foundation/platform/index.ts'
import { leastIdAt } from '../day.ts'
import type { Scope } from '../scope.ts'

export interface Conversation {
  readonly id: string
  readonly tenant: string
  readonly services: readonly string[]
  readonly turns: number
  readonly errors: number
  readonly startedAt: Date
  readonly lastAt: Date
  /** The latest inference of it; lists go on from it. */
  readonly lastInferenceId: string
  readonly costNanoUsd: number
  readonly unpricedTurns: number
  readonly inputTokens: number
  readonly outputTokens: number
  readonly latencyMs: number
}

export interface ConversationFilter extends Scope {
  readonly sinceMs?: number | undefined
  readonly untilMs?: number | undefined
}

/** How many of the latest inferences are looked at for one page: conversations have about ten turns. */
const lookedAt = 2_000

/**
 * Conversations by their latest inference, the latest first, strictly before the inference `before`. The latest inferences
 * say which those are, and each is then summed up whole, by its index; nothing is grouped over a whole day.
 */
export async function listConversations(
  queryable: Queryable,
  filter: ConversationFilter,
  limit: number,
  before: string | undefined,
): Promise<{ readonly found: Conversation[]; readonly lookedUntil: string | undefined }> {
  const values: unknown[] = []
  const value = (given: unknown): string => `$${values.push(given)}`
  const conditions = ['conversation_id is not null', ...scopeConditions(filter, value)]
  if (before !== undefined) conditions.push(`id < ${value(before)}::uuid`)
  if (filter.sinceMs !== undefined) conditions.push(`id >= ${value(leastIdAt(filter.sinceMs))}::uuid`)
  if (filter.untilMs !== undefined) conditions.push(`id < ${value(leastIdAt(filter.untilMs))}::uuid`)
  const recent = await queryable.query<{ id: string; tenant: string; conversation_id: string }>(
    `select id, tenant, conversation_id from inferences where ${conditions.join(' and ')}
     order by id desc limit ${value(lookedAt)}`,
    values,
  )
  const latest = new Map<string, (typeof recent)[number]>()
  for (const row of recent) {
    const name = `${row.tenant} ${row.conversation_id}`
    if (!latest.has(name)) latest.set(name, row)
    if (latest.size === limit) break
  }
  const rows = [...latest.values()]
  const summed = await sumUp(queryable, rows, filter)
  const found = rows.flatMap(row => {
    const sum = summed.get(`${row.tenant} ${row.conversation_id}`)
    // one whose latest inference stands on an earlier page has been listed there
    const isListed =
      before !== undefined && sum !== undefined && sum.lastInferenceId >= before && isWithin(sum, filter)
    return sum && !isListed ? [sum] : []
  })
  const last =
    latest.size === limit ? rows.at(-1)?.id : recent.length === lookedAt ? recent.at(-1)?.id : undefined
  return { found, lookedUntil: last }
}

/** Whether its latest inference is within the period, so that a page of it had it. */
function isWithin({ lastAt }: Conversation, { untilMs }: ConversationFilter): boolean {
  return untilMs === undefined || lastAt.getTime() < untilMs
}

export async function findConversation(
  queryable: Queryable,
  tenant: string,
  id: string,
  scope: Scope,
): Promise<Conversation | undefined> {
  const summed = await sumUp(queryable, [{ tenant, conversation_id: id }], scope)
  return [...summed.values()][0]
}

async function sumUp(
  queryable: Queryable,
  asked: readonly { readonly tenant: string; readonly conversation_id: string }[],
  scope: Scope,
): Promise<Map<string, Conversation>> {
  if (asked.length === 0) return new Map()
  const rows = await queryable.query<{
    tenant: string
    conversation_id: string
    services: string[]
    turns: number
    errors: number
    started_at: Date
    last_at: Date
    last_id: string
    cost: number | null
    unpriced: number
    input_tokens: number | null
    output_tokens: number | null
    latency_ms: number
  }>(
    `select tenant, conversation_id, array_agg(distinct service) as services, count(*)::int as turns,
       count(*) filter (where outcome <> 'ok')::int as errors, min(started_at) as started_at, max(started_at) as last_at,
       max(id::text) as last_id, sum(cost_nano_usd)::bigint as cost,
       count(*) filter (where cost_nano_usd is null and input_tokens is not null)::int as unpriced,
       sum(input_tokens + cache_read_tokens + cache_write_tokens + coalesce(cache_write_hour_tokens, 0)
         + coalesce(audio_input_tokens, 0) + coalesce(image_input_tokens, 0))::bigint as input_tokens,
       sum(output_tokens + reasoning_tokens + coalesce(audio_output_tokens, 0)
         + coalesce(image_output_tokens, 0))::bigint as output_tokens,
       sum(latency_ms) as latency_ms
     from inferences
     join unnest($1::text[], $2::text[]) as asked (of_tenant, of_conversation)
       on tenant = of_tenant and conversation_id = of_conversation
     where conversation_id is not null and ($3::text[] is null or service = any($3::text[]))
     group by tenant, conversation_id`,
    [asked.map(({ tenant }) => tenant), asked.map(one => one.conversation_id), scope.services ?? null],
  )
  return new Map(
    rows.map(row => [
      `${row.tenant} ${row.conversation_id}`,
      {
        id: row.conversation_id,
        tenant: row.tenant,
        services: row.services,
        turns: row.turns,
        errors: row.errors,
        startedAt: row.started_at,
        lastAt: row.last_at,
        lastInferenceId: row.last_id,
        costNanoUsd: row.cost ?? 0,
        unpricedTurns: row.unpriced,
        inputTokens: row.input_tokens ?? 0,
        outputTokens: row.output_tokens ?? 0,
        latencyMs: row.latency_ms,
      },
    ]),
  )
}

function scopeConditions({ tenant, services }: Scope, value: (given: unknown) => string): string[] {
  return [
    ...(tenant === undefined ? [] : [`tenant = ${value(tenant)}`]),
    ...(services === undefined ? [] : [`service = any(${value(services)}::text[])`]),
  ]
}
