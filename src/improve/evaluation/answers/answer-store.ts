import type { Queryable } from '../../../foundation/platform/index.ts'

/** An answer as it is kept. */
export interface StoredAnswer {
  readonly tenant: string
  readonly key: string
  readonly requestHash: string
  readonly releaseHash: string
  readonly dataKey: string
  /** The text and the body, as JSON. */
  readonly sealed: Uint8Array
  readonly inferenceId: string | undefined
  readonly model: string | undefined
  readonly finishReason: string | undefined
  readonly latencyMs: number
  readonly firstTokenMs: number | undefined
  readonly inputTokens: number | undefined
  readonly outputTokens: number | undefined
  readonly costNanoUsd: number | undefined
  readonly createdAt: Date
}

interface AnswerRow {
  tenant: string
  key: string
  request_hash: string
  release_hash: string
  data_key: string
  sealed: Uint8Array
  inference_id: string | null
  model: string | null
  finish_reason: string | null
  latency_ms: number
  first_token_ms: number | null
  input_tokens: number | null
  output_tokens: number | null
  cost_nano_usd: number | null
  created_at: Date
}

function toAnswer(row: AnswerRow): StoredAnswer {
  return {
    tenant: row.tenant,
    key: row.key,
    requestHash: row.request_hash,
    releaseHash: row.release_hash,
    dataKey: row.data_key,
    sealed: row.sealed,
    inferenceId: row.inference_id ?? undefined,
    model: row.model ?? undefined,
    finishReason: row.finish_reason ?? undefined,
    latencyMs: row.latency_ms,
    firstTokenMs: row.first_token_ms ?? undefined,
    inputTokens: row.input_tokens ?? undefined,
    outputTokens: row.output_tokens ?? undefined,
    costNanoUsd: row.cost_nano_usd ?? undefined,
    createdAt: row.created_at,
  }
}

export async function insertAnswer(queryable: Queryable, answer: StoredAnswer): Promise<void> {
  await queryable.query(
    `INSERT INTO evaluation_answers (tenant, key, request_hash, release_hash, data_key, sealed, inference_id, model,
       finish_reason, latency_ms, first_token_ms, input_tokens, output_tokens, cost_nano_usd, created_at, used_at)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $15)
     ON CONFLICT (tenant, key) DO UPDATE SET data_key = excluded.data_key, sealed = excluded.sealed,
       inference_id = excluded.inference_id, model = excluded.model, finish_reason = excluded.finish_reason,
       latency_ms = excluded.latency_ms, first_token_ms = excluded.first_token_ms,
       input_tokens = excluded.input_tokens, output_tokens = excluded.output_tokens,
       cost_nano_usd = excluded.cost_nano_usd, created_at = excluded.created_at, used_at = excluded.used_at`,
    [
      answer.tenant,
      answer.key,
      answer.requestHash,
      answer.releaseHash,
      answer.dataKey,
      answer.sealed,
      answer.inferenceId ?? null,
      answer.model ?? null,
      answer.finishReason ?? null,
      answer.latencyMs,
      answer.firstTokenMs ?? null,
      answer.inputTokens ?? null,
      answer.outputTokens ?? null,
      answer.costNanoUsd ?? null,
      answer.createdAt,
    ],
  )
}

/** Those that are there, by key; notes that they are still of use. */
export async function findAnswers(
  queryable: Queryable,
  tenant: string,
  keys: readonly string[],
): Promise<ReadonlyMap<string, StoredAnswer>> {
  if (keys.length === 0) return new Map()
  const rows = await queryable.query<AnswerRow>(
    'SELECT * FROM evaluation_answers WHERE tenant = $1 AND key = ANY($2::text[])',
    [tenant, keys],
  )
  return new Map(rows.map(row => [row.key, toAnswer(row)]))
}

/** Answers that were found again are kept longer; written once a day. */
export async function markAnswersUsed(
  queryable: Queryable,
  tenant: string,
  keys: readonly string[],
  now: Date,
): Promise<void> {
  if (keys.length === 0) return
  await queryable.query(
    `UPDATE evaluation_answers SET used_at = $3 WHERE tenant = $1 AND key = ANY($2::text[])
       AND used_at < $3::timestamptz - interval '1 day'`,
    [tenant, keys, now],
  )
}

/** Which releases have answered these requests: why an answer is not found. */
export async function findAnsweredRequests(
  queryable: Queryable,
  tenant: string,
  requestHashes: readonly string[],
): Promise<ReadonlyMap<string, ReadonlySet<string>>> {
  if (requestHashes.length === 0) return new Map()
  const rows = await queryable.query<{ request_hash: string; release_hash: string }>(
    'SELECT DISTINCT request_hash, release_hash FROM evaluation_answers WHERE tenant = $1 AND request_hash = ANY($2::text[])',
    [tenant, requestHashes],
  )
  const found = new Map<string, Set<string>>()
  for (const row of rows)
    found.set(row.request_hash, (found.get(row.request_hash) ?? new Set()).add(row.release_hash))
  return found
}

/** Drops what nobody has used since a day; returns how many. Runs are kept no longer, so that none misses it. */
export async function dropAnswersPast(queryable: Queryable, before: Date, limit: number): Promise<number> {
  const rows = await queryable.query(
    `DELETE FROM evaluation_answers WHERE (tenant, key) IN (
       SELECT tenant, key FROM evaluation_answers WHERE used_at < $1 LIMIT $2) RETURNING key`,
    [before, limit],
  )
  return rows.length
}
