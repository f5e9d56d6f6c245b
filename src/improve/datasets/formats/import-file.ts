import { mkdir } from 'node:fs/promises'
import path from 'node:path'
import type { Column, ColumnType } from '../dataset.ts'
import { columnName } from '../definition.ts'
import { groupRowsOf, parquetOptions, quoteText, readNumbers, rowHash } from '../worker/sql.ts'
import type { DataTaskContext } from '../worker/tasks.ts'
import { type CheckRow, rowChecks } from './check-chat.ts'
import { detectAs } from './detect-format.ts'
import { count, fileFault } from './file-fault.ts'
import { findJsonFault, readRowLines } from './find-json-fault.ts'
import { surveyText } from './read-text-lines.ts'
import type { DeclaredTypes, DetectedFormat, FileFormat, ImportedFile } from './format.ts'
import { readCsv } from './read-csv.ts'
import { readJsonAtOnce } from './read-json-at-once.ts'
import { readJsonLines, type RowSource, toJsonLines, writeLines } from './read-json-lines.ts'
import { findLongRow, findParquetFault, readParquet } from './read-parquet.ts'
import { readPromptfoo } from './read-promptfoo.ts'
import { readHead, unpackFile, type UnpackLimits, usualUnpackLimits } from './unpack-file.ts'

export interface ImportFile {
  readonly file: string
  /** As it is called where it came from. */
  readonly name: string
  /** Instead of what its content says. */
  readonly format?: FileFormat | undefined
  readonly delimiter?: string | undefined
  readonly declared: DeclaredTypes
  /** Types that hold where a table of text says none: those that the dataset has. */
  readonly known?: DeclaredTypes | undefined
  /** Where the Parquet file is put. */
  readonly folder: string
  /** Writes the file as segments are, each row with the hash that names what it holds: `isHashed` says whether that could be. */
  readonly forVersion?: boolean | undefined
  readonly limits?: UnpackLimits | undefined
}

/**
 * Reads a file of rows into one Parquet file, without loss: numbers that a double does not hold stay whole, texts stay texts
 * whatever they look like, what is nested stays JSON. Throws `invalid_request` that says where the file is at fault.
 */
export async function importFile(parameters: ImportFile, context: DataTaskContext): Promise<ImportedFile> {
  const { duckdb, signal, progress, scratch } = context
  const { name, folder, limits = usualUnpackLimits } = parameters
  await mkdir(folder, { recursive: true })
  progress(0, 'unpacks')
  const unpacked = await unpackFile(parameters.file, { folder: scratch, limits, signal })
  const detected = await detectAs(parameters.format, unpacked.file, name)
  progress(0.1, 'brings the rows in')
  const staged = path.join(folder, 'rows.parquet')
  const { source, isHashed } =
    (await readAtOnce(unpacked.file, detected, staged, parameters, context)) ??
    (await readInSteps(unpacked.file, detected, staged, parameters, context))
  const [rows = 0] = await readNumbers(
    duckdb,
    `SELECT num_rows FROM parquet_file_metadata(${quoteText(staged)})`,
  )
  progress(1, `${count(rows)} rows`)
  return {
    format: detected.format,
    compression: unpacked.compression,
    why: detected.why,
    file: staged,
    rows,
    columns: await findNulls(source.columns, staged, context),
    isHashed,
    sha256: await unpacked.sha256,
    bytes: unpacked.packedBytes,
  }
}

interface Written {
  readonly source: RowSource
  readonly isHashed: boolean
}

/** JSON lines that are all like the first ones; `undefined` where they are not, or where something is wrong with one. */
async function readAtOnce(
  file: string,
  { format, layout }: DetectedFormat,
  staged: string,
  parameters: ImportFile,
  context: DataTaskContext,
): Promise<Written | undefined> {
  if (format !== 'jsonl' || layout !== 'lines') return undefined
  const source = await readJsonAtOnce(file, parameters.declared)
  if (!source) return undefined
  try {
    return { source, isHashed: await write(source, file, staged, parameters, context) }
  } catch (error) {
    context.signal.throwIfAborted()
    if (error instanceof Error && /^Out of Memory Error|No space left|^IO Error/i.test(error.message)) {
      // a line that is too long to be a row takes more memory than there is
      await surveyText(file, context.signal)
      // too little memory or disk would be so once more
      throw error
    }
    return undefined
  }
}

async function readInSteps(
  file: string,
  detected: DetectedFormat,
  staged: string,
  parameters: ImportFile,
  context: DataTaskContext,
): Promise<Written> {
  context.progress(0.1, 'looks through the rows')
  const source = await readSource(file, detected, parameters, context)
  context.progress(0.4, 'brings the rows in')
  try {
    return { source, isHashed: await write(source, file, staged, parameters, context) }
  } catch (error) {
    if (detected.layout === 'parquet')
      throw (
        (await findLongRow(file, source.columns, context)) ?? (await findParquetFault(file, context)) ?? error
      )
    throw error
  }
}

