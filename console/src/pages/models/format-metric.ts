/** Four digits that count, or a whole number. */
export function formatMetric(value: number): string {
  return Number.isInteger(value) ? value.toLocaleString('en') : String(Number(value.toPrecision(4)))
}
