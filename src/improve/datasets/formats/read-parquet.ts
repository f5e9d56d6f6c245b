import { open } from 'node:fs/promises'
import type { ColumnType } from '../dataset.ts'
import { columnName } from '../definition.ts'
import { quoteName, quoteText, readNumbers, readTexts } from '../worker/sql.ts'
import type { DataTaskContext } from '../worker/tasks.ts'
import { readTimestamp } from './column-types.ts'
import { count, excerpt, fileFault } from './file-fault.ts'
import { type DeclaredTypes, mostColumns } from './format.ts'
import { refuseLookalikes, type RowSource } from './read-json-lines.ts'
import type { UnpackLimits } from './unpack-file.ts'

/** Looks through a Parquet file: whole, of types that can be kept, and no larger inside than the limits allow. */
export async function readParquet(
  file: string,
  options: { readonly declared: DeclaredTypes; readonly limits: UnpackLimits },
  { duckdb, signal, progress }: DataTaskContext,
): Promise<RowSource> {
  const bytes = await checkEnds(file)
  const table = `read_parquet(${quoteText(file)})`
  let described: { name: string; type: string }[]
  try {
    const [rows = 0, unpacked = 0] = await readNumbers(
      duckdb,
      `SELECT (SELECT num_rows FROM parquet_file_metadata(${quoteText(file)})), (SELECT coalesce(sum(total_uncompressed_size), 0) FROM parquet_metadata(${quoteText(file)}))`,
    )
    if (rows === 0) throw fileFault('the file has no rows. Nothing was stored.', 'Send one that holds rows.')
    refuseBomb(unpacked, rows, bytes, options.limits)
    const reader = await duckdb.runAndReadAll(`DESCRIBE SELECT * FROM ${table}`)
    described = reader.getRows().map(([name, type]) => ({ name: String(name), type: String(type) }))
  } catch (error) {
    throw toFault(error, bytes)
  }
  if (described.length > mostColumns)
    throw fileFault(
      `the file has ${described.length} columns, and a dataset may have ${mostColumns}. Nothing was stored.`,
      'Leave some out.',
    )
  for (const { name } of described) {
    const check = columnName.safeParse(name)
    if (!check.success)
      throw fileFault(
        `the column ${excerpt(name)} cannot be kept: its name ${check.error.issues[0]?.message ?? 'is none'}. Nothing was stored.`,
        'Rename it.',
      )
  }
  refuseLookalikes(described.map(({ name }) => name))
  progress(0.2, 'reads the types')
  const read = described.map(({ name, type }) => ({ name, ...cellOf(name, type, options.declared) }))
  await checkCells(read, table, { duckdb, signal, file, bytes })
  await refuseRepeatedTexts(file, read, bytes, options.limits, { duckdb })
  const cells = read.map(({ name, type, select }) => {
    if (type !== 'string' && type !== 'json') return `${select} AS ${quoteName(name)}`
    // said while the rows are brought in anyway; `findLongRow` says where
    return `CASE WHEN strlen(${select}) > ${longestText} THEN error('a text is too long') ELSE ${select} END AS ${quoteName(name)}`
  })
  return { columns: read, select: `SELECT ${cells.join(', ')} FROM ${table}` }
}

/** As long as a row of JSON lines may be. */
const longestText = 16 * 1024 * 1024

/** The row with a text that is too long, where that is why the rows could not be brought in. */
export async function findLongRow(
  file: string,
  columns: RowSource['columns'],
  { duckdb, signal }: Pick<DataTaskContext, 'duckdb' | 'signal'>,
): Promise<Error | undefined> {
  for (const { name } of columns) {
    signal.throwIfAborted()
    try {
      const [row] = await readNumbers(
        duckdb,
        `SELECT min(file_row_number) + 1 FROM read_parquet(${quoteText(file)}, file_row_number = true) WHERE strlen(CAST(${quoteName(name)} AS VARCHAR)) > ${longestText}`,
      )
      if (row)
        return fileFault(
          `row ${count(row)}: the column ${excerpt(name)} holds more than 16 MiB. Nothing was stored.`,
          'Cut it, or keep such texts in files and their names in the column.',
        )
    } catch (error) {
      // anything else `findParquetFault` says
      if (error instanceof Error && error.message.startsWith('Out of Memory'))
        return await largePieceFault(file, name, duckdb)
    }
  }
  return undefined
}

