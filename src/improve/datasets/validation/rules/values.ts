import { RE2JS } from 're2js'
import { z } from 'zod'
import { suggest } from '../../../../foundation/config/index.ts'
import { compileLinearRegex } from '../../../../foundation/platform/index.ts'
import type { Column, ColumnType } from '../../dataset.ts'
import { columnName, columnTypes } from '../../definition.ts'
import { duckdbTypes, quoteName, quoteText } from '../../worker/sql.ts'
import { asNumber, asText, columnIn } from '../cells.ts'
import type { RuleKind } from '../rule.ts'

const column = columnName.describe('The column that it is about.')
const named = (parameters: { readonly column: string }) => [{ name: parameters.column, path: ['column'] }]

const typeParameters = z.strictObject({ column, is: z.enum(columnTypes) })

/** A column that is there, and whose values are of its type. */
export const typeRule: RuleKind<z.infer<typeof typeParameters>> = {
  name: 'type',
  description: 'The column is there, and each value is of the type.',
  parameters: typeParameters,
  short: { schema: z.enum(columnTypes), expand: (is: ColumnType, name) => ({ column: name, is }) },
  columns: named,
  plan({ parameters }, { rows }) {
    const found = columnIn(rows.schema, parameters.column)
    const fault = wrongType(found, parameters.is)
    if (fault === undefined)
      return { by: 'nothing', outcome: 'passed', message: `The column is of the type ${found.type}.` }
    return {
      by: 'condition',
      fault,
      excerpt: asText(found),
      says: `hold what is not of the type ${parameters.is}`,
    }
  },
}

/** Holds for cells of the column that are not of the type; `undefined` where none can be. */
function wrongType(found: Column, is: ColumnType): string | undefined {
  const cell = quoteName(found.name)
  if (found.type === is || (is === 'number' && found.type === 'integer')) return undefined
  if (is === 'string')
    return found.type === 'json' ? `json_type(${cell}) <> 'VARCHAR'` : `${cell} IS NOT NULL`
  if (is === 'json') return `NOT json_valid(${asText(found)})`
  if (is === 'integer')
    return `${cell} IS NOT NULL AND coalesce(TRY_CAST(${asText(found)} AS DOUBLE) <> trunc(TRY_CAST(${asText(found)} AS DOUBLE)), true)`
  return `${cell} IS NOT NULL AND TRY_CAST(${asText(found)} AS ${duckdbTypes[is]}) IS NULL`
}

const nullableParameters = z.strictObject({ column, is: z.boolean() })

export const nullableRule: RuleKind<z.infer<typeof nullableParameters>> = {
  name: 'nullable',
  description:
    '`false`: each row has a value there, and not an empty text. To allow a share of none, give a tolerance.',
  parameters: nullableParameters,
  short: { schema: z.boolean(), expand: (is: boolean, name) => ({ column: name, is }) },
  columns: named,
  plan({ parameters }, { rows }) {
    if (parameters.is) return { by: 'nothing', outcome: 'passed', message: 'Rows may hold no value.' }
    const found = columnIn(rows.schema, parameters.column)
    const cell = quoteName(found.name)
    const isEmpty =
      found.type === 'string' ? ` OR trim(${cell}) = ''` : found.type === 'json' ? ` OR ${cell} = 'null'` : ''
    return { by: 'condition', fault: `${cell} IS NULL${isEmpty}`, says: 'hold no value' }
  },
}

const bound = z.union([z.number(), z.string().describe('A time, ISO 8601.')])
const boundParameters = z.strictObject({ column, is: bound })
type Bound = z.infer<typeof boundParameters>

const boundRule = (
  name: 'min' | 'max',
  description: string,
  operator: string,
  says: string,
): RuleKind<Bound> => ({
  name,
  description,
  parameters: boundParameters,
  short: { schema: bound, expand: (is: number | string, of) => ({ column: of, is }) },
  columns: named,
  check: ({ is }) =>
    typeof is === 'string' && Number.isNaN(Date.parse(is))
      ? [
          {
            path: ['is'],
            message: `\`${is}\` is neither a number nor a time.`,
            mend: 'Write a number, or a time such as `2026-01-31T00:00:00Z`.',
          },
        ]
      : [],
  plan({ parameters: { column: of, is } }, { rows }) {
    const found = columnIn(rows.schema, of)
    const fault =
      typeof is === 'number'
        ? `${asNumber(found)} ${operator} ${is}`
        : `TRY_CAST(${asText(found)} AS TIMESTAMP) ${operator} TIMESTAMP ${quoteText(new Date(is).toISOString().replace('Z', ''))}`
    return { by: 'condition', fault, excerpt: asText(found), says: `${says} ${is}` }
  },
})

