import type { Queryable } from '../../foundation/platform/index.ts'
import type { AuditEntry, AuditFilter } from './audit-entry.ts'

interface Row {
  id: string
  at: Date
  actor: string
  actor_name: string
  action: string
  subject: string
  tenant: string | null
  before_hash: string | null
  after_hash: string | null
  request_id: string | null
}

export async function insertEntry(database: Queryable, entry: AuditEntry): Promise<void> {
  await database.query(
    `INSERT INTO audit_entries
       (id, at, actor, actor_name, action, subject, tenant, before_hash, after_hash, request_id)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)`,
    [
      entry.id,
      entry.at,
      entry.actor,
      entry.actorName,
      entry.action,
      entry.subject,
      entry.tenant ?? null,
      entry.beforeHash ?? null,
      entry.afterHash ?? null,
      entry.requestId ?? null,
    ],
  )
}

export async function listEntries(database: Queryable, filter: AuditFilter): Promise<AuditEntry[]> {
  const values: unknown[] = []
  const conditions: string[] = []
  for (const column of ['tenant', 'actor', 'action', 'subject'] as const) {
    if (filter[column] === undefined) continue
    values.push(filter[column])
    conditions.push(`${column} = $${values.length}`)
  }
  if (filter.cursor !== undefined) {
    values.push(filter.cursor)
    conditions.push(`id < $${values.length}::uuid`)
  }
  values.push(filter.limit)
  const where = conditions.length > 0 ? `WHERE ${conditions.join(' AND ')}` : ''
  const rows = await database.query<Row>(
    `SELECT * FROM audit_entries ${where} ORDER BY id DESC LIMIT $${values.length}`,
    values,
  )
  return rows.map(row => ({
    id: row.id,
    at: row.at,
    actor: row.actor,
    actorName: row.actor_name,
    action: row.action,
    subject: row.subject,
    tenant: row.tenant ?? undefined,
    beforeHash: row.before_hash ?? undefined,
    afterHash: row.after_hash ?? undefined,
    requestId: row.request_id ?? undefined,
  }))
}
