import type { Queryable } from '../../foundation/platform/index.ts'
import type { Sealed } from '../../govern/privacy/index.ts'
import type { Body } from '../dialects/index.ts'
import type { StoredResponse } from './stored-response.ts'

/** Where replicas tell each other which response was deleted. */
export const deletedChannel = 'slipway_responses_deleted'

/** A response as it is written: what was asked and answered is sealed by then. */
export interface WrittenResponse extends Omit<StoredResponse, 'input' | 'response'> {
  readonly sealed: Sealed
}

/** One as it is found; those from before they were sealed are there as they are. */
export interface FoundResponse extends Omit<WrittenResponse, 'sealed'> {
  readonly content: Sealed | Pick<StoredResponse, 'input' | 'response'>
}

export async function insertResponses(
  queryable: Queryable,
  responses: readonly WrittenResponse[],
): Promise<void> {
  await queryable.query(
    `INSERT INTO responses (id, tenant, service, target, upstream_id, conversation_id, data_key, sealed, created_at)
     SELECT * FROM unnest($1::uuid[], $2::text[], $3::text[], $4::text[], $5::text[], $6::text[], $7::uuid[],
       $8::bytea[], $9::timestamptz[])
     ON CONFLICT (id) DO NOTHING`,
    [
      responses.map(one => one.id),
      responses.map(one => one.tenant),
      responses.map(one => one.service),
      responses.map(one => one.target),
      responses.map(one => one.upstreamId ?? null),
      responses.map(one => one.conversationId ?? null),
      responses.map(one => one.sealed.keyId),
      responses.map(one => one.sealed.bytes),
      responses.map(one => one.createdAt),
    ],
  )
}

export async function findResponse(queryable: Queryable, id: string): Promise<FoundResponse | undefined> {
  const [row] = await queryable.query<{
    id: string
    tenant: string
    service: string
    target: string
    upstream_id: string | null
    conversation_id: string | null
    input: string | null
    response: string | null
    data_key: string | null
    sealed: Buffer | null
    created_at: Date
  }>('SELECT * FROM responses WHERE id = $1', [id])
  return (
    row && {
      id: row.id,
      tenant: row.tenant,
      service: row.service,
      target: row.target,
      upstreamId: row.upstream_id ?? undefined,
      conversationId: row.conversation_id ?? undefined,
      content:
        row.data_key !== null && row.sealed !== null
          ? { keyId: row.data_key, bytes: row.sealed }
          : {
              input: JSON.parse(row.input ?? '[]') as Body[],
              response: JSON.parse(row.response ?? '{}') as Body,
            },
      createdAt: row.created_at,
    }
  )
}

/** Deletes it and tells every replica. */
export async function deleteResponse(queryable: Queryable, id: string): Promise<void> {
  await queryable.query(
    `WITH gone AS (DELETE FROM responses WHERE id = $1 RETURNING id)
     SELECT pg_notify('${deletedChannel}', $1::text) FROM (SELECT count(*) FROM gone) AS counted`,
    [id],
  )
}

/** Deletes some of those made before then; returns how many, at most `limit`. */
export async function deleteResponsesBefore(
  queryable: Queryable,
  before: Date,
  limit: number,
): Promise<number> {
  const rows = await queryable.query(
    `DELETE FROM responses WHERE id IN (SELECT id FROM responses WHERE created_at < $1 LIMIT $2) RETURNING id`,
    [before, limit],
  )
  return rows.length
}
