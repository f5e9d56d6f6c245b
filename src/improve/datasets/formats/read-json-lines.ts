import { createReadStream, createWriteStream } from 'node:fs'
import path from 'node:path'
import { pipeline } from 'node:stream/promises'
import type { ColumnType } from '../dataset.ts'
import { columnName } from '../definition.ts'
import { quoteName, quoteText, readNumbers, readTexts } from '../worker/sql.ts'
import type { DataTaskContext } from '../worker/tasks.ts'
import { kindOf, kinds, kindsOf, type ReadColumn, readColumn, typeOf } from './column-types.ts'
import { excerpt, fileFault } from './file-fault.ts'
import { findDocumentFault, findJsonFault, formatRow, placeOfRow, readRowLines } from './find-json-fault.ts'
import { type DeclaredTypes, mostColumns } from './format.ts'
import { surveyText } from './read-text-lines.ts'
import { readHead } from './unpack-file.ts'

/** How DuckDB is to read the rows of a file, once they have been looked through. */
export interface RowSource {
  /** Selects the columns under their types, in the order of the file. */
  readonly select: string
  readonly columns: readonly Pick<ReadColumn, 'name' | 'type'>[]
}

/**
 * Looks through a file of JSON lines: which members there are, and what each holds. DuckDB reads it as fast as the machine can;
 * where it refuses, or what it found does not go together, the place is searched for. Throws `invalid_request` that names row
 * and byte.
 */
export async function readJsonLines(
  given: string,
  declared: DeclaredTypes,
  context: DataTaskContext,
): Promise<RowSource> {
  const { signal, progress } = context
  const survey = await surveyText(given, signal)
  const file = survey.hasMark ? await withoutMark(given, context.scratch) : given
  const buffer = Math.max(1024 * 1024, survey.longestLine + 1_024)
  const names = await readNames(file, buffer, context)
  progress(0.25, 'reads the types')
  const columns = names.map(name => `${quoteText(name)}: 'JSON'`)
  const asJson = `read_json(${quoteText(file)}, format = 'newline_delimited', records = true, columns = {${columns.join(', ')}}, maximum_object_size = ${buffer})`
  const found = await readKinds(names, declared, asJson, file, context)
  const types = new Map<string, ColumnType>()
  for (const [index, name] of names.entries()) {
    const bits = found[index] ?? 0
    const wanted = Object.hasOwn(declared, name) ? declared[name] : undefined
    if ((bits & kinds.alien) !== 0 && wanted !== 'timestamp') {
      const fault = await findJsonFault(file, signal)
      if (fault) throw fault
    }
    if (wanted && (bits & ~kindsOf(wanted)) !== 0)
      throw await declaredFault(name, wanted, asJson, file, context)
    const type = wanted ?? typeOf(bits)
    if (!type) throw await mixedFault(name, asJson, file, context)
    types.set(name, type)
  }
  const read = names.map((name, index) => readColumn(name, types.get(name) ?? 'json', found[index] ?? 0))
  if (await mayHoldAliens(read, asJson, context)) {
    const fault = await findJsonFault(file, signal)
    if (fault) throw fault
  }
  const typed = read.map(({ name, readAs }) => `${quoteText(name)}: ${quoteText(readAs)}`)
  return {
    columns: read,
    select: `SELECT ${read.map(({ select }) => select).join(', ')} FROM read_json(${quoteText(file)}, format = 'newline_delimited', records = true, columns = {${typed.join(', ')}}, maximum_object_size = ${buffer})`,
  }
}

/** A JSON list of objects, or objects over several lines, as JSON lines. */
export async function toJsonLines(file: string, context: DataTaskContext): Promise<string> {
  const { scratch, signal } = context
  await surveyDocument(file, signal)
  const lines = path.join(scratch, 'lines.jsonl')
  const head = (await readHead(file, 65_536)).toString('utf8').trimStart()
  const format = head.startsWith('[') ? 'array' : 'unstructured'
  try {
    await writeLines(
      `SELECT CAST(json(json) AS VARCHAR) FROM read_json_objects(${quoteText(file)}, format = '${format}', maximum_object_size = 67108864)`,
      lines,
      context,
    )
  } catch (error) {
    throw (await findDocumentFault(file)) ?? toFault(error)
  }
  return lines
}

