import type { ColumnType } from '../dataset.ts'
import { columnName } from '../definition.ts'
import { quoteName, quoteText, readNumbers } from '../worker/sql.ts'
import type { DataTaskContext } from '../worker/tasks.ts'
import { readTimestamp } from './column-types.ts'
import { excerpt, fileFault } from './file-fault.ts'
import { type DeclaredTypes, mostColumns, mostRowBytes } from './format.ts'
import type { RowSource } from './read-json-lines.ts'
import { refuseLookalikes } from './read-json-lines.ts'
import { surveyText } from './read-text-lines.ts'
import { checkHeader, findCsvFault, placeOfRecord, readHeader } from './scan-csv.ts'
import { readHead } from './unpack-file.ts'

/**
 * Looks through a table of text. A type is taken where every value of the column reads as it and is written in the one way that
 * it would be written again; all else stays text. An empty field is no value, `""` an empty text.
 */
export async function readCsv(
  file: string,
  options: { readonly delimiter: string | undefined; readonly declared: DeclaredTypes },
  context: DataTaskContext,
): Promise<RowSource & { readonly delimiter: string }> {
  const { duckdb, signal, progress } = context
  const { declared } = options
  await surveyText(file, signal)
  const head = (await readHead(file, 1024 * 1024)).toString('utf8').replace(/^\uFEFF/, '')
  const delimiter = options.delimiter ?? guessDelimiter(head)
  const names = readHeader(head, delimiter)
  checkNames(names)
  const columns = names.map(name => `${quoteText(name)}: 'VARCHAR'`)
  const table = `read_csv(${quoteText(file)}, auto_detect = false, header = true, delim = ${quoteText(delimiter)}, quote = '"', escape = '"', nullstr = '', allow_quoted_nulls = false, strict_mode = true, max_line_size = ${mostRowBytes}, buffer_size = ${2 * mostRowBytes}, columns = {${columns.join(', ')}})`
  progress(0.2, 'reads the types')
  let counts: number[]
  try {
    counts = await readNumbers(
      duckdb,
      `SELECT count(*), ${names.map(name => countsOf(quoteName(name))).join(', ')} FROM ${table}`,
    )
  } catch (error) {
    throw (await findCsvFault(file, delimiter, names.length, signal)) ?? toFault(error)
  }
  const [rows = 0] = counts
  if (rows === 0)
    throw fileFault('the file has a header and no rows. Nothing was stored.', 'Send one that holds rows.', {
      row: 1,
      byte: 0,
    })
  const read: { name: string; type: ColumnType; select: string }[] = []
  for (const [index, name] of names.entries()) {
    const [present = 0, booleans = 0, integers = 0, doubles = 0, exact = 0] = counts.slice(
      1 + index * 5,
      6 + index * 5,
    )
    const wanted = Object.hasOwn(declared, name) ? declared[name] : undefined
    if (wanted) await checkDeclared({ name, type: wanted, table, file, delimiter }, context)
    read.push({
      name,
      ...cellOf(name, wanted ?? guessType({ present, booleans, integers, doubles, exact })),
    })
  }
  return {
    delimiter,
    columns: read,
    select: `SELECT ${read.map(({ select }) => select).join(', ')} FROM ${table}`,
  }
}

function guessDelimiter(head: string): string {
  const candidates = [',', ';', '\t', '|']
  const fields = candidates.map(delimiter => readHeader(head, delimiter).length)
  return candidates[fields.indexOf(Math.max(...fields))] ?? ','
}

function checkNames(names: readonly string[]): void {
  checkHeader(names)
  if (names.length > mostColumns)
    throw fileFault(
      `the header has ${names.length} columns, and a dataset may have ${mostColumns}. Nothing was stored.`,
      'Leave some out.',
    )
  for (const name of names) {
    const check = columnName.safeParse(name)
    if (!check.success)
      throw fileFault(
        `the column ${excerpt(name)} cannot be kept: its name ${check.error.issues[0]?.message ?? 'is none'}. Nothing was stored.`,
        'Rename it.',
        { row: 0, line: 1, byte: 0 },
      )
  }
  refuseLookalikes(names)
}