export const minRule = boundRule('min', 'No number or time is below it.', '<', 'are below')
export const maxRule = boundRule('max', 'No number or time is above it.', '>', 'are above')

const range = z
  .strictObject({ min: z.int().min(0).optional(), max: z.int().min(0).optional() })
  .refine(({ min, max }) => min !== undefined || max !== undefined, 'needs min, max or both')
  .refine(({ min, max }) => min === undefined || max === undefined || min <= max, 'has a min above its max')
const lengthParameters = z.strictObject({
  column,
  min: z.int().min(0).optional(),
  max: z.int().min(0).optional(),
})

export const lengthRule: RuleKind<z.infer<typeof lengthParameters>> = {
  name: 'length',
  description: 'Texts have at least `min` and at most `max` characters.',
  parameters: lengthParameters,
  short: { schema: range, expand: (value: z.infer<typeof range>, name) => ({ column: name, ...value }) },
  columns: named,
  plan({ parameters: { column: of, min = 0, max } }, { rows }) {
    const found = columnIn(rows.schema, of)
    const length = `length(${asText(found)})`
    const over = max === undefined ? '' : ` OR ${length} > ${max}`
    const wanted = max === undefined ? `at least ${min}` : min > 0 ? `${min} to ${max}` : `at most ${max}`
    return {
      by: 'condition',
      fault: `${length} < ${min}${over}`,
      excerpt: `${length} || ' characters'`,
      says: `do not have ${wanted} characters`,
    }
  },
}

const label = z.union([z.string(), z.number(), z.boolean()])
const valuesParameters = z.strictObject({ column, are: z.array(label).min(1).max(10_000) })

export const valuesRule: RuleKind<z.infer<typeof valuesParameters>> = {
  name: 'values',
  description: 'Each value is one of these: a set of labels.',
  parameters: valuesParameters,
  short: {
    schema: z.array(label).min(1).max(10_000),
    expand: (are: unknown[], name) => ({ column: name, are }),
  },
  columns: named,
  plan({ parameters: { column: of, are } }, { rows }) {
    const found = columnIn(rows.schema, of)
    const cell = found.type === 'number' ? asNumber(found) : asText(found)
    const known =
      found.type === 'number'
        ? are.map(Number).filter(Number.isFinite)
        : are.map(each => quoteText(String(each)))
    const isKnown = known.length === 0 ? 'false' : `${cell} IN (${known.join(', ')})`
    return {
      by: 'condition',
      fault: `${quoteName(found.name)} IS NOT NULL AND NOT (${isKnown})`,
      excerpt: asText(found),
      says: 'hold a value that is not in the list',
      explain: excerpts => nearest(excerpts, are.map(String)),
    }
  },
}

function nearest(excerpts: readonly string[], known: readonly string[]): string {
  const said = [...new Set(excerpts)].slice(0, 5).map(excerpt => {
    const meant = suggest(excerpt, known)
    return meant === undefined ? `\`${excerpt}\`` : `\`${excerpt}\` (\`${meant}\`?)`
  })
  return `Not in the list: ${said.join(', ')}.`
}

const patternParameters = z.strictObject({ column, is: z.string().min(1).max(2_000) })

export const patternRule: RuleKind<z.infer<typeof patternParameters>> = {
  name: 'pattern',
  description:
    'Each text has a match of the regular expression (JavaScript’s syntax, without lookaround and backreferences: it takes linear time); `^` and `$` are its start and end.',
  parameters: patternParameters,
  short: { schema: z.string().min(1).max(2_000), expand: (is: string, name) => ({ column: name, is }) },
  columns: named,
  check({ is }) {
    try {
      compileLinearRegex(is)
      return []
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error)
      return [
        {
          path: ['is'],
          message: `The pattern cannot be used: ${why}.`,
          mend: 'Lookaround and backreferences cannot be matched in linear time; say it with an `assert` or another pattern.',
        },
      ]
    }
  },
  plan({ parameters: { column: of, is } }, { rows }) {
    const found = columnIn(rows.schema, of)
    return {
      by: 'condition',
      fault: `NOT regexp_matches(${asText(found)}, ${quoteText(RE2JS.translateRegExp(is))})`,
      excerpt: asText(found),
      says: 'do not match the pattern',
    }
  },
}
