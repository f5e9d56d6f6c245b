import type { DuckDBConnection } from '@duckdb/node-api'
import type { Column } from '../dataset.ts'
import { asText } from '../validation/cells.ts'
import { quoteName, quoteText } from '../worker/sql.ts'
import type { ColumnProfile, Spread } from './profile.ts'
import {
  binInSql,
  binsOf,
  type Distribution,
  histogramOf,
  meanOf,
  quantilesOf,
  rangeOf,
  spreadOf,
} from './spread.ts'
import { isText, longestTop } from './text-facts.ts'

const mostTop = 20
/** Up to so many, distinct values are counted and not estimated; and figures of numbers are exact. */
const exactDistinct = 50_000
/** DuckDB's HyperLogLog, as measured on a million values in decision 030. */
const distinctError = 0.06

/** Where figures of a column are read from, as SQL. */
export interface CellSource {
  readonly column: Column
  /** A relation. */
  readonly from: string
  /** The same with each value once, and how often it is there as `rows`. */
  readonly counted: string
  /** Equal for equal values, NULL where there is none. */
  readonly identity: string
  /** The value as text; may be NULL where it is long. */
  readonly value: string
  /** What the spread is of; `undefined` for booleans. */
  readonly number: string | undefined
  /** How many bytes a text has; `undefined` for others. */
  readonly bytes: string | undefined
}

export interface Figures {
  readonly rows: number
  readonly nulls: number
  readonly distinct: ColumnProfile['distinct']
  readonly spread: Spread | undefined
  readonly empty: number | undefined
  readonly tokens: ColumnProfile['tokens']
  readonly top: ColumnProfile['top']
}

export function sourceOf(column: Column, view: string): CellSource {
  const cell = quoteName(column.name)
  return {
    column,
    from: view,
    counted: `(SELECT ${cell}, count(*) AS rows FROM ${view} WHERE ${cell} IS NOT NULL GROUP BY 1)`,
    // texts as their facts have it, wherever they are read
    identity: isText(column) ? `CASE WHEN ${cell} IS NOT NULL THEN hash(${cell}) END` : cell,
    // the JSON of a value as it lies: nothing is taken out of it
    value: column.type === 'json' ? cell : asText(column),
    number: isText(column) ? `length(${cell})` : column.type === 'boolean' ? undefined : numberOf(column),
    bytes: isText(column) ? `strlen(${cell})` : undefined,
  }
}

export function sourceOfFacts(column: Column, facts: string): CellSource {
  return {
    column,
    from: facts,
    counted: `(SELECT _hash, any_value(_value) AS _value, any_value(_length) AS _length, any_value(_bytes) AS _bytes, count(*) AS rows FROM ${facts} WHERE _hash IS NOT NULL GROUP BY 1)`,
    identity: '_hash',
    value: '_value',
    number: '_length',
    bytes: '_bytes',
  }
}

/** NULL for what no figure can be made of. */
function numberOf({ name, type }: Column): string {
  const cell = quoteName(name)
  if (type === 'timestamp') return `CASE WHEN isfinite(${cell}) THEN epoch(${cell}) END`
  return type === 'number' ? `CASE WHEN isfinite(${cell}) THEN ${cell} END` : cell
}

interface Counts {
  readonly rows: number
  readonly filled: number
  readonly distinct: number
  readonly numbers: number
  readonly sizes: number
}

/** Figures of columns; all of one relation are counted in one reading, and what is rare or frequent follows from counts of values. */
export async function readFigures(
  duckdb: DuckDBConnection,
  sources: readonly CellSource[],
  signal: AbortSignal,
): Promise<Map<Column, Figures>> {
  const found = new Map<Column, Figures>()
  for (const from of new Set(sources.map(source => source.from))) {
    const together = sources.filter(source => source.from === from)
    const counts = await countTogether(duckdb, from, together)
    for (const [at, source] of together.entries()) {
      signal.throwIfAborted()
      const counted = counts[at]
      if (counted) found.set(source.column, await readColumn(duckdb, source, counted))
    }
  }
  return found
}

