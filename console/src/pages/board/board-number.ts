import type { BoardPanel } from '../../api/types.ts'
import { formatDuration } from '../../format/duration.ts'
import { formatBytes, none } from '../../format/number.ts'

type Unit = BoardPanel['unit']

const small = new Intl.NumberFormat('en', { maximumSignificantDigits: 2 })
const oneDecimal = new Intl.NumberFormat('en', { maximumFractionDigits: 1 })
const whole = new Intl.NumberFormat('en', { maximumFractionDigits: 0 })
const compact = new Intl.NumberFormat('en', { notation: 'compact', maximumFractionDigits: 1 })

/** A number as it is read from across a room: three digits and a unit. */
export function formatBoard(value: number | null, unit: Unit): string {
  if (value === null) return none
  switch (unit) {
    case 'seconds':
      return formatDuration(value * 1_000)
    case 'share':
      return `${value > 0 && value < 0.001 ? '< 0.1' : oneDecimal.format(value * 100)} %`
    case 'bytes':
      return formatBytes(value)
    case 'bytes_per_second':
      return `${formatBytes(value)}/s`
    case 'usd_per_hour':
      return `$${value !== 0 && value < 1 ? small.format(value) : plain(value)}/h`
    case 'per_second':
      return `${plain(value)}/s`
    case 'tokens_per_second':
      return `${plain(value)} tok/s`
    case 'count':
    case 'cores':
      return plain(value)
  }
}

function plain(value: number): string {
  if (value >= 10_000) return compact.format(value)
  if (value >= 100) return whole.format(value)
  return value !== 0 && value < 0.1 ? small.format(value) : oneDecimal.format(value)
}

/** What stands large: the sum of what adds up, the p95 of durations, else the greatest. */
export function headlineOf({ is_stacked: isStacked, series }: BoardPanel): number | null {
  const known = series.map(({ now }) => now).filter(now => now !== null)
  if (isStacked) return known.reduce((sum, now) => sum + now, 0)
  const p95 = series.find(({ name }) => name === 'p95')
  if (p95) return p95.now
  return known.length === 0 ? null : Math.max(...known)
}

export type PanelTone = 'good' | 'warn' | 'bad' | 'none'

/** Only what is bad by itself has a colour; whether a latency is bad is for objectives to say. */
export function toneOf(panel: BoardPanel): PanelTone {
  const value = headlineOf(panel)
  if (value === null) return 'none'
  switch (panel.id) {
    case 'errors':
      return value > 0.05 ? 'bad' : value > 0.01 ? 'warn' : 'good'
    case 'upstream-failures':
      return value > 0 ? 'warn' : 'good'
    case 'engine-cache':
    case 'engine-slots':
      return value > 0.95 ? 'warn' : 'none'
    case 'lag':
      return value > 0.5 ? 'bad' : value > 0.1 ? 'warn' : 'none'
    case 'disk':
      return value < 0.05 ? 'bad' : value < 0.15 ? 'warn' : 'none'
    default:
      return 'none'
  }
}
