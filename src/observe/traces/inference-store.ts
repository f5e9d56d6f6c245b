import type { Queryable } from '../../foundation/platform/index.ts'
import { type Masked, maskedAsKept, type Masking } from '../../govern/privacy/index.ts'
import { leastIdAt } from './day.ts'
import type { Inference, InferenceContent } from './inference.ts'
import type { InferenceVerdict } from './verdict.ts'
import { inferenceColumns, toInference, toRow } from './inference-rows.ts'
import type { InferenceRow } from './inference-rows.ts'
import type { StoredContent } from './stored-content.ts'

const columnNames = Object.keys(inferenceColumns).join(', ')
/** Lists say nothing of what was decided on the way: that is most of a row. */
const listedNames = Object.keys(inferenceColumns)
  .filter(name => name !== 'decisions' && name !== 'verdicts')
  .join(', ')
const columnTypes = Object.entries(inferenceColumns)
  .map(([name, type]) => `${name} ${type}`)
  .join(', ')

/**
 * Inserts those that are not there yet and returns their ids. One JSON parameter instead of arrays or a long
 * list of values: it costs the event loop the least (see docs/traces.md for the figures).
 */
export async function insertInferences(
  queryable: Queryable,
  inferences: readonly Inference[],
): Promise<Set<string>> {
  const rows = await queryable.query<{ id: string }>(
    `insert into inferences (${columnNames})
     select ${columnNames} from json_to_recordset($1::json) as batch (${columnTypes})
     on conflict (id) do nothing returning id`,
    [JSON.stringify(inferences.map(toRow))],
  )
  return new Set(rows.map(row => row.id))
}

export interface ContentRow {
  readonly inferenceId: string
  readonly request: StoredContent
  readonly response: StoredContent
  readonly masking: Masking
}

export async function insertContents(queryable: Queryable, contents: readonly ContentRow[]): Promise<void> {
  await queryable.query(
    `insert into inference_contents (inference_id, request, response, is_truncated, masking)
     select * from unnest($1::uuid[], $2::json[], $3::json[], $4::boolean[], $5::text[])
     on conflict (inference_id) do nothing`,
    [
      contents.map(content => content.inferenceId),
      contents.map(content => content.request.json ?? null),
      contents.map(content => content.response.json ?? null),
      contents.map(content => content.request.isTruncated || content.response.isTruncated),
      contents.map(content => content.masking),
    ],
  )
}

export interface InferenceFilter {
  readonly tenant?: string | undefined
  /** Only these, where given. */
  readonly services?: readonly string[] | undefined
  readonly release?: string | undefined
  readonly rollout?: string | undefined
  readonly arm?: string | undefined
  /** Copies that rollouts make of clients' requests: left out, or alone, or with the others. */
  readonly shadow?: 'no' | 'only' | 'all' | undefined
  readonly outcome?: string | undefined
  readonly status?: number | undefined
  /** The gravest verdict: an outcome that something followed from, `shadow` or `any`. */
  readonly verdict?: string | undefined
  readonly keyId?: string | undefined
  readonly conversationId?: string | undefined
  /** From then on, and before then. */
  readonly sinceMs?: number | undefined
  readonly untilMs?: number | undefined
  readonly minLatencyMs?: number | undefined
  /** A whole id of any kind, or a part of what a failure said. */
  readonly search?: string | undefined
}

/** Newest first, strictly before the id `before`. */
export async function listInferences(
  queryable: Queryable,
  filter: InferenceFilter,
  limit: number,
  before?: string,
): Promise<Inference[]> {
  const { search } = filter
  if (search === undefined) return await selectInferences(queryable, filter, limit, before)
  // One after the other: together the planner would give up the index of either.
  const named = await selectInferences(queryable, filter, limit, before, value => idCondition(search, value))
  if (named.length > 0 || isWholeId(search)) return named
  return await selectInferences(queryable, filter, limit, before, value => failureCondition(search, value))
}

type Value = (given: unknown) => string

