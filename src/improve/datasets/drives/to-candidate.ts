import type { Example } from '../collect/find-examples.ts'
import { lastWordsOf } from '../../../observe/traces/index.ts'
import type { Column, DatasetSchema, Row } from '../dataset.ts'

/** What is known of traffic beside what was said, under these names, where a dataset has a column of the name and type. */
const recorded: Readonly<Record<string, Column['type']>> = {
  output: 'string',
  feedback_score: 'number',
  scores: 'json',
  review: 'string',
  service: 'string',
  release: 'string',
  conversation: 'string',
  at: 'timestamp',
  masking: 'string',
}

/** The columns of a dataset that an inference fills without anybody being asked. */
export function columnsOfTraffic(schema: DatasetSchema, input: string, asked: readonly string[]): Column[] {
  const { key } = schema
  return schema.columns.filter(
    ({ name, type }) =>
      name === input || key.includes(name) || (!asked.includes(name) && recorded[name] === type),
  )
}

/** The row that an example would be, without what people have to say; `undefined` where it says nothing. */
export function toRow(
  example: Example,
  columns: readonly Column[],
  { key, input }: { readonly key: string; readonly input: string },
): Row | undefined {
  const row: Record<string, unknown> = {}
  for (const { name, type } of columns) {
    if (name === key) row[name] = example['id']
    else if (name === input) row[name] = type === 'json' ? example['input'] : lastWordsOf(example['input'])
    else row[name] = example[name] ?? null
  }
  return row[input] === undefined || row[input] === null || row[input] === '' ? undefined : row
}
