import { readFile, stat, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { readYaml } from '../../../foundation/config/index.ts'
import { quoteText } from '../worker/sql.ts'
import type { DataTaskContext } from '../worker/tasks.ts'
import { isObject } from './check-chat.ts'
import { count, excerpt, fileFault } from './file-fault.ts'
import { type DeclaredTypes, type DetectedFormat, mostDocumentBytes, mostRowBytes } from './format.ts'
import { expectedOf, readExpected, type Assertion } from './promptfoo-assertions.ts'
import { surveyText } from './read-text-lines.ts'
import { checkHeader, findCsvFault, readHeader } from './scan-csv.ts'

/** The columns of a test that are no variables. */
export const testColumns = ['description', 'expected', 'assert', 'options', 'threshold', 'metadata'] as const

interface Test {
  readonly description?: string | undefined
  readonly vars: Readonly<Record<string, unknown>>
  readonly assert: readonly unknown[]
  readonly options?: unknown
  readonly threshold?: unknown
  readonly metadata?: unknown
}

/** The tests of promptfoo, from YAML, JSON or CSV, as JSON lines: each variable a column, and the assertions as they are. */
export async function readPromptfoo(
  file: string,
  detected: DetectedFormat,
  context: DataTaskContext,
): Promise<{ readonly lines: string; readonly declared: DeclaredTypes }> {
  const { size } = await stat(file)
  if (size > mostDocumentBytes)
    throw fileFault(
      `a file of tests is read whole, and this one has ${count(size)} bytes; ${count(mostDocumentBytes)} are the most. Nothing was stored.`,
      'Split it, or write the rows as JSONL.',
    )
  await surveyText(file, context.signal)
  const tests =
    detected.layout === 'table' ? await readTable(file, context) : await readDocument(file, detected)
  if (tests.length === 0)
    throw fileFault('there are no tests in the file. Nothing was stored.', 'Tests stand under `tests:`.')
  const rows = tests.map(toRow)
  const lines = path.join(context.scratch, 'tests.jsonl')
  await writeFile(lines, rows.map(row => `${JSON.stringify(row)}\n`).join(''), { mode: 0o600 })
  return { lines, declared: declare(rows) }
}

/** Columns whose type does not follow from their values: what is nested, and what differs from test to test. */
function declare(rows: readonly Readonly<Record<string, unknown>>[]): DeclaredTypes {
  const declared: Record<string, 'json' | 'string'> = { assert: 'json', options: 'json', metadata: 'json' }
  const kinds = new Map<string, string>()
  for (const row of rows)
    for (const [name, value] of Object.entries(row)) {
      if (value === null || value === undefined) continue
      const kind = typeof value
      const before = kinds.get(name)
      if (before !== undefined && before !== kind) declared[name] = 'json'
      kinds.set(name, kind)
    }
  return Object.fromEntries(
    Object.entries(declared).filter(([name]) => rows.some(row => Object.hasOwn(row, name))),
  )
}

function toRow(
  { description, vars, assert, options, threshold, metadata }: Test,
  index: number,
): Record<string, unknown> {
  for (const name of Object.keys(vars))
    if ((testColumns as readonly string[]).includes(name))
      throw fileFault(
        `test ${index + 1} has a variable \`${name}\`, and that is what we call a column of ours. Nothing was stored.`,
        'Rename the variable.',
      )
  const expected = expectedOf(assert)
  return {
    ...(description !== undefined && { description }),
    ...vars,
    ...(expected !== undefined && { expected }),
    ...(assert.length > 0 && { assert }),
    ...(isObject(options) && { options }),
    ...(typeof threshold === 'number' && { threshold }),
    ...(isObject(metadata) && { metadata }),
  }
}

async function readDocument(file: string, detected: DetectedFormat): Promise<Test[]> {
  const text = (await readFile(file, 'utf8')).replace(/^\uFEFF/, '')
  const source = readYaml(text)
  const [fault] = source.faults
  if (fault) {
    const { line, column } = fault.position
    throw fileFault(
      `the ${detected.layout === 'yaml' ? 'YAML' : 'JSON'} cannot be read at line ${line}, column ${column} (byte ${count(byteOf(text, line, column))}): ${fault.message} Nothing was stored.`,
      fault.mend,
    )
  }
  const { data } = source
  const document = isObject(data) ? data : { tests: data }
  const { tests } = document
  if (typeof tests === 'string')
    throw fileFault(
      `the tests are in another file, which this one names: ${excerpt(tests, 100)}. Nothing was stored.`,
      'Import that file.',
    )
  if (!Array.isArray(tests))
    throw fileFault(
      'there is no list of `tests` in the file. Nothing was stored.',
      'Tests stand under `tests:`.',
    )
  const usual = isObject(document['defaultTest']) ? document['defaultTest'] : {}
  return tests.map((test: unknown, index) => {
    const at = source.positionOf(isObject(data) ? ['tests', index] : [index], 'value')
    const where = `test ${index + 1} (line ${at.line}, byte ${count(byteOf(text, at.line, at.column))})`
    if (typeof test === 'string')
      throw fileFault(
        `${where} is a text, which names another file: ${excerpt(test, 100)}. Nothing was stored.`,
        'Import that file, or write the tests into this one.',
      )
    if (!isObject(test))
      throw fileFault(`${where} is no test. Nothing was stored.`, 'A test holds `vars` and `assert`.')
    const vars = test['vars'] ?? {}
    if (typeof vars === 'string')
      throw fileFault(
        `the variables of ${where} are in another file. Nothing was stored.`,
        'Write them into the test.',
      )
    if (!isObject(vars))
      throw fileFault(`the \`vars\` of ${where} are no object. Nothing was stored.`, 'Name each variable.')
    const usualVars = isObject(usual['vars']) ? usual['vars'] : {}
    return {
      description: typeof test['description'] === 'string' ? test['description'] : undefined,
      vars: { ...usualVars, ...vars },
      assert: [...readAssertions(usual['assert'], where), ...readAssertions(test['assert'], where)],
      options: test['options'],
      threshold: test['threshold'],
      metadata: test['metadata'],
    }
  })
}

function readAssertions(value: unknown, where: string): unknown[] {
  if (value === undefined || value === null) return []
  const list: unknown[] = Array.isArray(value) ? value : [value]
  for (const [index, entry] of list.entries())
    if (!isObject(entry) || typeof entry['type'] !== 'string')
      throw fileFault(
        `assertion ${index + 1} of ${where} has no type. Nothing was stored.`,
        'An assertion is {type: …, value: …}.',
      )
  return list
}

function byteOf(text: string, line: number, column: number): number {
  const before = text.split('\n').slice(0, line - 1)
  return before.reduce((bytes, each) => bytes + Buffer.byteLength(each) + 1, 0) + column - 1
}

/** promptfoo's CSV: `__expected`, `__expected1` … are assertions, `__description` and the like what they say, the rest variables. */
async function readTable(file: string, { duckdb, signal }: DataTaskContext): Promise<Test[]> {
  const text = (await readFile(file, 'utf8')).replace(/^\uFEFF/, '')
  const delimiter = text.slice(0, text.search(/\r?\n|$/)).includes('\t') ? '\t' : ','
  const names = readHeader(text, delimiter)
  checkHeader(names)
  const columns = names.map(name => `${quoteText(name)}: 'VARCHAR'`)
  let records: (string | null)[][]
  try {
    const reader = await duckdb.runAndReadAll(
      `SELECT * FROM read_csv(${quoteText(file)}, auto_detect = false, header = true, delim = ${quoteText(delimiter)}, quote = '"', escape = '"', nullstr = '', allow_quoted_nulls = false, strict_mode = true, max_line_size = ${mostRowBytes}, buffer_size = ${2 * mostRowBytes}, columns = {${columns.join(', ')}})`,
    )
    records = reader.getRows() as (string | null)[][]
  } catch (error) {
    throw (await findCsvFault(file, delimiter, names.length, signal)) ?? error
  }
  return records.map(record => readRecord(names, record))
}

function readRecord(names: readonly string[], record: readonly (string | null)[]): Test {
  const vars: Record<string, unknown> = {}
  const assert: Assertion[] = []
  const metadata: Record<string, unknown> = {}
  let description: string | undefined
  let threshold: number | undefined
  for (const [index, name] of names.entries()) {
    const value = record[index] ?? undefined
    if (/^__expected\d*$/.test(name)) {
      if (value !== undefined) assert.push(readExpected(value))
    } else if (name === '__description') description = value
    else if (name === '__threshold') threshold = value === undefined ? undefined : Number(value)
    else if (name.startsWith('__metadata:')) {
      if (value !== undefined) metadata[name.slice('__metadata:'.length)] = value
    } else if (name.startsWith('__')) {
      if (value !== undefined) metadata[name] = value
    } else vars[name] = value ?? null
  }
  return {
    description,
    vars,
    assert,
    threshold,
    metadata: Object.keys(metadata).length > 0 ? metadata : undefined,
  }
}
