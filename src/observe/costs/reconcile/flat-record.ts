import { Failure } from '../../../foundation/platform/index.ts'
import type { FlatRecord } from './export-row.ts'

/** A count of that name; 0 where the cell is empty, `undefined` where there is no such column. */
export function countIn(record: FlatRecord, name: string): number | undefined {
  const value = record[name]
  if (value === undefined) return undefined
  if (value === null || value === '') return 0
  const count = typeof value === 'number' ? value : Number(String(value).replaceAll(/[,_\s]/g, ''))
  if (Number.isFinite(count)) return count
  throw new Failure(
    'invalid_request',
    `The export has \`${String(value)}\` in \`${name}\`, which is no number.`,
  )
}

export function textIn(record: FlatRecord, name: string): string | undefined {
  const value = record[name]
  return value === undefined || value === null || value === '' ? undefined : String(value)
}

/** A decimal amount in nano-dollars, exactly as far as it is written; `unit` is how many nano-dollars 1 is. */
export function nanoUsdIn(record: FlatRecord, name: string, unit = 1_000_000_000): number | undefined {
  const value = record[name]
  if (value === undefined || value === null || value === '') return undefined
  const text = typeof value === 'number' ? value.toFixed(12) : String(value).replaceAll(/[$,\s]/g, '')
  const match = /^(-?)(\d*)(?:\.(\d*))?$/.exec(text)
  if (!match || (match[2] === '' && (match[3] ?? '') === '')) {
    throw new Failure(
      'invalid_request',
      `The export has \`${String(value)}\` in \`${name}\`, which is no amount.`,
    )
  }
  const [, sign, whole, fraction = ''] = match
  const scaled = BigInt(`${whole}${fraction.padEnd(12, '0').slice(0, 12)}`) * BigInt(unit)
  const nanoUsd = Number((scaled + 500_000_000_000n) / 1_000_000_000_000n)
  return sign === '-' ? -nanoUsd : nanoUsd
}

/** The day (UTC) of a time: seconds since 1970, or ISO 8601 whose first ten characters are the date. */
export function dayIn(record: FlatRecord, name: string): string | undefined {
  const value = record[name]
  if (value === undefined || value === null || value === '') return undefined
  const seconds = Number(value)
  if (Number.isFinite(seconds)) return new Date(seconds * 1_000).toISOString().slice(0, 10)
  const match = /^\d{4}-\d{2}-\d{2}/.exec(String(value))
  if (match) return match[0]
  throw new Failure('invalid_request', `The export has \`${String(value)}\` in \`${name}\`, which is no day.`)
}
