import type { DuckDBConnection } from '@duckdb/node-api'
import type { Column, ColumnType, DatasetSchema } from '../dataset.ts'
import type { VersionFiles } from '../datasets.ts'
import type { SplitsDefinition } from '../definition.ts'

/** What DuckDB holds a column as, in memory and in segments. */
export const duckdbTypes: Readonly<Record<ColumnType, string>> = {
  boolean: 'BOOLEAN',
  integer: 'BIGINT',
  number: 'DOUBLE',
  string: 'VARCHAR',
  timestamp: 'TIMESTAMP',
  json: 'VARCHAR',
}

export function quoteName(name: string): string {
  return `"${name.replaceAll('"', '""')}"`
}

export function quoteText(text: string): string {
  return `'${text.replaceAll("'", "''")}'`
}

export function listOf(texts: readonly string[]): string {
  return `[${texts.map(quoteText).join(', ')}]`
}

/** The options of a segment that do not depend on its rows. Its bytes follow from its rows and their order alone. */
export const parquetOptions = 'FORMAT parquet, COMPRESSION zstd, PARQUET_VERSION v2'

const groupBytes = 32 * 1024 * 1024
const mostRowsOfGroup = 122_880

/** How many rows of so many bytes lie together within a segment. */
export function groupRowsOf(bytesOfRow: number): number {
  return Math.round(Math.min(mostRowsOfGroup, Math.max(2_048, groupBytes / Math.max(1, bytesOfRow))))
}

/** A cell as JSON text, the same for equal values of types that widen into one another; NULL for NULL. */
export function cellJson({ name, type }: Pick<Column, 'name' | 'type'>, table?: string): string {
  const cell = `${table === undefined ? '' : `${table}.`}${quoteName(name)}`
  switch (type) {
    case 'boolean':
    case 'integer':
      return `CAST(${cell} AS VARCHAR)`
    case 'number':
      // 2.0 is 2, as in JSON
      return `CASE WHEN ${cell} = trunc(${cell}) AND abs(${cell}) < 9007199254740992 THEN CAST(CAST(${cell} AS BIGINT) AS VARCHAR) ELSE CAST(${cell} AS VARCHAR) END`
    case 'string':
      return `CAST(to_json(${cell}) AS VARCHAR)`
    case 'timestamp':
      return `('"' || regexp_replace(strftime(${cell}, '%Y-%m-%dT%H:%M:%S.%fZ'), '\\.?0+Z$', 'Z') || '"')`
    case 'json':
      return cell
  }
}

/** 128 bits of the SHA-256 of a row's members that are not NULL, by name: a column that is added changes no row. */
export function rowHash(columns: readonly Column[], table?: string): string {
  const members = columns
    .toSorted((a, b) => (a.name < b.name ? -1 : 1))
    .map(column => `${quoteText(`${JSON.stringify(column.name)}:`)} || ${cellJson(column, table)}`)
  const text = members.length === 0 ? `''` : `concat_ws(',', ${members.join(', ')})`
  return `CAST(left(sha256(${text}), 32) AS UUID)`
}

/** The key of a row: the JSON list of its key's values, or its hash and its copy where the dataset has no key. */
export function rowKey(schema: DatasetSchema, table?: string): string {
  if (schema.key.length === 0) {
    const prefix = table === undefined ? '' : `${table}.`
    return `(replace(CAST(${prefix}_hash AS VARCHAR), '-', '') || '.' || CAST(${prefix}_copy AS VARCHAR))`
  }
  const parts = schema.key.map(name => cellJson(columnOf(schema, name), table))
  return `('[' || ${parts.join(` || ',' || `)} || ']')`
}

export function columnOf(schema: DatasetSchema, name: string): Column {
  const column = schema.columns.find(candidate => candidate.name === name)
  if (!column) throw new Error(`The schema has no column ${name}.`)
  return column
}

/** A row as one JSON object, in the order of the columns. */
export function rowJson(columns: readonly Column[], table?: string): string {
  if (columns.length === 0) return `'{}'`
  const members = columns.map(
    column =>
      `${quoteText(`${JSON.stringify(column.name)}:`)} || coalesce(${cellJson(column, table)}, 'null')`,
  )
  return `('{' || ${members.join(` || ',' || `)} || '}')`
}

/**
 * Makes the views of a version: `NAME` with its columns, `_key`, `_hash`, `_copy`, and where each row lies (`_segment`,
 * counted from 0, and `_position`). Reads footers and removal vectors, no rows.
 */
export async function createVersionView(
  duckdb: DuckDBConnection,
  name: string,
  files: VersionFiles,
): Promise<void> {
  await duckdb.run(
    `CREATE OR REPLACE TEMP VIEW ${quoteName(name)} AS ${await selectVersion(duckdb, name, files)}`,
  )
}

