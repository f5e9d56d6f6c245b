/**
 * How much the meanings of N answers to one question differ, in nats: the discrete semantic entropy
 * −Σ p_c ln p_c over clusters of answers that mean the same, p_c the share of the answers in cluster c (Farquhar, Kossen,
 * Kuhn and Gal, Nature 630, 2024, eq. 5 with the empirical distribution). 0 where all mean the same, ln N where no two do.
 * `clusterSizes` are counts; empty clusters add nothing.
 */
export function discreteSemanticEntropy(clusterSizes: readonly number[]): number {
  const total = clusterSizes.reduce((sum, size) => sum + size, 0)
  if (total === 0) return 0
  let entropy = 0
  for (const size of clusterSizes) {
    if (size > 0) entropy -= (size / total) * Math.log(size / total)
  }
  // −1 · ln 1 is −0
  return entropy + 0
}

/** The same between 0 and 1: divided by ln N, which is the most that N answers can have. 0 for fewer than two answers. */
export function normalisedSemanticEntropy(clusterSizes: readonly number[]): number {
  const total = clusterSizes.reduce((sum, size) => sum + size, 0)
  return total < 2 ? 0 : Math.min(1, discreteSemanticEntropy(clusterSizes) / Math.log(total))
}

/**
 * Puts answers that mean the same together, as the paper does: each is compared with the first of every cluster so far and
 * joins the first one whose meaning it shares. `isSame` is asked of two indices, the earlier one first, at most
 * N(N − 1) / 2 times. Returns the clusters as lists of indices, in the order of their first members.
 */
export async function clusterByMeaning(
  count: number,
  isSame: (first: number, second: number) => boolean | Promise<boolean>,
): Promise<number[][]> {
  const clusters: number[][] = []
  for (let index = 0; index < count; index += 1) {
    let home: number[] | undefined
    for (const cluster of clusters) {
      const [first = 0] = cluster
      if (await isSame(first, index)) {
        home = cluster
        break
      }
    }
    if (home) home.push(index)
    else clusters.push([index])
  }
  return clusters
}
