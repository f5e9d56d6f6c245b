import { logBeta } from './special-functions.ts'

/** A prior on small proportions, Beta(1, 20): it decides how fast the bound tightens, never whether it holds. */
const priorHits = 1
const priorMisses = 20

/**
 * An upper bound of a proportion that holds at all sample sizes at once with probability `confidence`, so that it may
 * be looked at after every trial and acted on at any of them: the beta-binomial confidence sequence (Robbins, Annals of
 * Mathematical Statistics 41, 1970; Howard, Ramdas, McAuliffe and Sekhon, Annals of Statistics 49, 2021). The p above
 * `hits / trials` at which the mixture's likelihood ratio B(a+S, b+F) / B(a, b) / (p^S (1−p)^F) reaches
 * 1 / (1 − confidence), by Ville's inequality; S hits and F misses. Between 0 and 1; 1 where nothing was tried.
 */
export function proportionUpperBound(hits: number, trials: number, confidence: number): number {
  if (trials <= 0 || hits >= trials) return 1
  const misses = trials - hits
  const logMixture = logBeta(priorHits + hits, priorMisses + misses) - logBeta(priorHits, priorMisses)
  const limit = -Math.log(1 - confidence)
  let [low, high] = [hits / trials, 1]
  while (high - low > 1e-9) {
    const p = (low + high) / 2
    const logLikelihood = (hits === 0 ? 0 : hits * Math.log(p)) + misses * Math.log1p(-p)
    if (logMixture - logLikelihood < limit) low = p
    else high = p
  }
  return high
}
