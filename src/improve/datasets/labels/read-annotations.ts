import { Failure } from '../../../foundation/platform/index.ts'
import type { SplitsDefinition } from '../definition.ts'
import type { DatasetSchema } from '../dataset.ts'
import type { VersionFiles } from '../datasets.ts'
import { whereOf } from '../validation/where.ts'
import { lockDown } from '../worker/open-duckdb.ts'
import { sayWhatIsWrong } from '../worker/read-rows.ts'
import { cellJson, columnOf, createVersionView, quoteName, quoteText, splitOf } from '../worker/sql.ts'
import type { DataTaskContext } from '../worker/tasks.ts'
import { type Annotations, AnnotationsBuilder } from './annotations.ts'

/** Rows of a version that a label task reads. */
export interface ReadVersion {
  readonly files: VersionFiles
  readonly split: { readonly name: string; readonly splits: SplitsDefinition } | undefined
  readonly where: string | undefined
}

/** Where the labels are. */
export type AnnotationShape =
  | { readonly kind: 'wide'; readonly columns: readonly string[] }
  | {
      readonly kind: 'long'
      readonly item: readonly string[]
      readonly annotator: string
      readonly label: string
    }

/** A label is its text: `true` and `3` as well as `billing`. */
const mostAnnotations = 5_000_000
const mostLabels = 500

export async function readAnnotations(
  cells: Cells,
  shape: AnnotationShape,
  options: { readonly slices: readonly string[]; readonly order?: readonly string[] | undefined },
): Promise<Annotations> {
  const { schema } = cells
  const text = (name: string): string => `CAST(${quoteName(columnOf(schema, name).name)} AS VARCHAR)`
  const slices = options.slices.map(text)
  const builder = new AnnotationsBuilder(slices.length)
  let count = 0
  if (shape.kind === 'wide') {
    const labels = shape.columns.map(text)
    for await (const [key, ...rest] of cells.read([cells.key, ...labels, ...slices])) {
      const values = rest.slice(labels.length)
      for (const [index, label] of rest.slice(0, labels.length).entries()) {
        if (label === null || label === undefined || label === '') continue
        builder.add(key ?? '', shape.columns[index] ?? '', label, values)
        count += 1
      }
      checkCount(count)
    }
  } else {
    const key = itemOf(schema, shape, cells.key)
    const columns = [key, text(shape.annotator), text(shape.label), ...slices]
    for await (const [name, annotator, label, ...values] of cells.read(columns)) {
      if (
        annotator === null ||
        annotator === undefined ||
        label === null ||
        label === undefined ||
        label === ''
      )
        continue
      builder.add(name ?? '', annotator, label, values)
      count += 1
      checkCount(count)
    }
  }
  const annotations = builder.build(options.order)
  if (annotations.labels.length > mostLabels)
    throw new Failure(
      'invalid_request',
      `There are ${annotations.labels.length} different labels; more than ${mostLabels} are no labels. Name the right column, or group them first.`,
      { details: { parameter: 'label' } },
    )
  return annotations
}

/** What names the item of a row, as SQL. */
export function itemOf(schema: DatasetSchema, shape: AnnotationShape, key: string): string {
  if (shape.kind === 'wide') return key
  const item = shape.item.map(name => `coalesce(${cellJson(columnOf(schema, name))}, 'null')`)
  return `('[' || ${item.join(` || ',' || `)} || ']')`
}

function checkCount(count: number): void {
  if (count > mostAnnotations)
    throw new Failure(
      'invalid_request',
      `There are more than ${mostAnnotations} labels. Take a part of them: a split, or \`where\`.`,
    )
}

/** Rows as texts. */
export interface Cells {
  readonly schema: DatasetSchema
  /** Names a row, as SQL. */
  readonly key: string
  /** Of columns in SQL, row after row, in the order in which they lie. */
  read(columns: readonly string[]): AsyncGenerator<(string | null)[]>
}

/** The rows of a version. Opened once in a task: the database is locked afterwards. */
export async function openCells(
  { files, split, where }: ReadVersion,
  { duckdb, signal }: Pick<DataTaskContext, 'duckdb' | 'signal'>,
): Promise<Cells> {
  await createVersionView(duckdb, 'rows', files)
  await lockDown(
    duckdb,
    files.segments.map(({ file }) => file),
  )
  const conditions = [
    ...(split ? [`${splitOf(split.splits, files.schema)} = ${quoteText(split.name)}`] : []),
    // a line of its own, so that a comment in it ends with it
    ...(where === undefined ? [] : [`${where}\n`]),
  ]
  return {
    schema: files.schema,
    key: '_key',
    async *read(columns) {
      try {
        yield* streamCells(
          `SELECT ${columns.join(', ')} FROM rows${whereOf(...conditions)} ORDER BY _segment, _position`,
          { duckdb, signal },
        )
      } catch (error) {
        if (where === undefined || !(error instanceof Error)) throw error
        // a statement that is streamed is prepared first, and DuckDB says so before it says what is wrong
        throw sayWhatIsWrong(
          new Error(error.message.replace(/^Failed to extract statements: /, ''), { cause: error }),
          'where',
        )
      }
    },
  }
}

export async function* streamCells(
  sql: string,
  { duckdb, signal }: Pick<DataTaskContext, 'duckdb' | 'signal'>,
): AsyncGenerator<(string | null)[]> {
  const result = await duckdb.stream(sql)
  for (;;) {
    const chunk = await result.fetchChunk()
    if (!chunk || chunk.rowCount === 0) return
    signal.throwIfAborted()
    for (const row of chunk.getRows()) yield row.map(cell => (cell === null ? null : String(cell)))
  }
}
