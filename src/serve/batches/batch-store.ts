import type { Queryable } from '../../foundation/platform/index.ts'
import type { Batch, BatchError, BatchState } from './batch.ts'

interface BatchRow {
  id: string
  tenant: string
  key_id: string
  endpoint: string
  input_file_id: string
  completion_window: string
  metadata: Record<string, string> | null
  state: BatchState
  errors: BatchError[] | null
  total: number
  completed: number
  failed: number
  output_file_id: string | null
  error_file_id: string | null
  cost_nano_usd: number
  next_offset: number
  next_line: number
  created_at: Date
  expires_at: Date
  in_progress_at: Date | null
  finalizing_at: Date | null
  completed_at: Date | null
  failed_at: Date | null
  expired_at: Date | null
  cancelling_at: Date | null
  cancelled_at: Date | null
}

const timed = [
  'in_progress',
  'finalizing',
  'completed',
  'failed',
  'expired',
  'cancelling',
  'cancelled',
] as const
const open = `state IN ('validating', 'in_progress', 'finalizing', 'cancelling')`

function toBatch(row: BatchRow): Batch {
  const times = timed.flatMap(state => {
    const time = row[`${state}_at`]
    return time ? [[state, time] as const] : []
  })
  return {
    id: row.id,
    tenant: row.tenant,
    keyId: row.key_id,
    endpoint: row.endpoint,
    inputFileId: row.input_file_id,
    completionWindow: row.completion_window,
    metadata: row.metadata ?? undefined,
    state: row.state,
    errors: row.errors ?? undefined,
    total: row.total,
    completed: row.completed,
    failed: row.failed,
    outputFileId: row.output_file_id ?? undefined,
    errorFileId: row.error_file_id ?? undefined,
    costNanoUsd: row.cost_nano_usd,
    nextOffset: row.next_offset,
    nextLine: row.next_line,
    createdAt: row.created_at,
    expiresAt: row.expires_at,
    times: Object.fromEntries(times),
  }
}

export async function insertBatch(queryable: Queryable, batch: Batch): Promise<void> {
  await queryable.query(
    `INSERT INTO batches (id, tenant, key_id, endpoint, input_file_id, completion_window, metadata, state,
       created_at, expires_at) VALUES ($1, $2, $3, $4, $5, $6, $7::text::jsonb, $8, $9, $10)`,
    [
      batch.id,
      batch.tenant,
      batch.keyId,
      batch.endpoint,
      batch.inputFileId,
      batch.completionWindow,
      batch.metadata ? JSON.stringify(batch.metadata) : null,
      batch.state,
      batch.createdAt,
      batch.expiresAt,
    ],
  )
}

/** `tenant` left out finds the batch of any. */
export async function findBatch(
  queryable: Queryable,
  tenant: string | undefined,
  id: string,
): Promise<Batch | undefined> {
  const rows = await queryable.query<BatchRow>(
    'SELECT * FROM batches WHERE id = $1 AND ($2::text IS NULL OR tenant = $2)',
    [id, tenant ?? null],
  )
  return rows[0] && toBatch(rows[0])
}

export async function listBatches(
  queryable: Queryable,
  page: { readonly tenant: string | undefined; readonly after: Batch | undefined; readonly limit: number },
): Promise<Batch[]> {
  const rows = await queryable.query<BatchRow>(
    `SELECT * FROM batches WHERE ($1::text IS NULL OR tenant = $1)
       AND ($2::timestamptz IS NULL OR (created_at, id) < ($2, $3))
     ORDER BY created_at DESC, id DESC LIMIT $4`,
    [page.tenant ?? null, page.after?.createdAt ?? null, page.after?.id ?? null, page.limit],
  )
  return rows.map(toBatch)
}

/** Wants it ended; one that has ended stays as it is. */
export async function askToCancel(queryable: Queryable, id: string, now: Date): Promise<void> {
  await queryable.query(
    `UPDATE batches SET state = 'cancelling', cancelling_at = coalesce(cancelling_at, $2) WHERE id = $1 AND ${open}`,
    [id, now],
  )
}

