import { z } from 'zod'
import { columnName } from '../../definition.ts'
import { quoteName } from '../../worker/sql.ts'
import { asText, columnIn, counted, percent } from '../cells.ts'
import type { RuleKind } from '../rule.ts'
import { whereOf } from '../where.ts'

const rowsParameters = z
  .strictObject({ min: z.int().min(0).optional(), max: z.int().min(0).optional() })
  .refine(({ min, max }) => min !== undefined || max !== undefined, 'needs min, max or both')

export const rowsRule: RuleKind<z.infer<typeof rowsParameters>> = {
  name: 'rows',
  description: 'There are at least `min` and at most `max` rows (for which `when` holds).',
  parameters: rowsParameters,
  columns: () => [],
  plan: ({ parameters: { min = 0, max = Infinity } }) => ({
    by: 'query',
    async run({ duckdb, rows }, when) {
      const reader = await duckdb.runAndReadAll(`SELECT count(*) FROM ${rows.view}${whereOf(when)}`)
      const count = Number(reader.getRows()[0]?.[0] ?? 0)
      const isFailed = count < min || count > max
      const wanted = max === Infinity ? `at least ${min}` : `${min} to ${max}`
      const message = isFailed
        ? `There are ${counted(count, 'row')}; ${wanted} are wanted.`
        : `There are ${counted(count, 'row')}.`
      return { faults: undefined, checked: count, isFailed, message, examples: [], measured: { rows: count } }
    },
  }),
}

const balanceParameters = z
  .strictObject({
    column: columnName,
    minShare: z
      .number()
      .min(0)
      .max(1)
      .optional()
      .describe('The least share of the rows that each value has.'),
    maxShare: z.number().min(0).max(1).optional().describe('The largest share that a value has.'),
    minRows: z.int().min(1).optional().describe('The fewest rows that each value has.'),
    values: z
      .array(z.string())
      .optional()
      .describe('Values that have to be there; those that there are by default.'),
  })
  .refine(
    value => value.minShare !== undefined || value.maxShare !== undefined || value.minRows !== undefined,
    'needs minShare, maxShare or minRows',
  )

export const balanceRule: RuleKind<z.infer<typeof balanceParameters>> = {
  name: 'balance',
  description: 'No class is too rare or too common.',
  parameters: balanceParameters,
  columns: ({ column }) => [{ name: column, path: ['column'] }],
  plan: ({ parameters: { column, minShare = 0, maxShare = 1, minRows = 0, values = [] } }) => ({
    by: 'query',
    async run({ duckdb, rows }, when) {
      const cell = asText(columnIn(rows.schema, column))
      const reader = await duckdb.runAndReadAll(
        `SELECT ${cell} AS value, count(*) AS rows FROM ${rows.view}${whereOf(when, `${quoteName(column)} IS NOT NULL`)} GROUP BY 1 ORDER BY 2 DESC, 1 LIMIT 1001`,
      )
      const found = new Map(reader.getRows().map(([value, count]) => [String(value), Number(count)]))
      const whole = [...found.values()].reduce((sum, count) => sum + count, 0)
      if (found.size > 1_000)
        return {
          faults: undefined,
          checked: whole,
          isFailed: true,
          message: `\`${column}\` has more than 1,000 values: it is no class.`,
          examples: [],
        }
      for (const value of values) if (!found.has(value)) found.set(value, 0)
      const wrong = [...found].flatMap(([value, count]) => {
        const share = whole === 0 ? 0 : count / whole
        const said = `\`${value}\` has ${counted(count, 'row')} (${percent(share)})`
        if (share < minShare || count < minRows) return [`${said}, too few`]
        return share > maxShare ? [`${said}, too many`] : []
      })
      return {
        faults: undefined,
        checked: whole,
        isFailed: wrong.length > 0,
        message:
          wrong.length > 0
            ? `${wrong.slice(0, 8).join('; ')}${wrong.length > 8 ? `; and ${wrong.length - 8} more` : ''}.`
            : `${counted(found.size, 'class', 'classes')}, the smallest with ${percent(Math.min(1, ...found.values().map(count => count / Math.max(1, whole))))}.`,
        examples: [],
        measured: { counts: Object.fromEntries([...found].slice(0, 200)) },
      }
    },
  }),
}

const noOtherColumns = z.strictObject({ columns: z.array(columnName) })

/** Made by the reader, which knows what is declared. */
export const onlyColumnsRule: RuleKind<z.infer<typeof noOtherColumns>> = {
  name: 'only-columns',
  description: '`true`: there are no columns but those that are declared.',
  parameters: noOtherColumns,
  columns: () => [],
  plan({ parameters }, { rows }) {
    const known = new Set(parameters.columns)
    const others = rows.schema.columns.filter(({ name }) => !known.has(name)).map(({ name }) => `\`${name}\``)
    return others.length === 0
      ? { by: 'nothing', outcome: 'passed', message: 'There are no columns but those that are declared.' }
      : {
          by: 'nothing',
          outcome: 'failed',
          message: `Not declared: ${others.slice(0, 12).join(', ')}${others.length > 12 ? ` and ${others.length - 12} more` : ''}.`,
        }
  },
}
