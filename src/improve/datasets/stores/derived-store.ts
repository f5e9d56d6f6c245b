import type { Queryable } from '../../../foundation/platform/index.ts'
import type { VersionSource } from '../dataset.ts'

/** A version as whoever follows what came of what sees it. */
export interface VersionOrigin {
  readonly id: string
  readonly tenant: string
  readonly dataset: string
  readonly number: number
  readonly rows: number
  readonly source: VersionSource
  readonly author: string
  readonly createdAt: Date
}

interface Row {
  id: string
  tenant: string
  dataset: string
  number: number
  manifest: string
  created_at: Date
}

function toOrigin({ manifest, created_at: createdAt, ...rest }: Row): VersionOrigin {
  const { rows, source, author } = JSON.parse(manifest) as VersionOrigin
  return { ...rest, rows, source, author, createdAt }
}

const selected = `SELECT v.id, v.tenant, d.name AS dataset, v.number, v.manifest, v.created_at
  FROM dataset_versions v JOIN datasets d ON d.id = v.dataset_id`
/** As the index has it. */
const madeOf = String.raw`substring(v.manifest FROM '"source":\{(?:"by":"[^"]*",)?"kind":"(?:derived|merge)","of":"([0-9a-f]{64})')`

/** `tenant` left out finds those of any. */
export async function findVersionOrigins(
  queryable: Queryable,
  tenant: string | undefined,
  ids: readonly string[],
): Promise<VersionOrigin[]> {
  const rows = await queryable.query<Row>(
    `${selected} WHERE v.id = ANY($1::text[]) AND ($2::text IS NULL OR v.tenant = $2)`,
    [ids, tenant ?? null],
  )
  return rows.map(toOrigin)
}

/** The versions that were derived from one or took it over in a merge, the newest first. */
export async function listDerivedVersions(
  queryable: Queryable,
  tenant: string,
  id: string,
  limit: number,
): Promise<VersionOrigin[]> {
  const rows = await queryable.query<Row>(
    `${selected} WHERE v.tenant = $1 AND ${madeOf} = $2 ORDER BY v.created_at DESC LIMIT $3`,
    [tenant, id, limit],
  )
  return rows.map(toOrigin)
}