async function selectVersion(duckdb: DuckDBConnection, name: string, files: VersionFiles): Promise<string> {
  const { schema, segments } = files
  const empty = schema.columns.map(
    ({ name: column, type }) => `CAST(NULL AS ${duckdbTypes[type]}) AS ${quoteName(column)}`,
  )
  const ours = `CAST(NULL AS UUID) AS _hash, CAST(0 AS UINTEGER) AS _copy, 0 AS _segment, CAST(0 AS BIGINT) AS _position`
  const key = rowKey(schema)
  if (segments.length === 0)
    return `SELECT *, ${key} AS _key FROM (SELECT ${[...empty, ours].join(', ')} WHERE false)`
  const paths = listOf(segments.map(({ file }) => file))
  const present = new Set(await readTexts(duckdb, `SELECT DISTINCT name FROM parquet_schema(${paths})`))
  const columns = schema.columns.map(({ name: column, type }) => {
    const cell = present.has(column) ? `s.${quoteName(column)}` : 'NULL'
    return `CAST(${cell} AS ${duckdbTypes[type]}) AS ${quoteName(column)}`
  })
  const removed = segments.flatMap(({ removedFile }, index) =>
    removedFile === undefined ? [] : [{ file: removedFile, index }],
  )
  const anti =
    removed.length === 0
      ? ''
      : `ANTI JOIN ${await loadRemoved(duckdb, name, removed)} AS r ON r.segment = s._segment AND r.position = s.file_row_number`
  const segmentOf = segments.length === 1 ? '0' : `list_position(${paths}, filename)::INTEGER - 1`
  const copy = present.has('_copy') ? 's._copy' : 'CAST(0 AS UINTEGER) AS _copy'
  const scan = `SELECT *, ${segmentOf} AS _segment FROM read_parquet(${paths}, union_by_name = true, file_row_number = true, filename = true)`
  return `SELECT *, ${key} AS _key FROM (SELECT ${[...columns, 's._hash', copy, 's._segment', 's.file_row_number AS _position'].join(', ')} FROM (${scan}) AS s ${anti})`
}

async function loadRemoved(
  duckdb: DuckDBConnection,
  name: string,
  removed: readonly { readonly file: string; readonly index: number }[],
): Promise<string> {
  const table = quoteName(`${name} removed`)
  const paths = listOf(removed.map(({ file }) => file))
  const indices = `[${removed.map(({ index }) => index).join(', ')}]`
  await duckdb.run(
    `CREATE OR REPLACE TEMP TABLE ${table} AS SELECT ${indices}[list_position(${paths}, filename)] AS segment, position FROM read_parquet(${paths}, filename = true)`,
  )
  return table
}

/**
 * The split of a row: SHA-256 of the salt, a line feed and the JSON list of the values that decide; its first 52 bits as a
 * share of 1, along the parts in their order. Rows of a dataset without a key go by their content, copies together.
 */
export function splitOf(splits: SplitsDefinition, schema: DatasetSchema): string {
  const by = splits.by === undefined ? schema.key : [splits.by].flat()
  const values =
    by.length === 0
      ? `replace(CAST(_hash AS VARCHAR), '-', '')`
      : `('[' || ${by.map(name => `coalesce(${cellJson(columnOf(schema, name))}, 'null')`).join(` || ',' || `)} || ']')`
  const share = `CAST('0x' || left(sha256(${quoteText(`${splits.salt}\n`)} || ${values}), 13) AS BIGINT) / 4503599627370496.0`
  const parts = Object.entries(splits.parts)
  const whole = parts.reduce((sum, [, size]) => sum + size, 0)
  let upTo = 0
  const cases = parts.map(([part, size], index) => {
    upTo += size
    return index === parts.length - 1
      ? `ELSE ${quoteText(part)}`
      : `WHEN ${share} < ${upTo / whole} THEN ${quoteText(part)}`
  })
  return cases.length === 1 ? quoteText(parts[0]?.[0] ?? '') : `CASE ${cases.join(' ')} END`
}

/** The first column of all rows, as texts. */
export async function readTexts(duckdb: DuckDBConnection, sql: string): Promise<string[]> {
  const reader = await duckdb.runAndReadAll(sql)
  return reader.getRows().map(([text]) => String(text))
}

/** The one row of a query of numbers. */
export async function readNumbers(duckdb: DuckDBConnection, sql: string): Promise<number[]> {
  const reader = await duckdb.runAndReadAll(sql)
  return (reader.getRows()[0] ?? []).map(Number)
}
