import { createHash } from 'node:crypto'
import { existsSync } from 'node:fs'
import { mkdir, readdir, readFile, rename, rm } from 'node:fs/promises'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import type { DuckDBConnection } from '@duckdb/node-api'
import { listOf, parquetOptions, quoteText } from '../worker/sql.ts'

/**
 * What was worked out from the rows of a segment one by one, and is kept beside it: Parquet files with as many rows as the
 * segment, in its order. A segment never changes, so neither do they; they are named by what they hold and by the code that
 * made them, lie in the cache alone, and go with their segment. Where one is missing it is made again.
 */

/** One segment of rows that lie in files, and where its rows begin in `_row`. */
export interface StoredSegment {
  readonly file: string
  readonly rows: number
  readonly offset: number
}

/** Rows that lie in segments. */
export interface StoredRows {
  readonly segments: readonly StoredSegment[]
  /** The table (`segment`, `position`) of rows that are not part of the version; left out where there are none. */
  readonly removedTable?: string | undefined
}

/** Where it lies: beside the file of the segment. */
export function keptFolder(segmentFile: string): string {
  return `${segmentFile.replace(/\.parquet$/, '')}.kept`
}

function keptFile(segmentFile: string, name: string): string {
  return path.join(keptFolder(segmentFile), `${name}.parquet`)
}

/** A name that no other content has: of what is worked out, and of the code that does it. */
export function keptName(kind: string, code: string, what: unknown): string {
  return `${kind}-${createHash('sha256')
    .update(JSON.stringify([code, what]))
    .digest('hex')
    .slice(0, 40)}`
}

export function isKept(segmentFile: string, name: string): boolean {
  return existsSync(keptFile(segmentFile, name))
}

/** Writes rows beside a segment, one for each of its rows and in its order. */
export async function keep(
  duckdb: DuckDBConnection,
  segmentFile: string,
  name: string,
  select: string,
): Promise<void> {
  await mkdir(keptFolder(segmentFile), { recursive: true, mode: 0o700 })
  const partial = path.join(keptFolder(segmentFile), `partial-${crypto.randomUUID()}`)
  try {
    await duckdb.run(`COPY (${select}) TO ${quoteText(partial)} (${parquetOptions})`)
    await rename(partial, keptFile(segmentFile, name))
  } finally {
    await rm(partial, { force: true })
  }
}

/** What is kept under a name beside all segments, with `_row`, without the rows that are gone. */
export function selectKept({ segments, removedTable }: StoredRows, name: string): string {
  const files = listOf(segments.map(({ file }) => keptFile(file, name)))
  const offsets = segments.map(({ offset }) => offset).join(', ')
  const segment = segments.length === 1 ? '0' : `list_position(${files}, filename)::INTEGER - 1`
  const rows = `SELECT * EXCLUDE (filename), ${segment} AS _segment FROM read_parquet(${files}, filename = true, file_row_number = true)`
  const anti =
    removedTable === undefined
      ? ''
      : ` ANTI JOIN ${removedTable} AS r ON r.segment = k._segment AND r.position = k.file_row_number`
  return `SELECT *, CAST([${offsets}] AS BIGINT[])[_segment + 1] + file_row_number + 1 AS _row FROM (${rows}) AS k${anti}`
}

/** Narrows a reading to rows by their numbers, so that the files are read only there. */
export function atRows(numbers: readonly number[], stored: StoredRows | undefined): string {
  if (numbers.length === 0) return 'false'
  if (!stored) return `_row IN (${numbers.join(', ')})`
  const places = stored.segments.flatMap(({ offset, rows }, segment) => {
    const positions = numbers.filter(number => number > offset && number <= offset + rows)
    return positions.length === 0
      ? []
      : [`(_segment = ${segment} AND _position IN (${positions.map(each => each - offset - 1).join(', ')}))`]
  })
  return places.length === 0 ? 'false' : `(${places.join(' OR ')})`
}

let known: { readonly detectors: string; readonly code: Promise<string> } | undefined

/** Names the code that works things out: this domain, the detectors and what all of it stands on. */
export function codeOf(detectors: string): Promise<string> {
  if (known?.detectors !== detectors) known = { detectors, code: hashCode(detectors) }
  return known.code
}

async function hashCode(detectors: string): Promise<string> {
  const hash = createHash('sha256')
  const domain = path.resolve(import.meta.dirname, '..')
  const folders = [
    domain,
    path.resolve(domain, '../training'),
    path.dirname(detectors.startsWith('file:') ? fileURLToPath(detectors) : detectors),
  ]
  for (const folder of folders) {
    const names = await readdir(folder, { recursive: true })
    for (const name of names.filter(each => /\.[jt]s$/.test(each) && !each.endsWith('.test.ts')).sort())
      hash.update(`${name}\n`).update(await readFile(path.join(folder, name)))
  }
  const lock = path.resolve(domain, '../../../package-lock.json')
  if (existsSync(lock)) hash.update(await readFile(lock))
  return hash.digest('hex')
}
