import type { Column, DatasetSchema } from '../dataset.ts'
import { quoteName, quoteText } from '../worker/sql.ts'

/** A cell as text in SQL: strings as they are, also those that JSON columns hold; NULL for NULL. */
export function asText({ name, type }: Column): string {
  const cell = quoteName(name)
  if (type === 'string') return cell
  if (type === 'json') return `coalesce(json_extract_string(${cell}, '$'), ${cell})`
  return `CAST(${cell} AS VARCHAR)`
}

/** A cell as a number in SQL; NULL for what is none. */
export function asNumber(column: Column): string {
  return column.type === 'number' || column.type === 'integer'
    ? quoteName(column.name)
    : `TRY_CAST(${asText(column)} AS DOUBLE)`
}

/** All that a conversation says, for `json` columns of messages; the text for others. */
export function asReadable(column: Column): string {
  if (column.type !== 'json') return asText(column)
  const cell = quoteName(column.name)
  const contents = [
    '$[*].content',
    '$.messages[*].content',
    '$[*].content[*].text',
    '$.messages[*].content[*].text',
  ]
  const said = contents.map(path => `json_extract_string(${cell}, ${quoteText(path)})`)
  return `coalesce(nullif(array_to_string(list_filter(list_concat(${said.join(', ')}), x -> x IS NOT NULL), chr(10)), ''), ${asText(column)})`
}

export function findColumn(schema: DatasetSchema, name: string): Column | undefined {
  return schema.columns.find(column => column.name === name)
}

/** The column; a rule is only planned where there is one of each name. */
export function columnIn(schema: DatasetSchema, name: string): Column {
  const column = findColumn(schema, name)
  if (!column) throw new Error(`The schema has no column ${name}.`)
  return column
}

/** Columns that hold texts for people: what is looked at where a rule names none. */
export function textColumns(schema: DatasetSchema): Column[] {
  return schema.columns.filter(({ type }) => type === 'string' || type === 'json')
}

/** A number for people: 12,345. */
export function counted(count: number, one: string, many = `${one}s`): string {
  return `${count.toLocaleString('en-US')} ${count === 1 ? one : many}`
}

export function percent(share: number): string {
  const hundred = share * 100
  const rounded = hundred > 99.9 && hundred < 100 ? 'over 99.9' : hundred.toFixed(1)
  return `${Number.isInteger(hundred) ? hundred : hundred > 0 && hundred < 0.1 ? hundred.toPrecision(2) : rounded} %`
}