/** What is read at once of a column does not fit into memory: where its largest piece lies. */
async function largePieceFault(
  file: string,
  name: string,
  duckdb: DataTaskContext['duckdb'],
): Promise<Error> {
  const [from = 0, rows = 0, size = 0] = await readNumbers(
    duckdb,
    `SELECT coalesce((SELECT sum(row_group_num_rows) FROM parquet_metadata(${quoteText(file)}) AS b WHERE b.path_in_schema = a.path_in_schema AND b.row_group_id < a.row_group_id), 0), row_group_num_rows, total_uncompressed_size FROM parquet_metadata(${quoteText(file)}) AS a WHERE split_part(path_in_schema, ', ', 1) = ${quoteText(name)} ORDER BY total_uncompressed_size DESC LIMIT 1`,
  )
  return fileFault(
    `the column ${excerpt(name)} holds more in rows ${count(from + 1)} to ${count(from + rows)} than can be read at once (${count(size)} bytes); a text may have 16 MiB. Nothing was stored.`,
    'Cut such texts, or write smaller pages and row groups.',
  )
}

/** A text that stands in a dictionary once and in many rows costs nothing in the file, and all its length in what reads the rows. */
async function refuseRepeatedTexts(
  file: string,
  columns: RowSource['columns'],
  bytes: number,
  limits: UnpackLimits,
  { duckdb }: Pick<DataTaskContext, 'duckdb'>,
): Promise<void> {
  const suspects = new Set(
    await readTexts(
      duckdb,
      `SELECT path_in_schema FROM parquet_metadata(${quoteText(file)}) WHERE encodings LIKE '%DICTIONARY%' GROUP BY 1 HAVING sum(CAST(num_values AS DOUBLE) * total_uncompressed_size) > ${1024 ** 3}`,
    ),
  )
  const texts = columns.filter(({ name, type }) => type === 'string' && suspects.has(name))
  if (texts.length === 0) return
  try {
    const sums = texts.map(({ name }) => `coalesce(sum(strlen(CAST(${quoteName(name)} AS VARCHAR))), 0)`)
    const [rows = 0, ...lengths] = await readNumbers(
      duckdb,
      `SELECT count(*), ${sums.join(', ')} FROM read_parquet(${quoteText(file)})`,
    )
    refuseBomb(
      lengths.reduce((sum, length) => sum + length, 0),
      rows,
      bytes,
      limits,
    )
  } catch (error) {
    throw toFault(error, bytes)
  }
}

async function checkEnds(file: string): Promise<number> {
  const handle = await open(file)
  try {
    const { size } = await handle.stat()
    const tail = Buffer.alloc(8)
    if (size >= 12) await handle.read(tail, 0, 8, size - 8)
    if (tail.toString('latin1', 4) !== 'PAR1')
      throw fileFault(
        `the Parquet file breaks off at byte ${count(size)}: the mark that ends it is not there, so it was not written or sent whole. Nothing was stored.`,
        'Make or send it anew.',
      )
    const footer = tail.readUInt32LE(0)
    if (footer + 12 > size)
      throw fileFault(
        `the Parquet file is damaged at byte ${count(size - 8)}: its footer would be ${count(footer)} bytes long, and the file has ${count(size)}. Nothing was stored.`,
        'Make it anew.',
      )
    return size
  } finally {
    await handle.close()
  }
}

function refuseBomb(
  unpacked: number,
  rows: number,
  bytes: number,
  { mostBytes, mostRatio }: UnpackLimits,
): void {
  const isBomb = unpacked > mostBytes || (unpacked > 1024 ** 3 && unpacked > bytes * mostRatio)
  // a column of one value costs nothing on disk, and a row of it still costs in everything that reads it
  if (!isBomb && rows <= 1_000_000_000) return
  throw fileFault(
    `the file says that it holds ${count(rows)} rows of ${count(unpacked)} bytes in its ${count(bytes)}, more than is taken in. Nothing was stored.`,
    'Split it, or look at what made it.',
  )
}

