import { canonicalJson, Failure, isNestedTooDeep } from '../../foundation/platform/index.ts'
import type { Column, ColumnType, DatasetSchema, Row } from './dataset.ts'
import { columnName, type Definition } from './definition.ts'

const timestampPattern = /^\d{4}-\d\d-\d\dT\d\d:\d\d(?::\d\d(?:\.\d{1,9})?)?(?:Z|[+-]\d\d:\d\d)$/

/**
 * Rows as JSON, held to the columns that are known; a column that is not takes the type of its values. Resolves with all
 * columns that the rows have and the rows as lines of JSON that DuckDB reads under them. Throws `invalid_request` that names
 * row and column.
 */
export function readCells(
  rows: readonly Row[],
  schema: DatasetSchema | undefined,
  definition: Definition,
): { readonly columns: readonly Column[]; readonly lines: string[] } {
  const known = new Map<string, ColumnType>(schema?.columns.map(({ name, type }) => [name, type]))
  for (const [name, { type }] of Object.entries(definition.columns))
    if (type && !known.has(name)) known.set(name, type)
  const found = new Map<string, { type: ColumnType; isKnown: boolean; count: number }>()
  for (const [index, row] of rows.entries()) {
    for (const [name, value] of Object.entries(row)) {
      const column = found.get(name) ?? begin(name, index)
      found.set(name, column)
      if (value === null || value === undefined) continue
      column.count += 1
      if (!column.isKnown) column.type = column.count === 1 ? typeOf(value) : join(column.type, typeOf(value))
      // whole numbers become numbers, as they do in files
      else if (column.type === 'integer' && typeof value === 'number' && !Number.isInteger(value))
        column.type = 'number'
    }
  }

  function begin(name: string, index: number): { type: ColumnType; isKnown: boolean; count: number } {
    const check = columnName.safeParse(name)
    if (!check.success) throw fault(index, name, check.error.issues[0]?.message ?? 'is no name for a column')
    const type = known.get(name)
    return { type: type ?? 'string', isKnown: type !== undefined, count: 0 }
  }

  const lines = rows.map((row, index) =>
    JSON.stringify(
      Object.fromEntries(
        Object.entries(row).map(([name, value]) => [
          name,
          value === null || value === undefined
            ? null
            : toCell(value, found.get(name)?.type ?? 'json', index, name),
        ]),
      ),
    ),
  )
  const columns = [...found].map(([name, { type, count }]) => ({
    name,
    type,
    isNullable: count < rows.length,
  }))
  return { columns, lines }
}

function typeOf(value: unknown): ColumnType {
  if (typeof value === 'boolean') return 'boolean'
  if (typeof value === 'number') return Number.isSafeInteger(value) ? 'integer' : 'number'
  return typeof value === 'string' ? 'string' : 'json'
}

function join(left: ColumnType, right: ColumnType): ColumnType {
  if (left === right) return left
  const isNumeric = [left, right].every(type => type === 'integer' || type === 'number')
  return isNumeric ? 'number' : 'json'
}

/** What the reader of JSON makes the cell of. */
function toCell(value: unknown, type: ColumnType, index: number, name: string): unknown {
  switch (type) {
    case 'json':
      if (isNestedTooDeep(value)) throw fault(index, name, 'is nested too deep')
      return canonical(value, index, name)
    case 'boolean':
      if (typeof value === 'boolean') return value
      break
    case 'integer':
      if (typeof value === 'number' && Number.isSafeInteger(value)) return value
      break
    case 'number':
      if (typeof value === 'number' && Number.isFinite(value)) return value
      break
    case 'string':
      if (typeof value === 'string' && value.isWellFormed()) return value
      break
    case 'timestamp':
      if (typeof value === 'string' && timestampPattern.test(value)) {
        const time = new Date(value)
        if (!Number.isNaN(time.getTime())) return inUtc(value, time)
      }
      break
  }
  throw fault(index, name, `holds ${nameOf(value)} where the column is of type ${type}`)
}

/** Keeps what is finer than a millisecond. */
function inUtc(text: string, time: Date): string {
  const fraction = /\.(\d+)/.exec(text)?.[1]?.slice(0, 6).padEnd(6, '0') ?? '000000'
  return `${time.toISOString().slice(0, 19).replace('T', ' ')}.${fraction}`
}

function canonical(value: unknown, index: number, name: string): string {
  try {
    return canonicalJson(value)
  } catch {
    throw fault(index, name, 'holds what JSON cannot say')
  }
}

function nameOf(value: unknown): string {
  if (Array.isArray(value)) return 'a list'
  if (typeof value === 'object') return 'an object'
  if (typeof value === 'string') return `the text ${JSON.stringify(value.slice(0, 40))}`
  return typeof value === 'number' || typeof value === 'boolean' ? `\`${value}\`` : `a ${typeof value}`
}

function fault(index: number, column: string, what: string): Failure {
  const shown = column.length > 60 ? `${column.slice(0, 60)}…` : column
  return new Failure('invalid_request', `Row ${index + 1}, column \`${shown}\` ${what}.`, {
    details: { parameter: `upserts[${index}].${shown}` },
  })
}
