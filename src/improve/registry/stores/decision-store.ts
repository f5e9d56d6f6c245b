import type { Queryable } from '../../../foundation/platform/index.ts'
import type { Evidence, ModelAttachment, ModelDecision } from '../model.ts'

export async function insertDecision(
  transaction: Queryable,
  decision: ModelDecision & { readonly versionId: string; readonly tenant: string },
): Promise<void> {
  await transaction.query(
    `INSERT INTO model_decisions (id, version_id, tenant, alias, decision, actor, actor_name, reason, evidence, created_at)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)`,
    [
      decision.id,
      decision.versionId,
      decision.tenant,
      decision.alias,
      decision.decision,
      decision.actor,
      decision.actorName,
      decision.reason,
      JSON.stringify(decision.evidence),
      decision.createdAt,
    ],
  )
}

interface DecisionRow {
  id: string
  alias: string
  decision: 'approved' | 'rejected'
  actor: string
  actor_name: string
  reason: string
  evidence: Evidence[]
  created_at: Date
}

/** The newest first. */
export async function listDecisions(queryable: Queryable, versionId: string): Promise<ModelDecision[]> {
  const rows = await queryable.query<DecisionRow>(
    `SELECT id, alias, decision, actor, actor_name, reason, evidence, created_at FROM model_decisions
     WHERE version_id = $1 ORDER BY created_at DESC, id DESC LIMIT 1000`,
    [versionId],
  )
  return rows.map(row => ({
    id: row.id,
    alias: row.alias,
    decision: row.decision,
    actor: row.actor,
    actorName: row.actor_name,
    reason: row.reason,
    evidence: row.evidence,
    createdAt: row.created_at,
  }))
}

export async function insertAttachment(
  transaction: Queryable,
  attachment: ModelAttachment & { readonly versionId: string; readonly tenant: string },
): Promise<void> {
  await transaction.query(
    `INSERT INTO model_attachments (id, version_id, tenant, kind, name, media_type, object, bytes, details, author, created_at)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)`,
    [
      attachment.id,
      attachment.versionId,
      attachment.tenant,
      attachment.kind,
      attachment.name,
      attachment.mediaType,
      `sha256-${attachment.sha256}`,
      attachment.bytes,
      JSON.stringify(attachment.details),
      attachment.author,
      attachment.createdAt,
    ],
  )
}

interface AttachmentRow {
  id: string
  kind: string
  name: string
  media_type: string
  object: string
  bytes: number
  details: Record<string, unknown>
  author: string
  created_at: Date
}

/** The newest first. */
export async function listAttachments(queryable: Queryable, versionId: string): Promise<ModelAttachment[]> {
  const rows = await queryable.query<AttachmentRow>(
    `SELECT id, kind, name, media_type, object, bytes, details, author, created_at FROM model_attachments
     WHERE version_id = $1 ORDER BY created_at DESC, id DESC LIMIT 1000`,
    [versionId],
  )
  return rows.map(row => ({
    id: row.id,
    kind: row.kind,
    name: row.name,
    mediaType: row.media_type,
    sha256: row.object.slice(7),
    bytes: row.bytes,
    details: row.details,
    author: row.author,
    createdAt: row.created_at,
  }))
}
