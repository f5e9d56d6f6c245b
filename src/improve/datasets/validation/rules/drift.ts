import type { DuckDBConnection } from '@duckdb/node-api'
import { z } from 'zod'
import {
  adjustPValues,
  chiSquaredTest,
  jensenShannonDistance,
  kolmogorovSmirnov,
  populationStability,
  sharesOf,
  wassersteinDistance,
} from '../../../../foundation/statistics/index.ts'
import type { Column } from '../../dataset.ts'
import { columnName } from '../../definition.ts'
import { quoteName } from '../../worker/sql.ts'
import { asNumber, asText, columnIn, counted, findColumn, percent } from '../cells.ts'
import type { Findings, RowsView, RuleKind, RunContext } from '../rule.ts'
import { whereOf } from '../where.ts'

const parameters = z
  .strictObject({
    columns: z
      .union([columnName, z.array(columnName).min(1)])
      .transform(value => [value].flat())
      .optional()
      .describe(
        'All but times by default: numbers by their values, columns of few values by these, texts by their lengths.',
      ),
    against: z
      .string()
      .optional()
      .describe('A version of another dataset, or another version; the parent by default.'),
    alpha: z
      .number()
      .positive()
      .max(0.5)
      .default(0.01)
      .describe('The expected share of false findings among the columns that are found.'),
    numeric: z
      .number()
      .min(0)
      .max(1)
      .default(0.1)
      .describe('The least distance of two distributions of numbers that counts (Kolmogorov–Smirnov’s D).'),
    categorical: z
      .number()
      .min(0)
      .max(1)
      .default(0.1)
      .describe('The least distance of two distributions of values that counts (Jensen–Shannon, base 2).'),
    nulls: z
      .number()
      .min(0)
      .max(1)
      .default(0.05)
      .describe('The least change of the share of rows without a value that counts.'),
  })
  .nullable()
  .transform(
    value =>
      value ?? {
        columns: undefined,
        against: undefined,
        alpha: 0.01,
        numeric: 0.1,
        categorical: 0.1,
        nulls: 0.05,
      },
  )
type Drift = z.output<typeof parameters>

/** More values than these are not compared one by one, nor where each is there fewer than five times. */
const mostValues = 500
/** Values that are rarer in both together are one: Cochran's rule for χ². */
const leastCount = 10
/** Of more rows, so many are compared, chosen by hash. */
const mostNumbers = 2_000_000

/** One comparison of one column. */
interface Comparison {
  readonly column: string
  readonly of: 'values' | 'numbers' | 'lengths' | 'nulls'
  readonly p: number
  /** The size of the difference; together with p it decides. */
  readonly effect: number
  readonly least: number
  readonly says: string
  readonly measured: Readonly<Record<string, number>>
}

export const driftRule: RuleKind<Drift> = {
  name: 'drift',
  description:
    'No column has moved away from the parent version: a test (Kolmogorov–Smirnov for numbers, χ² for values, corrected by Benjamini and Hochberg for the number of columns) and a least size of the difference have to agree, so that many rows alone never fail it.',
  parameters,
  columns: ({ columns = [] }) => columns.map((name, at) => ({ name, path: ['columns', at] })),
  references: ({ against }) => (against === undefined ? [] : [against]),
  plan({ parameters: given }, { parent, others }) {
    const other = given.against === undefined ? parent : others.get(given.against)
    if (!other)
      return {
        by: 'nothing',
        outcome: 'skipped',
        message:
          given.against === undefined
            ? 'There is no parent version to compare with.'
            : `\`${given.against}\` was not given: there is nothing to compare with.`,
      }
    if (other.rows === 0)
      return { by: 'nothing', outcome: 'skipped', message: 'What it is compared with has no rows.' }
    return { by: 'query', run: (context, when) => compareAll(context, when, given, other) }
  },
}

