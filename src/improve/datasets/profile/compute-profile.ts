import type { DuckDBConnection } from '@duckdb/node-api'
import type { Column } from '../dataset.ts'
import { atRows } from '../kept/kept-files.ts'
import { asText } from '../validation/cells.ts'
import type { RowsView } from '../validation/rule.ts'
import { quoteName } from '../worker/sql.ts'
import { looksLikeChat, profileChat } from './chat-profile.ts'
import { type CellSource, type Figures, readFigures, sourceOf, sourceOfFacts } from './column-figures.ts'
import { languageShares } from './detect-languages.ts'
import type { ColumnProfile, DatasetProfile } from './profile.ts'
import { findLong, openFacts } from './text-facts.ts'

export interface ProfileOptions {
  readonly duckdb: DuckDBConnection
  readonly rows: RowsView
  readonly roles: ReadonlyMap<string, string>
  readonly splitExpression: string | undefined
  readonly signal: AbortSignal
  readonly progress?: ((share: number, step: string) => void) | undefined
  /** Names the code, for what is kept beside segments; left out, nothing is kept. */
  readonly code?: string | undefined
}

/** Of how many texts the languages are told; the standard error of a share is 2.2 % at most. */
const languageSample = 500

/**
 * What the rows look like, column by column. Long texts are read once for what follows from each of them alone, and that is kept
 * beside their segment; the figures come from there and from the other columns. Memory does not grow with the rows.
 */
export async function computeProfile(options: ProfileOptions): Promise<DatasetProfile> {
  const startedAt = performance.now()
  const { duckdb, rows, code, signal, progress = () => {} } = options
  const { columns } = rows.schema
  progress(0, 'profile')
  const examples = await readExamples(duckdb, rows, 5)
  const long = await findLong(duckdb, rows)
  const chats = new Map<string, string>()
  const sources: CellSource[] = []
  for (const [at, column] of columns.entries()) {
    signal.throwIfAborted()
    const isChat = column.type === 'json' && looksLikeChat(examples[at] ?? [])
    const isLong = long.has(column.name)
    if (!isChat && !isLong) {
      sources.push(sourceOf(column, rows.view))
      continue
    }
    const facts = await openFacts(duckdb, rows, column.name, {
      isChat,
      isLong,
      code,
    })
    sources.push(sourceOfFacts(column, facts))
    if (isChat) chats.set(column.name, facts)
  }
  progress(0.5, 'profile')
  const figures = await readFigures(duckdb, sources, signal)
  progress(0.8, 'profile')
  const texts = await readLanguages(options, figures)
  const profiles: ColumnProfile[] = []
  for (const [at, column] of columns.entries()) {
    signal.throwIfAborted()
    const found = figures.get(column)
    if (!found) continue
    const shown = examples[at] ?? []
    const role = options.roles.get(column.name)
    const chat = chats.get(column.name)
    const isText = column.type === 'string' || column.type === 'json'
    profiles.push({
      name: column.name,
      type: column.type,
      ...(role === undefined ? {} : { role }),
      rows: found.rows,
      nulls: found.nulls,
      ...(found.empty === undefined ? {} : { empty: found.empty }),
      distinct: found.distinct,
      ...(found.spread === undefined ? {} : { [isText ? 'lengths' : 'numbers']: found.spread }),
      ...(found.tokens === undefined ? {} : { tokens: found.tokens }),
      top: found.top,
      ...(texts[at] === undefined ? {} : { languages: texts[at] }),
      ...(chat === undefined ? {} : { chat: await profileChat(duckdb, chat) }),
      examples: shown.slice(0, 3).map(value => (value.length > 200 ? `${value.slice(0, 199)}…` : value)),
    })
  }
  const splits =
    options.splitExpression === undefined
      ? undefined
      : await countSplits(duckdb, rows.view, options.splitExpression)
  progress(1, 'profile')
  return {
    rows: rows.rows,
    durationMs: Math.round(performance.now() - startedAt),
    columns: profiles,
    ...(splits === undefined ? {} : { splits }),
  }
}

/** About so many rows, chosen by hash of their numbers, as a condition that reads them alone. */
async function someRows(duckdb: DuckDBConnection, rows: RowsView, wanted: number): Promise<string> {
  if (rows.rows <= wanted) return 'true'
  const reader = await duckdb.runAndReadAll(
    `SELECT _row FROM ${rows.view} WHERE hash(_row) % ${rows.rows} < ${wanted} ORDER BY 1`,
  )
  return atRows(
    reader.getRows().map(([row]) => Number(row)),
    rows.stored,
  )
}

/** Some values of each column, of rows chosen by hash. */
async function readExamples(duckdb: DuckDBConnection, rows: RowsView, wanted: number): Promise<string[][]> {
  const { view, schema } = rows
  if (schema.columns.length === 0) return []
  // the JSON of a value as it lies: nothing is taken out of it
  const cells = schema.columns.map(
    column => `left(${column.type === 'json' ? quoteName(column.name) : asText(column)}, 400)`,
  )
  const reader = await duckdb.runAndReadAll(
    `SELECT ${cells.join(', ')} FROM ${view} WHERE ${await someRows(duckdb, rows, wanted * 4)} ORDER BY _row LIMIT ${wanted * 4}`,
  )
  const found = reader.getRows()
  return schema.columns.map((_, at) =>
    found.flatMap(row => (typeof row[at] === 'string' ? [row[at]] : [])).slice(0, wanted),
  )
}

async function readLanguages(
  { duckdb, rows }: ProfileOptions,
  figures: ReadonlyMap<Column, Figures>,
): Promise<ColumnProfile['languages'][]> {
  // codes and names are of no language
  const wanted = rows.schema.columns.map(column => {
    const { spread, distinct } = figures.get(column) ?? {}
    return column.type === 'string' && (spread?.mean ?? 0) >= 24 && (distinct?.count ?? 0) > 20
  })
  const columns = rows.schema.columns.filter((_, at) => wanted[at])
  if (columns.length === 0) return []
  const reader = await duckdb.runAndReadAll(
    `SELECT ${columns.map(({ name }) => `left(${quoteName(name)}, 300)`).join(', ')} FROM ${rows.view} WHERE ${await someRows(duckdb, rows, languageSample)}`,
  )
  const found = reader.getRows()
  let place = 0
  return wanted.map(isWanted => {
    if (!isWanted) return undefined
    const at = place++
    const texts = found.flatMap(row => (typeof row[at] === 'string' ? [row[at]] : []))
    return texts.length === 0 ? undefined : { sampled: texts.length, shares: languageShares(texts) }
  })
}

async function countSplits(duckdb: DuckDBConnection, view: string, expression: string) {
  const reader = await duckdb.runAndReadAll(
    `SELECT ${expression} AS split, count(*) FROM ${view} GROUP BY 1 ORDER BY 2 DESC`,
  )
  return reader.getRows().map(([split, count]) => ({ split: String(split), rows: Number(count) }))
}
