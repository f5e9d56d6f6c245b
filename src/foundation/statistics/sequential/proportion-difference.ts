import {
  type Bounds,
  type Hits,
  lastRefuted,
  proportionEvidence,
  type ProportionOptions,
} from './proportion-sequence.ts'

const precision = 1e-5

/**
 * Bounds of how much higher the second proportion is that hold at all numbers of trials at once, each end with probability 1 − `alpha`. While
 * both proportions are what they are, the product of both arms' beta-binomial mixtures is a supermartingale again; a difference is refuted
 * when that has reached 1/α for every pair of proportions that has it (the construction of Howard and Ramdas 2022, section 5, for shares in the place of quantiles). Half as many trials as
 * the difference of two intervals needs. From −1 to 1 where an arm has no trials.
 */
export function proportionDifference(first: Hits, second: Hits, options: ProportionOptions): Bounds {
  if (first.trials === 0 || second.trials === 0) return { low: -1, high: 1 }
  const estimate = second.hits / second.trials - first.hits / first.trials
  const isRefuted = (difference: number): boolean =>
    leastEvidence(first, second, difference, options) >= -Math.log(options.alpha)
  return {
    low: lastRefuted(-1, estimate, precision, isRefuted),
    high: lastRefuted(1, estimate, precision, isRefuted),
  }
}

/** Over all pairs with the difference: the least lies between where either arm alone would have it. */
function leastEvidence(first: Hits, second: Hits, difference: number, options: ProportionOptions): number {
  const [least, most] = [Math.max(0, -difference), Math.min(1, 1 - difference)]
  const within = (p: number): number => Math.min(most, Math.max(least, p))
  const ends = [within(first.hits / first.trials), within(second.hits / second.trials - difference)]
  const evidence = (p: number): number =>
    proportionEvidence(first, p, options) + proportionEvidence(second, p + difference, options)
  const golden = (Math.sqrt(5) - 1) / 2
  let [low, high] = [Math.min(...ends), Math.max(...ends)]
  while (high - low > precision) {
    const [left, right] = [high - golden * (high - low), low + golden * (high - low)]
    if (evidence(left) < evidence(right)) high = right
    else low = left
  }
  return Math.min(evidence(low), evidence(high))
}
