/** Dollars of a text as whole nano-dollars; `undefined` where nothing is left of them. */
export function priceOfUsd(usd: number): number | undefined {
  const nano = Math.round(usd * 1e9)
  return nano > 0 && Number.isSafeInteger(nano) ? nano : undefined
}
