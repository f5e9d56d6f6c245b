import type { Queryable } from '../../foundation/platform/index.ts'
import type { Body } from '../dialects/index.ts'
import type { StoredResponse } from './stored-response.ts'

/** Where replicas tell each other which response was deleted. */
export const deletedChannel = 'slipway_responses_deleted'

/** A response as it is written: its contents are text by then. */
export interface WrittenResponse extends Omit<StoredResponse, 'input' | 'response'> {
  readonly input: string
  readonly response: string
}

export async function insertResponses(
  queryable: Queryable,
  responses: readonly WrittenResponse[],
): Promise<void> {
  await queryable.query(
    `INSERT INTO responses (id, tenant, service, target, upstream_id, input, response, created_at)
     SELECT * FROM unnest($1::uuid[], $2::text[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[],
       $8::timestamptz[])
     ON CONFLICT (id) DO NOTHING`,
    [
      responses.map(one => one.id),
      responses.map(one => one.tenant),
      responses.map(one => one.service),
      responses.map(one => one.target),
      responses.map(one => one.upstreamId ?? null),
      responses.map(one => one.input),
      responses.map(one => one.response),
      responses.map(one => one.createdAt),
    ],
  )
}

export async function findResponse(queryable: Queryable, id: string): Promise<StoredResponse | undefined> {
  const [row] = await queryable.query<{
    id: string
    tenant: string
    service: string
    target: string
    upstream_id: string | null
    input: string
    response: string
    created_at: Date
  }>('SELECT * FROM responses WHERE id = $1', [id])
  return (
    row && {
      id: row.id,
      tenant: row.tenant,
      service: row.service,
      target: row.target,
      upstreamId: row.upstream_id ?? undefined,
      input: JSON.parse(row.input) as Body[],
      response: JSON.parse(row.response) as Body,
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