async function compareAll(
  context: RunContext,
  when: string | undefined,
  given: Drift,
  other: RowsView,
): Promise<Findings> {
  const { duckdb, rows, signal } = context
  const columns =
    given.columns?.map(name => columnIn(rows.schema, name)) ??
    rows.schema.columns.filter(({ name }) => !rows.schema.key.includes(name))
  const comparisons: Comparison[] = []
  const missing: string[] = []
  for (const column of columns) {
    signal.throwIfAborted()
    const before = findColumn(other.schema, column.name)
    if (!before) {
      if (given.columns) missing.push(column.name)
      continue
    }
    const sides = [
      { view: other.view, column: before, when: undefined },
      { view: rows.view, column, when },
    ] as const
    // data that grows is of another time in each version: times are compared where they are named
    const isTime = sides.every(side => side.column.type === 'timestamp')
    if (isTime && given.columns)
      comparisons.push(
        ...(await compareNumbers(duckdb, sides, ({ name }) => `epoch(${quoteName(name)})`, 'numbers', given)),
      )
    comparisons.push(...(await compareColumn(duckdb, sides, given)))
  }
  const adjusted = adjustPValues(
    comparisons.map(({ p }) => p),
    'benjamini-hochberg',
  )
  const found = comparisons.map((comparison, at) => ({
    ...comparison,
    adjusted: adjusted[at] ?? 1,
    isDrift: (adjusted[at] ?? 1) <= given.alpha && comparison.effect >= comparison.least,
  }))
  const drifted = found.filter(({ isDrift }) => isDrift)
  const lost = missing.map(name => `\`${name}\` is new: there is nothing to compare it with`)
  const sentences = [...drifted.map(({ column, says }) => `\`${column}\` ${says}`), ...lost]
  return {
    faults: undefined,
    checked: rows.rows,
    isFailed: drifted.length > 0,
    message:
      drifted.length > 0
        ? `${sentences.join('; ')}.`
        : `${counted(new Set(comparisons.map(({ column }) => column)).size, 'column')} compared, none has moved${lost.length > 0 ? `; ${lost.join('; ')}` : ''}.`,
    examples: [],
    measured: {
      columns: found.map(({ column, of, p, adjusted: corrected, effect, isDrift, measured }) => ({
        column,
        of,
        p,
        adjusted: corrected,
        effect,
        isDrift,
        ...measured,
      })),
    },
  }
}

type Side = { readonly view: string; readonly column: Column; readonly when: string | undefined }
type Sides = readonly [before: Side, after: Side]

async function compareColumn(duckdb: DuckDBConnection, sides: Sides, given: Drift): Promise<Comparison[]> {
  const name = sides[1].column.name
  const [before, after] = await Promise.all(sides.map(side => countCells(duckdb, side)))
  if (!before || !after) return []
  const found: Comparison[] = []
  const change = share(after.nulls, after.rows) - share(before.nulls, before.rows)
  const nulls = chiSquaredTest([
    [before.nulls, before.rows - before.nulls],
    [after.nulls, after.rows - after.nulls],
  ])
  if (nulls)
    found.push({
      column: name,
      of: 'nulls',
      p: nulls.p,
      effect: Math.abs(change),
      least: given.nulls,
      says: `has no value in ${percent(share(after.nulls, after.rows))} of the rows, where it was ${percent(share(before.nulls, before.rows))}`,
      measured: { before: share(before.nulls, before.rows), after: share(after.nulls, after.rows) },
    })
  const isNumber = sides.every(({ column }) => column.type === 'number' || column.type === 'integer')
  const isFew = [before, after].every(
    ({ distinct, rows }) => distinct <= mostValues && (distinct <= 20 || distinct * 5 <= rows),
  )
  const isValue = sides.every(({ column }) => column.type === 'string' || column.type === 'boolean')
  if (isNumber && !(isFew && before.distinct <= 10))
    found.push(...(await compareNumbers(duckdb, sides, asNumber, 'numbers', given)))
  else if ((isValue || isNumber) && isFew) found.push(...(await compareValues(duckdb, sides, given)))
  else if (sides.every(({ column }) => column.type === 'string' || column.type === 'json'))
    found.push(
      ...(await compareNumbers(duckdb, sides, column => `length(${asText(column)})`, 'lengths', given)),
    )
  return found
}

async function countCells(duckdb: DuckDBConnection, { view, column, when }: Side) {
  const cell = quoteName(column.name)
  const reader = await duckdb.runAndReadAll(
    `SELECT count(*), count(*) - count(${cell}), approx_count_distinct(${cell}) FROM ${view}${whereOf(when)}`,
  )
  const [rows = 0, nulls = 0, distinct = 0] = (reader.getRows()[0] ?? []).map(Number)
  return { rows, nulls, distinct }
}

async function compareNumbers(
  duckdb: DuckDBConnection,
  sides: Sides,
  expression: (column: Column) => string,
  of: 'numbers' | 'lengths',
  given: Drift,
): Promise<Comparison[]> {
  const before = await readNumbers(duckdb, sides[0], expression(sides[0].column))
  const after = await readNumbers(duckdb, sides[1], expression(sides[1].column))
  const test = kolmogorovSmirnov(before, after)
  if (!test) return []
  const moved = wassersteinDistance(before, after) ?? 0
  const [was, is] = [describe(before), describe(after)]
  const deviations = was.deviation === 0 ? (moved === 0 ? 0 : Infinity) : moved / was.deviation
  const unit = of === 'lengths' ? ' characters' : ''
  return [
    {
      column: sides[1].column.name,
      of,
      p: test.p,
      effect: test.statistic,
      least: given.numeric,
      says: `${of === 'lengths' ? 'has other lengths' : 'has other values'}: mean ${short(was.mean)} → ${short(is.mean)}${unit}, D ${test.statistic.toFixed(2)}, moved by ${Number.isFinite(deviations) ? deviations.toFixed(2) : 'more than any number of'} standard deviations`,
      measured: {
        d: test.statistic,
        wasserstein: moved,
        deviations,
        meanBefore: was.mean,
        meanAfter: is.mean,
      },
    },
  ]
}

