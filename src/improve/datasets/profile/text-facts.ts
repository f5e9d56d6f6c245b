import type { DuckDBConnection } from '@duckdb/node-api'
import type { Column } from '../dataset.ts'
import { isKept, keep, keptName, selectKept } from '../kept/kept-files.ts'
import type { RowsView } from '../validation/rule.ts'
import { listOf, quoteName, quoteText } from '../worker/sql.ts'
import { chatFacts } from './chat-profile.ts'

/** A column with more bytes a row is not read again for figures that follow from single values. */
const longBytes = 64
/** Longer values are no classes: their frequencies say nothing. */
export const longestTop = 100

/**
 * What the profile needs to know of each text: `_length` in characters, `_bytes` in UTF-8, `_hash`, `_value` where it is short, and of
 * conversations `_roles` and `_tools`.
 */
export function selectFacts(from: string, column: string, isChat: boolean): string {
  const cell = quoteName(column)
  const facts = [
    `length(${cell}) AS _length`,
    `strlen(${cell}) AS _bytes`,
    `hash(${cell}) AS _hash`,
    `CASE WHEN length(${cell}) <= ${longestTop} THEN ${cell} END AS _value`,
    ...(isChat ? chatFacts(cell) : []),
  ]
  return `SELECT CASE WHEN ${cell} IS NULL THEN NULL ELSE _hash END AS _hash, * EXCLUDE (_hash) FROM (SELECT ${cell}, ${facts.join(', ')} FROM ${from})`
}

/** A relation with these facts of a column: kept beside the segments where there are such, and read from the rows else. */
export async function openFacts(
  duckdb: DuckDBConnection,
  rows: RowsView,
  column: string,
  options: {
    readonly isChat: boolean
    readonly isLong: boolean
    readonly code: string | undefined
  },
): Promise<string> {
  const { isChat, isLong, code } = options
  const { stored } = rows
  const facts = ['_length', '_bytes', '_hash', '_value', ...(isChat ? ['_roles', '_tools'] : [])].join(', ')
  if (!stored || stored.segments.length === 0 || !isLong || code === undefined)
    return `(SELECT ${facts} FROM (${selectFacts(rows.view, column, isChat)}))`
  const name = keptName('facts', code, [column, isChat])
  for (const { file } of stored.segments) {
    if (isKept(file, name)) continue
    const present = await hasColumn(duckdb, file, column)
    const from = present
      ? `read_parquet(${quoteText(file)})`
      : `(SELECT CAST(NULL AS VARCHAR) AS ${quoteName(column)} FROM read_parquet(${quoteText(file)}))`
    await keep(duckdb, file, name, `SELECT ${facts} FROM (${selectFacts(from, column, isChat)})`)
  }
  return `(SELECT ${facts} FROM (${selectKept(stored, name)}))`
}

async function hasColumn(duckdb: DuckDBConnection, file: string, column: string): Promise<boolean> {
  const reader = await duckdb.runAndReadAll(
    `SELECT count(*) FROM parquet_schema(${quoteText(file)}) WHERE name = ${quoteText(column)}`,
  )
  return Number(reader.getRows()[0]?.[0]) > 0
}

/** Columns of long texts, by what the segments take for them. */
export async function findLong(duckdb: DuckDBConnection, { schema, stored }: RowsView): Promise<Set<string>> {
  const texts = schema.columns.filter(isText).map(({ name }) => name)
  if (!stored || stored.segments.length === 0 || texts.length === 0) return new Set()
  const files = listOf(stored.segments.map(({ file }) => file))
  const reader = await duckdb.runAndReadAll(
    `SELECT path_in_schema FROM parquet_metadata(${files}) WHERE path_in_schema IN (${texts.map(quoteText).join(', ')}) GROUP BY 1 HAVING sum(total_uncompressed_size) > ${longBytes} * sum(num_values)`,
  )
  return new Set(reader.getRows().map(([name]) => String(name)))
}

export function isText({ type }: Column): boolean {
  return type === 'string' || type === 'json'
}
