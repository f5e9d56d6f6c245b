import { createId, type Queryable } from '../../../foundation/platform/index.ts'
import type { EventKind, Evidence, ModelEvent } from '../model.ts'

interface EventRow {
  id: string
  sequence: number
  at: Date
  tenant: string
  model: string
  kind: EventKind
  version: number | null
  digest: string | null
  alias: string | null
  previous: number | null
  actor: string
  actor_name: string
  reason: string
  evidence: Evidence[]
  details: Record<string, unknown>
}

const columns =
  'id, sequence, at, tenant, model, kind, version, digest, alias, previous, actor, actor_name, reason, evidence, details'

const toEvent = (row: EventRow): ModelEvent => ({
  id: row.id,
  sequence: row.sequence,
  at: row.at,
  tenant: row.tenant,
  model: row.model,
  kind: row.kind,
  version: row.version ?? undefined,
  digest: row.digest ?? undefined,
  alias: row.alias ?? undefined,
  previous: row.previous ?? undefined,
  actor: row.actor,
  actorName: row.actor_name,
  reason: row.reason,
  evidence: row.evidence,
  details: row.details,
})

export interface NewEvent {
  readonly modelId: string
  readonly tenant: string
  readonly model: string
  readonly kind: EventKind
  readonly version?: number | undefined
  readonly digest?: string | undefined
  readonly alias?: string | undefined
  readonly previous?: number | undefined
  readonly actor: { readonly id: string; readonly name: string }
  readonly reason?: string | undefined
  readonly evidence?: readonly Evidence[] | undefined
  readonly details?: Readonly<Record<string, unknown>> | undefined
  readonly requestId?: string | undefined
  readonly now: Date
}

/** Adds an event behind those of its model; never earlier than the one before, whatever this machine's clock says. */
export async function insertEvent(transaction: Queryable, event: NewEvent): Promise<void> {
  await transaction.query(
    `WITH place AS (
       UPDATE models SET last_event = last_event + 1, last_event_at = greatest(last_event_at, $3) WHERE id = $2
       RETURNING last_event, last_event_at)
     INSERT INTO model_events (id, model_id, sequence, at, tenant, model, kind, version, digest, alias, previous, actor, actor_name,
       reason, evidence, details, request_id)
     SELECT $1, $2, last_event, last_event_at, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16 FROM place`,
    [
      createId(),
      event.modelId,
      event.now,
      event.tenant,
      event.model,
      event.kind,
      event.version ?? null,
      event.digest ?? null,
      event.alias ?? null,
      event.previous ?? null,
      event.actor.id,
      event.actor.name,
      event.reason ?? '',
      JSON.stringify(event.evidence ?? []),
      JSON.stringify(event.details ?? {}),
      event.requestId ?? null,
    ],
  )
}

/** The newest first. Events of a model that was deleted are found by the name that it had. */
export async function listEvents(
  queryable: Queryable,
  filter: {
    readonly tenant: string | undefined
    readonly model: string
    readonly version?: number | undefined
    readonly alias?: string | undefined
    /** The id of the last event of the page before. */
    readonly before?: string | undefined
    readonly limit: number
  },
): Promise<ModelEvent[]> {
  const rows = await queryable.query<EventRow>(
    `SELECT ${columns} FROM model_events e WHERE ($1::text IS NULL OR tenant = $1) AND model_id IN (
         SELECT model_id FROM model_events WHERE model = $2 AND ($1::text IS NULL OR tenant = $1))
       AND ($3::int IS NULL OR version = $3 OR previous = $3) AND ($4::text IS NULL OR alias = $4)
       AND ($5::uuid IS NULL OR (at, model_id, sequence) < (SELECT at, model_id, sequence FROM model_events WHERE id = $5))
     ORDER BY at DESC, model_id DESC, sequence DESC LIMIT $6`,
    [
      filter.tenant ?? null,
      filter.model,
      filter.version ?? null,
      filter.alias ?? null,
      filter.before ?? null,
      filter.limit,
    ],
  )
  return rows.map(toEvent)
}

/** The last move of each alias that the models of this name had until then; one that was deleted is not among them. */
export async function listAliasesAt(
  queryable: Queryable,
  tenant: string | undefined,
  model: string,
  at: Date,
): Promise<ModelEvent[]> {
  const rows = await queryable.query<EventRow>(
    `SELECT * FROM (
       SELECT DISTINCT ON (model_id, alias) ${columns} FROM model_events
       WHERE ($1::text IS NULL OR tenant = $1) AND alias IS NOT NULL AND kind IN ('move-alias', 'delete-alias') AND at <= $3
         AND model_id IN (SELECT model_id FROM model_events WHERE model = $2 AND ($1::text IS NULL OR tenant = $1))
       ORDER BY model_id, alias, sequence DESC) AS last
     WHERE kind = 'move-alias' ORDER BY alias`,
    [tenant ?? null, model, at],
  )
  return rows.map(toEvent)
}
