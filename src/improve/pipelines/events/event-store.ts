import type { Queryable } from '../../../foundation/platform/index.ts'

/** What a trigger is told: an event, a tick of its clock, or a call. */
export interface Occurrence {
  readonly id: string
  readonly name: string
  readonly at: Date
  readonly facts: Readonly<Record<string, unknown>>
}

export interface StoredEvent extends Occurrence {
  readonly tenant: string | undefined
  readonly key: string
  readonly failures: number
}

interface EventRow {
  id: string
  tenant: string | null
  name: string
  key: string
  facts: Readonly<Record<string, unknown>>
  at: Date
  failures: number
}

const toEvent = ({ tenant, ...row }: EventRow): StoredEvent => ({ ...row, tenant: tenant ?? undefined })

/** False where one of its name and key is there already. */
export async function insertEvent(
  queryable: Queryable,
  event: Omit<StoredEvent, 'failures'> & { readonly toldAt?: Date | undefined },
): Promise<boolean> {
  const rows = await queryable.query(
    `INSERT INTO pipeline_events (id, tenant, name, key, facts, at, told_at)
     VALUES ($1, $2, $3, $4, $5::text::jsonb, $6, $7)
     ON CONFLICT (coalesce(tenant, ''), name, key) DO NOTHING RETURNING id`,
    [
      event.id,
      event.tenant ?? null,
      event.name,
      event.key,
      JSON.stringify(event.facts),
      event.at,
      event.toldAt ?? null,
    ],
  )
  return rows.length > 0
}

export async function findEventId(
  queryable: Queryable,
  { tenant, name, key }: Pick<StoredEvent, 'tenant' | 'name' | 'key'>,
): Promise<string | undefined> {
  const rows = await queryable.query<{ id: string }>(
    `SELECT id FROM pipeline_events WHERE coalesce(tenant, '') = coalesce($1, '') AND name = $2 AND key = $3`,
    [tenant ?? null, name, key],
  )
  return rows[0]?.id
}

/** The oldest that nobody tells at this moment, locked for the rest of the transaction. */
export async function lockWaitingEvent(queryable: Queryable, now: Date): Promise<StoredEvent | undefined> {
  const rows = await queryable.query<EventRow>(
    `SELECT id, tenant, name, key, facts, at, failures FROM pipeline_events
     WHERE told_at IS NULL AND (retry_at IS NULL OR retry_at <= $1)
     ORDER BY at, id LIMIT 1 FOR UPDATE SKIP LOCKED`,
    [now],
  )
  return rows[0] && toEvent(rows[0])
}

export async function setEventTold(queryable: Queryable, id: string, now: Date): Promise<void> {
  await queryable.query('UPDATE pipeline_events SET told_at = $2 WHERE id = $1', [id, now])
}

export async function putEventOff(queryable: Queryable, id: string, until: Date): Promise<void> {
  await queryable.query(
    'UPDATE pipeline_events SET failures = failures + 1, retry_at = $2 WHERE id = $1 AND told_at IS NULL',
    [id, until],
  )
}

/** How many wait to be told, for metrics. */
export async function countWaitingEvents(queryable: Queryable): Promise<number> {
  const [row] = await queryable.query<{ events: number }>(
    'SELECT count(*) AS events FROM pipeline_events WHERE told_at IS NULL',
  )
  return row?.events ?? 0
}

/** Of what has been told; what has not stays. */
export async function deleteEventsBefore(queryable: Queryable, before: Date, limit: number): Promise<number> {
  const rows = await queryable.query(
    `DELETE FROM pipeline_events WHERE id IN (
       SELECT id FROM pipeline_events WHERE told_at < $1 ORDER BY told_at LIMIT $2) RETURNING id`,
    [before, limit],
  )
  return rows.length
}
