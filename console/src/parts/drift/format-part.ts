/** A share of 1 as percent, with as many digits as small ones need. */
export function formatPart(share: number): string {
  const percent = 100 * share
  return `${percent.toFixed(percent !== 0 && Math.abs(percent) < 1 ? 2 : percent >= 10 ? 0 : 1)} %`
}

/** Three digits that count. */
export function formatFigure(value: number | null): string {
  return value === null
    ? '–'
    : Number(value.toPrecision(3)).toLocaleString('en-US', { maximumFractionDigits: 12 })
}
