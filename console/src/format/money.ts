const dollars = new Intl.NumberFormat('en', { style: 'currency', currency: 'USD' })
const smallDollars = new Intl.NumberFormat('en', {
  style: 'currency',
  currency: 'USD',
  maximumSignificantDigits: 2,
})

/** Nano-dollars as dollars; below a cent two significant digits, since such sums are what single calls cost. */
export function formatNanoUsd(nanoUsd: number): string {
  const usd = nanoUsd / 1e9
  if (usd === 0) return '$0'
  return Math.abs(usd) < 0.01 ? smallDollars.format(usd) : dollars.format(usd)
}

/** A cost that may not be known: an unknown price is not the same as 0. */
export function formatCost(nanoUsd: number | null): string {
  return nanoUsd === null ? 'unpriced' : formatNanoUsd(nanoUsd)
}