async function countTogether(
  duckdb: DuckDBConnection,
  from: string,
  sources: readonly CellSource[],
): Promise<Counts[]> {
  const parts = sources.flatMap(({ identity, number, bytes, column }) => [
    `count(${identity})`,
    `approx_count_distinct(${identity})`,
    number === undefined ? '0' : isText(column) ? `approx_count_distinct(${number})` : 'NULL',
    bytes === undefined ? '0' : `approx_count_distinct(${bytes})`,
  ])
  const reader = await duckdb.runAndReadAll(`SELECT count(*), ${parts.join(', ')} FROM ${from}`)
  const [rows, ...values] = reader.getRows()[0] ?? []
  return sources.map((_, at) => {
    const [filled, distinct, numbers, sizes] = values.slice(at * 4, at * 4 + 4)
    return {
      rows: Number(rows),
      filled: Number(filled),
      distinct: Number(distinct),
      numbers: Number(numbers ?? distinct),
      sizes: Number(sizes),
    }
  })
}

async function readColumn(duckdb: DuckDBConnection, source: CellSource, counts: Counts): Promise<Figures> {
  const { column, bytes, number, value, from } = source
  const { rows, filled, distinct, numbers, sizes } = counts
  const isExact = distinct <= exactDistinct
  if (isExact)
    await duckdb.run(
      `CREATE OR REPLACE TEMP TABLE "cell counts" AS SELECT CASE WHEN length(${value}) <= ${longestTop} THEN ${value} END AS value, ${number ?? 'NULL'} AS number, ${bytes ?? 'NULL'} AS bytes, rows FROM ${source.counted}`,
    )
  const values = isExact ? await readValues(duckdb) : undefined
  // of few values, all that follows from one of them is worked out once for each
  const of = (cell: string, name: string) =>
    isExact ? { from: '"cell counts"', number: name } : { from, number: cell }
  const lengths =
    number === undefined || (!isExact && numbers > exactDistinct)
      ? undefined
      : await readDistribution(duckdb, of(number, 'number'))
  const spread =
    number === undefined || filled === 0
      ? undefined
      : lengths
        ? spreadOf(column, lengths)
        : await readSpread(duckdb, source, number)
  return {
    rows,
    nulls: rows - filled,
    distinct: values
      ? { count: values.distinct, isExact: true }
      : { count: distinct, isExact: false, error: distinctError },
    spread,
    empty: isText(column) ? await countEmpty(duckdb, source, lengths) : undefined,
    tokens:
      bytes === undefined || filled === 0
        ? undefined
        : isExact || sizes <= exactDistinct
          ? tokensOf(await readDistribution(duckdb, of(bytes, 'bytes')))
          : await readTokens(duckdb, source, bytes),
    top: values?.top ?? (await readFrequent(duckdb, source)),
  }
}

async function readValues(
  duckdb: DuckDBConnection,
): Promise<{ readonly distinct: number; readonly top: ColumnProfile['top'] }> {
  const reader = await duckdb.runAndReadAll(
    `SELECT value, rows, count(*) OVER () FROM "cell counts" ORDER BY value IS NULL, rows DESC, value LIMIT ${mostTop}`,
  )
  const found = reader.getRows()
  const short = found.filter(([value]) => value !== null)
  return {
    distinct: Number(found[0]?.[2] ?? 0),
    top: inOrder(short.map(([value, count]) => [String(value), Number(count)])),
  }
}

function inOrder(entries: readonly (readonly [string, number])[]): ColumnProfile['top'] {
  const top = entries
    .map(([value, count]) => ({ value, count }))
    .toSorted((a, b) => b.count - a.count || (a.value < b.value ? -1 : 1))
  return (top[0]?.count ?? 0) > 1 ? top : []
}

/** Of so many values that they are not all counted: those that are likely frequent, counted. */
async function readFrequent(
  duckdb: DuckDBConnection,
  { from, value }: CellSource,
): Promise<ColumnProfile['top']> {
  const reader = await duckdb.runAndReadAll(
    `SELECT approx_top_k(CASE WHEN length(${value}) <= ${longestTop} THEN ${value} END, ${mostTop}) FROM ${from}`,
  )
  const list = reader.getRowsJson()[0]?.[0]
  const frequent = (Array.isArray(list) ? list : []).filter(each => typeof each === 'string')
  if (frequent.length === 0) return []
  const counted = await duckdb.runAndReadAll(
    `SELECT ${value}, count(*) FROM ${from} WHERE ${value} IN (${frequent.map(quoteText).join(', ')}) GROUP BY 1`,
  )
  return inOrder(counted.getRows().map(([each, count]) => [String(each), Number(count)]))
}

