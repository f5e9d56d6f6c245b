import type { Queryable } from '../../../foundation/platform/index.ts'
import { rowsEvent, type Trigger, type TriggerKind } from '../declaration/trigger.ts'
import type { Occurrence } from '../events/event-store.ts'
import { nextTick } from './cron.ts'

/** What a trigger knows beside its declaration. */
export interface TriggerState {
  readonly tenant: string
  readonly pipeline: string
  readonly name: string
  readonly version: number
  readonly kind: TriggerKind
  /** Of a clock: when it is due next. */
  readonly clock: { readonly cron: string; readonly timezone: string; readonly nextAt: Date } | undefined
  /** The newest of what is held, since when, how many they are, and when it is looked at again. */
  readonly held: Occurrence | undefined
  readonly heldSince: Date | undefined
  readonly heldEvents: number
  readonly dueAt: Date | undefined
  /** Rows that have come since its last run. */
  readonly countedRows: number
}

interface TriggerRow {
  tenant: string
  pipeline: string
  name: string
  version: number
  kind: TriggerKind
  cron: string | null
  timezone: string | null
  next_at: Date | null
  held: (Omit<Occurrence, 'at'> & { readonly at: string }) | null
  held_since: Date | null
  held_events: number
  due_at: Date | null
  counted_rows: number
}

const columns =
  'tenant, pipeline, name, version, kind, cron, timezone, next_at, held, held_since, held_events, due_at, counted_rows'

const toState = (row: TriggerRow): TriggerState => ({
  tenant: row.tenant,
  pipeline: row.pipeline,
  name: row.name,
  version: row.version,
  kind: row.kind,
  clock:
    row.cron !== null && row.next_at
      ? { cron: row.cron, timezone: row.timezone ?? 'UTC', nextAt: row.next_at }
      : undefined,
  held: row.held ? { ...row.held, at: new Date(row.held.at) } : undefined,
  heldSince: row.held_since ?? undefined,
  heldEvents: row.held_events,
  dueAt: row.due_at ?? undefined,
  countedRows: row.counted_rows,
})

/**
 * Puts the triggers of the newest version in the place of those of the one before. One of the same name and kind keeps what
 * it knows; says which are gone.
 */
export async function replaceTriggers(
  queryable: Queryable,
  pipeline: { readonly tenant: string; readonly name: string; readonly version: number },
  triggers: readonly Trigger[],
  options: { readonly hearsInstallation: boolean; readonly now: Date },
): Promise<TriggerState[]> {
  const gone = await queryable.query<TriggerRow>(
    `DELETE FROM pipeline_triggers WHERE tenant = $1 AND pipeline = $2
       AND NOT EXISTS (SELECT 1 FROM jsonb_to_recordset($3::text::jsonb) AS kept (name text, kind text)
         WHERE kept.name = pipeline_triggers.name AND kept.kind = pipeline_triggers.kind) RETURNING ${columns}`,
    [pipeline.tenant, pipeline.name, JSON.stringify(triggers.map(({ name, kind }) => ({ name, kind })))],
  )
  for (const [ordinal, trigger] of triggers.entries()) {
    const { name, kind, cron, timezone, rows } = trigger
    await queryable.query(
      `INSERT INTO pipeline_triggers (tenant, pipeline, name, ordinal, version, kind, cron, timezone, event, dataset, hears_installation, next_at)
       VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)
       ON CONFLICT (tenant, pipeline, name) DO UPDATE SET ordinal = excluded.ordinal, version = excluded.version,
         cron = excluded.cron, timezone = excluded.timezone, event = excluded.event,
         hears_installation = excluded.hears_installation, next_at = excluded.next_at,
         counted_rows = CASE WHEN pipeline_triggers.dataset = excluded.dataset THEN pipeline_triggers.counted_rows ELSE 0 END,
         dataset = excluded.dataset`,
      [
        pipeline.tenant,
        pipeline.name,
        name,
        ordinal,
        pipeline.version,
        kind,
        cron ?? null,
        cron === undefined ? null : timezone,
        rows ? rowsEvent : (trigger.event ?? null),
        rows?.dataset ?? null,
        options.hearsInstallation,
        cron === undefined ? null : nextTick(cron, timezone, options.now),
      ],
    )
  }
  return gone.map(toState)
}

/** Those that listen for an event, locked in one order for the rest of the transaction. */
export async function lockListening(
  queryable: Queryable,
  event: { readonly tenant: string | undefined; readonly name: string },
): Promise<TriggerState[]> {
  const rows = await queryable.query<TriggerRow>(
    `SELECT ${columns} FROM pipeline_triggers
     WHERE event = $1 AND CASE WHEN $2::text IS NULL THEN hears_installation ELSE tenant = $2 END
     ORDER BY tenant, pipeline, name FOR UPDATE`,
    [event.name, event.tenant ?? null],
  )
  return rows.map(toState)
}

