import type { Queryable } from '../../../foundation/platform/index.ts'
import type { Transfer, TransferFilter, TransferState } from './transfer.ts'

interface TransferRow {
  id: string
  tenant: string
  direction: 'push' | 'pull'
  state: TransferState
  model: string
  version: number | null
  registry: string
  repository: string
  reference: string
  allows_unverified: boolean
  digest: string | null
  done_bytes: number
  total_bytes: number | null
  error_code: string | null
  error_message: string | null
  author: string
  key_id: string | null
  request_id: string | null
  created_at: Date
  ended_at: Date | null
}

const toTransfer = (row: TransferRow): Transfer => ({
  id: row.id,
  tenant: row.tenant,
  direction: row.direction,
  state: row.state,
  model: row.model,
  version: row.version ?? undefined,
  registry: row.registry,
  repository: row.repository,
  reference: row.reference,
  allowsUnverified: row.allows_unverified,
  digest: row.digest ?? undefined,
  doneBytes: Number(row.done_bytes),
  totalBytes: row.total_bytes === null ? undefined : Number(row.total_bytes),
  error: row.error_code === null ? undefined : { code: row.error_code, message: row.error_message ?? '' },
  author: row.author,
  keyId: row.key_id ?? undefined,
  requestId: row.request_id ?? undefined,
  createdAt: row.created_at,
  endedAt: row.ended_at ?? undefined,
})

export async function insertTransfer(queryable: Queryable, transfer: Transfer): Promise<void> {
  await queryable.query(
    `INSERT INTO model_transfers (id, tenant, direction, state, model, version, registry, repository, reference,
       allows_unverified, author, key_id, request_id, created_at)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)`,
    [
      transfer.id,
      transfer.tenant,
      transfer.direction,
      transfer.state,
      transfer.model,
      transfer.version ?? null,
      transfer.registry,
      transfer.repository,
      transfer.reference,
      transfer.allowsUnverified,
      transfer.author,
      transfer.keyId ?? null,
      transfer.requestId ?? null,
      transfer.createdAt,
    ],
  )
}

export async function findTransfer(queryable: Queryable, id: string): Promise<Transfer | undefined> {
  const [row] = await queryable.query<TransferRow>('SELECT * FROM model_transfers WHERE id = $1', [id])
  return row && toTransfer(row)
}

/** The newest first. */
export async function listTransfers(
  queryable: Queryable,
  { tenant, limit }: TransferFilter,
): Promise<Transfer[]> {
  const rows = await queryable.query<TransferRow>(
    `SELECT * FROM model_transfers WHERE $1::text IS NULL OR tenant = $1 ORDER BY created_at DESC, id DESC LIMIT $2`,
    [tenant ?? null, limit],
  )
  return rows.map(toTransfer)
}

/** Takes the oldest one that nobody works on; no two processes ever get the same. */
export async function claimTransfer(
  queryable: Queryable,
  owner: string,
  leaseSeconds: number,
): Promise<Transfer | undefined> {
  const [row] = await queryable.query<TransferRow>(
    `UPDATE model_transfers SET state = 'running', lease_owner = $1, lease_until = now() + make_interval(secs => $2)
     WHERE id = (SELECT id FROM model_transfers
       WHERE state IN ('waiting', 'running') AND (lease_until IS NULL OR lease_until < now())
       ORDER BY created_at LIMIT 1 FOR UPDATE SKIP LOCKED)
     RETURNING *`,
    [owner, leaseSeconds],
  )
  return row && toTransfer(row)
}

/** Holds the lease longer; the state, or `undefined` where another process has it. */
export async function renewTransfer(
  queryable: Queryable,
  id: string,
  owner: string,
  leaseSeconds: number,
): Promise<TransferState | undefined> {
  const [row] = await queryable.query<{ state: TransferState }>(
    `UPDATE model_transfers SET lease_until = now() + make_interval(secs => $3) WHERE id = $1 AND lease_owner = $2 RETURNING state`,
    [id, owner, leaseSeconds],
  )
  return row?.state
}

export async function releaseTransfer(queryable: Queryable, id: string, owner: string): Promise<void> {
  await queryable.query(
    'UPDATE model_transfers SET lease_owner = NULL, lease_until = NULL WHERE id = $1 AND lease_owner = $2',
    [id, owner],
  )
}

export async function noteProgress(
  queryable: Queryable,
  {
    id,
    owner,
    done,
    total,
  }: { readonly id: string; readonly owner: string; readonly done: number; readonly total: number },
): Promise<void> {
  await queryable.query(
    'UPDATE model_transfers SET done_bytes = $3, total_bytes = $4 WHERE id = $1 AND lease_owner = $2',
    [id, owner, done, total],
  )
}

/** Ends one that this owner works on, where nobody has cancelled it. */
export async function endTransfer(
  queryable: Queryable,
  owner: string,
  end: {
    readonly id: string
    readonly state: 'done' | 'failed'
    readonly version?: number | undefined
    readonly digest?: string | undefined
    readonly error?: Transfer['error']
    readonly at: Date
  },
): Promise<void> {
  await queryable.query(
    `UPDATE model_transfers SET state = $3, version = coalesce($4, version), digest = $5, error_code = $6, error_message = $7,
       ended_at = $8, lease_owner = NULL, lease_until = NULL,
       done_bytes = CASE WHEN $3 = 'done' THEN coalesce(total_bytes, done_bytes) ELSE done_bytes END
     WHERE id = $1 AND lease_owner = $2 AND state = 'running'`,
    [
      end.id,
      owner,
      end.state,
      end.version ?? null,
      end.digest ?? null,
      end.error?.code ?? null,
      end.error?.message ?? null,
      end.at,
    ],
  )
}

export async function cancelTransfer(queryable: Queryable, id: string, at: Date): Promise<boolean> {
  const rows = await queryable.query(
    `UPDATE model_transfers SET state = 'cancelled', ended_at = $2 WHERE id = $1 AND state IN ('waiting', 'running') RETURNING id`,
    [id, at],
  )
  return rows.length > 0
}
