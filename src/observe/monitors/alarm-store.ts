import type { Queryable } from '../../foundation/platform/index.ts'

export type AlarmEnd = 'over' | 'reset' | 'reference' | 'undeclared'

/** A change that a detector has found, from when it was raised to when it was over. */
export interface MonitorAlarm {
  readonly id: string
  readonly monitor: string
  readonly service: string
  readonly stream: string
  readonly detector: string
  readonly raisedAt: Date
  /** The detector begins anew after each; how often it has come to the same. */
  readonly lastRaisedAt: Date
  readonly raises: number
  readonly sinceAt: Date
  readonly endedAt: Date | undefined
  readonly endedBecause: AlarmEnd | undefined
  readonly summary: string
  /** Numbers and ids of inferences, never content. */
  readonly evidence: Readonly<Record<string, unknown>>
  readonly report: unknown
  /** Whether an explanation is still to be made. */
  readonly isReportDue: boolean
}

interface Row {
  readonly id: string
  readonly monitor: string
  readonly service: string
  readonly stream: string
  readonly detector: string
  readonly raised_at: Date
  readonly last_raised_at: Date
  readonly raises: number
  readonly since_at: Date
  readonly ended_at: Date | null
  readonly ended_because: AlarmEnd | null
  readonly summary: string
  readonly evidence: Readonly<Record<string, unknown>>
  readonly report: unknown
  readonly report_due: boolean
}

const columns = `id, monitor, service, stream, detector, raised_at, last_raised_at, raises, since_at, ended_at, ended_because, summary,
  evidence, report, report_due`

const toAlarm = (row: Row): MonitorAlarm => ({
  id: row.id,
  monitor: row.monitor,
  service: row.service,
  stream: row.stream,
  detector: row.detector,
  raisedAt: row.raised_at,
  lastRaisedAt: row.last_raised_at,
  raises: row.raises,
  sinceAt: row.since_at,
  endedAt: row.ended_at ?? undefined,
  endedBecause: row.ended_because ?? undefined,
  summary: row.summary,
  evidence: row.evidence,
  report: row.report ?? undefined,
  isReportDue: row.report_due,
})

export async function insertAlarm(queryable: Queryable, alarm: MonitorAlarm): Promise<void> {
  await queryable.query(
    `insert into monitor_alarms (id, monitor, service, stream, detector, raised_at, last_raised_at, raises, since_at, summary,
       evidence, report_due) values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11::json, $12)`,
    [
      alarm.id,
      alarm.monitor,
      alarm.service,
      alarm.stream,
      alarm.detector,
      alarm.raisedAt,
      alarm.lastRaisedAt,
      alarm.raises,
      alarm.sinceAt,
      alarm.summary,
      JSON.stringify(alarm.evidence),
      alarm.isReportDue,
    ],
  )
}

/** The same has been found again. */
export async function raiseAgain(
  queryable: Queryable,
  id: string,
  at: Date,
  latest: Readonly<Record<string, unknown>>,
): Promise<void> {
  await queryable.query(
    `update monitor_alarms set last_raised_at = $2, raises = raises + 1,
       evidence = (evidence::jsonb || jsonb_build_object('latest', $3::jsonb))::json where id = $1`,
    [id, at, JSON.stringify(latest)],
  )
}

/** Ends those of the ids that are open. */
export async function endAlarms(
  queryable: Queryable,
  ids: readonly string[],
  because: AlarmEnd,
  at: Date,
): Promise<void> {
  if (ids.length === 0) return
  await queryable.query(
    'update monitor_alarms set ended_at = $3, ended_because = $2 where id = any($1::uuid[]) and ended_at is null',
    [ids, because, at],
  )
}

/** Ends the open ones of streams of a monitor. */
export async function endAlarmsOfStreams(
  queryable: Queryable,
  monitor: string,
  streams: readonly string[],
  because: AlarmEnd,
  at: Date,
): Promise<void> {
  if (streams.length === 0) return
  await queryable.query(
    `update monitor_alarms set ended_at = $4, ended_because = $3 where monitor = $1 and stream = any($2) and ended_at is null`,
    [monitor, streams, because, at],
  )
}

export async function listOpenAlarms(queryable: Queryable): Promise<MonitorAlarm[]> {
  const rows = await queryable.query<Row>(
    `select ${columns} from monitor_alarms where ended_at is null order by raised_at`,
  )
  return rows.map(toAlarm)
}

/** The latest first; strictly before the id `before`. */
export async function listAlarms(
  queryable: Queryable,
  filter: { readonly monitor?: string | undefined; readonly service?: string | undefined },
  limit: number,
  before: string | undefined,
): Promise<MonitorAlarm[]> {
  const rows = await queryable.query<Row>(
    `select ${columns} from monitor_alarms where ($1::text is null or monitor = $1) and ($2::text is null or service = $2)
       and ($3::uuid is null or id < $3) order by id desc limit $4`,
    [filter.monitor ?? null, filter.service ?? null, before ?? null, limit],
  )
  return rows.map(toAlarm)
}

export async function dropEndedAlarms(queryable: Queryable, before: Date): Promise<void> {
  await queryable.query('delete from monitor_alarms where ended_at < $1', [before])
}

export async function listUnexplained(queryable: Queryable, limit: number): Promise<MonitorAlarm[]> {
  const rows = await queryable.query<Row>(
    `select ${columns} from monitor_alarms where report_due order by raised_at limit $1`,
    [limit],
  )
  return rows.map(toAlarm)
}

/** `undefined` where nothing explains it. */
export async function putReport(queryable: Queryable, id: string, report: unknown): Promise<void> {
  await queryable.query('update monitor_alarms set report = $2::json, report_due = false where id = $1', [
    id,
    report === undefined ? null : JSON.stringify(report),
  ])
}
