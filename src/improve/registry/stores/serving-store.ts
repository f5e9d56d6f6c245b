import type { Queryable } from '../../../foundation/platform/index.ts'

/** An engine had a version for a while. */
export interface Serving {
  readonly id: string
  readonly tenant: string
  readonly versionId: string
  readonly server: string
  readonly engine: string
  readonly reference: string
  readonly releases: readonly string[]
  readonly startedAt: Date
  /** `undefined` while it has it. */
  readonly endedAt: Date | undefined
}

interface ServingRow {
  id: string
  tenant: string
  version_id: string
  server: string
  engine: string
  reference: string
  releases: string[]
  started_at: Date
  ended_at: Date | null
}

const toServing = (row: ServingRow): Serving => ({
  id: row.id,
  tenant: row.tenant,
  versionId: row.version_id,
  server: row.server,
  engine: row.engine,
  reference: row.reference,
  releases: row.releases,
  startedAt: row.started_at,
  endedAt: row.ended_at ?? undefined,
})

export async function insertServing(queryable: Queryable, serving: Omit<Serving, 'endedAt'>): Promise<void> {
  await queryable.query(
    `INSERT INTO model_servings (id, tenant, version_id, server, engine, reference, releases, started_at)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8)`,
    [
      serving.id,
      serving.tenant,
      serving.versionId,
      serving.server,
      serving.engine,
      serving.reference,
      serving.releases,
      serving.startedAt,
    ],
  )
}

export async function endServings(queryable: Queryable, ids: readonly string[], now: Date): Promise<void> {
  await queryable.query(
    'UPDATE model_servings SET ended_at = $2 WHERE id = ANY($1::uuid[]) AND ended_at IS NULL',
    [ids, now],
  )
}

/** `tenant` left out finds those of any. */
export async function findServing(
  queryable: Queryable,
  tenant: string | undefined,
  id: string,
): Promise<Serving | undefined> {
  const rows = await queryable.query<ServingRow>(
    'SELECT * FROM model_servings WHERE id = $1 AND ($2::text IS NULL OR tenant = $2)',
    [id, tenant ?? null],
  )
  return rows[0] && toServing(rows[0])
}

/** What an engine of that name had during a stretch of time, on all servers; of one release, where it is given. */
export async function listServingsOfEngine(
  queryable: Queryable,
  filter: {
    readonly tenant: string | undefined
    readonly engine: string
    readonly release?: string | undefined
    readonly from: Date
    readonly until: Date
    readonly limit: number
  },
): Promise<Serving[]> {
  const rows = await queryable.query<ServingRow>(
    `SELECT * FROM model_servings WHERE engine = $1 AND ($2::text IS NULL OR tenant = $2)
       AND ($3::text IS NULL OR $3 = ANY(releases)) AND started_at <= $4 AND (ended_at IS NULL OR ended_at >= $5)
     ORDER BY started_at DESC LIMIT $6`,
    [filter.engine, filter.tenant ?? null, filter.release ?? null, filter.from, filter.until, filter.limit],
  )
  return rows.map(toServing)
}

/** Those of a server that have not ended. */
export async function listOpenServings(queryable: Queryable, server: string): Promise<Serving[]> {
  const rows = await queryable.query<ServingRow>(
    'SELECT * FROM model_servings WHERE server = $1 AND ended_at IS NULL',
    [server],
  )
  return rows.map(toServing)
}

/** The newest first; at one moment, where `at` is given. */
export async function listServingsOfVersions(
  queryable: Queryable,
  versionIds: readonly string[],
  at?: Date,
): Promise<Serving[]> {
  const rows = await queryable.query<ServingRow>(
    `SELECT * FROM model_servings WHERE version_id = ANY($1::uuid[])
       AND ($2::timestamptz IS NULL OR (started_at <= $2 AND (ended_at IS NULL OR ended_at > $2)))
     ORDER BY started_at DESC LIMIT 1000`,
    [versionIds, at ?? null],
  )
  return rows.map(toServing)
}

/** All servings of the models of a name at one moment. */
export async function listServingsAt(
  queryable: Queryable,
  tenant: string | undefined,
  model: string,
  at: Date,
): Promise<(Serving & { readonly number: number })[]> {
  const rows = await queryable.query<ServingRow & { number: number }>(
    `SELECT s.*, v.number FROM model_servings s JOIN model_versions v ON v.id = s.version_id JOIN models m ON m.id = v.model_id
     WHERE ($1::text IS NULL OR s.tenant = $1) AND m.name = $2 AND s.started_at <= $3 AND (s.ended_at IS NULL OR s.ended_at > $3)
     ORDER BY s.engine, s.started_at LIMIT 1000`,
    [tenant ?? null, model, at],
  )
  return rows.map(row => ({ ...toServing(row), number: row.number }))
}
