import type { Database, Queryable } from '../../foundation/platform/index.ts'
import type { Replica, Revision, RevisionOrigin, WrittenRevision } from './revision.ts'

/** The channel on which replicas learn that there is a new revision. */
export const revisionsChannel = 'slipway_configuration'

/** A replica that was not seen for so long is gone. */
const goneAfter = '15 seconds'
/** "slipconf" in ASCII: one publishes at a time. */
const lockKey = '8317424834836848230'

interface Row {
  readonly revision: number
  readonly text: string
  readonly text_hash: string
  readonly snapshot_hash: string
  readonly published_at: Date
  readonly published_by: string
  readonly origin: RevisionOrigin
  readonly restores: number | null
}

const columns = 'revision, text, text_hash, snapshot_hash, published_at, published_by, origin, restores'

function toRevision(row: Row): WrittenRevision {
  return {
    revision: row.revision,
    text: row.text,
    textHash: row.text_hash,
    snapshotHash: row.snapshot_hash,
    publishedAt: row.published_at,
    publishedBy: row.published_by,
    origin: row.origin,
    restores: row.restores ?? undefined,
  }
}

/** Holds off every other publication until the transaction ends. */
export async function lockRevisions(transaction: Queryable): Promise<void> {
  await transaction.query('SELECT pg_advisory_xact_lock($1)', [lockKey])
}

/** Adds a revision and tells every replica, both when the transaction commits. */
export async function insertRevision(transaction: Queryable, revision: WrittenRevision): Promise<void> {
  await transaction.query(
    `INSERT INTO configuration_revisions (${columns}) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)`,
    [
      revision.revision,
      revision.text,
      revision.textHash,
      revision.snapshotHash,
      revision.publishedAt,
      revision.publishedBy,
      revision.origin,
      revision.restores ?? null,
    ],
  )
  await transaction.query('SELECT pg_notify($1, $2)', [revisionsChannel, String(revision.revision)])
}

export async function latestNumber(database: Queryable): Promise<number | undefined> {
  const [row] = await database.query<{ revision: number | null }>(
    'SELECT max(revision) AS revision FROM configuration_revisions',
  )
  return row?.revision ?? undefined
}

export async function findLatest(database: Queryable): Promise<WrittenRevision | undefined> {
  const [row] = await database.query<Row>(
    `SELECT ${columns} FROM configuration_revisions ORDER BY revision DESC LIMIT 1`,
  )
  return row && toRevision(row)
}

export async function findRevision(
  database: Queryable,
  revision: number,
): Promise<WrittenRevision | undefined> {
  const [row] = await database.query<Row>(
    `SELECT ${columns} FROM configuration_revisions WHERE revision = $1`,
    [revision],
  )
  return row && toRevision(row)
}

/** The last revision that said this. */
export async function findByText(database: Queryable, hash: string): Promise<Revision | undefined> {
  const [row] = await database.query<Row>(
    `SELECT ${columns} FROM configuration_revisions WHERE text_hash = $1 ORDER BY revision DESC LIMIT 1`,
    [hash],
  )
  return row && toRevision(row)
}

/** Newest first, those before `before`. */
export async function listRevisions(
  database: Queryable,
  before: number | undefined,
  limit: number,
): Promise<Revision[]> {
  const rows = await database.query<Row>(
    `SELECT ${columns} FROM configuration_revisions
      WHERE $1::bigint IS NULL OR revision < $1 ORDER BY revision DESC LIMIT $2`,
    [before ?? null, limit],
  )
  return rows.map(toRevision)
}

/** Says that a replica is there, and how far it has come. */
export async function announceReplica(database: Database, replica: Omit<Replica, 'seenAt'>): Promise<void> {
  await database.query(
    `INSERT INTO configuration_replicas (id, name, revision, refused_revision, problems, seen_at)
     VALUES ($1, $2, $3, $4, $5, now())
     ON CONFLICT (id) DO UPDATE SET revision = excluded.revision, refused_revision = excluded.refused_revision,
       problems = excluded.problems, seen_at = now()`,
    [
      replica.id,
      replica.name,
      replica.revision ?? null,
      replica.refused?.revision ?? null,
      replica.refused?.problems ?? null,
    ],
  )
}

export async function listReplicas(database: Queryable): Promise<Replica[]> {
  const rows = await database.query<{
    id: string
    name: string
    revision: number | null
    refused_revision: number | null
    problems: string | null
    seen_at: Date
  }>(
    `SELECT id, name, revision, refused_revision, problems, seen_at FROM configuration_replicas
      WHERE seen_at > now() - interval '${goneAfter}' ORDER BY name, id`,
  )
  return rows.map(row => ({
    id: row.id,
    name: row.name,
    revision: row.revision ?? undefined,
    refused:
      row.refused_revision === null
        ? undefined
        : { revision: row.refused_revision, problems: row.problems ?? '' },
    seenAt: row.seen_at,
  }))
}

export async function dropReplica(database: Queryable, id: string): Promise<void> {
  await database.query(
    `DELETE FROM configuration_replicas WHERE id = $1 OR seen_at < now() - interval '1 day'`,
    [id],
  )
}