async function selectInferences(
  queryable: Queryable,
  filter: InferenceFilter,
  limit: number,
  before: string | undefined,
  further?: (value: Value) => string,
): Promise<Inference[]> {
  const values: unknown[] = []
  const value: Value = given => `$${values.push(given)}`
  const conditions: string[] = []
  if (before !== undefined) conditions.push(`id < ${value(before)}::uuid`)
  if (filter.sinceMs !== undefined) conditions.push(`id >= ${value(leastIdAt(filter.sinceMs))}::uuid`)
  if (filter.untilMs !== undefined) conditions.push(`id < ${value(leastIdAt(filter.untilMs))}::uuid`)
  if (filter.tenant !== undefined) conditions.push(`tenant = ${value(filter.tenant)}`)
  if (filter.services !== undefined) conditions.push(serviceCondition(filter.services, value))
  if (filter.release !== undefined) conditions.push(`release = ${value(filter.release)}`)
  if (filter.rollout !== undefined) conditions.push(`rollout = ${value(filter.rollout)}`)
  if (filter.arm !== undefined) conditions.push(`arm = ${value(filter.arm)}`)
  if (filter.shadow === 'only') conditions.push('is_shadow')
  else if (filter.shadow !== 'all') conditions.push('not is_shadow')
  if (filter.conversationId !== undefined)
    conditions.push(`conversation_id = ${value(filter.conversationId)}`)
  if (filter.keyId !== undefined) conditions.push(`key_id = ${value(filter.keyId)}`)
  if (filter.minLatencyMs !== undefined) conditions.push(`latency_ms >= ${value(filter.minLatencyMs)}`)
  if (filter.outcome !== undefined) conditions.push(`outcome = ${value(filter.outcome)}`)
  // said outright, it lets the planner take the small index of what was found
  if (filter.verdict !== undefined) conditions.push('verdict is not null')
  if (filter.verdict === 'shadow') conditions.push("verdict like 'shadow %'")
  else if (filter.verdict !== undefined && filter.verdict !== 'any')
    conditions.push(`verdict = ${value(filter.verdict)}`)
  if (filter.status !== undefined) conditions.push(`status = ${value(filter.status)}`)
  // Said outright, it lets the planner take the small index of what failed.
  const isFailure = (filter.outcome ?? 'ok') !== 'ok' || (filter.status ?? 200) >= 400
  if (isFailure) conditions.push(`outcome <> 'ok'`)
  if (further) conditions.push(further(value))
  const rows = await queryable.query<InferenceRow>(
    `select ${listedNames} from inferences
     ${conditions.length === 0 ? '' : `where ${conditions.join(' and ')}`}
     order by id desc limit ${value(limit)}`,
    values,
  )
  return rows.map(toInference)
}

/** One service is compared with `=`, which keeps the order of the index. */
function serviceCondition(services: readonly string[], value: Value): string {
  return services.length === 1
    ? `service = ${value(services[0])}`
    : `service = any(${value(services)}::text[])`
}

const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i
const traceId = /^[0-9a-f]{32}$/i

function isWholeId(search: string): boolean {
  return uuid.test(search) || traceId.test(search)
}

function idCondition(search: string, value: Value): string {
  const asked = value(search)
  const ofRequest = `request_id = ${asked}::text`
  if (uuid.test(search)) return `(id = ${value(search)}::uuid or ${ofRequest})`
  if (traceId.test(search)) return `(trace_id = ${value(search)}::uuid or ${ofRequest})`
  return ofRequest
}

function failureCondition(search: string, value: Value): string {
  const part = value(`%${search.replaceAll(/[\\%_]/g, String.raw`\$&`)}%`)
  return `outcome <> 'ok' and (failure_code ilike ${part} or failure_message ilike ${part})`
}

export async function findInference(queryable: Queryable, id: string): Promise<Inference | undefined> {
  const [row] = await queryable.query<InferenceRow>(`select ${columnNames} from inferences where id = $1`, [
    id,
  ])
  return row && toInference(row)
}

