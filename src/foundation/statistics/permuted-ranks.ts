import type { Random } from './random.ts'

/**
 * The p of the ranks of `second` being as high as they are among both, one-sided, by permutation: of all ways of saying which values are of the second,
 * `permutations` are drawn. (1 + those at least as high) / (1 + all) is valid at any size, with ties and however many are drawn (Phipson and Smyth,
 * Statistical Applications in Genetics and Molecular Biology 9, 2010, eq. 2).
 */
export function permutedRankP(
  first: readonly number[],
  second: readonly number[],
  { permutations, random }: { readonly permutations: number; readonly random: Random },
): number {
  const values = Float64Array.from([...second, ...first])
  const order = Uint32Array.from(values, (_, index) => index).toSorted(
    (a, b) => (values[a] as number) - (values[b] as number),
  )
  // twice the mean rank of equal values: whole numbers, so that equal sums compare as equal
  const ranks = new Float64Array(values.length)
  for (let from = 0; from < order.length;) {
    let to = from + 1
    while (to < order.length && values[order[to] as number] === values[order[from] as number]) to += 1
    for (let place = from; place < to; place += 1) ranks[order[place] as number] = from + to + 1
    from = to
  }
  const sumOfSecond = (): number => {
    let sum = 0
    for (let index = 0; index < second.length; index += 1) sum += ranks[index] as number
    return sum
  }
  const found = sumOfSecond()
  let asHigh = 1
  for (let round = 0; round < permutations; round += 1) {
    // the first places of a shuffle are all that is needed of it
    for (let index = 0; index < second.length; index += 1) {
      const other = index + random.below(ranks.length - index)
      const kept = ranks[index] as number
      ranks[index] = ranks[other] as number
      ranks[other] = kept
    }
    if (sumOfSecond() >= found) asHigh += 1
  }
  return asHigh / (permutations + 1)
}
