import type { Row, RowKey } from '../dataset.ts'
import type { VersionFiles } from '../datasets.ts'
import { cellJson, columnOf, createVersionView, listOf, quoteText, rowJson } from './sql.ts'
import type { DataTaskContext } from './tasks.ts'

export interface FindOccurrences {
  /** Segments without their removal vectors: also rows that the version no longer has are found. */
  readonly files: VersionFiles
  readonly keys: readonly RowKey[]
  /** Those of which hashes are wanted; one that the schema lacks counts as NULL. */
  readonly columns: readonly string[]
  /** Whether the rows themselves are wanted too. */
  readonly hasRows: boolean
}

export interface Occurrence {
  readonly key: RowKey
  /** Its index among the segments. */
  readonly segment: number
  readonly position: number
  /** 128 bits of the SHA-256 of each cell's JSON, in the order of `columns`; null for NULL. */
  readonly hashes: readonly (string | null)[]
  readonly row: Row | undefined
}

/** Where rows of these keys lie in segments: keys are read everywhere, the other columns only where one lies. */
export async function findOccurrences(
  { files, keys, columns, hasRows }: FindOccurrences,
  { duckdb }: DataTaskContext,
): Promise<Occurrence[]> {
  if (keys.length === 0 || files.segments.length === 0) return []
  await createVersionView(duckdb, 'rows', files)
  const places = await duckdb.runAndReadAll(
    `SELECT _segment, string_agg(CAST(_position AS VARCHAR), ', ') FROM rows WHERE _key IN (${keys.map(quoteText).join(', ')}) GROUP BY 1`,
  )
  const where = places
    .getRows()
    .map(([segment, positions]) => `(_segment = ${String(segment)} AND _position IN (${String(positions)}))`)
  if (where.length === 0) return []
  const known = new Set(files.schema.columns.map(({ name }) => name))
  const hashes = columns.map(name =>
    known.has(name) ? `left(sha256(${cellJson(columnOf(files.schema, name))}), 32)` : 'NULL',
  )
  const row = hasRows ? rowJson(files.schema.columns) : 'NULL'
  const found = await duckdb.runAndReadAll(
    `SELECT ${['_key', '_segment', '_position', row, ...hashes].join(', ')} FROM rows WHERE ${where.join(' OR ')}`,
  )
  return found.getRows().map(([key, segment, position, text, ...cells]) => ({
    key: String(key),
    segment: Number(segment),
    position: Number(position),
    hashes: cells.map(cell => (typeof cell === 'string' ? cell : null)),
    row: typeof text === 'string' ? (JSON.parse(text) as Row) : undefined,
  }))
}

export interface FindRemoved {
  readonly vectors: readonly string[]
  readonly positions: readonly number[]
}

/** Which of these positions each removal vector names, as pairs of its index and the position. */
export async function findRemoved(
  { vectors, positions }: FindRemoved,
  { duckdb }: DataTaskContext,
): Promise<[number, number][]> {
  if (vectors.length === 0 || positions.length === 0) return []
  const paths = listOf(vectors)
  const found = await duckdb.runAndReadAll(
    `SELECT list_position(${paths}, filename) - 1, position FROM read_parquet(${paths}, filename = true) WHERE position IN (${positions.join(', ')})`,
  )
  return found.getRows().map(([index, position]) => [Number(index), Number(position)])
}
