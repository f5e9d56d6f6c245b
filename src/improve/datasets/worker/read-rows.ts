import { Failure } from '../../../foundation/platform/index.ts'
import type { Row, RowKey } from '../dataset.ts'
import type { VersionFiles } from '../datasets.ts'
import type { SplitsDefinition } from '../definition.ts'
import { lockDown } from './open-duckdb.ts'
import { columnOf, createVersionView, quoteText, rowJson, splitOf } from './sql.ts'
import type { DataTaskContext } from './tasks.ts'

export interface ReadRows {
  readonly files: VersionFiles
  readonly columns?: readonly string[] | undefined
  readonly split?: { readonly name: string; readonly splits: SplitsDefinition } | undefined
  readonly where?: string | undefined
  readonly keys?: readonly RowKey[] | undefined
  readonly after?: { readonly segment: number; readonly position: number } | undefined
  readonly limit: number
  readonly mostBytes: number
}

export interface ReadRowsResult {
  readonly rows: readonly { readonly key: RowKey; readonly row: Row }[]
  readonly next: { readonly segment: number; readonly position: number } | undefined
}

/** A page of rows in the order in which they lie: first which, by the columns that decide; then those, whole. */
export async function readRows(parameters: ReadRows, { duckdb }: DataTaskContext): Promise<ReadRowsResult> {
  const { files, split, where, keys, after, limit } = parameters
  await createVersionView(duckdb, 'rows', files)
  await lockDown(
    duckdb,
    files.segments.map(({ file }) => file),
  )
  const conditions = [
    ...(after
      ? [`(_segment > ${after.segment} OR (_segment = ${after.segment} AND _position > ${after.position}))`]
      : []),
    ...(split ? [`${splitOf(split.splits, files.schema)} = ${quoteText(split.name)}`] : []),
    ...(keys ? [`_key IN (${keys.length === 0 ? 'NULL' : keys.map(quoteText).join(', ')})`] : []),
    // a line of its own, so that a comment in it ends with it
    ...(where === undefined ? [] : [`(${where}\n)`]),
  ]
  const filter = conditions.length === 0 ? '' : `WHERE ${conditions.join(' AND ')}`
  const chosen = await readPlaces(
    `SELECT _segment, _position FROM rows ${filter} ORDER BY _segment, _position LIMIT ${limit + 1}`,
    where,
    duckdb,
  )
  const page = chosen.slice(0, limit)
  if (page.length === 0) return { rows: [], next: undefined }
  const columns = parameters.columns?.map(name => columnOf(files.schema, name)) ?? files.schema.columns
  const places = groupBySegment(page).map(
    ([segment, positions]) => `(_segment = ${segment} AND _position IN (${positions.join(', ')}))`,
  )
  const result = await duckdb.stream(
    `SELECT _key, ${rowJson(columns)}, _segment, _position FROM rows WHERE ${places.join(' OR ')} ORDER BY _segment, _position`,
  )
  const rows: { key: RowKey; row: Row }[] = []
  let bytes = 0
  for (;;) {
    const chunk = await result.fetchChunk()
    if (!chunk || chunk.rowCount === 0) break
    for (const [key, text] of chunk.getRows()) {
      bytes += String(text).length
      // a row that is larger than a page is a page
      if (rows.length > 0 && bytes > parameters.mostBytes)
        return { rows, next: toPlace(page[rows.length - 1]) }
      rows.push({ key: String(key), row: JSON.parse(String(text)) as Row })
    }
  }
  return { rows, next: chosen.length > limit ? toPlace(page.at(-1)) : undefined }
}

async function readPlaces(
  sql: string,
  where: string | undefined,
  duckdb: DataTaskContext['duckdb'],
): Promise<[number, number][]> {
  try {
    const reader = await duckdb.runAndReadAll(sql)
    return reader.getRows().map(([segment, position]) => [Number(segment), Number(position)])
  } catch (error) {
    if (where === undefined || !(error instanceof Error)) throw error
    throw sayWhatIsWrong(error, 'where')
  }
}

/** DuckDB's own words about a text that the caller wrote; nothing of our statement around it. */
export function sayWhatIsWrong(error: Error, parameter: string): unknown {
  const [first = ''] = error.message.split('\n')
  if (
    !/^(?:Parser|Binder|Catalog|Conversion|Invalid Input|Out of Range|Permission|Not implemented) Error/i.test(
      first,
    )
  )
    return error
  return new Failure('invalid_request', `${parameter}: ${first.slice(0, 500)}`, { details: { parameter } })
}

function groupBySegment(places: readonly [number, number][]): [number, number[]][] {
  const groups = new Map<number, number[]>()
  for (const [segment, position] of places) {
    const group = groups.get(segment)
    if (group) group.push(position)
    else groups.set(segment, [position])
  }
  return [...groups]
}

function toPlace(place: [number, number] | undefined): ReadRowsResult['next'] {
  return place && { segment: place[0], position: place[1] }
}
