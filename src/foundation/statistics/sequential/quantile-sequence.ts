import { betaBinomialMixture, mixtureBoundary } from './mixtures.ts'
import type { Bounds } from './proportion-sequence.ts'

export interface QuantileOptions {
  /** Which quantile, between 0 and 1. */
  readonly quantile: number
  readonly alpha: number
  /** The number of values at which it is tightest. */
  readonly tightAt: number
}

/**
 * Bounds of a quantile that hold at all numbers of values at once with probability 1 − `alpha`, whatever the distribution (Howard and
 * Ramdas, Bernoulli 28, 2022, arXiv 1906.09712, with the beta-binomial boundary of the count below it). `sorted` ascends; ends that the
 * values cannot give yet are infinite.
 */
export function quantileSequence(sorted: ArrayLike<number>, options: QuantileOptions): Bounds {
  const n = sorted.length
  const { quantile: q } = options
  if (n === 0) return { low: -Infinity, high: Infinity }
  const above = boundaryOf(n, q, options)
  const below = boundaryOf(n, 1 - q, options)
  const low = Math.ceil(n * q - below)
  const high = Math.floor(n * q + above) + 1
  return {
    low: low >= 1 ? (sorted[low - 1] ?? -Infinity) : -Infinity,
    high: high <= n ? (sorted[high - 1] ?? Infinity) : Infinity,
  }
}

/** How far the number of values below the quantile may lie above n·p. */
function boundaryOf(n: number, p: number, { alpha, tightAt }: QuantileOptions): number {
  const variance = p * (1 - p)
  const terms = { down: p, up: 1 - p, tightAt: tightAt * variance, alpha }
  return mixtureBoundary(s => betaBinomialMixture(s, n * variance, terms), alpha, n * (1 - p))
}

/**
 * The p, valid at all times at once, of two samples that ascend having the same quantile (ibid., section 5): the product of both arms'
 * mixtures at the value that makes it least, among those that lie between their quantiles.
 */
export function quantileDifference(
  first: ArrayLike<number>,
  second: ArrayLike<number>,
  options: QuantileOptions,
): number {
  const { quantile: q } = options
  if (first.length === 0 || second.length === 0) return 1
  const middles = [at(first, q), at(second, q)]
  const [from, to] = [Math.min(...middles), Math.max(...middles)]
  let least = Infinity
  for (const sample of [first, second])
    for (let index = countUnder(sample, from, false); index < sample.length; index += 1) {
      const value = sample[index] ?? Infinity
      if (value > to) break
      least = Math.min(least, evidence(first, value, options) + evidence(second, value, options))
    }
  return Math.min(1, Math.exp(-least))
}

const at = (sorted: ArrayLike<number>, q: number): number =>
  sorted[Math.max(0, Math.ceil(q * sorted.length) - 1)] ?? 0

/** ln of the mixture against a sample's quantile being `value`; of values that are equal to it as many count as lie below as suits it best. */
function evidence(
  sorted: ArrayLike<number>,
  value: number,
  { quantile: q, alpha, tightAt }: QuantileOptions,
): number {
  const n = sorted.length
  const variance = q * (1 - q)
  const terms = { tightAt: tightAt * variance, alpha }
  const [least, most] = [countUnder(sorted, value, false), countUnder(sorted, value, true)]
  if (least > n * q) return betaBinomialMixture(least - n * q, n * variance, { ...terms, down: q, up: 1 - q })
  if (most < n * q) return betaBinomialMixture(n * q - most, n * variance, { ...terms, down: 1 - q, up: q })
  return betaBinomialMixture(0, n * variance, { ...terms, down: q, up: 1 - q })
}

/** How many are less than `value`, or equal to it too. */
function countUnder(sorted: ArrayLike<number>, value: number, withEqual: boolean): number {
  let [low, high] = [0, sorted.length]
  while (low < high) {
    const middle = (low + high) >> 1
    const found = sorted[middle] ?? Infinity
    if (found < value || (withEqual && found === value)) low = middle + 1
    else high = middle
  }
  return low
}
