import { Failure } from '../../../foundation/platform/index.ts'
import { exportBuckets, type ExportRow, type FlatRecord } from './export-row.ts'
import { countIn, dayIn, nanoUsdIn, textIn } from './flat-record.ts'

const fields = ['model', 'day', 'answerId', 'calls', 'cost', ...exportBuckets] as const
type Field = (typeof fields)[number]

/** Which column of a CSV holds what; the counts must not overlap. */
export type ColumnMap = Readonly<Partial<Record<Field, string>>>

/** Reads `model=Model,input=Prompt tokens,cost=Charge`. Throws `invalid_request` for a field that there is none of. */
export function parseColumnMap(text: string): ColumnMap {
  const map: Partial<Record<Field, string>> = {}
  for (const pair of text.split(',')) {
    const [name = '', ...column] = pair.split('=')
    const field = fields.find(known => known === name.trim())
    if (!field || column.length === 0) {
      throw new Failure(
        'invalid_request',
        `\`${pair}\` names no column. Write \`field=column\`, with one of the fields ${fields.join(', ')}.`,
      )
    }
    map[field] = column.join('=').trim()
  }
  return map
}

export function readMapped(record: FlatRecord, map: ColumnMap): ExportRow {
  for (const column of Object.values(map)) {
    if (!(column in record))
      throw new Failure(
        'invalid_request',
        `The export has no column \`${column}\`, only ${Object.keys(record).join(', ')}.`,
      )
  }
  const counts = exportBuckets.flatMap(bucket => {
    const column = map[bucket]
    return column === undefined ? [] : [[bucket, countIn(record, column) ?? 0]]
  })
  return {
    day: map.day === undefined ? undefined : dayIn(record, map.day),
    model: map.model === undefined ? undefined : textIn(record, map.model),
    answerId: map.answerId === undefined ? undefined : textIn(record, map.answerId),
    calls: map.calls === undefined ? undefined : countIn(record, map.calls),
    counts: counts.length === 0 ? undefined : Object.fromEntries(counts),
    costNanoUsd: map.cost === undefined ? undefined : nanoUsdIn(record, map.cost),
  }
}
