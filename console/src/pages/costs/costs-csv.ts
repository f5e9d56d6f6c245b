import type { CostReport } from '../../api/types.ts'
import { totalInput, totalOutput } from '../inferences/inference-row.tsx'

const titles = [
  'day',
  'calls',
  'unpriced calls',
  'cost usd',
  'prompt cache saved usd',
  'answers saved usd',
  'input tokens',
  'output tokens',
]

/** Every day and group of a report as CSV (RFC 4180), dollars with all their decimals. */
export function toCostsCsv(report: CostReport): string {
  const [day, ...others] = titles
  const rows = report.days.map(row => [
    row.day,
    row.group,
    row.calls,
    row.unpriced_calls,
    (row.cost_nano_usd / 1e9).toFixed(9),
    (row.cache_saved_nano_usd / 1e9).toFixed(9),
    (row.answers_saved_nano_usd / 1e9).toFixed(9),
    totalInput(row.usage),
    totalOutput(row.usage),
  ])
  return [[day, report.group_by, ...others], ...rows]
    .map(cells => `${cells.map(cell).join(',')}\r\n`)
    .join('')
}

/** What a spreadsheet would run as a formula is shown as text. */
function cell(value: string | number | undefined): string {
  const text = String(value ?? '')
  const safe = /^[=+@\t\r]/.test(text) ? `'${text}` : text
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe
}
