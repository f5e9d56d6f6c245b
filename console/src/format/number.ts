const whole = new Intl.NumberFormat('en', { maximumFractionDigits: 0 })
const oneDecimal = new Intl.NumberFormat('en', { maximumFractionDigits: 1 })
const compact = new Intl.NumberFormat('en', { notation: 'compact', maximumFractionDigits: 1 })

/** What stands where there is no number. */
export const none = '–'

/** `12,431`; from a hundred thousand on `124.3K`. */
export function formatCount(count: number): string {
  return count >= 100_000 ? compact.format(count) : whole.format(count)
}

/** A part of a whole, `0.4 %`; never rounded to 0 or 100 when it is not. */
export function formatShare(part: number, total: number): string {
  if (total === 0) return none
  const percent = (part / total) * 100
  if (percent > 0 && percent < 0.1) return '< 0.1 %'
  if (percent < 100 && percent > 99.9) return '> 99.9 %'
  return `${oneDecimal.format(percent)} %`
}

/** A mean or a difference as points of a hundred: `−4.2`. */
export function formatPoints(value: number): string {
  return `${value < 0 ? '−' : ''}${Math.abs(value * 100).toFixed(1)}`
}

export function formatTokensPerSecond(rate: number): string {
  if (rate > 0 && rate < 0.1) return '< 0.1 tok/s'
  return `${rate < 10 ? oneDecimal.format(rate) : formatCount(rate)} tok/s`
}

/** In binary units: `142 MiB`. */
export function formatBytes(bytes: number): string {
  const units = ['B', 'KiB', 'MiB', 'GiB', 'TiB'] as const
  let value = bytes
  let unit = 0
  while (value >= 1024 && unit < units.length - 1) {
    value /= 1024
    unit++
  }
  return `${value < 10 && unit > 0 ? oneDecimal.format(value) : whole.format(value)} ${units[unit]}`
}

export interface Change {
  readonly text: string
  readonly direction: 'up' | 'down' | 'same'
}

/** How a number moved against the period before; `undefined` where there is nothing to compare with. */
export function compare(now: number | null, before: number | null): Change | undefined {
  if (now === null || before === null || before === 0) return undefined
  const ratio = now / before
  const percent = (ratio - 1) * 100
  if (Math.abs(percent) < 0.5) return { text: 'no change', direction: 'same' }
  const direction = percent > 0 ? 'up' : 'down'
  if (ratio >= 10) return { text: `${whole.format(ratio)}×`, direction }
  return { text: `${whole.format(Math.abs(percent))} %`, direction }
}