/** Of a number that is SQL on the cells of a relation; in `cell counts`, each stands for its rows. */
async function readDistribution(
  duckdb: DuckDBConnection,
  { from, number }: { readonly from: string; readonly number: string },
): Promise<Distribution> {
  const rows = from === '"cell counts"' ? 'sum(rows)' : 'count(*)'
  const reader = await duckdb.runAndReadAll(
    `SELECT CAST(${number} AS DOUBLE) AS number, ${rows} FROM ${from} WHERE (${number}) IS NOT NULL GROUP BY 1 ORDER BY 1`,
  )
  return reader.getRows().map(([each, count]) => [Number(each), Number(count)])
}

/** Of so many numbers that their quantiles are estimated. */
async function readSpread(
  duckdb: DuckDBConnection,
  { from, column }: CellSource,
  number: string,
): Promise<Spread | undefined> {
  const cell = `CAST(${number} AS DOUBLE)`
  const reader = await duckdb.runAndReadAll(
    `SELECT min(${number}), max(${number}), avg(${number}), stddev_pop(${cell} / 1e6) * 1e6, approx_quantile(${cell}, [0.01, 0.05, 0.25, 0.5, 0.75, 0.95, 0.99]) FROM ${from}`,
  )
  const [min, max, mean, deviation, quantiles] = reader.getRowsJson()[0] ?? []
  if (!Array.isArray(quantiles)) return undefined
  const [p01 = 0, p05 = 0, p25 = 0, p50 = 0, p75 = 0, p95 = 0, p99 = 0] = quantiles.map(Number)
  const range = rangeOf(column, {
    min: Number(min),
    max: Number(max),
    p01,
    p99,
  })
  const count = binsOf(column, range)
  const counted = await duckdb.runAndReadAll(
    `SELECT ${binInSql(range, count, number)} AS bin, count(*) FROM ${from} WHERE (${number}) IS NOT NULL GROUP BY 1`,
  )
  const inBins = new Map(counted.getRows().map(([bin, rows]) => [Number(bin), Number(rows)]))
  return {
    min: Number(min),
    max: Number(max),
    mean: Number(mean),
    deviation: Number(deviation),
    quantiles: { p05, p25, p50, p75, p95 },
    histogram: histogramOf(range, count, inBins),
  }
}

async function countEmpty(
  duckdb: DuckDBConnection,
  { from, number }: CellSource,
  lengths: Distribution | undefined,
): Promise<number> {
  const [shortest] = lengths ?? []
  if (lengths) return shortest?.[0] === 0 ? shortest[1] : 0
  const reader = await duckdb.runAndReadAll(`SELECT count(*) FROM ${from} WHERE ${number ?? '1'} = 0`)
  return Number(reader.getRows()[0]?.[0])
}

/** A quarter of the bytes, as `tokensInSql` has it. */
function tokensOf(sizes: Distribution): ColumnProfile['tokens'] {
  const distribution = sizes.map(([bytes, count]) => [Math.ceil(bytes / 4), count] as const)
  const total = distribution.reduce((sum, [each, count]) => sum + each * count, 0)
  return {
    counter: 'estimate',
    total,
    mean: meanOf(distribution),
    p95: quantilesOf(distribution)(0.95),
    max: distribution.at(-1)?.[0] ?? 0,
  }
}

/** Of texts of so many sizes that the quantile is estimated. */
async function readTokens(
  duckdb: DuckDBConnection,
  { from }: CellSource,
  bytes: string,
): Promise<ColumnProfile['tokens']> {
  const tokens = tokensInSql(bytes)
  const reader = await duckdb.runAndReadAll(
    `SELECT sum(${tokens}), avg(${tokens}), approx_quantile(CAST(${tokens} AS DOUBLE), 0.95), max(${tokens}) FROM ${from}`,
  )
  const [total = 0, mean = 0, p95 = 0, max = 0] = (reader.getRows()[0] ?? []).map(Number)
  return { counter: 'estimate', total, mean, p95, max }
}

function tokensInSql(bytes: string): string {
  return `((${bytes} + 3) // 4)`
}
