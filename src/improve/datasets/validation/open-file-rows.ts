import path from 'node:path'
import type { Definition } from '../definition.ts'
import type { DeclaredTypes, ImportedFile } from '../formats/format.ts'
import { importFile } from '../formats/import-file.ts'
import { quoteName, quoteText, readNumbers, rowKey } from '../worker/sql.ts'
import type { DataTaskContext } from '../worker/tasks.ts'
import type { RowsView } from './rule.ts'

export interface FileRows extends RowsView {
  /** The Parquet file in which the rows lie now. */
  readonly staged: string
}

/** Reads a file of rows as an import would, and shows them as a view. What is not of its declared type is left to the rules. */
export async function openFileRows(
  context: DataTaskContext,
  name: string,
  file: string,
  definition: Definition,
): Promise<FileRows> {
  const { duckdb, scratch } = context
  // what looks like a number may be meant as text
  const declared: DeclaredTypes = Object.fromEntries(
    Object.entries(definition.columns).flatMap(([column, { type }]) =>
      type === 'string' ? [[column, type]] : [],
    ),
  )
  const imported = await importFile(
    { file, name: path.basename(file), declared, folder: path.join(scratch, name.replaceAll(/\W/g, '-')) },
    context,
  )
  const times = await findTimes(context, imported, definition)
  const columns = imported.columns.map(column =>
    times.includes(column.name) ? { ...column, type: 'timestamp' as const } : column,
  )
  const schema = { columns, key: definition.key.filter(key => columns.some(column => column.name === key)) }
  const key = schema.key.length === 0 ? 'CAST(_row AS VARCHAR)' : rowKey(schema)
  // splits of rows without a key go by what they hold
  const hash = `md5(concat_ws(chr(10), ${columns.map(({ name: column }) => quoteName(column)).join(', ')}))::UUID`
  const replaced = times.map(column => `CAST(${quoteName(column)} AS TIMESTAMP) AS ${quoteName(column)}`)
  const replace = replaced.length === 0 ? '' : ` REPLACE (${replaced.join(', ')})`
  const source = `SELECT * EXCLUDE (file_row_number)${replace}, file_row_number + 1 AS _row FROM read_parquet(${quoteText(imported.file)}, file_row_number = true)`
  await duckdb.run(
    `CREATE OR REPLACE TEMP VIEW ${quoteName(name)} AS SELECT *, ${key} AS _key, ${columns.length === 0 ? 'NULL' : hash} AS _hash FROM (${source})`,
  )
  return { view: quoteName(name), schema, rows: imported.rows, staged: imported.file }
}

/** Columns of texts that are declared as times, and are: an import would keep them as such. */
async function findTimes(
  { duckdb }: DataTaskContext,
  { file, columns }: ImportedFile,
  definition: Definition,
): Promise<string[]> {
  const declared = columns.filter(
    ({ name, type }) => type === 'string' && definition.columns[name]?.type === 'timestamp',
  )
  if (declared.length === 0) return []
  const wrong = declared.map(
    ({ name }) => `count(${quoteName(name)}) - count(TRY_CAST(${quoteName(name)} AS TIMESTAMP))`,
  )
  const counts = await readNumbers(duckdb, `SELECT ${wrong.join(', ')} FROM read_parquet(${quoteText(file)})`)
  return declared.flatMap(({ name }, at) => (counts[at] === 0 ? [name] : []))
}