/** Writes the rows; says whether each has its hash. */
async function write(
  { select, columns }: RowSource,
  file: string,
  staged: string,
  { forVersion = false }: ImportFile,
  { duckdb }: DataTaskContext,
): Promise<boolean> {
  // with other names there will be no version
  if (!forVersion || columns.some(({ name }) => !columnName.safeParse(name).success)) {
    await duckdb.run(
      `COPY (${select}) TO ${quoteText(staged)} (FORMAT parquet, COMPRESSION snappy, ROW_GROUP_SIZE 32768)`,
    )
    return false
  }
  const hash = rowHash(columns.map(({ name, type }) => ({ name, type, isNullable: true })))
  await duckdb.run(
    `COPY (SELECT *, ${hash} AS _hash FROM (${select})) TO ${quoteText(staged)} (${parquetOptions}, ROW_GROUP_SIZE ${await rowsOfGroup(file)})`,
  )
  return true
}

/** By the first rows of a text: as large as those of segments are. */
async function rowsOfGroup(file: string): Promise<number> {
  const head = await readHead(file, 262_144)
  let lines = 0
  for (let at = head.indexOf(10); at !== -1; at = head.indexOf(10, at + 1)) lines += 1
  return groupRowsOf(head.length / Math.max(1, lines))
}

async function readSource(
  file: string,
  detected: DetectedFormat,
  { declared, known, delimiter, limits = usualUnpackLimits }: ImportFile,
  context: DataTaskContext,
): Promise<RowSource> {
  switch (detected.format) {
    case 'parquet':
      return await readParquet(file, { declared, limits }, context)
    case 'csv':
    case 'tsv':
      return await readCsv(
        file,
        {
          delimiter: delimiter ?? (detected.format === 'tsv' ? '\t' : undefined),
          declared: { ...known, ...declared },
        },
        context,
      )
    case 'promptfoo': {
      const { lines, declared: found } = await readPromptfoo(file, detected, context)
      return await readJsonLines(lines, { ...found, ...declared }, context)
    }
    case 'jsonl':
    case 'openai-chat':
    case 'openai-preference':
    case 'openai-evals':
    case 'openai-eval-items': {
      const lines = detected.layout === 'document' ? await toJsonLines(file, context) : file
      const check = rowChecks[detected.format]
      if (check) await checkRows(lines, detected.format, check, context)
      const usual = usualTypes[detected.format] ?? {}
      if (detected.format !== 'openai-eval-items')
        return await readJsonLines(lines, { ...usual, ...declared }, context)
      return await readJsonLines(await unwrapItems(lines, context), { ...usual, ...declared }, context)
    }
  }
}

/** What members of OpenAI's files are, also where every row of one happens to be simpler. */
const usualTypes: Partial<Readonly<Record<FileFormat, Readonly<Record<string, ColumnType>>>>> = {
  'openai-chat': { messages: 'json', tools: 'json' },
  'openai-preference': { input: 'json', preferred_output: 'json', non_preferred_output: 'json' },
  'openai-evals': { input: 'json', ideal: 'json' },
  'openai-eval-items': { sample: 'json' },
}

/** The first row that is not of the format is said; the others are not looked for. */
async function checkRows(
  file: string,
  format: FileFormat,
  check: CheckRow,
  { signal }: DataTaskContext,
): Promise<void> {
  for await (const { bytes, row, line, byte } of readRowLines(file, signal)) {
    let value: unknown
    try {
      value = JSON.parse(bytes.toString('utf8'))
    } catch {
      // who reads the rows afterwards says where
      return
    }
    const isRow = typeof value === 'object' && value !== null && !Array.isArray(value)
    const fault = isRow
      ? check(value as Record<string, unknown>)
      : { what: 'the line is no object', mend: 'Each line has to be one.' }
    if (fault)
      throw fileFault(`as ${format}: ${fault.what}. Nothing was stored.`, fault.mend, { row, line, byte })
  }
}

/** `{"item": {…}, "sample": {…}}` as the members of the item, and the sample beside them. */
async function unwrapItems(file: string, context: DataTaskContext): Promise<string> {
  await surveyText(file, context.signal)
  const lines = path.join(context.scratch, 'items.jsonl')
  const item = `CAST(item AS VARCHAR)`
  const sample = `CAST(sample AS VARCHAR)`
  await writeLines(
    `SELECT CASE WHEN sample IS NULL OR ${sample} = 'null' THEN ${item} ELSE left(${item}, length(${item}) - 1) || CASE WHEN ${item} = '{}' THEN '' ELSE ',' END || '"sample":' || ${sample} || '}' END FROM read_json(${quoteText(file)}, format = 'newline_delimited', records = true, columns = {'item': 'JSON', 'sample': 'JSON'})`,
    lines,
    context,
  ).catch(async (error: unknown) => {
    throw (await findJsonFault(file, context.signal)) ?? error
  })
  return lines
}

async function findNulls(
  columns: RowSource['columns'],
  staged: string,
  { duckdb }: DataTaskContext,
): Promise<Column[]> {
  const reader = await duckdb.runAndReadAll(
    `SELECT path_in_schema, coalesce(sum(stats_null_count), -1), sum(num_values) FROM parquet_metadata(${quoteText(staged)}) GROUP BY path_in_schema`,
  )
  const nulls = new Map(reader.getRows().map(([name, number]) => [String(name), Number(number)]))
  return columns.map(({ name, type }) => ({ name, type, isNullable: nulls.get(name) !== 0 }))
}
