import { incompleteBeta } from './special-functions.ts'
import type { Share } from './wilson-interval.ts'

/**
 * A proportion with an interval that covers it at least as often as `confidence` says, for one look at one sample: the ends at which the
 * binomial tails are half of the rest (Clopper and Pearson, Biometrika 26, 1934). From 0 to 1 where nothing was tried.
 */
export function exactProportion(hits: number, trials: number, confidence = 0.95): Share {
  const tail = (1 - confidence) / 2
  const share = trials === 0 ? 0 : hits / trials
  const low = hits === 0 ? 0 : solve(p => incompleteBeta(hits, trials - hits + 1, p) < tail)
  const high = hits === trials ? 1 : solve(p => incompleteBeta(hits + 1, trials - hits, p) < 1 - tail)
  return { count: hits, total: trials, share, low, high }
}

/** The end of the part of 0 to 1 in which `isBelow` holds. */
function solve(isBelow: (p: number) => boolean): number {
  let [low, high] = [0, 1]
  while (high - low > 1e-12) {
    const p = (low + high) / 2
    if (isBelow(p)) low = p
    else high = p
  }
  return (low + high) / 2
}
