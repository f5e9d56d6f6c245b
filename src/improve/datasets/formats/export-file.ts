import { createReadStream, createWriteStream } from 'node:fs'
import { mkdir, stat } from 'node:fs/promises'
import path from 'node:path'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { createGzip, createZstdCompress } from 'node:zlib'
import { Failure } from '../../../foundation/platform/index.ts'
import type { Column, DatasetSchema } from '../dataset.ts'
import type { VersionFiles } from '../datasets.ts'
import type { Definition, SplitsDefinition } from '../definition.ts'
import { cellJson, createVersionView, quoteName, quoteText, rowJson, splitOf } from '../worker/sql.ts'
import type { DataTaskContext } from '../worker/tasks.ts'
import { isObject } from './check-chat.ts'
import type { Compression, FileFormat } from './format.ts'
import { testColumns } from './read-promptfoo.ts'
import { writeLines } from './read-json-lines.ts'

export interface ExportFile {
  readonly files: VersionFiles
  readonly format: FileFormat
  readonly compression: Compression
  readonly split?: { readonly name: string; readonly splits: SplitsDefinition } | undefined
  /** Columns by their roles, for formats that have places for them. */
  readonly roles: { readonly input?: string | undefined; readonly expected?: string | undefined }
  readonly folder: string
}

export interface ExportedFile {
  readonly file: string
  readonly bytes: number
}

/** Writes the rows of a version as a file that `importFile` makes the same rows of. */
export async function exportFile(parameters: ExportFile, context: DataTaskContext): Promise<ExportedFile> {
  const { duckdb, progress } = context
  const { files, format, compression, split, folder } = parameters
  await mkdir(folder, { recursive: true })
  await createVersionView(duckdb, 'rows', files)
  const where = split ? `WHERE ${splitOf(split.splits, files.schema)} = ${quoteText(split.name)}` : ''
  const order = 'ORDER BY _segment, _position'
  const plain = path.join(folder, 'export')
  progress(0, 'writes the rows')
  if (format === 'parquet') {
    const columns = files.schema.columns.map(({ name }) => quoteName(name))
    await duckdb.run(
      `COPY (SELECT ${columns.join(', ')} FROM rows ${where} ${order}) TO ${quoteText(plain)} (FORMAT parquet, COMPRESSION zstd, ROW_GROUP_SIZE 32768)`,
    )
    return { file: plain, bytes: (await stat(plain)).size }
  }
  if (format === 'csv' || format === 'tsv') {
    const columns = files.schema.columns.map(cellText)
    await duckdb.run(
      `COPY (SELECT ${columns.join(', ')} FROM rows ${where} ${order}) TO ${quoteText(plain)} (FORMAT csv, HEADER true, DELIMITER ${quoteText(format === 'csv' ? ',' : '\t')}, QUOTE '"', ESCAPE '"', NULLSTR '')`,
    )
  } else if (format === 'promptfoo')
    await writeTests(parameters, `FROM rows ${where} ${order}`, plain, context)
  else await writeLines(`SELECT ${lineOf(parameters)} FROM rows ${where} ${order}`, plain, context)
  return await pack(plain, compression, context)
}

function cellText({ name, type }: Column): string {
  const cell = quoteName(name)
  return type === 'timestamp' ? `trim(${cellJson({ name, type })}, '"') AS ${cell}` : cell
}

async function pack(
  plain: string,
  compression: Compression,
  { progress, signal }: DataTaskContext,
): Promise<ExportedFile> {
  if (compression === 'none') return { file: plain, bytes: (await stat(plain)).size }
  progress(0.7, 'packs')
  const file = `${plain}.packed`
  await pipeline(
    createReadStream(plain, { highWaterMark: 1024 * 1024 }),
    compression === 'gzip' ? createGzip({ level: 6 }) : createZstdCompress(),
    createWriteStream(file, { mode: 0o600 }),
    { signal },
  )
  return { file, bytes: (await stat(file)).size }
}

/** What a line of the format is made of. */
function lineOf({ files, format, roles }: ExportFile): string {
  const { schema } = files
  const has = (name: string): boolean => schema.columns.some(column => column.name === name)
  switch (format) {
    case 'openai-chat':
      if (has('messages'))
        return membersOf(pick(schema, ['messages', 'tools', 'parallel_tool_calls', 'functions', 'weight']))
      return chatOf(schema, roles, format)
    case 'openai-preference':
      needColumns(schema, ['input', 'preferred_output', 'non_preferred_output'], format)
      return membersOf(pick(schema, ['input', 'preferred_output', 'non_preferred_output']))
    case 'openai-evals': {
      const input = columnOf(schema, has('input') ? 'input' : roles.input, format, 'input')
      const ideal = columnOf(schema, has('ideal') ? 'ideal' : roles.expected, format, 'expected')
      const others = schema.columns.filter(({ name }) => name !== input.name && name !== ideal.name)
      return `'{"input":' || coalesce(${cellJson(input)}, 'null') || ',"ideal":' || coalesce(${cellJson(ideal)}, 'null') || ${restOf(others)} || '}'`
    }
    case 'openai-eval-items': {
      const columns = schema.columns.filter(({ name }) => name !== 'sample')
      const sample = schema.columns.find(({ name }) => name === 'sample')
      return `'{"item":' || ${rowJson(columns)}${sample ? ` || coalesce(',"sample":' || ${cellJson(sample)}, '')` : ''} || '}'`
    }
    case 'jsonl':
    case 'csv':
    case 'tsv':
    case 'parquet':
    case 'promptfoo':
      return rowJson(schema.columns)
  }
}

