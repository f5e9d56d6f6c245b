import { Failure } from '../../foundation/platform/index.ts'
import type { Column, ColumnType, DatasetSchema } from './dataset.ts'
import type { Definition } from './definition.ts'

/**
 * The schema of a version that is made of `before` and rows that come with columns of their own. `isWhole`: nothing of
 * `before` but its order of columns is kept. Throws `invalid_request` where types do not go together, or the key or the
 * splits name a column that is not there.
 */
export function mergeSchema(options: {
  readonly before: DatasetSchema | undefined
  readonly columns: readonly Column[]
  readonly definition: Definition
  readonly isWhole: boolean
}): DatasetSchema {
  const { before, columns, definition, isWhole } = options
  const incoming = new Map(columns.map(column => [column.name, column]))
  const merged: Column[] = []
  for (const column of before?.columns ?? []) {
    const other = incoming.get(column.name)
    incoming.delete(column.name)
    if (!other) {
      if (!isWhole) merged.push(column)
      continue
    }
    merged.push(isWhole ? other : widen(column, other))
  }
  merged.push(
    ...[...incoming.values()].map(column => ({
      ...column,
      isNullable: column.isNullable || (!isWhole && before !== undefined),
    })),
  )
  const typed = merged.map(column => declare(column, definition))
  const { key, splits } = definition
  const by = splits?.by === undefined ? [] : [splits.by].flat()
  const named = [...key.map(name => ['key', name] as const), ...by.map(name => ['splits.by', name] as const)]
  for (const [parameter, name] of named) {
    if (typed.some(column => column.name === name)) continue
    throw new Failure(
      'invalid_request',
      `The definition names \`${name}\` in \`${parameter}\`, and the rows have no such column. They have: ${typed.map(column => column.name).join(', ') || 'none'}.`,
      { details: { parameter } },
    )
  }
  return { columns: typed, key: definition.key }
}

function widen(before: Column, after: Column): Column {
  const isNullable = before.isNullable || after.isNullable
  if (before.type === after.type) return { ...before, isNullable }
  const types = [before.type, after.type]
  if (types.every(type => type === 'integer' || type === 'number'))
    return { name: before.name, type: 'number', isNullable }
  throw new Failure(
    'invalid_request',
    `The column \`${before.name}\` holds ${before.type} and the rows bring ${after.type}. Convert them, or replace the whole dataset.`,
    { details: { parameter: before.name } },
  )
}

/** The type that the definition declares holds where values of the other are values of it. */
function declare(column: Column, definition: Definition): Column {
  const declared: ColumnType | undefined = Object.hasOwn(definition.columns, column.name)
    ? definition.columns[column.name]?.type
    : undefined
  return declared === 'number' && column.type === 'integer' ? { ...column, type: 'number' } : column
}