/** Of one trace and tenant, oldest first, with all that was decided of them. */
export async function findInferencesOfTrace(
  queryable: Queryable,
  trace: {
    readonly tenant: string
    readonly services: readonly string[] | undefined
    readonly traceId: string
    readonly sinceMs: number
    readonly untilMs: number
  },
  limit: number,
): Promise<Inference[]> {
  const rows = await queryable.query<InferenceRow>(
    `select ${columnNames} from inferences
     where trace_id = $1::uuid and not is_shadow and tenant = $2 and id >= $3::uuid and id < $4::uuid
       and ($5::text[] is null or service = any($5::text[]))
     order by id limit $6`,
    [
      trace.traceId,
      trace.tenant,
      leastIdAt(trace.sinceMs),
      leastIdAt(trace.untilMs),
      trace.services ?? null,
      limit,
    ],
  )
  return rows.map(toInference)
}

/** Of one conversation, oldest first. */
export async function findInferencesOfConversation(
  queryable: Queryable,
  asked: {
    readonly tenant: string
    readonly conversationId: string
    readonly services: readonly string[] | undefined
  },
  limit: number,
): Promise<Inference[]> {
  const rows = await queryable.query<InferenceRow>(
    `select ${columnNames} from inferences
     where tenant = $1 and conversation_id = $2 and ($3::text[] is null or service = any($3::text[]))
     order by id limit $4`,
    [asked.tenant, asked.conversationId, asked.services ?? null, limit],
  )
  return rows.map(toInference)
}

/** Adds to what was said of an inference; its gravest verdict stays where it has one. */
export async function appendVerdicts(
  queryable: Queryable,
  id: string,
  verdicts: readonly InferenceVerdict[],
  verdict: string | undefined,
): Promise<void> {
  await queryable.query(
    `update inferences set verdicts = coalesce(verdicts, '[]'::jsonb) || $2::jsonb, verdict = coalesce(verdict, $3)
     where id = $1`,
    [id, JSON.stringify(verdicts), verdict ?? null],
  )
}

/** Those with these ids, oldest first; for a replica that was told of them. */
export async function findInferences(queryable: Queryable, ids: readonly string[]): Promise<Inference[]> {
  const rows = await queryable.query<InferenceRow>(
    `select ${columnNames} from inferences where id = any($1::uuid[]) order by id`,
    [ids],
  )
  return rows.map(toInference)
}

export interface FoundContent {
  readonly request: unknown
  readonly response: unknown
  readonly truncated: boolean
  readonly masking: Masking
}

export async function findContent(
  queryable: Queryable,
  inferenceId: string,
): Promise<FoundContent | undefined> {
  const [row] = await queryable.query<FoundContent>(
    'select request, response, is_truncated as truncated, masking from inference_contents where inference_id = $1',
    [inferenceId],
  )
  return row
}

/** The same for whoever judges it or makes data of it. */
export async function findMaskedContent(
  queryable: Queryable,
  inferenceId: string,
): Promise<Masked<InferenceContent> | undefined> {
  const found = await findContent(queryable, inferenceId)
  return found && maskedAsKept({ request: found.request, response: found.response }, found.masking)
}

/** Where the live tails of all replicas listen. */
export const inferencesChannel = 'slipway_inferences'

/** NOTIFY carries less than 8,000 bytes. */
const idsPerAnnouncement = 200

export interface Announcement {
  /** The process that stored them; it has shown them itself. */
  readonly writer: string
  readonly ids: readonly string[]
}

/** Tells the other replicas, when the transaction commits, which inferences are new. */
export async function announceInferences(
  transaction: Queryable,
  { writer, ids }: Announcement,
): Promise<void> {
  const payloads: string[] = []
  for (let start = 0; start < ids.length; start += idsPerAnnouncement) {
    const announcement: Announcement = { writer, ids: ids.slice(start, start + idsPerAnnouncement) }
    payloads.push(JSON.stringify(announcement))
  }
  await transaction.query('select pg_notify($1, payload) from unnest($2::text[]) payload', [
    inferencesChannel,
    payloads,
  ])
}
