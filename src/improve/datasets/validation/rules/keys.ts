import { z } from 'zod'
import { columnName } from '../../definition.ts'
import { quoteName, quoteText } from '../../worker/sql.ts'
import { asText, columnIn, counted, findColumn } from '../cells.ts'
import { excerptLength, mostExamples, type RowExample, type RuleKind } from '../rule.ts'
import { whereOf } from '../where.ts'

const uniqueParameters = z
  .union([columnName, z.array(columnName).min(1)])
  .transform(columns => ({ columns: [columns].flat() }))

export const uniqueRule: RuleKind<z.output<typeof uniqueParameters>> = {
  name: 'unique',
  description:
    'No two rows have the same value there, or the same values together. Rows without a value are left out.',
  parameters: uniqueParameters,
  short: { schema: z.literal(true), expand: (_: true, name) => [name] },
  columns: ({ columns }) =>
    columns.map((name, at) => ({
      name,
      path: columns.length === 1 ? [] : [at],
    })),
  plan: ({ parameters: { columns } }) => ({
    by: 'query',
    async run({ duckdb, rows }, when) {
      // rows of a version were told apart by their keys before it was made
      const { key } = rows.schema
      if (rows.stored && key.length > 0 && key.every(name => columns.includes(name)) && when === undefined)
        return {
          faults: 0,
          checked: rows.rows,
          message: 'Each value is there once.',
          examples: [],
        }
      const cells = columns.map(quoteName)
      const filled = cells.map(cell => `${cell} IS NOT NULL`).join(' AND ')
      const grouped = `SELECT min(_row) AS first, count(*) AS count, min(_row, ${mostExamples + 1}) AS those FROM ${rows.view}${whereOf(when, filled)} GROUP BY ${cells.join(', ')} HAVING count(*) > 1`
      const reader = await duckdb.runAndReadAll(
        `SELECT sum(count - 1), count(*), list_slice(list(struct_pack(first := first, those := those) ORDER BY first), 1, ${mostExamples}) FROM (${grouped})`,
      )
      const [again, groups, samples] = reader.getRowsJson()[0] ?? []
      const faults = Number(again ?? 0)
      const total = await duckdb.runAndReadAll(`SELECT count(*) FROM ${rows.view}${whereOf(when)}`)
      const checked = Number(total.getRows()[0]?.[0] ?? 0)
      if (faults === 0)
        return {
          faults,
          checked,
          message: 'Each value is there once.',
          examples: [],
        }
      const pairs = (Array.isArray(samples) ? samples : [])
        .flatMap(sample => {
          const { first, those } = sample as unknown as {
            first: string
            those: string[]
          }
          return those.filter(row => row !== first).map(row => ({ row: Number(row), first: Number(first) }))
        })
        .slice(0, mostExamples)
      const numbers = [...new Set(pairs.flatMap(({ row, first }) => [row, first]))]
      const shown = `concat_ws(', ', ${columns.map(name => asText(columnIn(rows.schema, name))).join(', ')})`
      const details = await duckdb.runAndReadAll(
        `SELECT _row, _key, left(${shown}, ${excerptLength}) FROM ${rows.view} WHERE _row IN (${numbers.join(', ')})`,
      )
      const byRow = new Map(
        details
          .getRows()
          .map(([row, key, excerpt]) => [Number(row), { key: String(key), excerpt: String(excerpt) }]),
      )
      const examples = pairs.map(({ row, first }): RowExample => ({
        key: byRow.get(row)?.key ?? '',
        row,
        says: `the same as row ${first}`,
        excerpt: byRow.get(row)?.excerpt,
        other: byRow.get(first)?.key,
      }))
      return {
        faults,
        checked,
        message: `${counted(faults, 'row')} repeat${faults === 1 ? 's' : ''} ${counted(Number(groups), 'value')} that ${Number(groups) === 1 ? 'is' : 'are'} there already.`,
        examples,
      }
    },
  }),
}

const referenceParameters = z.strictObject({
  column: columnName,
  dataset: z.string().min(1).describe('The other dataset, as `products` or `products@v2`.'),
  to: columnName.optional().describe('Its column; of the same name by default.'),
})
const shortReference = z.union([
  z.string().min(1),
  z.strictObject({ dataset: z.string().min(1), to: columnName.optional() }),
])

export const referencesRule: RuleKind<z.infer<typeof referenceParameters>> = {
  name: 'references',
  description: 'Each value is in a column of a version of another dataset.',
  parameters: referenceParameters,
  short: {
    schema: shortReference,
    expand: (value: z.infer<typeof shortReference>, column) =>
      typeof value === 'string' ? { column, dataset: value } : { column, ...value },
  },
  columns: ({ column }) => [{ name: column, path: ['column'] }],
  references: ({ dataset }) => [dataset],
  plan({ parameters: { column, dataset, to = column } }, { others }) {
    const other = others.get(dataset)
    if (!other)
      return {
        by: 'nothing',
        outcome: 'skipped',
        message: `\`${dataset}\` was not given: there is nothing to look in.`,
      }
    const target = findColumn(other.schema, to)
    if (!target)
      return {
        by: 'nothing',
        outcome: 'failed',
        message: `\`${dataset}\` has no column \`${to}\`.`,
      }
    return {
      by: 'query',
      async run({ duckdb, rows }, when) {
        const cell = asText(columnIn(rows.schema, column))
        const lost = `FROM ${rows.view}${whereOf(when, `${quoteName(column)} IS NOT NULL`, `${cell} NOT IN (SELECT ${asText(target)} FROM ${other.view} WHERE ${quoteName(to)} IS NOT NULL)`)}`
        const reader = await duckdb.runAndReadAll(
          `SELECT (SELECT count(*) FROM ${rows.view}${whereOf(when)}), count(*), arg_min(struct_pack(key := _key, place := _row, excerpt := left(${cell}, ${excerptLength})), _row, ${mostExamples}) ${lost}`,
        )
        const [checked, count, list] = reader.getRowsJson()[0] ?? []
        const faults = Number(count)
        const examples = (Array.isArray(list) ? list : []).map(each => {
          const { key, place, excerpt } = each as unknown as {
            key: string
            place: string
            excerpt: string
          }
          return { key, row: Number(place), excerpt }
        })
        return {
          faults,
          checked: Number(checked),
          message:
            faults === 0
              ? `Each value is in ${quoteText(to)} of \`${dataset}\`.`
              : `${counted(faults, 'row')} hold${faults === 1 ? 's' : ''} a value that is not in \`${to}\` of \`${dataset}\`.`,
          examples,
        }
      },
    }
  },
}
