import { Failure } from '../../../foundation/platform/index.ts'
import type { VersionFiles } from '../datasets.ts'
import type { SliceCount } from '../slices/representation.ts'
import { checkConditions, cellText, type SliceConditions, sliceText } from '../slices/slice-sql.ts'
import { filesToRead } from '../validation/open-rows.ts'
import { lockDown } from './open-duckdb.ts'
import { columnOf, createVersionView } from './sql.ts'
import type { DataTaskContext } from './tasks.ts'

/** More slices than this are a column that names rows rather than groups of them. */
const mostSlices = 2_000
/** Between the values of a crossing, and before the label. */
const mark = '\u0001'

export interface CountSlices {
  readonly files: VersionFiles
  /** Columns, and names of conditions. */
  readonly columns: readonly string[]
  readonly conditions: SliceConditions
  readonly label: string | undefined
}

/** How many rows each value of a column has, or each crossing of several, and how many of each label among them. */
export async function countSlices(
  { files, columns, conditions, label }: CountSlices,
  { duckdb }: DataTaskContext,
): Promise<SliceCount[]> {
  const { schema } = files
  await createVersionView(duckdb, 'version', files)
  await lockDown(duckdb, filesToRead([files]))
  await checkConditions(duckdb, 'version', conditions, schema)
  const slice = sliceText(schema, columns, conditions)
  const of = label === undefined ? `''` : `coalesce(${cellText(columnOf(schema, label))}, 'null')`
  const reader = await duckdb.runAndReadAll(
    `SELECT ${slice} || '${mark}' || ${of} AS cell, count(*) FROM version GROUP BY cell ORDER BY cell`,
  )
  const counts = new Map<string, { slice: string; rows: number; labels: Record<string, number> }>()
  for (const [cell, count] of reader.getRows()) {
    const [name = '', value = ''] = String(cell).split(mark)
    const known = counts.get(name) ?? { slice: name, rows: 0, labels: {} }
    known.rows += Number(count)
    if (label !== undefined) known.labels[value] = (known.labels[value] ?? 0) + Number(count)
    counts.set(name, known)
    if (counts.size > mostSlices)
      throw new Failure(
        'invalid_request',
        `${columns.map(one => `\`${one}\``).join(' × ')} has more than ${mostSlices} values: slices are groups of rows. Name columns with few values.`,
        { details: { parameter: 'slices' } },
      )
  }
  return [...counts.values()]
}