async function readNumbers(
  duckdb: DuckDBConnection,
  { view, when }: Side,
  expression: string,
): Promise<Float64Array> {
  const total = await duckdb.runAndReadAll(`SELECT count(*) FROM ${view}`)
  const rows = Number(total.getRows()[0]?.[0] ?? 0)
  const some = rows > mostNumbers ? `hash(_row) % ${rows} < ${mostNumbers}` : undefined
  const result = await duckdb.stream(
    `SELECT value FROM (SELECT CAST(${expression} AS DOUBLE) AS value FROM ${view}${whereOf(when, some)}) WHERE isfinite(value)`,
  )
  let numbers = new Float64Array(65_536)
  let count = 0
  for (;;) {
    const chunk = await result.fetchChunk()
    if (!chunk || chunk.rowCount === 0) break
    if (count + chunk.rowCount > numbers.length) {
      const wider = new Float64Array(numbers.length * 2)
      wider.set(numbers)
      numbers = wider
    }
    for (const value of chunk.getColumnValues(0)) numbers[count++] = Number(value)
  }
  return numbers.subarray(0, count)
}

async function compareValues(duckdb: DuckDBConnection, sides: Sides, given: Drift): Promise<Comparison[]> {
  const before = await readCounts(duckdb, sides[0])
  const after = await readCounts(duckdb, sides[1])
  const all = [...new Set([...before.keys(), ...after.keys()])]
  const both = (value: string) => (before.get(value) ?? 0) + (after.get(value) ?? 0)
  const values = all.filter(value => both(value) >= leastCount)
  const rare = all.filter(value => both(value) < leastCount)
  const [was, is] = [before, after].map(counts => [
    ...values.map(value => counts.get(value) ?? 0),
    ...(rare.length > 0 ? [rare.reduce((sum, value) => sum + (counts.get(value) ?? 0), 0)] : []),
  ])
  if (!was || !is) return []
  if (rare.length > 0) values.push('those that are rare')
  const test = chiSquaredTest([was, is])
  if (!test) return []
  const [p, q] = [sharesOf(was), sharesOf(is)]
  const distance = jensenShannonDistance(p, q)
  const effect = withoutNoise(distance, values.length, sumOf(was), sumOf(is))
  const stability = populationStability(sharesOf(was, 0.5), sharesOf(is, 0.5))
  const changed = values
    .map((value, at) => ({ value, from: p[at] ?? 0, to: q[at] ?? 0 }))
    .toSorted((a, b) => Math.abs(b.to - b.from) - Math.abs(a.to - a.from))
    .slice(0, 3)
  return [
    {
      column: sides[1].column.name,
      of: 'values',
      p: test.p,
      effect,
      least: given.categorical,
      says: `has other shares of values: ${changed.map(({ value, from, to }) => `\`${value}\` ${percent(from)} → ${percent(to)}`).join(', ')} (distance ${effect.toFixed(2)})`,
      measured: { chiSquared: test.statistic, jensenShannon: distance, stability },
    },
  ]
}

/**
 * The distance less what two samples of one distribution would show: the divergence is (1/n + 1/m) χ² / 8 nats to second order, and χ² has k − 1
 * on average.
 */
function withoutNoise(distance: number, kinds: number, n: number, m: number): number {
  const expected = ((kinds - 1) * (1 / n + 1 / m)) / (8 * Math.LN2)
  return Math.sqrt(Math.max(0, distance ** 2 - expected))
}

function sumOf(counts: readonly number[]): number {
  return counts.reduce((sum, count) => sum + count, 0)
}

async function readCounts(
  duckdb: DuckDBConnection,
  { view, column, when }: Side,
): Promise<Map<string, number>> {
  // 1 and 1.0 are one value
  const isNumber = column.type === 'number' || column.type === 'integer'
  const value = isNumber ? `CAST(CAST(${asNumber(column)} AS DOUBLE) AS VARCHAR)` : asText(column)
  const reader = await duckdb.runAndReadAll(
    `SELECT ${value} AS value, count(*) FROM ${view}${whereOf(when, `${quoteName(column.name)} IS NOT NULL`)} GROUP BY 1 ORDER BY 2 DESC LIMIT 1000`,
  )
  return new Map(reader.getRows().map(([value, count]) => [String(value), Number(count)]))
}

function describe(values: Float64Array): { readonly mean: number; readonly deviation: number } {
  let [sum, squares] = [0, 0]
  for (const value of values) sum += value
  const mean = sum / Math.max(1, values.length)
  for (const value of values) squares += (value - mean) ** 2
  return { mean, deviation: Math.sqrt(squares / Math.max(1, values.length)) }
}

function share(part: number, whole: number): number {
  return whole === 0 ? 0 : part / whole
}

function short(value: number): string {
  return Number(value.toPrecision(4)).toLocaleString('en-US', { maximumFractionDigits: 6 })
}