/** Messages of a row that has a question and an answer in columns of their own. */
function chatOf(schema: DatasetSchema, roles: ExportFile['roles'], format: FileFormat): string {
  const input = columnOf(schema, roles.input, format, 'input')
  const expected = columnOf(schema, roles.expected, format, 'expected')
  const answer = `'{"role":"assistant","content":' || ${textOf(expected)} || '}'`
  if (input.type !== 'json')
    return `'{"messages":[{"role":"user","content":' || ${textOf(input)} || '},' || ${answer} || ']}'`
  // a list of messages already
  return `'{"messages":' || left(${cellJson(input)}, length(${cellJson(input)}) - 1) || ',' || ${answer} || ']}'`
}

function textOf(column: Column): string {
  return column.type === 'string' ? cellJson(column) : `CAST(to_json(${cellJson(column)}) AS VARCHAR)`
}

function pick(schema: DatasetSchema, names: readonly string[]): Column[] {
  return names.flatMap(name => schema.columns.find(column => column.name === name) ?? [])
}

/** One object of the columns that have a value. */
function membersOf(columns: readonly Column[]): string {
  const members = columns.map(
    column => `${quoteText(`${JSON.stringify(column.name)}:`)} || ${cellJson(column)}`,
  )
  return `'{' || concat_ws(',', ${members.join(', ')}) || '}'`
}

function restOf(columns: readonly Column[]): string {
  if (columns.length === 0) return `''`
  return columns
    .map(column => `coalesce(${quoteText(`,${JSON.stringify(column.name)}:`)} || ${cellJson(column)}, '')`)
    .join(' || ')
}

function columnOf(schema: DatasetSchema, name: string | undefined, format: FileFormat, role: string): Column {
  const column = schema.columns.find(candidate => candidate.name === name)
  if (column) return column
  throw new Failure(
    'invalid_request',
    `A file of ${format} needs to know which column is the ${role}: give one the role \`${role}\` in the definition of the dataset. It has ${schema.columns.map(({ name: each }) => each).join(', ')}.`,
    { details: { parameter: 'format' } },
  )
}

function needColumns(schema: DatasetSchema, names: readonly string[], format: FileFormat): void {
  const missing = names.filter(name => !schema.columns.some(column => column.name === name))
  if (missing.length === 0) return
  throw new Failure(
    'invalid_request',
    `A file of ${format} needs the columns ${names.join(', ')}; the version has no ${missing.join(', ')}.`,
    { details: { parameter: 'format' } },
  )
}

/** Tests as YAML: one a line, in the flow style, which is JSON. */
async function writeTests(
  { files, roles }: ExportFile,
  from: string,
  file: string,
  { duckdb, signal }: DataTaskContext,
): Promise<void> {
  const result = await duckdb.stream(`SELECT ${rowJson(files.schema.columns)} ${from}`)
  async function* lines(): AsyncGenerator<string> {
    yield '# yaml-language-server: $schema=https://promptfoo.dev/config-schema.json\ntests:\n'
    for (;;) {
      signal.throwIfAborted()
      const chunk = await result.fetchChunk()
      if (!chunk || chunk.rowCount === 0) return
      const texts = chunk
        .getRows()
        .map(([text]) => `  - ${JSON.stringify(toTest(JSON.parse(String(text)) as unknown, roles))}\n`)
      yield texts.join('')
    }
  }
  await pipeline(Readable.from(lines()), createWriteStream(file, { mode: 0o600 }), { signal })
}

export function toTest(row: unknown, roles: ExportFile['roles']): Record<string, unknown> {
  const given = Object.entries(isObject(row) ? row : {}).filter(([, value]) => value !== null)
  const test: Record<string, unknown> = {}
  const vars: Record<string, unknown> = {}
  const expectedColumn = roles.expected ?? 'expected'
  let expected: unknown
  for (const [name, value] of given) {
    if (name === expectedColumn) expected = value
    else if ((testColumns as readonly string[]).includes(name)) test[name] = value
    else vars[name] = value
  }
  const assertions = Array.isArray(test['assert']) ? (test['assert'] as unknown[]) : []
  const isAsserted = assertions.some(
    entry => isObject(entry) && entry['type'] === 'equals' && entry['value'] === expected,
  )
  const assert = [
    ...(expected !== undefined && !isAsserted ? [{ type: 'equals', value: expected }] : []),
    ...assertions,
  ]
  return { ...test, vars, ...(assert.length > 0 && { assert }) }
}

/** The first columns of the roles that files have places for. */
export function rolesOf(definition: Definition): ExportFile['roles'] {
  const find = (role: string): string | undefined =>
    Object.entries(definition.columns).find(([, column]) => column.role === role)?.[0]
  return { input: find('input'), expected: find('expected') }
}