/** Writes a query of one column of JSON texts as lines. */
export async function writeLines(select: string, file: string, { duckdb }: DataTaskContext): Promise<void> {
  // JSON text holds no control characters, so nothing in it is taken for what separates
  await duckdb.run(
    `COPY (${select}) TO ${quoteText(file)} (FORMAT csv, HEADER false, DELIMITER '\u0001', QUOTE '', ESCAPE '')`,
  )
}

async function surveyDocument(file: string, signal: AbortSignal): Promise<void> {
  await surveyText(file, signal)
}

async function withoutMark(file: string, scratch: string): Promise<string> {
  const plain = path.join(scratch, 'without-mark')
  await pipeline(createReadStream(file, { start: 3 }), createWriteStream(plain, { mode: 0o600 }))
  return plain
}

/** The names of all members: those of the first row in their order, then the others by name. */
async function readNames(
  file: string,
  buffer: number,
  { duckdb, signal }: DataTaskContext,
): Promise<string[]> {
  let names: string[]
  try {
    const lines = `read_ndjson_objects(${quoteText(file)}, maximum_object_size = ${buffer})`
    await duckdb.run(
      `CREATE OR REPLACE TEMP TABLE key_sets AS SELECT CASE WHEN ascii(ltrim(json)) = 123 THEN CAST(to_json(json_keys(json)) AS VARCHAR) END AS keys FROM ${lines} GROUP BY 1`,
    )
    names = await readTexts(
      duckdb,
      `SELECT DISTINCT unnest(from_json(keys, '["VARCHAR"]')) AS name FROM key_sets ORDER BY name`,
    )
  } catch (error) {
    throw (await findJsonFault(file, signal)) ?? toFault(error)
  }
  const [others = 0, sets = 0] = await readNumbers(
    duckdb,
    'SELECT count(*) FILTER (keys IS NULL), count(*) FROM key_sets',
  )
  if (others > 0) throw (await findJsonFault(file, signal)) ?? fileFault('a line is no object.', 'Mend it.')
  if (sets === 0 || names.length === 0)
    throw fileFault(
      'the file has no rows, or none with a column. Nothing was stored.',
      'Send one that holds rows.',
      { row: 1, byte: 0 },
    )
  if (names.length > mostColumns)
    throw fileFault(
      `its rows have ${names.length} different members, and a dataset may have ${mostColumns} columns. Nothing was stored.`,
      'Put what differs from row to row into one member that holds an object.',
    )
  const first = await firstNames(file, signal)
  const known = new Set(names)
  const ordered = [...new Set([...first.filter(name => known.has(name)), ...names])]
  for (const name of ordered) {
    const check = columnName.safeParse(name)
    if (!check.success)
      throw fileFault(
        `the member ${excerpt(name)} cannot be a column: its name ${check.error.issues[0]?.message ?? 'is none'}. Nothing was stored.`,
        'Rename it.',
      )
  }
  refuseLookalikes(ordered)
  return ordered
}

/** DuckDB takes names that differ in case alone for one. */
export function refuseLookalikes(names: readonly string[]): void {
  const seen = new Map<string, string>()
  for (const name of names) {
    const before = seen.get(name.toLowerCase())
    if (before !== undefined)
      throw fileFault(
        `the columns ${excerpt(before)} and ${excerpt(name)} differ in case alone, and queries cannot tell them apart. Nothing was stored.`,
        'Rename one.',
      )
    seen.set(name.toLowerCase(), name)
  }
}

async function firstNames(file: string, signal: AbortSignal): Promise<string[]> {
  for await (const { bytes } of readRowLines(file, signal)) {
    const value: unknown = JSON.parse(bytes.toString('utf8'))
    return typeof value === 'object' && value !== null ? Object.keys(value) : []
  }
  return []
}

async function readKinds(
  names: readonly string[],
  declared: DeclaredTypes,
  asJson: string,
  file: string,
  { duckdb, signal }: DataTaskContext,
): Promise<number[]> {
  const bits = names.map(name => `coalesce(bit_or(${kindOfColumn(name, declared)}), 0)`)
  try {
    return await readNumbers(duckdb, `SELECT ${bits.join(', ')} FROM ${asJson}`)
  } catch (error) {
    throw (await findJsonFault(file, signal)) ?? toFault(error)
  }
}

function kindOfColumn(name: string, declared: DeclaredTypes): string {
  const text = `CAST(${quoteName(name)} AS VARCHAR)`
  const kind = kindOf(text)
  if (!Object.hasOwn(declared, name) || declared[name] !== 'timestamp') return kind
  return `CASE WHEN ascii(${text}) = 34 AND TRY_CAST(${quoteName(name)} ->> '$' AS TIMESTAMPTZ) IS NULL THEN ${kinds.alien} ELSE ${kind} END`
}