interface ParquetCell {
  readonly type: ColumnType
  readonly select: string
  /** SQL that is true of a value that would be lost. */
  readonly lost?: { readonly test: string; readonly what: string; readonly mend: string }
}

function cellOf(name: string, type: string, declared: DeclaredTypes): ParquetCell {
  const wanted = Object.hasOwn(declared, name) ? declared[name] : undefined
  const cell = quoteName(name)
  const found = foundCell(name, cell, type)
  if (!wanted || wanted === found.type) return found
  if (wanted === 'string') return { type: 'string', select: `CAST(${cell} AS VARCHAR)` }
  if (wanted === 'number' && found.type === 'integer')
    return {
      type: 'number',
      select: `CAST(${cell} AS DOUBLE)`,
      lost: {
        test: `abs(CAST(${cell} AS HUGEINT)) > 9007199254740992`,
        what: 'a whole number that a double does not hold',
        mend: 'Declare it as integer.',
      },
    }
  if (found.type === 'string' && wanted === 'timestamp')
    return {
      type: 'timestamp',
      select: readTimestamp(cell),
      lost: {
        test: `${cell} IS NOT NULL AND ${readTimestamp(cell)} IS NULL`,
        what: 'a text that is no ISO 8601 time',
        mend: 'Mend the rows, or declare it as string.',
      },
    }
  if (found.type === 'string' && wanted === 'json')
    return {
      type: 'json',
      select: `CASE WHEN json_valid(${cell}) THEN CAST(json(${cell}) AS VARCHAR) END`,
      lost: {
        test: `NOT json_valid(${cell})`,
        what: 'a text that is no JSON',
        mend: 'Mend the rows, or declare it as string.',
      },
    }
  if (wanted === 'json') return { type: 'json', select: `CAST(to_json(${cell}) AS VARCHAR)` }
  throw fileFault(
    `the column ${excerpt(name)} is declared as ${wanted}, and the file holds ${type} there. Nothing was stored.`,
    'Declare another type, or convert the column.',
  )
}

function foundCell(name: string, cell: string, type: string): ParquetCell {
  if (type === 'BOOLEAN') return { type: 'boolean', select: cell }
  if (/^U?(?:TINYINT|SMALLINT|INTEGER)$|^BIGINT$/.test(type))
    return { type: 'integer', select: `CAST(${cell} AS BIGINT)` }
  if (/^U(?:BIGINT|HUGEINT)$|^HUGEINT$/.test(type))
    return {
      type: 'integer',
      select: `CAST(${cell} AS BIGINT)`,
      lost: {
        test: `TRY_CAST(${cell} AS BIGINT) IS NULL AND ${cell} IS NOT NULL`,
        what: 'a whole number of more than 64 bits',
        mend: 'Declare the column as string.',
      },
    }
  if (type === 'FLOAT' || type === 'DOUBLE')
    return {
      type: 'number',
      select: `CAST(${cell} AS DOUBLE)`,
      lost: {
        test: `NOT isfinite(CAST(${cell} AS DOUBLE))`,
        what: 'NaN or an infinity',
        mend: 'Write no value (null) instead, or declare the column as string.',
      },
    }
  if (
    type === 'VARCHAR' ||
    type === 'UUID' ||
    type === 'DATE' ||
    /^(?:ENUM|TIME\b|TIME WITH|DECIMAL|INTERVAL|BIGNUM)/.test(type)
  )
    return { type: 'string', select: `CAST(${cell} AS VARCHAR)` }
  if (type.startsWith('TIMESTAMP'))
    return {
      type: 'timestamp',
      select: `CAST(${cell} AS TIMESTAMP)`,
      lost: {
        test:
          type === 'TIMESTAMP_NS'
            ? `epoch_ns(${cell}) % 1000 <> 0`
            : `NOT isfinite(CAST(${cell} AS TIMESTAMP))`,
        what: type === 'TIMESTAMP_NS' ? 'a time with nanoseconds' : 'an infinite time',
        mend: 'Declare the column as string.',
      },
    }
  if (type === 'JSON') return { type: 'json', select: `CAST(json(${cell}) AS VARCHAR)` }
  if (/BLOB/.test(type))
    throw fileFault(
      `the column ${excerpt(name)} holds bytes (${type.slice(0, 60)}), which no column of a dataset holds. Nothing was stored.`,
      'Leave it out, or keep paths of files in the column.',
    )
  if (/\[\d*\]$|^STRUCT|^MAP|^UNION/.test(type))
    return { type: 'json', select: `CAST(to_json(${cell}) AS VARCHAR)` }
  throw fileFault(
    `the column ${excerpt(name)} is of the type ${type.slice(0, 60)}, which no column of a dataset holds. Nothing was stored.`,
    'Declare it as string, or leave it out.',
  )
}

