/** Whether a value stands between two gaps, where a line would not show it. */
export function hasLonePoints(values: readonly (number | null)[]): boolean {
  return values.some(
    (value, index) =>
      value !== null && (values[index - 1] ?? null) === null && (values[index + 1] ?? null) === null,
  )
}
