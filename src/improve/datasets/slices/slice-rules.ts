import { z } from 'zod'
import { wilsonInterval } from '../../../foundation/statistics/index.ts'
import { columnName } from '../definition.ts'
import { asText, columnIn, counted, findColumn, percent } from '../validation/cells.ts'
import type { Findings, RowsView, RuleKind, RunContext } from '../validation/rule.ts'
import { whereOf } from '../validation/where.ts'
import { labelGaps, leastRows, type SliceCount } from './representation.ts'
import { refuseCondition, sliceText } from './slice-sql.ts'

const confidence = 0.95
const mostSlices = 500
const mostShown = 8

const slicedBy = z
  .union([columnName, z.array(columnName).min(1).max(5)])
  .transform(value => [value].flat())
  .describe(
    'A column or one of the `slices` of the definition, or several: their crossing, named `de × female`.',
  )

const representationParameters = z
  .strictObject({
    by: slicedBy,
    population: z
      .record(z.string().min(1).max(200), z.number().min(0))
      .refine(shares => Object.values(shares).some(share => share > 0), 'needs a share above 0')
      .optional()
      .describe('Shares or counts of the slices, as they are where the model is used.'),
    against: z.string().optional().describe('Or a version that has them: `census@3`.'),
    minRatio: z
      .number()
      .min(0)
      .max(1)
      .default(0.8)
      .describe('The least share of a slice, of the share that is expected of it.'),
    minRows: z.int().min(1).optional().describe('The fewest rows that each slice has.'),
  })
  .refine(
    ({ population, against }) => population === undefined || against === undefined,
    'has population and against, which exclude each other',
  )
  .refine(
    ({ population, against, minRows }) => (population ?? against ?? minRows) !== undefined,
    'needs population, against or minRows',
  )

/** No slice has surely less than it should: by the upper ends of intervals that hold for all slices at once (Bonferroni). */
export const representationRule: RuleKind<z.output<typeof representationParameters>> = {
  name: 'representation',
  description:
    'No slice has surely less than `minRatio` of the share that is expected of it, nor fewer rows than `minRows`.',
  parameters: representationParameters,
  columns: ({ by }) => by.map((name, at) => ({ name, path: ['by', at], isSlice: true })),
  references: ({ against }) => (against === undefined ? [] : [against]),
  plan({ parameters: { by, population, against, minRatio, minRows = 0 } }, { others, slices }) {
    const other = against === undefined ? undefined : others.get(against)
    if (against !== undefined && !other)
      return {
        by: 'nothing',
        outcome: 'skipped',
        message: `\`${against}\` was not given: there is nothing to compare with.`,
      }
    const missing = by.find(name => other && slices[name] === undefined && !findColumn(other.schema, name))
    if (missing !== undefined)
      return { by: 'nothing', outcome: 'failed', message: `\`${against}\` has no column \`${missing}\`.` }
    return {
      by: 'query',
      async run(context, when) {
        const counts = await countBy(context, context.rows, by, undefined, when)
        if (counts === undefined) return tooMany(by, context.rows.rows)
        const untold = other && (await untoldOf(context, other, by))
        if (untold !== undefined) return cannotTell(`\`${against}\`: ${untold}`, context.rows.rows)
        const expected =
          population ?? (other && sharesOf((await countBy(context, other, by, undefined, undefined)) ?? []))
        return judgeRepresentation(counts, expected, minRatio, minRows)
      },
    }
  },
}

function judgeRepresentation(
  counts: readonly SliceCount[],
  expected: Readonly<Record<string, number>> | undefined,
  minRatio: number,
  minRows: number,
): Findings {
  const rowsOf = new Map(counts.map(({ slice, rows }) => [slice, rows]))
  const names = [...new Set([...rowsOf.keys(), ...Object.keys(expected ?? {})])]
  const total = counts.reduce((sum, { rows }) => sum + rows, 0)
  const whole = Object.values(expected ?? {}).reduce((sum, share) => sum + share, 0)
  const of = 1 - (1 - confidence) / Math.max(1, names.length)
  const wrong: string[] = []
  let unsure = 0
  const slices = names.map(slice => {
    const rows = rowsOf.get(slice) ?? 0
    const { share, low, high } = wilsonInterval(rows, total, of)
    const due = expected && whole > 0 ? (expected[slice] ?? 0) / whole : undefined
    const least = (due ?? 0) * minRatio
    if (rows < minRows)
      wrong.push(`\`${slice}\` has ${counted(rows, 'row')} where ${counted(minRows, 'row')} are wanted`)
    else if (high < least)
      wrong.push(
        `\`${slice}\` has ${percent(share)} of the rows (${percent(low)} to ${percent(high)}) where ${percent(due ?? 0)} are expected and at least ${percent(least)} wanted`,
      )
    else if (low < least) unsure += 1
    return { slice, rows, share, low, high, ...(due !== undefined && { expected: due }) }
  })
  const open = unsure === 0 ? '' : ` Of ${counted(unsure, 'slice')} there are too few rows to be sure.`
  return {
    faults: undefined,
    checked: total,
    isFailed: wrong.length > 0,
    message: `${listed(wrong) ?? `None of ${counted(names.length, 'slice')} has surely less than it should.`}${open}`,
    examples: [],
    measured: { slices: slices.slice(0, 200) },
  }
}

