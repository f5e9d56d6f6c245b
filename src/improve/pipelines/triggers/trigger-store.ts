import type { Queryable } from '../../../foundation/platform/index.ts'
import type { TriggerText } from '../declaration/pipeline-schema.ts'
import { nextTick } from './cron.ts'

export interface DueTrigger {
  readonly tenant: string
  readonly pipeline: string
  /** Its place among the triggers of the version. */
  readonly ordinal: number
  readonly version: number
  readonly cron: string
  readonly timezone: string
  /** When it was due. */
  readonly dueAt: Date
}

/** Puts the triggers of the newest version in the place of those of the one before. */
export async function replaceTriggers(
  queryable: Queryable,
  pipeline: { readonly tenant: string; readonly name: string; readonly version: number },
  triggers: readonly TriggerText[],
  now: Date,
): Promise<void> {
  await queryable.query('DELETE FROM pipeline_triggers WHERE tenant = $1 AND pipeline = $2', [
    pipeline.tenant,
    pipeline.name,
  ])
  for (const [ordinal, { cron, timezone, event }] of triggers.entries())
    await queryable.query(
      `INSERT INTO pipeline_triggers (tenant, pipeline, ordinal, version, kind, cron, timezone, event, next_at)
       VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)`,
      [
        pipeline.tenant,
        pipeline.name,
        ordinal,
        pipeline.version,
        cron === undefined ? 'event' : 'cron',
        cron ?? null,
        cron === undefined ? null : timezone,
        event ?? null,
        cron === undefined ? null : nextTick(cron, timezone, now),
      ],
    )
}

/** One that is due, locked for the rest of the transaction; those that others have locked are left to them. */
export async function lockDueTrigger(queryable: Queryable, now: Date): Promise<DueTrigger | undefined> {
  const rows = await queryable.query<{
    tenant: string
    pipeline: string
    ordinal: number
    version: number
    cron: string
    timezone: string
    next_at: Date
  }>(
    `SELECT tenant, pipeline, ordinal, version, cron, timezone, next_at FROM pipeline_triggers
     WHERE next_at <= $1 ORDER BY next_at LIMIT 1 FOR UPDATE SKIP LOCKED`,
    [now],
  )
  const [row] = rows
  if (!row) return undefined
  const { next_at: dueAt, ...trigger } = row
  return { ...trigger, dueAt }
}

export async function setNextTick(queryable: Queryable, trigger: DueTrigger, nextAt: Date): Promise<void> {
  await queryable.query(
    'UPDATE pipeline_triggers SET next_at = $4 WHERE tenant = $1 AND pipeline = $2 AND ordinal = $3',
    [trigger.tenant, trigger.pipeline, trigger.ordinal, nextAt],
  )
}

/** What listens for an event in a tenant. */
export async function listEventTriggers(
  queryable: Queryable,
  tenant: string,
  event: string,
): Promise<{ readonly pipeline: string; readonly ordinal: number; readonly version: number }[]> {
  return await queryable.query(
    'SELECT pipeline, ordinal, version FROM pipeline_triggers WHERE tenant = $1 AND event = $2 ORDER BY pipeline, ordinal',
    [tenant, event],
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
