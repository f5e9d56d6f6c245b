import type { Bin } from '../../parts/histogram.tsx'

/** Bins with what lies in each, for people. */
export function toBins(
  { from, to, counts }: { readonly from: number; readonly to: number; readonly counts: readonly number[] },
  type: string,
): Bin[] {
  const width = (to - from) / counts.length
  return counts.map((count, index) => ({
    label: `${formatValue(from + index * width, type)} to ${formatValue(from + (index + 1) * width, type)}`,
    count,
  }))
}

const significant = new Intl.NumberFormat('en', { maximumSignificantDigits: 4 })

/** A number as its column holds it: times are seconds since 1970. */
export function formatValue(value: number, type: string): string {
  if (type === 'timestamp') return new Date(value * 1_000).toISOString().slice(0, 16).replace('T', ' ')
  return significant.format(value)
}