/** Takes the oldest batch that nobody works on; no two processes ever get the same. */
export async function claimBatch(
  queryable: Queryable,
  owner: string,
  leaseSeconds: number,
): Promise<Batch | undefined> {
  const rows = await queryable.query<BatchRow>(
    `UPDATE batches SET lease_owner = $1, lease_until = now() + make_interval(secs => $2)
     WHERE id = (SELECT id FROM batches WHERE ${open} AND (lease_until IS NULL OR lease_until < now())
       ORDER BY created_at LIMIT 1 FOR UPDATE SKIP LOCKED)
     RETURNING *`,
    [owner, leaseSeconds],
  )
  return rows[0] && toBatch(rows[0])
}

/** Holds the lease longer; the state it is in, or `undefined` where another process has it. */
export async function renewLease(
  queryable: Queryable,
  id: string,
  owner: string,
  leaseSeconds: number,
): Promise<BatchState | undefined> {
  const rows = await queryable.query<{ state: BatchState }>(
    `UPDATE batches SET lease_until = now() + make_interval(secs => $3)
     WHERE id = $1 AND lease_owner = $2 RETURNING state`,
    [id, owner, leaseSeconds],
  )
  return rows[0]?.state
}

export async function releaseLease(queryable: Queryable, id: string, owner: string): Promise<void> {
  await queryable.query(
    'UPDATE batches SET lease_until = NULL, lease_owner = NULL WHERE id = $1 AND lease_owner = $2',
    [id, owner],
  )
}

export interface BatchChange {
  /** The state it goes to; a wish to cancel that came meanwhile is not undone. */
  readonly state?: BatchState
  readonly total?: number
  readonly errors?: readonly BatchError[]
  readonly completed?: number
  readonly failed?: number
  readonly costNanoUsd?: number
  readonly nextOffset?: number
  readonly nextLine?: number
  readonly outputFileId?: string | undefined
  readonly errorFileId?: string | undefined
}

/** Changes a batch that this owner holds; false where it holds it no more and nothing may be written. */
export async function changeBatch(
  queryable: Queryable,
  id: string,
  owner: string,
  change: BatchChange,
  now: Date,
): Promise<boolean> {
  const { state } = change
  const at = timed.find(one => one === state)
  const rows = await queryable.query(
    `UPDATE batches SET
       state = CASE WHEN state = 'cancelling' AND $3::text IN ('in_progress', 'finalizing') THEN state
         ELSE coalesce($3::text, state) END,
       ${at ? `${at}_at = coalesce(${at}_at, $12::timestamptz),` : ''}
       total = coalesce($4::bigint, total), errors = coalesce($5::text::jsonb, errors),
       completed = completed + $6::bigint, failed = failed + $7::bigint,
       cost_nano_usd = cost_nano_usd + $13::bigint,
       next_offset = coalesce($8::bigint, next_offset), next_line = coalesce($9::bigint, next_line),
       output_file_id = coalesce($10::text, output_file_id), error_file_id = coalesce($11::text, error_file_id)
     WHERE id = $1 AND lease_owner = $2 AND $12::timestamptz IS NOT NULL RETURNING id`,
    [
      id,
      owner,
      state ?? null,
      change.total ?? null,
      change.errors ? JSON.stringify(change.errors) : null,
      change.completed ?? 0,
      change.failed ?? 0,
      change.nextOffset ?? null,
      change.nextLine ?? null,
      change.outputFileId ?? null,
      change.errorFileId ?? null,
      now,
      change.costNanoUsd ?? 0,
    ],
  )
  return rows.length > 0
}

/** Deletes batches that ended before then and of which no file is left; resolves with how many. */
export async function deleteOldBatches(queryable: Queryable, before: Date, limit: number): Promise<number> {
  const rows = await queryable.query(
    `DELETE FROM batches WHERE id IN (
       SELECT id FROM batches WHERE NOT ${open}
         AND coalesce(completed_at, failed_at, expired_at, cancelled_at) < $1
         AND NOT EXISTS (SELECT FROM files WHERE files.batch_id = batches.id)
         AND NOT EXISTS (SELECT FROM files WHERE files.id = batches.input_file_id)
       LIMIT $2) RETURNING id`,
    [before, limit],
  )
  return rows.length
}
