import type { VersionFiles } from '../datasets.ts'
import { createVersionView, readNumbers, readTexts } from '../worker/sql.ts'
import type { DataTaskContext } from '../worker/tasks.ts'
import { createIndexView, findPieces } from './pack-index.ts'

export interface FindPacks {
  readonly files: VersionFiles
  /** Of all packs that may have what is needed; those that come first are taken first. */
  readonly indexes: readonly string[]
}

export interface FoundPacks {
  /** Which of the indexes, with their packs, have all that the rows name. */
  readonly used: readonly number[]
  /** Rows whose content is not there, or not of the length that they say. */
  readonly missing: Faults
  /** Rows whose path cannot be written into a folder. */
  readonly unsafe: Faults
}

interface Faults {
  readonly count: number
  readonly paths: readonly string[]
}

const mostNamed = 5
/** Absolute, with a drive, a backslash, an empty or dotted part, or control characters. */
const unsafePath = String.raw`^[A-Za-z]:|\\|(^|/)\.{0,2}(/|$)|[\x00-\x1f\x7f]`

/** Finds the packs that hold the contents of a version's rows. */
export async function findPacks(
  { files, indexes }: FindPacks,
  { duckdb }: DataTaskContext,
): Promise<FoundPacks> {
  await createVersionView(duckdb, 'rows', files)
  await createIndexView(duckdb, 'entries', indexes)
  await duckdb.run(
    `CREATE TEMP TABLE wanted AS SELECT sha256 AS file, min(bytes) AS bytes, max(bytes) AS most FROM rows WHERE bytes IS DISTINCT FROM 0 GROUP BY sha256`,
  )
  await findPieces(duckdb, 'entries', 'wanted')
  await duckdb.run(
    `CREATE TEMP TABLE whole AS SELECT p.file FROM pieces AS p LEFT JOIN places USING (chunk) JOIN wanted AS w ON w.file = p.file
     GROUP BY p.file, w.bytes, w.most HAVING bool_and(places.chunk IS NOT NULL) AND sum(p.bytes) = w.bytes AND w.bytes = w.most`,
  )
  const missing = `FROM rows WHERE bytes IS DISTINCT FROM 0 AND (sha256 IS NULL OR sha256 NOT IN (SELECT file FROM whole))`
  const unsafe = `FROM rows WHERE path IS NULL OR regexp_matches(path, '${unsafePath}')`
  return {
    used: (await duckdb.runAndReadAll('SELECT pack FROM pieces UNION SELECT pack FROM places ORDER BY pack'))
      .getRows()
      .map(([pack]) => Number(pack)),
    missing: await readFaults(missing, { duckdb }),
    unsafe: await readFaults(unsafe, { duckdb }),
  }
}

async function readFaults(from: string, { duckdb }: Pick<DataTaskContext, 'duckdb'>): Promise<Faults> {
  const [count = 0] = await readNumbers(duckdb, `SELECT count(*) ${from}`)
  if (count === 0) return { count, paths: [] }
  return {
    count,
    paths: await readTexts(
      duckdb,
      `SELECT coalesce(left(path, 120), 'null') ${from} ORDER BY path LIMIT ${mostNamed}`,
    ),
  }
}
