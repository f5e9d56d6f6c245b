import type { Column, ColumnType } from '../dataset.ts'
import { quoteName } from '../worker/sql.ts'

/** What the values of a column are, as bits: one pass over a file ors them together. */
export const kinds = {
  string: 1,
  /** A whole number that a double holds exactly. */
  integer: 2,
  /** A whole number of 64 bits that a double does not hold. */
  long: 4,
  number: 8,
  boolean: 16,
  null: 32,
  nested: 64,
  /** A whole number beyond 64 bits. */
  huge: 128,
  /** Reads as JSON and is none: NaN, Infinity. */
  alien: 256,
} as const

/** The kind of one value, given its JSON text (SQL). */
export function kindOf(text: string): string {
  const whole = `CASE WHEN TRY_CAST(${text} AS BIGINT) IS NULL THEN ${kinds.huge} WHEN abs(CAST(${text} AS HUGEINT)) <= 9007199254740992 THEN ${kinds.integer} ELSE ${kinds.long} END`
  const numeric = `CASE WHEN regexp_full_match(${text}, '-?[0-9]+') THEN ${whole} WHEN regexp_full_match(${text}, '-?[0-9]+([.][0-9]+)?([eE][-+]?[0-9]+)?') AND isfinite(TRY_CAST(${text} AS DOUBLE)) THEN ${kinds.number} ELSE ${kinds.alien} END`
  return `CASE WHEN ${text} IS NULL THEN NULL ELSE CASE ascii(${text}) WHEN 34 THEN ${kinds.string} WHEN 123 THEN ${kinds.nested} WHEN 91 THEN ${kinds.nested} WHEN 116 THEN ${kinds.boolean} WHEN 102 THEN ${kinds.boolean} WHEN 110 THEN ${kinds.null} ELSE ${numeric} END END`
}

/** The type that holds all of it without loss; `undefined` where the kinds do not go together. */
export function typeOf(bits: number): ColumnType | undefined {
  const seen = bits & ~kinds.null
  if (seen === 0) return 'string'
  if (seen === kinds.string) return 'string'
  if (seen === kinds.boolean) return 'boolean'
  if (seen === kinds.nested) return 'json'
  const numeric = kinds.integer | kinds.long | kinds.number | kinds.huge
  if ((seen & ~numeric) !== 0) return undefined
  if ((seen & ~(kinds.integer | kinds.long)) === 0) return 'integer'
  if ((seen & ~(kinds.integer | kinds.number)) === 0) return 'number'
  // a double would round them, so the text is kept
  return 'json'
}

/** The kinds that a declared type can take in without loss. */
export function kindsOf(type: ColumnType): number {
  const numeric = kinds.integer | kinds.long | kinds.number | kinds.huge
  switch (type) {
    case 'string':
      return kinds.string | numeric | kinds.boolean | kinds.null
    case 'integer':
      return kinds.integer | kinds.long | kinds.null
    case 'number':
      return kinds.integer | kinds.number | kinds.null
    case 'boolean':
      return kinds.boolean | kinds.null
    case 'timestamp':
      return kinds.string | kinds.null
    case 'json':
      return numeric | kinds.string | kinds.boolean | kinds.nested | kinds.null
  }
}

/** A column of a staged file, of its declared or found type, as it is read from JSON. */
export interface ReadColumn extends Pick<Column, 'name' | 'type'> {
  /** As what DuckDB's reader gives it. */
  readonly readAs: 'VARCHAR' | 'BIGINT' | 'DOUBLE' | 'BOOLEAN' | 'JSON'
  /** What makes the cell of that. */
  readonly select: string
}

export function readColumn(name: string, type: ColumnType, bits: number): ReadColumn {
  const cell = quoteName(name)
  const as = (readAs: ReadColumn['readAs'], select = cell): ReadColumn => ({
    name,
    type,
    readAs,
    select: `${select} AS ${cell}`,
  })
  switch (type) {
    case 'boolean':
      return as('BOOLEAN')
    case 'integer':
      return as('BIGINT')
    case 'number':
      return as('DOUBLE')
    case 'json':
      return as(
        'JSON',
        `CASE WHEN CAST(${cell} AS VARCHAR) = 'null' THEN NULL ELSE CAST(${cell} AS VARCHAR) END`,
      )
    case 'timestamp':
      return as('VARCHAR', readTimestamp(cell))
    case 'string':
      // JSON's own text of numbers, not that of a type in between
      return (bits & ~(kinds.string | kinds.null)) === 0
        ? as('VARCHAR')
        : as('JSON', `CASE WHEN CAST(${cell} AS VARCHAR) = 'null' THEN NULL ELSE ${cell} ->> '$' END`)
  }
}

/** ISO 8601 with or without a zone, UTC where it has none; NULL where it is none. */
export function readTimestamp(cell: string): string {
  return `CAST(TRY_CAST(${cell} AS TIMESTAMPTZ) AS TIMESTAMP)`
}