const parityParameters = z.strictObject({
  by: slicedBy,
  label: columnName,
  labels: z.array(z.string()).min(1).optional().describe('Labels that it is about; all by default.'),
  max: z
    .number()
    .min(0)
    .max(1)
    .default(0.1)
    .describe('How far the share of a label in a slice may lie from that in all other rows.'),
})

/** No label is surely likelier in a slice than elsewhere by more than `max`: by intervals that hold for all at once. */
export const labelParityRule: RuleKind<z.output<typeof parityParameters>> = {
  name: 'label-parity',
  description: 'No label is surely more than `max` likelier, or less likely, in a slice than in other rows.',
  parameters: parityParameters,
  columns: ({ by, label }) => [
    ...by.map((name, at) => ({ name, path: ['by', at], isSlice: true as const })),
    { name: label, path: ['label'] },
  ],
  plan: ({ parameters: { by, label, labels, max } }) => ({
    by: 'query',
    async run(context, when) {
      const counts = await countBy(context, context.rows, by, label, when)
      if (counts === undefined) return tooMany([...by, label], context.rows.rows)
      const total = counts.reduce((sum, { rows }) => sum + rows, 0)
      const small = counts.filter(({ rows }) => rows < leastRows).length
      const gaps = labelGaps(counts, { confidence, isSimultaneous: true, labels })
      const wrong = gaps
        .filter(({ low, high }) => low > max || high < -max)
        .map(
          gap =>
            `\`${gap.label}\` has ${percent(gap.share)} of \`${gap.slice}\` and ${percent(gap.others)} of other rows (difference ${points(gap.low)} to ${points(gap.high)} points, where ${points(max)} are allowed)`,
        )
      const few =
        small === 0
          ? ''
          : ` ${counted(small, 'slice')} under ${leastRows} rows ${small === 1 ? 'was' : 'were'} judged by nothing.`
      if (gaps.length === 0)
        return {
          faults: undefined,
          checked: total,
          isSkipped: true,
          message: `There are no two slices of ${leastRows} rows or more to compare.${few}`,
          examples: [],
        }
      const unsure = gaps.filter(
        ({ low, high }) => low <= max && high >= -max && (high > max || low < -max),
      ).length
      const open = unsure === 0 ? '' : ` Of ${counted(unsure, 'gap')} there are too few rows to be sure.`
      return {
        faults: undefined,
        checked: total,
        isFailed: wrong.length > 0,
        message: `${listed(wrong) ?? `None of ${counted(gaps.length, 'gap')} is surely larger than ${points(max)} points.`}${open}${few}`,
        examples: [],
        measured: { gaps: gaps.slice(0, 100), unsure },
      }
    },
  }),
}

function points(share: number): string {
  return `${share < 0 ? '−' : ''}${Math.abs(share * 100).toFixed(1)}`
}

function listed(wrong: readonly string[]): string | undefined {
  if (wrong.length === 0) return undefined
  const more = wrong.length > mostShown ? `; and ${wrong.length - mostShown} more` : ''
  return `${wrong.slice(0, mostShown).join('; ')}${more}.`
}

function tooMany(columns: readonly string[], checked: number): Findings {
  return {
    faults: undefined,
    checked,
    isFailed: true,
    message: `${columns.map(name => `\`${name}\``).join(' × ')} has more than ${mostSlices} values in a slice or as slices: slices are groups of rows.`,
    examples: [],
  }
}

/** A slice that cannot be told in the rows of another version. */
async function untoldOf(
  { duckdb, slices }: RunContext,
  { view, schema }: RowsView,
  by: readonly string[],
): Promise<string | undefined> {
  const names = schema.columns.map(({ name }) => name)
  for (const name of by) {
    const condition = slices[name]
    if (condition === undefined || names.includes(name)) continue
    const refused = await refuseCondition(duckdb, view, condition, names)
    if (refused !== undefined) return `the slice \`${name}\` cannot be told: ${refused}`
  }
  return undefined
}

function cannotTell(message: string, checked: number): Findings {
  return { faults: undefined, checked, isFailed: true, message, examples: [] }
}

function sharesOf(counts: readonly SliceCount[]): Record<string, number> {
  return Object.fromEntries(counts.map(({ slice, rows }) => [slice, rows]))
}

/** Rows by slice and label; `undefined` where there are too many to be groups. NULL is a slice of its own, `null`. */
async function countBy(
  { duckdb, slices }: RunContext,
  { view, schema }: RowsView,
  by: readonly string[],
  label: string | undefined,
  when: string | undefined,
): Promise<SliceCount[] | undefined> {
  const textOf = (name: string): string => `coalesce(${asText(columnIn(schema, name))}, 'null')`
  const conditions = Object.fromEntries(Object.entries(slices).filter(([name]) => !findColumn(schema, name)))
  const most = mostSlices * 20
  const reader = await duckdb.runAndReadAll(
    `SELECT ${sliceText(schema, by, conditions, asText)} AS slice, ${label === undefined ? `''` : textOf(label)} AS label, count(*) FROM ${view}${whereOf(when)} GROUP BY 1, 2 ORDER BY 1, 2 LIMIT ${most + 1}`,
  )
  const cells = reader.getRows()
  const bySlice = Map.groupBy(cells, ([slice]) => String(slice))
  if (cells.length > most || bySlice.size > mostSlices) return undefined
  return [...bySlice].map(([slice, own]) => ({
    slice,
    rows: own.reduce((sum, [, , count]) => sum + Number(count), 0),
    labels:
      label === undefined
        ? {}
        : Object.fromEntries(own.map(([, value, count]) => [String(value), Number(count)])),
  }))
}
