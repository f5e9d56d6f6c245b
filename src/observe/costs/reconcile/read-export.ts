import { Failure } from '../../../foundation/platform/index.ts'
import { parseCsv } from './csv.ts'
import type { ExportRow, FlatRecord } from './export-row.ts'
import { type ColumnMap, readMapped } from './read-mapped.ts'
import { readAnthropic } from './read-anthropic.ts'
import { readOpenAi } from './read-openai.ts'

/**
 * Reads the usage or costs that a provider exports: the JSON pages of OpenAI's and Anthropic's APIs, their CSV files, or
 * any CSV whose columns `map` names. Throws `invalid_request` for anything else, saying what was seen.
 */
export function readExport(text: string, map?: ColumnMap): ExportRow[] {
  const records = readRecords(text)
  if (map) return records.map(record => readMapped(record, map))
  const rows = records.map(record => readAnthropic(record) ?? readOpenAi(record))
  const unknown = rows.indexOf(undefined)
  if (records.length > 0 && unknown < 0) return rows.filter(row => row !== undefined)
  const columns = Object.keys(records[Math.max(0, unknown)] ?? {}).join(', ')
  throw new Failure(
    'invalid_request',
    records.length === 0
      ? 'The export has no rows.'
      : `The export is not one of OpenAI or Anthropic; it has the columns ${columns}. Name them: \`--map model=…,input=…,output=…,cost=…\`.`,
  )
}

function readRecords(text: string): FlatRecord[] {
  if (!/^\s*[{[]/.test(text)) return parseCsv(text)
  let data: unknown
  try {
    data = JSON.parse(text)
  } catch (error) {
    throw new Failure('invalid_request', 'The export begins as JSON and is none.', { cause: error })
  }
  // one page, several pages in a list, or the buckets alone
  const pages = Array.isArray(data) ? data : [data]
  return pages.flatMap(page => bucketsOf(page).flatMap(bucket => resultsOf(bucket)))
}

function bucketsOf(page: unknown): readonly object[] {
  if (!isObject(page)) return []
  return Array.isArray(page['data']) ? page['data'].filter(isObject) : [page]
}

function resultsOf(bucket: object): FlatRecord[] {
  const { results, ...rest } = bucket as { results?: unknown }
  if (!Array.isArray(results)) return [flatten(rest)]
  return results.filter(isObject).map(result => ({ ...flatten(rest), ...flatten(result) }))
}

function flatten(value: object, prefix = ''): FlatRecord {
  const flat: Record<string, string | number | boolean | null> = {}
  for (const [name, part] of Object.entries(value)) {
    if (isObject(part)) Object.assign(flat, flatten(part, `${prefix}${name}.`))
    else if (part === null || ['string', 'number', 'boolean'].includes(typeof part))
      flat[`${prefix}${name}`] = part as string | number | boolean | null
  }
  return flat
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
