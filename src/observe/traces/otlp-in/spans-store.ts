import type { Queryable } from '../../../foundation/platform/index.ts'
import type { SpanKind } from '../waterfall/trace-span.ts'
import type { Attributes, ForeignSpan, SpanEvent } from './foreign-span.ts'

const columns = {
  trace_id: 'uuid',
  span_id: 'text',
  tenant: 'text',
  started_at: 'timestamptz',
  parent_span_id: 'text',
  key_id: 'text',
  name: 'text',
  kind: 'text',
  application: 'text',
  scope: 'text',
  duration_ms: 'double precision',
  outcome: 'text',
  failure: 'text',
  attributes: 'json',
  events: 'json',
  left_out: 'integer',
} as const

const names = Object.keys(columns).join(', ')
const types = Object.entries(columns)
  .map(([name, type]) => `${name} ${type}`)
  .join(', ')

/** Stores those that are not there yet; returns how many those were. */
export async function insertSpans(queryable: Queryable, spans: readonly ForeignSpan[]): Promise<number> {
  const rows = spans.map((span): Record<keyof typeof columns, unknown> => ({
    trace_id: span.traceId,
    span_id: span.spanId,
    tenant: span.tenant,
    started_at: toTimestamp(span.startedAtMs),
    parent_span_id: span.parentSpanId,
    key_id: span.keyId,
    name: span.name,
    kind: span.kind,
    application: span.application,
    scope: span.scope,
    duration_ms: span.durationMs,
    outcome: span.outcome,
    failure: span.failure,
    attributes: span.attributes,
    events: span.events.length === 0 ? undefined : span.events,
    left_out: span.leftOut,
  }))
  const stored = await queryable.query(
    `insert into spans (${names})
     select ${names} from json_to_recordset($1::json) as batch (${types})
     on conflict do nothing returning 1`,
    [JSON.stringify(rows)],
  )
  return stored.length
}

/** ISO 8601 with microseconds, which `Date` would round away. */
function toTimestamp(timeMs: number): string {
  const wholeMs = Math.floor(timeMs)
  const microseconds = String(Math.round((timeMs - wholeMs) * 1_000)).padStart(3, '0')
  const iso = new Date(wholeMs).toISOString()
  return microseconds.length > 3 ? iso : `${iso.slice(0, -1)}${microseconds}Z`
}

interface SpanRow {
  readonly span_id: string
  readonly parent_span_id: string | null
  readonly key_id: string
  readonly name: string
  readonly kind: SpanKind
  readonly application: string
  readonly scope: string
  readonly started_ms: number
  readonly duration_ms: number
  readonly outcome: ForeignSpan['outcome']
  readonly failure: string | null
  readonly attributes: Attributes
  readonly events: readonly SpanEvent[] | null
  readonly left_out: number
}

/** The spans of one trace and tenant that began within the range, in the order of their starts. */
export async function findSpansOfTrace(
  queryable: Queryable,
  trace: {
    readonly tenant: string
    readonly traceId: string
    readonly sinceMs: number
    readonly untilMs: number
  },
  limit: number,
): Promise<ForeignSpan[]> {
  const { tenant, traceId, sinceMs, untilMs } = trace
  const rows = await queryable.query<SpanRow>(
    `select span_id, parent_span_id, key_id, name, kind, application, scope,
       (extract(epoch from started_at) * 1000)::double precision as started_ms, duration_ms, outcome, failure,
       attributes, events, left_out
     from spans where trace_id = $1::uuid and tenant = $2 and started_at >= $3 and started_at < $4
     order by started_at, span_id limit $5`,
    [traceId, tenant, new Date(sinceMs), new Date(untilMs), limit],
  )
  return rows.map(row => ({
    tenant,
    keyId: row.key_id,
    traceId,
    spanId: row.span_id,
    parentSpanId: row.parent_span_id ?? undefined,
    name: row.name,
    kind: row.kind,
    application: row.application,
    scope: row.scope,
    startedAtMs: row.started_ms,
    durationMs: row.duration_ms,
    outcome: row.outcome,
    failure: row.failure ?? undefined,
    attributes: row.attributes,
    events: row.events ?? [],
    leftOut: row.left_out,
  }))
}
