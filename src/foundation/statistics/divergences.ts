/**
 * Distances of distributions. They say how far, never how sure: an alarm needs a test. Shares are taken as they are and have to
 * sum to 1; `sharesOf` makes them from counts.
 */

/** Shares from counts; `smoothing` is added to each count (Laplace's rule with 1), so that nothing is impossible. */
export function sharesOf(counts: readonly number[], smoothing = 0): number[] {
  const total = counts.reduce((sum, count) => sum + count + smoothing, 0)
  return counts.map(count => (total === 0 ? 0 : (count + smoothing) / total))
}

/**
 * The population stability index Σ (q − p) ln(q / p), natural logarithm. Infinite where one of the two has nothing where the
 * other has something; smooth the shares first.
 */
export function populationStability(p: readonly number[], q: readonly number[]): number {
  return sumOver(p, q, (a, b) => (a === b ? 0 : a === 0 || b === 0 ? Infinity : (b - a) * Math.log(b / a)))
}

/** The Jensen–Shannon distance (Endres and Schindelin, IEEE Transactions on Information Theory 49, 2003): the root of the divergence. Base 2 lies in [0, 1]. */
export function jensenShannonDistance(p: readonly number[], q: readonly number[], base: 2 | 'e' = 2): number {
  const half = (x: number, middle: number) => (x === 0 ? 0 : x * Math.log(x / middle))
  const nats = sumOver(p, q, (a, b) => (half(a, (a + b) / 2) + half(b, (a + b) / 2)) / 2)
  return Math.sqrt(Math.max(0, base === 2 ? nats / Math.LN2 : nats))
}

/** The Hellinger distance √(1 − Σ √(p q)), in [0, 1]. */
export function hellingerDistance(p: readonly number[], q: readonly number[]): number {
  return Math.sqrt(sumOver(p, q, (a, b) => (Math.sqrt(a) - Math.sqrt(b)) ** 2) / 2)
}

function sumOver(p: readonly number[], q: readonly number[], term: (a: number, b: number) => number): number {
  let sum = 0
  for (let index = 0; index < Math.max(p.length, q.length); index += 1)
    sum += term(p[index] ?? 0, q[index] ?? 0)
  return sum
}

/**
 * Edges between bins of equal weight in the reference: its quantiles, doubles left out, so at most `bins` bins with open ends.
 * What lies on an edge belongs to the bin above.
 */
export function quantileEdges(reference: ArrayLike<number>, bins = 10): number[] {
  const values = Float64Array.from(reference).toSorted()
  const edges = new Set<number>()
  for (let bin = 1; bin < bins && values.length > 0; bin += 1)
    edges.add(values[Math.min(values.length - 1, Math.floor((bin * values.length) / bins))] as number)
  edges.delete(values[0] as number)
  return [...edges]
}

/** How many values lie in each of the bins that `edges` part; one more than there are edges. */
export function binCounts(values: ArrayLike<number>, edges: readonly number[]): number[] {
  const counts = Array.from<number>({ length: edges.length + 1 }).fill(0)
  for (let index = 0; index < values.length; index += 1) {
    const value = values[index] as number
    let [low, high] = [0, edges.length]
    while (low < high) {
      const middle = (low + high) >> 1
      if (value < (edges[middle] as number)) high = middle
      else low = middle + 1
    }
    counts[low] = (counts[low] as number) + 1
  }
  return counts
}

/**
 * The stability index of numbers as this product has it: bins of equal weight in the reference, open at both ends, each count
 * smoothed by a half (so that neither sample needs to fill each bin). 0 for what is the same; above 0.2 is usually called a shift.
 */
export function numericStability(
  reference: ArrayLike<number>,
  current: ArrayLike<number>,
  bins = 10,
): number {
  const edges = quantileEdges(reference, bins)
  const p = sharesOf(binCounts(reference, edges), 0.5)
  return populationStability(p, sharesOf(binCounts(current, edges), 0.5))
}

/**
 * The stability index as Evidently (0.7) computes it, for figures that have to match: edges by Sturges' rule over both samples
 * together, bins of equal width; each value for itself where the reference has 20 or fewer.
 */
export function evidentlyStability(reference: ArrayLike<number>, current: ArrayLike<number>): number {
  const edges = evidentlyEdgesOfSorted(
    Float64Array.from(reference).toSorted(),
    Float64Array.from(current).toSorted(),
  )
  return evidentlyStabilityOfCounts(binCounts(reference, edges), binCounts(current, edges))
}

/** Between the bins that Evidently would make of two samples, each sorted. */
export function evidentlyEdgesOfSorted(reference: Float64Array, current: Float64Array): number[] {
  const few = distinctValues(reference, fewest)
  // each bin holds one value: those of the reference, and of the current sample those that it has more
  if (few) return [...new Set([...few, ...distinctValues(current)])].toSorted((a, b) => a - b).slice(1)
  const low = Math.min(reference[0] ?? Infinity, current[0] ?? Infinity)
  const high = Math.max(reference.at(-1) ?? -Infinity, current.at(-1) ?? -Infinity)
  const bins = Math.ceil(Math.log2(reference.length + current.length) + 1)
  const width = (high - low) / bins
  return Array.from({ length: bins - 1 }, (_, index) => low + (index + 1) * width)
}

/**
 * The same of counts: an empty bin is taken as 0.0001, or as a millionth of the least share of that sample where that is no more than 0.0001,
 * without the others being scaled.
 */
export function evidentlyStabilityOfCounts(reference: readonly number[], current: readonly number[]): number {
  const filled = (counts: readonly number[]): number[] => {
    const shares = sharesOf(counts)
    const least = shares.reduce((least, share) => (share > 0 ? Math.min(least, share) : least), Infinity)
    return shares.map(share => (share === 0 ? (least <= 1e-4 ? least / 1e6 : 1e-4) : share))
  }
  return populationStability(filled(reference), filled(current))
}

const fewest = 20

/** The values that are there; `undefined` where there are more than so many. */
function distinctValues(sorted: Float64Array): number[]
function distinctValues(sorted: Float64Array, most: number): number[] | undefined
function distinctValues(sorted: Float64Array, most = Infinity): number[] | undefined {
  const found: number[] = []
  for (let index = 0; index < sorted.length; index += 1) {
    const value = sorted[index] as number
    if (value === found.at(-1)) continue
    if (found.length === most) return undefined
    found.push(value)
  }
  return found
}
