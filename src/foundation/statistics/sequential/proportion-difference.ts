import { betaBinomialMixture } from './mixtures.ts'
import type { Bounds } from './proportion-sequence.ts'

export interface Hits {
  readonly hits: number
  readonly trials: number
}

interface DifferenceOptions {
  /** For each end: the chance that it is ever beyond the true difference. */
  readonly alpha: number
  readonly tightAt: number
}

const precision = 1e-5

/**
 * Bounds of how much higher the second proportion is that hold at all numbers of trials at once. While both proportions are what they are, the product of
 * both arms' beta-binomial mixtures is a supermartingale again; a difference is refuted when that has reached 1/α for every pair of proportions
 * that has it (the construction of Howard and Ramdas 2022, section 5, for shares in the place of quantiles). Half as many trials as
 * the difference of two intervals needs. From −1 to 1 where an arm has no trials.
 */
export function proportionDifference(first: Hits, second: Hits, options: DifferenceOptions): Bounds {
  if (first.trials === 0 || second.trials === 0) return { low: -1, high: 1 }
  const estimate = second.hits / second.trials - first.hits / first.trials
  const isRefuted = (difference: number): boolean =>
    leastEvidence(first, second, difference, options) >= -Math.log(options.alpha)
  return { low: search(-1, estimate, isRefuted), high: search(1, estimate, isRefuted) }
}

/** Over all pairs with the difference: the least lies between where either arm alone would have it. */
function leastEvidence(first: Hits, second: Hits, difference: number, options: DifferenceOptions): number {
  const [least, most] = [Math.max(0, -difference), Math.min(1, 1 - difference)]
  const within = (p: number): number => Math.min(most, Math.max(least, p))
  const ends = [within(first.hits / first.trials), within(second.hits / second.trials - difference)]
  const evidence = (p: number): number => of(first, p, options) + of(second, p + difference, options)
  const golden = (Math.sqrt(5) - 1) / 2
  let [low, high] = [Math.min(...ends), Math.max(...ends)]
  while (high - low > precision) {
    const [left, right] = [high - golden * (high - low), low + golden * (high - low)]
    if (evidence(left) < evidence(right)) high = right
    else low = left
  }
  return Math.min(evidence(low), evidence(high))
}

/** ln of the mixture against one proportion; what has happened refutes 0 and 1 at once. */
function of({ hits, trials }: Hits, p: number, { alpha, tightAt }: DifferenceOptions): number {
  if (p <= 0) return hits > 0 ? Infinity : 0
  if (p >= 1) return hits < trials ? Infinity : 0
  const variance = p * (1 - p)
  const terms = { down: p, up: 1 - p, tightAt: tightAt * variance, alpha }
  return betaBinomialMixture(hits - trials * p, trials * variance, terms)
}

function search(end: number, kept: number, isRefuted: (difference: number) => boolean): number {
  if (!isRefuted(end)) return end
  let [bad, good] = [end, kept]
  while (Math.abs(good - bad) > precision) {
    const middle = (bad + good) / 2
    if (isRefuted(middle)) bad = middle
    else good = middle
  }
  return bad
}
