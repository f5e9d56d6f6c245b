import { Failure } from '../../../foundation/platform/index.ts'
import type { VersionFiles } from '../datasets.ts'
import { textOf } from '../duplicates/read-texts.ts'
import { compareModels, type LearnedRow, type ModelComparison } from '../slices/compare-models.ts'
import { cellText, checkConditions, type SliceConditions, sliceText } from '../slices/slice-sql.ts'
import { filesToRead } from '../validation/open-rows.ts'
import { lockDown } from './open-duckdb.ts'
import { columnOf, createVersionView, quoteName } from './sql.ts'
import type { DataTaskContext } from './tasks.ts'

export interface CompareBias {
  readonly before: VersionFiles
  readonly after: VersionFiles
  /** The slice columns and names of conditions, crossed. */
  readonly columns: readonly string[]
  readonly conditions: SliceConditions
  readonly label: string
  /** What the classifier tells the label from. */
  readonly texts: readonly string[]
  /** Where a version has this column, rows count by it. */
  readonly weight: string
  readonly seeds: number
  readonly seed: string
  readonly predicted?: string | undefined
  readonly slice?: string | undefined
}

/** Training takes seconds up to about here. */
const mostRows = 50_000
/** Written by `augment`. */
const originColumn = 'augmented_from'

/** What a change of a version did to a classifier that learns from it. */
export async function compareBias(
  given: CompareBias,
  { duckdb, signal, progress }: DataTaskContext,
): Promise<ModelComparison> {
  await createVersionView(duckdb, 'before', given.before)
  await createVersionView(duckdb, 'after', given.after)
  await lockDown(duckdb, filesToRead([given.before, given.after]))
  const before = await readLearned(given, given.before, 'before', { duckdb })
  const texts = new Map(before.map(({ key, text }) => [key, text]))
  const after = (await readLearned(given, given.after, 'after', { duckdb })).map(row => ({
    ...row,
    origin: row.from === undefined ? undefined : texts.get(row.from),
  }))
  const found = await compareModels(before, after, {
    seeds: given.seeds,
    seed: given.seed,
    label: given.predicted,
    slice: given.slice,
    signal,
    progress: share => progress(share, 'trains classifiers'),
  })
  if (!found)
    throw new Failure(
      'invalid_request',
      given.slice === undefined && given.predicted === undefined
        ? 'There are no two slices with a label that have enough rows (30) to be compared.'
        : 'There is no such slice with such a label, or it has too few rows (30) to be compared. `slipway bias data` lists them.',
      { details: { parameter: 'slice' } },
    )
  return found
}

interface ReadRow extends LearnedRow {
  readonly key: string
  /** The key of the row that it was made of. */
  readonly from: string | undefined
}

async function readLearned(
  { columns, conditions, label, texts, weight }: CompareBias,
  files: VersionFiles,
  view: string,
  { duckdb }: Pick<DataTaskContext, 'duckdb'>,
): Promise<ReadRow[]> {
  await checkConditions(duckdb, quoteName(view), conditions, files.schema)
  const cell = cellText(columnOf(files.schema, label))
  const has = (name: string): boolean => files.schema.columns.some(column => column.name === name)
  const slice = sliceText(files.schema, columns, conditions)
  const weighs = has(weight) ? `TRY_CAST(${quoteName(weight)} AS DOUBLE)` : 'NULL'
  const from = has(originColumn) ? `CAST(${quoteName(originColumn)} AS VARCHAR)` : 'NULL'
  const reader = await duckdb.runAndReadAll(
    `SELECT _key, ${textOf(files.schema, texts)}, ${cell}, ${slice}, ${weighs}, ${from} FROM ${quoteName(view)} WHERE ${cell} IS NOT NULL ORDER BY _segment, _position LIMIT ${mostRows + 1}`,
  )
  const rows = reader.getRows()
  if (rows.length > mostRows)
    throw new Failure(
      'invalid_request',
      `More than ${mostRows} rows have a label: take a sample as a dataset of its own, mitigate it, and compare that.`,
    )
  return rows.map(([key, text, value, of, weighed, origin]) => ({
    key: String(key),
    text: String(text),
    label: String(value),
    slice: String(of),
    weight: typeof weighed === 'number' && weighed >= 0 && Number.isFinite(weighed) ? weighed : 1,
    from: origin === null || origin === undefined ? undefined : String(origin),
  }))
}