/** DuckDB reads NaN and Infinity inside nested values, which nobody else reads as JSON. */
async function mayHoldAliens(
  columns: readonly ReadColumn[],
  asJson: string,
  { duckdb }: DataTaskContext,
): Promise<boolean> {
  const nested = columns.filter(({ type }) => type === 'json')
  if (nested.length === 0) return false
  const tests = nested.map(({ name }) => {
    const text = `CAST(${quoteName(name)} AS VARCHAR)`
    return `contains(${text}, 'NaN') OR contains(${text}, 'Infinity')`
  })
  const [number = 0] = await readNumbers(
    duckdb,
    `SELECT count(*) FROM (SELECT 1 FROM ${asJson} WHERE ${tests.join(' OR ')} LIMIT 1)`,
  )
  return number > 0
}

async function declaredFault(
  name: string,
  type: ColumnType,
  asJson: string,
  file: string,
  { duckdb, signal }: DataTaskContext,
): Promise<Error> {
  const allowed = kindsOf(type)
  const numbered = `SELECT row_number() OVER () AS row, ${kindOfColumn(name, { [name]: type })} AS kind FROM ${asJson}`
  const [row = 1, kind = 0, faulty = 0] = await readNumbers(
    duckdb,
    `SELECT min(row), min_by(kind, row), count(*) FROM (${numbered}) WHERE kind IS NOT NULL AND (kind & ${allowed}) = 0`,
  )
  return fileFault(
    `the column ${excerpt(name)} is declared as ${type} and holds ${nameOfKind(kind, type)} here, and what does not go in ${faulty} ${faulty === 1 ? 'row' : 'rows'} in all. Nothing was stored.`,
    'Mend the rows, or declare another type: `json` takes anything.',
    await placeOfRow(file, row, signal),
  )
}

async function mixedFault(
  name: string,
  asJson: string,
  file: string,
  { duckdb, signal }: DataTaskContext,
): Promise<Error> {
  const numbered = `SELECT row_number() OVER () AS row, ${kindOf(`CAST(${quoteName(name)} AS VARCHAR)`)} AS kind FROM ${asJson}`
  const reader = await duckdb.runAndReadAll(
    `SELECT family, min(row), count(*) FROM (SELECT row, CASE WHEN (kind & ${kinds.integer | kinds.long | kinds.number | kinds.huge}) <> 0 THEN ${kinds.number} ELSE kind END AS family FROM (${numbered}) WHERE kind <> ${kinds.null}) GROUP BY family ORDER BY 2 LIMIT 2`,
  )
  const [first, second] = reader.getRows().map(([kind, row, rows]) => ({
    kind: nameOfKind(Number(kind)),
    row: Number(row),
    rows: Number(rows),
  }))
  if (!first || !second) return new Error(`The column ${name} was taken for mixed and is not.`)
  const before = await formatRow(file, first.row, signal)
  return fileFault(
    `the column ${excerpt(name)} holds ${second.kind} here, and ${first.kind} in ${before}. Nothing was stored.`,
    'Mend the rows, or declare the column as `json` in the definition, which takes both.',
    await placeOfRow(file, second.row, signal),
  )
}

function nameOfKind(kind: number, declared?: ColumnType): string {
  switch (kind) {
    case kinds.string:
      return 'a text'
    case kinds.boolean:
      return 'true or false'
    case kinds.nested:
      return 'an object or a list'
    case kinds.huge:
      return 'a whole number of more than 64 bits'
    case kinds.long:
      return 'a whole number that a double does not hold'
    case kinds.alien:
      return declared === 'timestamp' ? 'a text that is no ISO 8601 time' : 'NaN or Infinity'
    default:
      return 'a number'
  }
}

/** DuckDB's own words where the place could not be found; nothing of the rows. */
function toFault(error: unknown): unknown {
  if (
    !(error instanceof Error) ||
    !/^Invalid Input Error: (?:Malformed JSON|JSON transform|"maximum_object_size")/.test(error.message)
  )
    return error
  const [first = ''] = error.message.split('\n')
  const where = /at byte \d+ in (?:line|record\/value) \d+/.exec(first)?.[0] ?? ''
  return fileFault(
    `the file cannot be read as JSON ${where}. Nothing was stored.`,
    'Write it with a JSON library, one object a line.',
  )
}
