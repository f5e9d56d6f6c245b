import type { DuckDBConnection } from '@duckdb/node-api'
import { nameFile } from '../worker/name-file.ts'
import { listOf, parquetOptions, quoteName, quoteText } from '../worker/sql.ts'
import { HashSet } from './hash-set.ts'
import type { WrittenPack } from './pack-writer.ts'

/** A pack on this machine: the Parquet file that says what lies where, and the bytes. */
export interface PackFiles {
  readonly index: string
  /** `undefined` where the index alone is needed, or all that there is. */
  readonly pack?: string | undefined
}

/** A pack that was written for a version, with the names of its objects. */
export interface StagedPack {
  readonly index: StagedObject
  readonly pack: StagedObject | undefined
  readonly chunks: number
}

export interface StagedObject {
  readonly object: string
  readonly file: string
  readonly bytes: number
}

/*
 * Entries of an index, two kinds in one table:
 *   a piece of a file   (file, place, chunk, –, bytes)    the pieces of a file, by place, are the file
 *   a chunk             (–, –, chunk, position, bytes)     where in this pack its bytes lie
 * A file of one chunk is both at once, and its chunk, named by the same hash, is left out. All pieces of a file are in one index; its
 * chunks may lie in other packs.
 */
const columns = `{'file': 'VARCHAR', 'place': 'INTEGER', 'chunk': 'VARCHAR', 'position': 'BIGINT', 'bytes': 'BIGINT'}`

/** Writes the index of a pack beside it, and names it. */
export async function writeIndex(
  { pack, entries, chunks }: WrittenPack,
  duckdb: DuckDBConnection,
): Promise<StagedPack> {
  const rows = `SELECT file, place, nullif(chunk, file) AS chunk, position, bytes FROM read_csv(${quoteText(entries)}, header = false, auto_detect = false, delim = ',', quote = '', escape = '', nullstr = '', columns = ${columns})`
  return { index: await writeEntries(rows, `${entries}.parquet`, duckdb), pack, chunks }
}

export async function writeEntries(
  rows: string,
  file: string,
  duckdb: DuckDBConnection,
): Promise<StagedObject> {
  await duckdb.run(`COPY (${rows}) TO ${quoteText(file)} (${parquetOptions})`)
  return await nameFile(file)
}

/** The view `NAME (file, place, chunk, position, bytes, pack)`; `pack` counts the indexes from 0. */
export async function createIndexView(
  duckdb: DuckDBConnection,
  name: string,
  indexes: readonly string[],
): Promise<void> {
  const paths = listOf(indexes)
  const select =
    indexes.length === 0
      ? `SELECT NULL::VARCHAR AS file, NULL::INTEGER AS place, NULL::VARCHAR AS chunk, NULL::BIGINT AS position, NULL::BIGINT AS bytes, NULL::INTEGER AS pack WHERE false`
      : `SELECT file, place, coalesce(chunk, file) AS chunk, position, bytes, list_position(${paths}, filename)::INTEGER - 1 AS pack FROM read_parquet(${paths}, filename = true)`
  await duckdb.run(`CREATE OR REPLACE TEMP VIEW ${quoteName(name)} AS ${select}`)
}

/**
 * The tables `pieces (file, place, chunk, bytes, pack)` of the files that the table or view `wanted (file)` names, and `places (chunk, pack,
 * position)` of their chunks: of each the one in the first pack that has it. What is not stored is in neither.
 */
export async function findPieces(duckdb: DuckDBConnection, entries: string, wanted: string): Promise<void> {
  const of = quoteName(entries)
  await duckdb.run(
    `CREATE OR REPLACE TEMP TABLE pieces AS SELECT i.file, i.place, i.chunk, i.bytes, i.pack FROM ${of} AS i
     JOIN (SELECT file, min(pack) AS pack FROM ${of} SEMI JOIN ${quoteName(wanted)} USING (file) GROUP BY file) AS first
       ON first.file = i.file AND first.pack = i.pack`,
  )
  await duckdb.run(
    `CREATE OR REPLACE TEMP TABLE places AS SELECT chunk, min(pack) AS pack, arg_min(position, pack) AS position
     FROM ${of} SEMI JOIN pieces USING (chunk) WHERE position IS NOT NULL GROUP BY chunk`,
  )
}

/** What is stored, as sets. */
export async function readKnown(
  duckdb: DuckDBConnection,
  entries: string,
): Promise<{ readonly chunks: HashSet; readonly files: HashSet }> {
  return {
    chunks: await readSet(duckdb, `SELECT chunk FROM ${quoteName(entries)} WHERE position IS NOT NULL`),
    files: await readSet(duckdb, `SELECT file FROM ${quoteName(entries)} WHERE place = 0`),
  }
}

async function readSet(duckdb: DuckDBConnection, sql: string): Promise<HashSet> {
  const set = new HashSet()
  const result = await duckdb.stream(sql)
  for (;;) {
    const chunk = await result.fetchChunk()
    if (!chunk || chunk.rowCount === 0) return set
    for (const hash of chunk.getColumnValues(0)) set.add(String(hash))
  }
}
