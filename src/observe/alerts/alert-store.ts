import type { Severity } from '../../foundation/config/index.ts'
import { createId, type Queryable } from '../../foundation/platform/index.ts'
import type { Alert, AlertSource, AlertState, Evidence } from './alert.ts'
import type { Labels } from './labels.ts'

interface Row {
  readonly id: string
  readonly fingerprint: string
  readonly source: AlertSource
  readonly name: string
  readonly labels: Labels
  readonly severity: Severity
  readonly state: AlertState
  readonly summary: string
  readonly value: number
  readonly threshold: number
  readonly evidence: Evidence
  readonly runbook: string | null
  readonly started_at: Date
  readonly fired_at: Date | null
  readonly acknowledged_at: Date | null
  readonly acknowledged_by: string | null
  readonly resolved_at: Date | null
  readonly resolution: string | null
  readonly last_true_at: Date
  readonly keep_firing_ms: number
  readonly returns: number
  readonly sent_at: Date | null
  readonly muted_by: string | null
}

const columnTypes = {
  id: 'uuid',
  fingerprint: 'text',
  source: 'text',
  name: 'text',
  labels: 'json',
  severity: 'text',
  state: 'text',
  summary: 'text',
  value: 'double precision',
  threshold: 'double precision',
  evidence: 'json',
  runbook: 'text',
  started_at: 'timestamptz',
  fired_at: 'timestamptz',
  acknowledged_at: 'timestamptz',
  acknowledged_by: 'text',
  resolved_at: 'timestamptz',
  resolution: 'text',
  last_true_at: 'timestamptz',
  keep_firing_ms: 'bigint',
  returns: 'integer',
  sent_at: 'timestamptz',
  muted_by: 'text',
} as const satisfies Record<keyof Row, string>

const columns = Object.keys(columnTypes).join(', ')
const record = Object.entries(columnTypes)
  .map(([name, type]) => `${name} ${type}`)
  .join(', ')
const updates = Object.keys(columnTypes)
  .filter(name => name !== 'id')
  .map(name => `${name} = excluded.${name}`)
  .join(', ')

function toAlert(row: Row): Alert {
  return {
    id: row.id,
    fingerprint: row.fingerprint,
    source: row.source,
    name: row.name,
    labels: row.labels,
    severity: row.severity,
    state: row.state,
    summary: row.summary,
    value: row.value,
    threshold: row.threshold,
    evidence: row.evidence,
    runbook: row.runbook ?? undefined,
    startedAt: row.started_at,
    firedAt: row.fired_at ?? undefined,
    acknowledgedAt: row.acknowledged_at ?? undefined,
    acknowledgedBy: row.acknowledged_by ?? undefined,
    resolvedAt: row.resolved_at ?? undefined,
    resolution: row.resolution ?? undefined,
    lastTrueAt: row.last_true_at,
    keepFiringMs: Number(row.keep_firing_ms),
    returns: row.returns,
    sentAt: row.sent_at ?? undefined,
    mutedBy: row.muted_by ?? undefined,
  }
}

function toRow(alert: Alert): Record<keyof Row, unknown> {
  return {
    id: alert.id,
    fingerprint: alert.fingerprint,
    source: alert.source,
    name: alert.name,
    labels: alert.labels,
    severity: alert.severity,
    state: alert.state,
    summary: alert.summary,
    value: alert.value,
    threshold: alert.threshold,
    evidence: alert.evidence,
    runbook: alert.runbook ?? null,
    started_at: alert.startedAt,
    fired_at: alert.firedAt ?? null,
    acknowledged_at: alert.acknowledgedAt ?? null,
    acknowledged_by: alert.acknowledgedBy ?? null,
    resolved_at: alert.resolvedAt ?? null,
    resolution: alert.resolution ?? null,
    last_true_at: alert.lastTrueAt,
    keep_firing_ms: alert.keepFiringMs,
    returns: alert.returns,
    sent_at: alert.sentAt ?? null,
    muted_by: alert.mutedBy ?? null,
  }
}

/** Those that are not resolved, locked until the transaction ends, so that nobody acknowledges one in between. */
export async function lockOpenAlerts(transaction: Queryable): Promise<Alert[]> {
  const rows = await transaction.query<Row>(
    `select ${columns} from alerts where state <> 'resolved' order by started_at for update`,
  )
  return rows.map(toAlert)
}

