import type { DuckDBConnection, DuckDBVector } from '@duckdb/node-api'
import { createId } from '../../../foundation/platform/index.ts'
import {
  another,
  type Categories,
  type ColumnKind,
  type ComparedColumn,
  type DriftColumn,
  type Pair,
  type SampledRow,
  type SampleReader,
} from '../../../observe/drift/index.ts'
import { quoteName, quoteText, readNumbers } from './sql.ts'

type Side = keyof Pair<unknown>
const sides: readonly Side[] = ['reference', 'current']
const mostText = 4_000
const mostLabel = 100

/** Reads two tables, `reference` and `current`, each with `_id`; the order of their rows is always the same. */
export async function openSampleTables(duckdb: DuckDBConnection): Promise<SampleReader> {
  // several may read the same tables
  const name = `_values_${createId().replaceAll('-', '')}`
  const rows = {
    reference: await countRows(duckdb, 'reference'),
    current: await countRows(duckdb, 'current'),
  }
  let types = 0

  async function pairOf<Value>(read: (side: Side) => Promise<Value>): Promise<Pair<Value>> {
    return { reference: await read('reference'), current: await read('current') }
  }

  /** Of type DOUBLE or USMALLINT, as `values` is, and never null: the memory of a chunk is copied as it is. */
  async function readColumn(
    values: Float64Array | Uint16Array,
    expression: string,
    side: Side,
  ): Promise<void> {
    const result = await duckdb.stream(`SELECT ${expression} FROM ${side}`)
    let row = 0
    for (;;) {
      const chunk = await result.fetchChunk()
      if (!chunk || chunk.rowCount === 0) return
      const items = itemsOf(chunk.getColumnVector(0))
      values.set(items, row)
      row += items.length
    }
  }

  return {
    rows,
    numbers: column =>
      pairOf(async side => {
        const cell = cellOf(column, side)
        const values = new Float64Array(rows[side])
        const number =
          column.kind === 'text' ? `length(CAST(${cell} AS VARCHAR))` : `TRY_CAST(${cell} AS DOUBLE)`
        await readColumn(values, `coalesce(CAST(${number} AS DOUBLE), CAST('NaN' AS DOUBLE))`, side)
        return values
      }),
    async categories(column, most): Promise<Categories> {
      const label = (side: Side): string => `left(CAST(${cellOf(column, side)} AS VARCHAR), ${mostLabel})`
      const shareOf = (side: Side): string =>
        `SELECT ${label(side)} AS value, count(*) / ${Math.max(1, rows[side])} AS share FROM ${side} GROUP BY value`
      const found = await duckdb.runAndReadAll(
        `SELECT value FROM (${shareOf('reference')} UNION ALL ${shareOf('current')}) WHERE value IS NOT NULL
         GROUP BY value ORDER BY sum(share) DESC, value LIMIT ${most + 1}`,
      )
      const named = found
        .getRows()
        .slice(0, most)
        .map(([value]) => String(value))
      const values = ['none', ...named, ...(found.getRows().length > most ? [another] : [])]
      if (named.length === 0)
        return {
          values,
          reference: new Uint16Array(rows.reference),
          current: new Uint16Array(rows.current),
        }
      types += 1
      await duckdb.run(`CREATE TEMP TYPE ${name}_${types} AS ENUM (${named.map(quoteText).join(', ')})`)
      const codes = await pairOf(async side => {
        const codesOf = new Uint16Array(rows[side])
        const text = label(side)
        const code = `CASE WHEN ${text} IS NULL THEN 0 ELSE coalesce(enum_code(TRY_CAST(${text} AS ${name}_${types})) + 1, ${named.length + 1}) END`
        await readColumn(codesOf, `CAST(${code} AS USMALLINT)`, side)
        return codesOf
      })
      return { values, ...codes }
    },
    sample: (columns, most, seed, having) =>
      pairOf(async side => {
        const having_ = having === undefined ? undefined : columns.find(({ name }) => name === having)
        const where = having_ ? `WHERE ${cellOf(having_, side)} IS NOT NULL` : ''
        const found = await duckdb.runAndReadAll(
          `SELECT _id, ${columns.map(column => sampledCell(column, side)).join(', ')} FROM ${side} ${where}
           ORDER BY hash(_id || ${quoteText(seed)}), _id LIMIT ${most}`,
        )
        return found.getRows().map(([id, ...cells]): SampledRow => ({
          id: String(id),
          cells: Object.fromEntries(
            columns.map(({ name, kind }, index) => [name, toCell(cells[index], kind)]),
          ),
        }))
      }),
  }
}

/** The memory of a vector of numbers: to ask for one after the other costs ten times as much. */
function itemsOf(vector: DuckDBVector): Float64Array | Uint16Array {
  const items: unknown = Reflect.get(vector, 'items')
  if (items instanceof Float64Array || items instanceof Uint16Array) return items
  throw new Error(`A vector of ${vector.type.toString()} does not lie in memory as numbers do.`)
}

/** Texts of few values are categories; lists of numbers are vectors; what else is text, is text. */
export async function decideKinds(
  duckdb: DuckDBConnection,
  columns: readonly ComparedColumn[],
): Promise<DriftColumn[]> {
  const decided: DriftColumn[] = []
  for (const column of columns) {
    const { kind } = column
    decided.push({ ...column, kind: kind === 'auto' ? await decideKind(duckdb, column) : kind })
  }
  return decided
}

const looked = 20_000
const mostValues = 200
/** On average: values of categories are shown. */
const mostCharacters = 40

async function decideKind(duckdb: DuckDBConnection, column: Omit<DriftColumn, 'kind'>): Promise<ColumnKind> {
  const parts = sides.map(
    side => `(SELECT CAST(${cellOf(column, side)} AS VARCHAR) AS value FROM ${side} LIMIT ${looked})`,
  )
  const [count = 0, distinct = 0, characters = 0, vectors = 0] = await readNumbers(
    duckdb,
    `SELECT count(value), count(DISTINCT value), coalesce(avg(length(value)), 0), count(*) FILTER (WHERE regexp_full_match(left(value, 200), '\\[\\s*-?[0-9][-+0-9eE., \\s]*\\]?')) FROM (${parts.join(' UNION ALL ')})`,
  )
  if (count > 0 && vectors === count) return 'vector'
  const isOfFew = distinct <= mostValues && distinct <= Math.max(10, count / 5)
  return isOfFew && characters <= mostCharacters ? 'category' : 'text'
}

function cellOf({ name, columns }: Pick<DriftColumn, 'name' | 'columns'>, side: Side): string {
  return quoteName(columns?.[side] ?? name)
}

function sampledCell(column: DriftColumn, side: Side): string {
  const cell = cellOf(column, side)
  if (column.kind === 'number') return `TRY_CAST(${cell} AS DOUBLE)`
  if (column.kind === 'category') return `left(CAST(${cell} AS VARCHAR), ${mostLabel})`
  return column.kind === 'text' ? `left(CAST(${cell} AS VARCHAR), ${mostText})` : `CAST(${cell} AS VARCHAR)`
}

function toCell(value: unknown, kind: ColumnKind): SampledRow['cells'][string] {
  if (typeof value === 'number') return value
  if (typeof value !== 'string') return null
  if (kind !== 'vector') return value
  const parsed = JSON.parse(value) as unknown
  return Array.isArray(parsed) ? parsed.map(Number) : null
}

async function countRows(duckdb: DuckDBConnection, side: Side): Promise<number> {
  const [count = 0] = await readNumbers(duckdb, `SELECT count(*) FROM ${side}`)
  return count
}
