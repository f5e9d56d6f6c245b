/** The WHERE of conditions that are there. */
export function whereOf(...conditions: readonly (string | undefined)[]): string {
  const given = conditions.filter(condition => condition !== undefined && condition !== '')
  return given.length === 0 ? '' : ` WHERE ${given.map(condition => `(${condition})`).join(' AND ')}`
}