export async function putAlerts(transaction: Queryable, alerts: readonly Alert[]): Promise<void> {
  if (alerts.length === 0) return
  await transaction.query(
    `insert into alerts (${columns}) select ${columns} from json_to_recordset($1::json) as batch (${record})
     on conflict (id) do update set ${updates}`,
    [JSON.stringify(alerts.map(toRow))],
  )
}

export async function dropAlerts(transaction: Queryable, ids: readonly string[]): Promise<void> {
  if (ids.length > 0) await transaction.query('delete from alerts where id = any($1::uuid[])', [ids])
}

/** How often each of these was resolved since then. */
export async function countReturns(
  queryable: Queryable,
  fingerprints: readonly string[],
  sinceMs: number,
): Promise<Map<string, number>> {
  if (fingerprints.length === 0) return new Map()
  const rows = await queryable.query<{ fingerprint: string; count: number }>(
    `select fingerprint, count(*)::integer as count from alerts
      where fingerprint = any($1) and resolved_at >= $2 group by fingerprint`,
    [fingerprints, new Date(sinceMs)],
  )
  return new Map(rows.map(({ fingerprint, count }) => [fingerprint, count]))
}

export interface AlertFilter {
  readonly states: readonly AlertState[] | undefined
  readonly service: string | undefined
}

/** Those that began last first; strictly before the id `before`. */
export async function listAlerts(
  queryable: Queryable,
  { states, service }: AlertFilter,
  limit: number,
  before: string | undefined,
): Promise<Alert[]> {
  const rows = await queryable.query<Row>(
    `select ${columns} from alerts
      where ($1::text[] is null or state = any($1)) and ($2::text is null or labels->>'service' = $2)
        and ($3::uuid is null or id < $3)
      order by id desc limit $4`,
    [states ?? null, service ?? null, before ?? null, limit],
  )
  return rows.map(toAlert)
}

export async function findAlerts(queryable: Queryable, ids: readonly string[]): Promise<Alert[]> {
  const rows = await queryable.query<Row>(
    `select ${columns} from alerts where id = any($1::uuid[]) order by id`,
    [ids],
  )
  return rows.map(toAlert)
}

export async function lockAlert(transaction: Queryable, id: string): Promise<Alert | undefined> {
  const [row] = await transaction.query<Row>(`select ${columns} from alerts where id = $1 for update`, [id])
  return row && toAlert(row)
}

export async function dropResolved(queryable: Queryable, beforeMs: number): Promise<void> {
  await queryable.query(`delete from alerts where state = 'resolved' and resolved_at < $1`, [
    new Date(beforeMs),
  ])
}

export const alertEventKinds = [
  'opened',
  'fired',
  'silenced',
  'inhibited',
  'sent',
  'not_sent',
  'acknowledged',
  'resolved',
] as const
export type AlertEventKind = (typeof alertEventKinds)[number]

export interface AlertEvent {
  readonly alertId: string
  readonly at: Date
  readonly kind: AlertEventKind
  readonly actor?: string | undefined
  readonly note?: string | undefined
}

export async function putEvents(queryable: Queryable, events: readonly AlertEvent[]): Promise<void> {
  if (events.length === 0) return
  await queryable.query(
    `insert into alert_events (id, alert_id, at, kind, actor, note)
     select * from unnest($1::uuid[], $2::uuid[], $3::timestamptz[], $4::text[], $5::text[], $6::text[])`,
    [
      events.map(() => createId()),
      events.map(event => event.alertId),
      events.map(event => event.at),
      events.map(event => event.kind),
      events.map(event => event.actor ?? null),
      events.map(event => event.note ?? null),
    ],
  )
}

export async function listEvents(queryable: Queryable, alertId: string): Promise<AlertEvent[]> {
  const rows = await queryable.query<{
    alert_id: string
    at: Date
    kind: AlertEventKind
    actor: string | null
    note: string | null
  }>(
    'select alert_id, at, kind, actor, note from alert_events where alert_id = $1 order by at, id limit 500',
    [alertId],
  )
  return rows.map(row => ({
    alertId: row.alert_id,
    at: row.at,
    kind: row.kind,
    actor: row.actor ?? undefined,
    note: row.note ?? undefined,
  }))
}
