import type { DuckDBConnection } from '@duckdb/node-api'
import { Failure } from '../../../foundation/platform/index.ts'
import type { Column, DatasetSchema } from '../dataset.ts'
import { refuseExpression } from '../validation/refuse-expression.ts'
import { cellJson, columnOf, quoteName, quoteText } from '../worker/sql.ts'

/** Slices that a definition declares, by name: conditions in SQL on the columns of a row. */
export type SliceConditions = Readonly<Record<string, string>>

/** Between the values of slices that are crossed. */
export const crossing = ' × '

/** The two values of a condition as a slice; a row of which it cannot be told is none of it. */
export function conditionWord(name: string, isWithin: boolean): string {
  return isWithin ? name : `not ${name}`
}

/** The slice of a row as text in SQL: values of columns and words of conditions, crossed in their order. NULL is `null`. */
export function sliceText(
  schema: DatasetSchema,
  names: readonly string[],
  conditions: SliceConditions,
  textOf: (column: Column) => string = cellText,
): string {
  return names
    .map(name => {
      const condition = conditions[name]
      if (condition === undefined) return `coalesce(${textOf(columnOf(schema, name))}, 'null')`
      return `CASE WHEN coalesce((${condition}\n), false) THEN ${quoteText(conditionWord(name, true))} ELSE ${quoteText(conditionWord(name, false))} END`
    })
    .join(` || ${quoteText(crossing)} || `)
}

/** A cell as a slice names it: a text as it is, else JSON. */
export function cellText(column: Column): string {
  return column.type === 'string' ? quoteName(column.name) : cellJson(column)
}

/** Why a condition divides no rows: it is no expression on the columns of a row, or it is neither true nor false. */
export async function refuseCondition(
  duckdb: DuckDBConnection,
  view: string,
  condition: string,
  columns: readonly string[],
): Promise<string | undefined> {
  const refused = await refuseExpression(duckdb, view, condition, columns)
  if (refused !== undefined) return refused
  const [row] = (await duckdb.runAndReadAll(`DESCRIBE SELECT (${condition}\n) FROM ${view}`)).getRows()
  const type = String(row?.[1])
  return type === 'BOOLEAN' ? undefined : `it is true or false of no row: its values are of type ${type}.`
}

/** Throws `invalid_request` where one of the conditions cannot be evaluated on the rows of a view. */
export async function checkConditions(
  duckdb: DuckDBConnection,
  view: string,
  conditions: SliceConditions,
  { columns }: DatasetSchema,
): Promise<void> {
  const names = columns.map(({ name }) => name)
  for (const [name, condition] of Object.entries(conditions)) {
    const refused = names.includes(name)
      ? 'there is a column of that name. Give the slice another.'
      : await refuseCondition(duckdb, view, condition, names)
    if (refused !== undefined)
      throw new Failure(
        'invalid_request',
        `The slice \`${name}\` (${condition}) cannot be told: ${refused}`,
        {
          details: { parameter: 'slices' },
        },
      )
  }
}
