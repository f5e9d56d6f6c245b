import type { Queryable } from '../../../foundation/platform/index.ts'

export interface StoredPin {
  readonly versionId: string
  readonly kind: string
  readonly subject: string
  readonly why: string
  readonly createdAt: Date
}

/** Resolves with `false` where the tenant has no such version. */
export async function insertPin(
  queryable: Queryable,
  pin: {
    readonly tenant: string
    readonly versionId: string
    readonly kind: string
    readonly subject: string
    readonly why: string
    readonly now: Date
  },
): Promise<boolean> {
  // the version is held against garbage collection while its pin is written
  const rows = await queryable.query(
    `INSERT INTO dataset_pins (version_id, kind, subject, tenant, why, created_at)
     SELECT id, $3, $4, $1, $5, $6 FROM dataset_versions WHERE id = $2 AND tenant = $1 FOR KEY SHARE
     ON CONFLICT (version_id, kind, subject) DO UPDATE SET why = excluded.why RETURNING version_id`,
    [pin.tenant, pin.versionId, pin.kind, pin.subject, pin.why, pin.now],
  )
  return rows.length > 0
}

export async function deletePin(
  queryable: Queryable,
  pin: {
    readonly tenant: string
    readonly versionId: string
    readonly kind: string
    readonly subject: string
  },
): Promise<void> {
  await queryable.query(
    'DELETE FROM dataset_pins WHERE version_id = $1 AND kind = $2 AND subject = $3 AND tenant = $4',
    [pin.versionId, pin.kind, pin.subject, pin.tenant],
  )
}

export async function listPins(queryable: Queryable, datasetId: string): Promise<StoredPin[]> {
  const rows = await queryable.query<{
    version_id: string
    kind: string
    subject: string
    why: string
    created_at: Date
  }>(
    `SELECT p.* FROM dataset_pins p JOIN dataset_versions v ON v.id = p.version_id
     WHERE v.dataset_id = $1 ORDER BY p.created_at DESC LIMIT 1000`,
    [datasetId],
  )
  return rows.map(row => ({
    versionId: row.version_id,
    kind: row.kind,
    subject: row.subject,
    why: row.why,
    createdAt: row.created_at,
  }))
}