/** One whose time has come, or that holds what may be looked at again; those that others have locked are left to them. */
export async function lockDue(
  queryable: Queryable,
  now: Date,
  /** As `triggerKey` names them: these are left out. */
  except: readonly string[],
): Promise<TriggerState | undefined> {
  const rows = await queryable.query<TriggerRow>(
    `SELECT ${columns} FROM pipeline_triggers
     WHERE (next_at <= $1 OR due_at <= $1) AND NOT (tenant || '/' || pipeline || '/' || name) = ANY($2)
     ORDER BY least(next_at, due_at) LIMIT 1 FOR UPDATE SKIP LOCKED`,
    [now, except],
  )
  return rows[0] && toState(rows[0])
}

export async function lockTrigger(
  queryable: Queryable,
  tenant: string,
  pipeline: string,
  name: string,
): Promise<TriggerState | undefined> {
  const rows = await queryable.query<TriggerRow>(
    `SELECT ${columns} FROM pipeline_triggers WHERE tenant = $1 AND pipeline = $2 AND name = $3 FOR UPDATE`,
    [tenant, pipeline, name],
  )
  return rows[0] && toState(rows[0])
}

/** Of the newest version of a pipeline, in the order of its text. */
export async function listTriggers(
  queryable: Queryable,
  tenant: string,
  pipeline: string,
): Promise<TriggerState[]> {
  const rows = await queryable.query<TriggerRow>(
    `SELECT ${columns} FROM pipeline_triggers WHERE tenant = $1 AND pipeline = $2 ORDER BY ordinal`,
    [tenant, pipeline],
  )
  return rows.map(toState)
}

type TriggerKey = Pick<TriggerState, 'tenant' | 'pipeline' | 'name'>

export const triggerKey = ({ tenant, pipeline, name }: TriggerKey): string => `${tenant}/${pipeline}/${name}`

export async function setNextTick(queryable: Queryable, trigger: TriggerKey, nextAt: Date): Promise<void> {
  await queryable.query(
    'UPDATE pipeline_triggers SET next_at = $4 WHERE tenant = $1 AND pipeline = $2 AND name = $3',
    [trigger.tenant, trigger.pipeline, trigger.name, nextAt],
  )
}

/** Keeps the newest of what is held until it is looked at again. */
export async function holdOccurrence(
  queryable: Queryable,
  trigger: TriggerKey,
  held: {
    readonly occurrence: Occurrence
    readonly since: Date
    readonly events: number
    readonly dueAt: Date
  },
): Promise<void> {
  await queryable.query(
    `UPDATE pipeline_triggers SET held = $4::text::jsonb, held_since = $5, held_events = $6, due_at = $7
     WHERE tenant = $1 AND pipeline = $2 AND name = $3`,
    [
      trigger.tenant,
      trigger.pipeline,
      trigger.name,
      JSON.stringify(held.occurrence),
      held.since,
      held.events,
      held.dueAt,
    ],
  )
}

export async function setCountedRows(queryable: Queryable, trigger: TriggerKey, rows: number): Promise<void> {
  await queryable.query(
    'UPDATE pipeline_triggers SET counted_rows = $4 WHERE tenant = $1 AND pipeline = $2 AND name = $3',
    [trigger.tenant, trigger.pipeline, trigger.name, rows],
  )
}

/** Nothing is held any more. */
export async function letOccurrenceGo(queryable: Queryable, trigger: TriggerKey): Promise<void> {
  await queryable.query(
    `UPDATE pipeline_triggers SET held = NULL, held_since = NULL, held_events = 0, due_at = NULL
     WHERE tenant = $1 AND pipeline = $2 AND name = $3`,
    [trigger.tenant, trigger.pipeline, trigger.name],
  )
}

/** When pipelines begin next by themselves, by name. */
export async function listNextTicks(
  queryable: Queryable,
  tenant: string | undefined,
  pipelines: readonly string[],
): Promise<ReadonlyMap<string, Date>> {
  const rows = await queryable.query<{ tenant: string; pipeline: string; next_at: Date }>(
    `SELECT tenant, pipeline, min(next_at) AS next_at FROM pipeline_triggers
     WHERE ($1::text IS NULL OR tenant = $1) AND pipeline = ANY($2) AND next_at IS NOT NULL GROUP BY tenant, pipeline`,
    [tenant ?? null, pipelines],
  )
  return new Map(rows.map(row => [`${row.tenant}/${row.pipeline}`, row.next_at]))
}
