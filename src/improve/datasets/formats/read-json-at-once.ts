import type { ColumnType } from '../dataset.ts'
import { columnName } from '../definition.ts'
import { quoteName, quoteText } from '../worker/sql.ts'
import { type DeclaredTypes, mostColumns } from './format.ts'
import type { RowSource } from './read-json-lines.ts'
import { readHead } from './unpack-file.ts'

const headBytes = 256 * 1024
/** Longer lines, and what else is out of the ordinary, are read step by step. */
const longestLine = 4 * 1024 * 1024
const unexpected = 'slipway: another row than expected'

/**
 * Reads JSON lines in one pass, as the first of them let expect: the same members in the same order, each of one type. Each value is held to
 * that as it is read; a row that is otherwise ends the reading with an error, and the file is then read step by step, which takes anything
 * and says what is wrong where. `undefined` where the first lines are no such rows.
 */
export async function readJsonAtOnce(file: string, declared: DeclaredTypes): Promise<RowSource | undefined> {
  const head = await readHead(file, headBytes)
  if (head[0] !== 0x7b) return undefined
  const end = head.length < headBytes ? head.length : head.lastIndexOf(10)
  if (end <= 0) return undefined
  const rows = parseLines(head.toString('utf8', 0, end))
  const [first] = rows ?? []
  if (!rows || !first) return undefined
  const names = Object.keys(first)
  const lower = new Set(names.map(name => name.toLowerCase()))
  const areFit =
    names.length > 0 &&
    names.length <= mostColumns &&
    lower.size === names.length &&
    names.every(name => columnName.safeParse(name).success)
  if (!areFit) return undefined
  const order = names.join('\0')
  if (rows.some(row => Object.keys(row).join('\0') !== order)) return undefined
  const columns: RowSource['columns'][number][] = []
  for (const name of names) {
    const type = typeIn(
      rows.map(row => row[name]),
      Object.hasOwn(declared, name) ? declared[name] : undefined,
    )
    if (!type) return undefined
    columns.push({ name, type })
  }
  const cells = columns.map(
    ({ name, type }, at) =>
      `${cellOf(`v[${at + 1}]`, type, declared[name] === 'json')} AS ${quoteName(name)}`,
  )
  const expected = `[${names.map(quoteText).join(', ')}]`
  const lines = `read_json(${quoteText(file)}, format = 'newline_delimited', records = false, columns = {'json': 'MAP(VARCHAR, JSON)'}, maximum_object_size = ${longestLine})`
  return {
    columns,
    select: `SELECT ${cells.join(', ')} FROM (SELECT CASE WHEN map_keys(json) = ${expected} THEN map_values(json) ELSE error(${quoteText(unexpected)}) END AS v FROM ${lines})`,
  }
}

function parseLines(text: string): Record<string, unknown>[] | undefined {
  const rows: Record<string, unknown>[] = []
  for (const line of text.split('\n')) {
    if (line.trim() === '') continue
    try {
      const value: unknown = JSON.parse(line)
      if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined
      rows.push(value as Record<string, unknown>)
    } catch {
      return undefined
    }
  }
  return rows
}

/** The one type that values have which are there; `undefined` where they leave it open. */
function typeIn(values: readonly unknown[], declared: ColumnType | undefined): ColumnType | undefined {
  const kinds = new Set(
    values
      .filter(value => value !== null)
      .map(value => (typeof value === 'number' && Number.isInteger(value) ? 'integer' : typeof value)),
  )
  if (declared === 'json') return 'json'
  if (kinds.size === 0) return declared
  const isNumber = [...kinds].every(kind => kind === 'integer' || kind === 'number')
  // 1.0 is a number and no integer, which cannot be seen here: the reading says so
  const found: ColumnType | undefined = isNumber
    ? kinds.has('number')
      ? 'number'
      : 'integer'
    : kinds.size > 1
      ? undefined
      : kinds.has('string')
        ? 'string'
        : kinds.has('boolean')
          ? 'boolean'
          : 'json'
  if (declared === undefined || declared === found) return found
  if (declared === 'number' && found === 'integer') return 'number'
  return declared === 'timestamp' && found === 'string' ? 'timestamp' : undefined
}

/** A value of its JSON text, or an error where that is of another type; JSON is nested, where not `isAnything`. */
function cellOf(value: string, type: ColumnType, isAnything: boolean): string {
  const text = `CAST(${value} AS VARCHAR)`
  const fails = `error(${quoteText(unexpected)})`
  const plain = `CASE WHEN contains(${text}, '\\') THEN ${value} ->> '$' ELSE substring(${text}, 2, length(${text}) - 2) END`
  const none = `WHEN ${value} IS NULL OR ${text} = 'null' THEN NULL`
  switch (type) {
    case 'string':
      return `CASE ${none} WHEN ascii(${text}) = 34 THEN ${plain} ELSE ${fails} END`
    case 'timestamp': {
      const time = `CAST(TRY_CAST((${plain}) AS TIMESTAMPTZ) AS TIMESTAMP)`
      return `CASE ${none} WHEN ascii(${text}) = 34 AND ${time} IS NOT NULL THEN ${time} ELSE CAST(${fails} AS TIMESTAMP) END`
    }
    case 'boolean':
      return `CASE ${none} WHEN ${text} = 'true' THEN true WHEN ${text} = 'false' THEN false ELSE CAST(${fails} AS BOOLEAN) END`
    case 'integer':
      return `CASE ${none} WHEN regexp_full_match(${text}, '-?[0-9]{1,18}') THEN CAST(${text} AS BIGINT) ELSE CAST(${fails} AS BIGINT) END`
    case 'number':
      // whole numbers that a double holds
      return `CASE ${none} WHEN regexp_full_match(${text}, '-?[0-9]{1,15}([.][0-9]+)?([eE][-+]?[0-9]{1,2})?') THEN CAST(${text} AS DOUBLE) ELSE CAST(${fails} AS DOUBLE) END`
    case 'json':
      // DuckDB reads NaN and Infinity, which nobody else reads as JSON
      return `CASE ${none} WHEN contains(${text}, 'NaN') OR contains(${text}, 'Infinity')${isAnything ? '' : ` OR ascii(${text}) NOT IN (91, 123)`} THEN ${fails} ELSE ${text} END`
  }
}
