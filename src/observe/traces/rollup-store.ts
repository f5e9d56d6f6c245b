import type { Queryable } from '../../foundation/platform/index.ts'
import { allTenants, rollupKey } from './rollup.ts'
import type { Rollup } from './rollup.ts'
import type { StoredTally } from './tally.ts'

const tallyColumns = `requests, errors, aborted, input_tokens, output_tokens, priced_requests,
  unpriced_requests, cost_nano_usd, latency, ttft`

/**
 * Adds to this writer's own rows. Between reading and writing them no lock is needed: a writer is one process,
 * and its batches follow each other.
 */
export async function addRollups(
  transaction: Queryable,
  writer: string,
  rollups: readonly Rollup[],
): Promise<void> {
  const rollupsByKey = new Map(rollups.map(rollup => [rollupKey(rollup), rollup]))
  const written = await transaction.query<
    StoredTally & { bucket_seconds: number; at: Date; tenant: string; service: string }
  >(
    `select bucket_seconds, at, tenant, service, ${tallyColumns}
     from json_to_recordset($2::json) as batch (bucket_seconds integer, at timestamptz, tenant text, service text)
     join inference_rollups using (bucket_seconds, at, tenant, service) where writer = $1`,
    [writer, JSON.stringify(rollups.map(toKeyRow))],
  )
  for (const row of written) {
    const key = rollupKey({
      bucketSeconds: row.bucket_seconds,
      atMs: row.at.getTime(),
      tenant: row.tenant,
      service: row.service,
    })
    rollupsByKey.get(key)?.tally.addStored(row)
  }
  await transaction.query(
    `insert into inference_rollups (bucket_seconds, at, tenant, service, writer, ${tallyColumns})
     select bucket_seconds, at, tenant, service, $1, requests, errors, aborted, input_tokens, output_tokens,
       priced_requests, unpriced_requests, cost_nano_usd, decode(latency, 'base64'), decode(ttft, 'base64')
     from json_to_recordset($2::json) as batch (bucket_seconds integer, at timestamptz, tenant text, service text,
       requests bigint, errors bigint, aborted bigint, input_tokens bigint, output_tokens bigint,
       priced_requests bigint, unpriced_requests bigint, cost_nano_usd bigint, latency text, ttft text)
     on conflict (bucket_seconds, at, tenant, service, writer) do update set
       requests = excluded.requests, errors = excluded.errors, aborted = excluded.aborted,
       input_tokens = excluded.input_tokens, output_tokens = excluded.output_tokens,
       priced_requests = excluded.priced_requests, unpriced_requests = excluded.unpriced_requests,
       cost_nano_usd = excluded.cost_nano_usd, latency = excluded.latency, ttft = excluded.ttft`,
    [writer, JSON.stringify(rollups.map(toRow))],
  )
}

function toKeyRow(rollup: Rollup): Record<string, string | number> {
  return {
    bucket_seconds: rollup.bucketSeconds,
    at: new Date(rollup.atMs).toISOString(),
    tenant: rollup.tenant,
    service: rollup.service,
  }
}

function toRow(rollup: Rollup): Record<string, string | number> {
  const { tally } = rollup
  return {
    ...toKeyRow(rollup),
    requests: tally.requests,
    errors: tally.errors,
    aborted: tally.aborted,
    input_tokens: tally.inputTokens,
    output_tokens: tally.outputTokens,
    priced_requests: tally.pricedRequests,
    unpriced_requests: tally.unpricedRequests,
    cost_nano_usd: tally.costNanoUsd,
    latency: Buffer.from(tally.latency.encode()).toString('base64'),
    ttft: Buffer.from(tally.ttft.encode()).toString('base64'),
  }
}

export interface RollupRange {
  readonly sinceMs: number
  readonly untilMs: number
  readonly bucketSeconds: number
  readonly tenant: string | undefined
  /** Only these, where given. */
  readonly services: readonly string[] | undefined
}

export interface StoredRollup extends StoredTally {
  readonly at: Date
  readonly service: string
}

/** All pieces of one width that begin in `[sinceMs, untilMs)`, in no order. */
export async function readRollups(queryable: Queryable, range: RollupRange): Promise<StoredRollup[]> {
  return await queryable.query<StoredRollup>(
    `select at, service, ${tallyColumns} from inference_rollups
     where bucket_seconds = $1 and at >= $2 and at < $3
       and tenant = $4 and ($5::text[] is null or service = any($5))`,
    [
      range.bucketSeconds,
      new Date(range.sinceMs),
      new Date(range.untilMs),
      range.tenant ?? allTenants,
      range.services ?? null,
    ],
  )
}