const wholeNumber = `'-?(0|[1-9][0-9]{0,18})'`
/** At most 15 digits: a double holds them all. */
const decimal = `'-?(0|[1-9][0-9]*)[.][0-9]+'`

function countsOf(cell: string): string {
  const isWhole = `regexp_full_match(${cell}, ${wholeNumber}) AND TRY_CAST(${cell} AS BIGINT) IS NOT NULL AND ${cell} <> '-0'`
  return [
    `count(${cell})`,
    `count(*) FILTER (${cell} IN ('true', 'false'))`,
    `count(*) FILTER (${isWhole})`,
    `count(*) FILTER (regexp_full_match(${cell}, ${decimal}) AND length(${cell}) <= 16)`,
    `count(*) FILTER (${isWhole} AND length(${cell}) <= 15)`,
  ].join(', ')
}

function guessType(
  counts: Readonly<Record<'present' | 'booleans' | 'integers' | 'doubles' | 'exact', number>>,
): ColumnType {
  const { present, booleans, integers, doubles, exact } = counts
  if (present === 0) return 'string'
  if (booleans === present) return 'boolean'
  if (integers === present) return 'integer'
  return doubles > 0 && doubles + exact === present ? 'number' : 'string'
}

function cellOf(name: string, type: ColumnType): { type: ColumnType; select: string } {
  const cell = quoteName(name)
  const expressions: Record<ColumnType, string> = {
    string: cell,
    boolean: `CAST(${cell} AS BOOLEAN)`,
    integer: `CAST(${cell} AS BIGINT)`,
    number: `CAST(${cell} AS DOUBLE)`,
    timestamp: readTimestamp(cell),
    json: `CAST(json(${cell}) AS VARCHAR)`,
  }
  return { type, select: `${expressions[type]} AS ${cell}` }
}

/** What a declared type makes of a text; NULL where it makes nothing of it. */
const readings: Readonly<Record<ColumnType, (cell: string) => string>> = {
  string: cell => cell,
  boolean: cell => `CASE WHEN lower(${cell}) IN ('true', 'false') THEN CAST(${cell} AS BOOLEAN) END`,
  integer: cell => `CASE WHEN regexp_full_match(${cell}, '[-+]?[0-9]+') THEN TRY_CAST(${cell} AS BIGINT) END`,
  number: cell => `CASE WHEN isfinite(TRY_CAST(${cell} AS DOUBLE)) THEN TRY_CAST(${cell} AS DOUBLE) END`,
  timestamp: readTimestamp,
  json: cell => `CASE WHEN json_valid(${cell}) THEN ${cell} END`,
}

async function checkDeclared(
  column: {
    readonly name: string
    readonly type: ColumnType
    readonly table: string
    readonly file: string
    readonly delimiter: string
  },
  { duckdb, signal }: DataTaskContext,
): Promise<void> {
  const { name, type, table, file, delimiter } = column
  if (type === 'string') return
  const cell = quoteName(name)
  const [row = 0, faulty = 0] = await readNumbers(
    duckdb,
    `SELECT coalesce(min(row), 0), count(*) FROM (SELECT row_number() OVER () AS row, ${cell}, ${readings[type](cell)} AS reading FROM ${table}) WHERE ${cell} IS NOT NULL AND reading IS NULL`,
  )
  if (faulty === 0) return
  throw fileFault(
    `the column ${excerpt(name)} is declared as ${type} and holds something else here, and in ${faulty} ${faulty === 1 ? 'row' : 'rows'} in all. Nothing was stored.`,
    'Mend the rows, or declare another type: `string` takes anything.',
    await placeOfRecord(file, delimiter, row, signal),
  )
}

function toFault(error: unknown): unknown {
  if (!(error instanceof Error) || !/CSV Error|Invalid Input Error/.test(error.message)) return error
  const where = /on Line: (\d+)/.exec(error.message)?.[1]
  return fileFault(
    `the table cannot be read${where === undefined ? '' : ` at line ${where}`}. Nothing was stored.`,
    'Write it with a CSV library: UTF-8, a header, quotes around texts that hold the delimiter, quotes or line breaks.',
  )
}