/** Reads the columns that could lose something, and with them all pages that they lie in. */
async function checkCells(
  columns: readonly (ParquetCell & { readonly name: string })[],
  table: string,
  { duckdb, bytes }: { duckdb: DataTaskContext['duckdb']; signal: AbortSignal; file: string; bytes: number },
): Promise<void> {
  for (const { name, lost } of columns) {
    if (!lost) continue
    let row: string | undefined
    try {
      row = (
        await readTexts(
          duckdb,
          `SELECT file_row_number + 1 FROM ${table.replace(/\)$/, ', file_row_number = true)')} WHERE ${lost.test} ORDER BY file_row_number LIMIT 1`,
        )
      )[0]
    } catch (error) {
      throw toFault(error, bytes)
    }
    if (row !== undefined)
      throw fileFault(
        `row ${count(Number(row))}: the column ${excerpt(name)} holds ${lost.what}. Nothing was stored.`,
        lost.mend,
      )
  }
}

/** DuckDB's words about a damaged file, without its path. */
export function toFault(error: unknown, bytes: number): unknown {
  if (!(error instanceof Error) || error.name === 'Failure') return error
  const [first = ''] = error.message.split('\n')
  if (
    !/Parquet|TProtocol|thrift|snappy|zstd|ZSTD|gzip|decompress|Invalid Input Error|IO Error|Serialization|Invalid Error|out of range|Corrupt|Invalid unicode/i.test(
      first,
    )
  )
    return error
  if (/No space left|quota/i.test(first)) return error
  const words = first
    .replace(/^[A-Za-z ]+ Error: /, '')
    .replaceAll(/(?:file )?["']?\/\S+["']?/g, 'the file')
    .slice(0, 160)
  return fileFault(
    `the Parquet file of ${count(bytes)} bytes is damaged: ${words}. Nothing was stored.`,
    'Make it anew.',
  )
}

/** Which column of which rows cannot be read, and where it lies in the file. */
export async function findParquetFault(
  file: string,
  { duckdb, signal }: Pick<DataTaskContext, 'duckdb' | 'signal'>,
): Promise<Error | undefined> {
  const reader = await duckdb.runAndReadAll(
    `SELECT row_group_id, row_group_num_rows, path_in_schema, coalesce(dictionary_page_offset, data_page_offset), data_page_offset FROM parquet_metadata(${quoteText(file)}) ORDER BY row_group_id, column_id`,
  )
  const parts = reader.getRows()
  const starts = new Map<number, number>()
  let next = 0
  for (const [group, rows] of parts) {
    if (starts.has(Number(group))) continue
    starts.set(Number(group), next)
    next += Number(rows)
  }
  for (const [group, rows, path, dictionary, page] of parts) {
    signal.throwIfAborted()
    const from = starts.get(Number(group)) ?? 0
    const to = from + Number(rows)
    const [column = ''] = String(path).split(', ')
    try {
      await duckdb.run(
        `SELECT sum(hash(${quoteName(column)})) FROM read_parquet(${quoteText(file)}, file_row_number = true) WHERE file_row_number >= ${from} AND file_row_number < ${to}`,
      )
    } catch {
      const offset = Math.min(Number(dictionary), Number(page))
      return fileFault(
        `the Parquet file is damaged: the column ${excerpt(column)} of rows ${count(from + 1)} to ${count(to)}, which lies from byte ${count(offset)} on, cannot be read. Nothing was stored.`,
        'Make it anew.',
      )
    }
  }
  return undefined
}
