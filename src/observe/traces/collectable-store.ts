import type { Queryable } from '../../foundation/platform/index.ts'
import { type Masked, maskedAsKept, type Masking } from '../../govern/privacy/index.ts'
import { leastIdAt } from './day.ts'
import type { InferenceContent } from './inference.ts'

/** Which inferences examples may be made of. */
export interface CollectableFilter {
  readonly tenant: string
  readonly services: readonly string[] | undefined
  readonly release?: string | undefined
  readonly outcome?: string | undefined
  readonly sinceMs: number
  readonly untilMs: number
}

/** One of them, without what was said. */
export interface Collectable {
  readonly id: string
  readonly service: string
  readonly release: string | undefined
  readonly conversationId: string | undefined
  readonly keyId: string
  readonly operation: string
  readonly outcome: string
  readonly startedAt: Date
  /** Whether its client said that nothing may be learned from it. */
  readonly isRefused: boolean
  /** `undefined` where its content was not kept. */
  readonly content: { readonly masking: Masking; readonly isTruncated: boolean } | undefined
}

interface CollectableRow {
  id: string
  service: string
  release: string | null
  conversation_id: string | null
  key_id: string
  operation: string
  outcome: string
  started_at: Date
  no_training: string | null
  masking: Masking | null
  is_truncated: boolean | null
}

const selectCollectable = `select i.id, i.service, i.release, i.conversation_id, i.key_id, i.operation, i.outcome, i.started_at, i.no_training, c.masking, c.is_truncated
     from inferences i left join inference_contents c on c.inference_id = i.id`

function toCollectable(row: CollectableRow): Collectable {
  return {
    id: row.id,
    service: row.service,
    release: row.release ?? undefined,
    conversationId: row.conversation_id ?? undefined,
    keyId: row.key_id,
    operation: row.operation,
    outcome: row.outcome,
    startedAt: row.started_at,
    isRefused: row.no_training !== null,
    content:
      row.masking === null ? undefined : { masking: row.masking, isTruncated: row.is_truncated === true },
  }
}

/** In the order in which they began, strictly after the id `after`. */
export async function listCollectable(
  queryable: Queryable,
  filter: CollectableFilter,
  after: string | undefined,
  limit: number,
): Promise<Collectable[]> {
  const rows = await queryable.query<CollectableRow>(
    `${selectCollectable}
     where i.tenant = $1 and not i.is_shadow and i.id >= $2::uuid and i.id < $3::uuid and ($4::uuid is null or i.id > $4)
       and ($5::text[] is null or i.service = any($5)) and ($6::text is null or i.release = $6)
       and ($7::text is null or i.outcome = $7)
     order by i.id limit $8`,
    [
      filter.tenant,
      leastIdAt(filter.sinceMs),
      leastIdAt(filter.untilMs),
      after ?? null,
      filter.services ?? null,
      filter.release ?? null,
      filter.outcome ?? null,
      limit,
    ],
  )
  return rows.map(toCollectable)
}

/** Those of a tenant, by their ids. */
export async function findCollectableOfMany(
  queryable: Queryable,
  tenant: string,
  ids: readonly string[],
): Promise<Collectable[]> {
  const rows = await queryable.query<CollectableRow>(
    `${selectCollectable} where i.id = any($1::uuid[]) and i.tenant = $2 order by i.id`,
    [ids, tenant],
  )
  return rows.map(toCollectable)
}

/** What was kept of several, by their ids. */
export async function findContentsOfMany(
  queryable: Queryable,
  inferenceIds: readonly string[],
): Promise<Map<string, Masked<InferenceContent>>> {
  return await contentsById(
    queryable,
    'select inference_id, request, response, masking from inference_contents where inference_id = any($1::uuid[])',
    inferenceIds,
  )
}

/** The same, without those whose client said that nothing may be learned from them. */
export async function findLearnableContents(
  queryable: Queryable,
  inferenceIds: readonly string[],
): Promise<Map<string, Masked<InferenceContent>>> {
  return await contentsById(
    queryable,
    `select c.inference_id, c.request, c.response, c.masking from inference_contents c join inferences i on i.id = c.inference_id
      where c.inference_id = any($1::uuid[]) and i.id = any($1::uuid[]) and i.no_training is null`,
    inferenceIds,
  )
}

interface ContentRow {
  readonly inference_id: string
  readonly request: unknown
  readonly response: unknown
  readonly masking: Masking
}

async function contentsById(
  queryable: Queryable,
  sql: string,
  inferenceIds: readonly string[],
): Promise<Map<string, Masked<InferenceContent>>> {
  if (inferenceIds.length === 0) return new Map()
  const rows = await queryable.query<ContentRow>(sql, [inferenceIds])
  return new Map(
    rows.map(({ inference_id: id, request, response, masking }) => [
      id,
      maskedAsKept({ request, response }, masking),
    ]),
  )
}
