import type { Queryable } from '../../foundation/platform/index.ts'
import type { StreamReference } from './reference/reference.ts'
import type { MonitorState } from './watch/monitor-state.ts'

export interface StoredMonitor {
  readonly monitor: string
  readonly version: number
  readonly isPaused: boolean
  /** Where somebody has set it. */
  readonly referenceFrom: Date | undefined
  readonly referenceUntil: Date | undefined
  readonly changedBy: string | undefined
  readonly changedAt: Date | undefined
  readonly state: MonitorState
  /** Why streams have no reference yet, by their names. */
  readonly waiting: Readonly<Record<string, string>>
  readonly movedAt: Date | undefined
}

interface StateRow {
  readonly monitor: string
  readonly version: number | string
  readonly is_paused: boolean
  readonly reference_from: Date | null
  readonly reference_until: Date | null
  readonly changed_by: string | null
  readonly changed_at: Date | null
  readonly state: MonitorState
  readonly waiting: Readonly<Record<string, string>>
  readonly moved_at: Date | null
}

const columns =
  'monitor, version, is_paused, reference_from, reference_until, changed_by, changed_at, state, waiting, moved_at'

function toStored(row: StateRow): StoredMonitor {
  return {
    monitor: row.monitor,
    version: Number(row.version),
    isPaused: row.is_paused,
    referenceFrom: row.reference_from ?? undefined,
    referenceUntil: row.reference_until ?? undefined,
    changedBy: row.changed_by ?? undefined,
    changedAt: row.changed_at ?? undefined,
    state: row.state,
    waiting: row.waiting,
    movedAt: row.moved_at ?? undefined,
  }
}

export async function readVersions(queryable: Queryable): Promise<Map<string, number>> {
  const rows = await queryable.query<{ monitor: string; version: number | string }>(
    'select monitor, version from monitor_states',
  )
  return new Map(rows.map(({ monitor, version }) => [monitor, Number(version)]))
}

export async function readMonitors(
  queryable: Queryable,
  names: readonly string[],
): Promise<Map<string, StoredMonitor>> {
  const rows = await queryable.query<StateRow>(
    `select ${columns} from monitor_states where monitor = any($1)`,
    [names],
  )
  return new Map(rows.map(row => [row.monitor, toStored(row)]))
}

/** Until the transaction ends nobody else changes it. */
export async function lockMonitor(queryable: Queryable, monitor: string): Promise<StoredMonitor | undefined> {
  const [row] = await queryable.query<StateRow>(
    `select ${columns} from monitor_states where monitor = $1 for update`,
    [monitor],
  )
  return row && toStored(row)
}

/** Makes the rows of monitors that are declared for the first time. */
export async function ensureMonitors(queryable: Queryable, names: readonly string[]): Promise<void> {
  if (names.length === 0) return
  await queryable.query(
    `insert into monitor_states (monitor, version, state) select name, 1, '{"streams":{}}' from unnest($1::text[]) as name
     on conflict do nothing`,
    [names],
  )
}

/** Writes states of the versions that they were made from; `false` where one has another by now. */
export async function putStates(
  queryable: Queryable,
  moved: readonly { readonly monitor: string; readonly version: number; readonly state: MonitorState }[],
  now: Date,
): Promise<boolean> {
  if (moved.length === 0) return true
  const rows = await queryable.query(
    `update monitor_states as kept set state = given.state::json, version = kept.version + 1, moved_at = $1
       from unnest($2::text[], $3::bigint[], $4::text[]) as given (monitor, version, state)
      where kept.monitor = given.monitor and kept.version = given.version returning kept.monitor`,
    [
      now,
      moved.map(({ monitor }) => monitor),
      moved.map(({ version }) => version),
      moved.map(({ state }) => JSON.stringify(state)),
    ],
  )
  return rows.length === moved.length
}

/** What a person changes; the version rises, so that who moves it reads it again. */
export async function changeMonitor(
  queryable: Queryable,
  { monitor, isPaused, referenceFrom, referenceUntil, changedBy, changedAt, state }: StoredMonitor,
): Promise<void> {
  await queryable.query(
    `update monitor_states set version = version + 1, is_paused = $2, reference_from = $3, reference_until = $4,
       changed_by = $5, changed_at = $6, state = $7::json where monitor = $1`,
    [
      monitor,
      isPaused,
      referenceFrom ?? null,
      referenceUntil ?? null,
      changedBy ?? null,
      changedAt ?? null,
      JSON.stringify(state),
    ],
  )
}

/** Of no detector, so that who moves them need not read anything again. */
export async function putWaiting(
  queryable: Queryable,
  monitor: string,
  waiting: Readonly<Record<string, string>>,
): Promise<void> {
  await queryable.query('update monitor_states set waiting = $2::json where monitor = $1', [
    monitor,
    JSON.stringify(waiting),
  ])
}

export interface StoredReference {
  readonly stream: string
  readonly declaredHash: string
  readonly takenAt: Date
  readonly reference: StreamReference
}

export async function readReferences(
  queryable: Queryable,
  monitors: readonly string[],
): Promise<Map<string, StoredReference[]>> {
  const rows = await queryable.query<{
    monitor: string
    stream: string
    declared_hash: string
    taken_at: Date
    reference: StreamReference
  }>(
    'select monitor, stream, declared_hash, taken_at, reference from monitor_references where monitor = any($1) order by stream',
    [monitors],
  )
  const found = new Map<string, StoredReference[]>()
  for (const { monitor, stream, declared_hash: declaredHash, taken_at: takenAt, reference } of rows)
    found.set(monitor, [...(found.get(monitor) ?? []), { stream, declaredHash, takenAt, reference }])
  return found
}

export async function putReference(
  queryable: Queryable,
  monitor: string,
  { stream, declaredHash, takenAt, reference }: StoredReference,
): Promise<void> {
  await queryable.query(
    `insert into monitor_references (monitor, stream, declared_hash, taken_at, from_at, until_at, rows, reference)
     values ($1, $2, $3, $4, $5, $6, $7, $8::json)
     on conflict (monitor, stream) do update set declared_hash = $3, taken_at = $4, from_at = $5, until_at = $6, rows = $7,
       reference = $8::json`,
    [
      monitor,
      stream,
      declaredHash,
      takenAt,
      new Date(reference.fromMs),
      new Date(reference.untilMs),
      reference.rows,
      JSON.stringify(reference),
    ],
  )
}

export async function dropReferences(
  queryable: Queryable,
  monitor: string,
  streams: readonly string[] | undefined,
): Promise<void> {
  await queryable.query(
    'delete from monitor_references where monitor = $1 and ($2::text[] is null or stream = any($2))',
    [monitor, streams ?? null],
  )
}
