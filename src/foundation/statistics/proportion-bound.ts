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

function logBeta(a: number, b: number): number {
  return logGamma(a) + logGamma(b) - logGamma(a + b)
}

const lanczos = [
  0.99999999999980993, 676.5203681218851, -1259.1392167224028, 771.32342877765313, -176.61502916214059,
  12.507343278686905, -0.13857109526572012, 9.9843695780195716e-6, 1.5056327351493116e-7,
] as const

/** ln Γ(x) for x ≥ 0.5 (Lanczos, SIAM Journal on Numerical Analysis B 1, 1964; g = 7, 9 terms: 15 digits). */
function logGamma(x: number): number {
  const [first, ...terms] = lanczos
  const sum = terms.reduce<number>((total, term, index) => total + term / (x + index), first)
  const base = x + 6.5
  return 0.5 * Math.log(2 * Math.PI) + (x - 0.5) * Math.log(base) - base + Math.log(sum)
}
