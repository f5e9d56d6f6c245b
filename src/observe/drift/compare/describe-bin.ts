/** A bin in words: `120 to 240`, `under 120`, `from 240`. */
export function describeBin(from: number | undefined, to: number | undefined): string {
  if (from === undefined) return to === undefined ? 'any' : `under ${figure(to)}`
  return to === undefined ? `from ${figure(from)}` : `${figure(from)} to ${figure(to)}`
}

/** Three digits that count. */
export function figure(value: number): string {
  return Number(value.toPrecision(3)).toLocaleString('en-US', { maximumFractionDigits: 12 })
}
