import type { Queryable } from '../../../../foundation/platform/index.ts'
import type { QuantizationType } from '../quantization-types.ts'
import type { QuantizationReport } from '../quantize-model.ts'
import type { Quantization, QuantizationOptions, QuantizationState } from './quantization.ts'

interface QuantizationRow {
  id: string
  tenant: string
  base: string
  output_model: string
  type: QuantizationType
  options: QuantizationOptions
  state: QuantizationState
  progress: number
  step: string
  report: QuantizationReport | null
  result: string | null
  error_code: string | null
  error_message: string | null
  tries: number
  deaths: number
  author: string
  key_id: string
  created_at: Date
  started_at: Date | null
  finished_at: Date | null
}

/** Told of every change to a row, with its id. */
export const quantizationsChannel = 'quantizations'

const toQuantization = (row: QuantizationRow): Quantization => ({
  id: row.id,
  tenant: row.tenant,
  base: row.base,
  outputModel: row.output_model,
  type: row.type,
  options: row.options,
  state: row.state,
  progress: row.progress,
  step: row.step,
  report: row.report ?? undefined,
  result: row.result ?? undefined,
  error: row.error_code === null ? undefined : { code: row.error_code, message: row.error_message ?? '' },
  tries: row.tries,
  deaths: row.deaths,
  author: row.author,
  keyId: row.key_id,
  createdAt: row.created_at,
  startedAt: row.started_at ?? undefined,
  finishedAt: row.finished_at ?? undefined,
})

export type NewQuantization = Pick<
  Quantization,
  'id' | 'tenant' | 'base' | 'outputModel' | 'type' | 'options' | 'author' | 'keyId' | 'createdAt'
>

/** `false` where there is one of that id already. */
export async function insertQuantization(queryable: Queryable, made: NewQuantization): Promise<boolean> {
  const rows = await queryable.query(
    `INSERT INTO quantizations (id, tenant, base, output_model, type, options, state, author, key_id, created_at)
     VALUES ($1, $2, $3, $4, $5, $6::text::jsonb, 'queued', $7, $8, $9) ON CONFLICT (id) DO NOTHING RETURNING id`,
    [
      made.id,
      made.tenant,
      made.base,
      made.outputModel,
      made.type,
      JSON.stringify(made.options),
      made.author,
      made.keyId,
      made.createdAt,
    ],
  )
  return rows.length > 0
}

/** `tenant` left out finds that of any. */
export async function findQuantization(
  queryable: Queryable,
  tenant: string | undefined,
  id: string,
): Promise<Quantization | undefined> {
  const rows = await queryable.query<QuantizationRow>(
    'SELECT * FROM quantizations WHERE id = $1 AND ($2::text IS NULL OR tenant = $2)',
    [id, tenant ?? null],
  )
  return rows[0] && toQuantization(rows[0])
}

/** The newest first. */
export async function listQuantizations(
  queryable: Queryable,
  page: {
    readonly tenant: string | undefined
    readonly before: Pick<Quantization, 'createdAt' | 'id'> | undefined
    readonly limit: number
  },
): Promise<Quantization[]> {
  const rows = await queryable.query<QuantizationRow>(
    `SELECT * FROM quantizations WHERE ($1::text IS NULL OR tenant = $1)
       AND ($2::timestamptz IS NULL OR (created_at, id) < ($2, $3::uuid))
     ORDER BY created_at DESC, id DESC LIMIT $4`,
    [page.tenant ?? null, page.before?.createdAt ?? null, page.before?.id ?? null, page.limit],
  )
  return rows.map(toQuantization)
}

/** Takes the oldest that nobody works on. */
export async function claimQuantization(
  queryable: Queryable,
  owner: string,
  leaseSeconds: number,
): Promise<Quantization | undefined> {
  const rows = await queryable.query<QuantizationRow>(
    `UPDATE quantizations SET lease_owner = $1, lease_until = now() + make_interval(secs => $2), state = 'running',
       tries = tries + 1, started_at = coalesce(started_at, now())
     WHERE id = (SELECT id FROM quantizations WHERE state IN ('queued', 'running')
         AND (lease_until IS NULL OR lease_until < now())
       ORDER BY created_at LIMIT 1 FOR UPDATE SKIP LOCKED)
     RETURNING *`,
    [owner, leaseSeconds],
  )
  return rows[0] && toQuantization(rows[0])
}

/** Holds the lease longer; `undefined` where another has it, or somebody has cancelled it. */
export async function renewQuantizationLease(
  queryable: Queryable,
  id: string,
  owner: string,
  leaseSeconds: number,
): Promise<QuantizationState | undefined> {
  const rows = await queryable.query<{ state: QuantizationState }>(
    `UPDATE quantizations SET lease_until = now() + make_interval(secs => $3)
     WHERE id = $1 AND lease_owner = $2 AND state <> 'cancelled' RETURNING state`,
    [id, owner, leaseSeconds],
  )
  return rows[0]?.state
}

export async function releaseQuantizationLease(
  queryable: Queryable,
  id: string,
  owner: string,
): Promise<void> {
  await queryable.query(
    'UPDATE quantizations SET lease_until = NULL, lease_owner = NULL WHERE id = $1 AND lease_owner = $2',
    [id, owner],
  )
}

export interface QuantizationChange {
  readonly state?: 'succeeded' | 'failed'
  readonly progress?: number
  readonly step?: string
  readonly deaths?: number
  readonly report?: QuantizationReport | undefined
  readonly result?: string | undefined
  readonly error?: { readonly code: string; readonly message: string }
  readonly finishedAt?: Date
}

/** Changes one that this owner works on; `false` where it does so no more, or somebody has cancelled it. */
export async function changeQuantization(
  queryable: Queryable,
  id: string,
  owner: string,
  change: QuantizationChange,
): Promise<boolean> {
  const rows = await queryable.query(
    `WITH changed AS (UPDATE quantizations SET
       state = coalesce($3::text, state), progress = coalesce($4::double precision, progress),
       step = coalesce($5::text, step), deaths = coalesce($6::int, deaths), report = coalesce($7::text::jsonb, report),
       result = coalesce($8::text, result), error_code = coalesce($9::text, error_code),
       error_message = coalesce($10::text, error_message), finished_at = coalesce($11::timestamptz, finished_at)
     WHERE id = $1 AND lease_owner = $2 AND state = 'running' RETURNING id)
     SELECT pg_notify('${quantizationsChannel}', id::text) FROM changed`,
    [
      id,
      owner,
      change.state ?? null,
      change.progress ?? null,
      change.step ?? null,
      change.deaths ?? null,
      change.report === undefined ? null : JSON.stringify(change.report),
      change.result ?? null,
      change.error?.code ?? null,
      change.error?.message ?? null,
      change.finishedAt ?? null,
    ],
  )
  return rows.length > 0
}

/** `false` where it has ended already. */
export async function cancelQuantization(queryable: Queryable, id: string): Promise<boolean> {
  const rows = await queryable.query(
    `WITH changed AS (UPDATE quantizations SET state = 'cancelled', step = '', finished_at = now()
     WHERE id = $1 AND state IN ('queued', 'running') RETURNING id)
     SELECT pg_notify('${quantizationsChannel}', id::text) FROM changed`,
    [id],
  )
  return rows.length > 0
}
