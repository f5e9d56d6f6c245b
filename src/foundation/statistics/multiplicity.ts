/**
 * p-values adjusted for how many were looked at: each may then be held against the level itself. `holm` bounds the chance of even one
 * false finding, whatever the dependence (Holm, Scandinavian Journal of Statistics 6, 1979); `benjamini-hochberg` bounds the
 * expected share of false ones among the findings where tests are independent or positively dependent (Journal of the Royal
 * Statistical Society B 57, 1995), `benjamini-yekutieli` under any dependence (Annals of Statistics 29, 2001). In the order given.
 */
export type Correction = 'holm' | 'benjamini-hochberg' | 'benjamini-yekutieli'

export function adjustPValues(values: readonly number[], correction: Correction): number[] {
  const count = values.length
  const order = values.map((_, index) => index).toSorted((a, b) => (values[a] ?? 0) - (values[b] ?? 0))
  const adjusted = Array.from<number>({ length: count }).fill(1)
  if (correction === 'holm') {
    let highest = 0
    for (const [rank, index] of order.entries()) {
      highest = Math.max(highest, Math.min(1, (count - rank) * (values[index] ?? 1)))
      adjusted[index] = highest
    }
    return adjusted
  }
  let factor = 1
  if (correction === 'benjamini-yekutieli') {
    factor = 0
    for (let rank = 1; rank <= count; rank += 1) factor += 1 / rank
  }
  let lowest = 1
  for (const [back, index] of order.toReversed().entries()) {
    lowest = Math.min(lowest, ((factor * count) / (count - back)) * (values[index] ?? 1))
    adjusted[index] = lowest
  }
  return adjusted
}
