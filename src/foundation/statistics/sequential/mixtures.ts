import { incompleteBeta, logBeta, normalCdf } from '../special-functions.ts'

/**
 * Mixture supermartingales (Robbins 1970; Howard, Ramdas, McAuliffe and Sekhon, Annals of Statistics 49, 2021, arXiv 1810.08240): for a
 * sum S_t with intrinsic time V_t that has mean nothing, the chance that exp(log mixture) ever reaches 1/α is at most α, at all t at once.
 */

/** The ρ at which the two-sided normal mixture is nearly tightest at intrinsic time `v`: in closed form (ibid., section 3.5), without Lambert's W. */
export function tunedRho(v: number, alpha: number): number {
  const twoLog = -2 * Math.log(alpha)
  return v / (twoLog + Math.log(1 + twoLog))
}

/** ln of the normal mixture of sub-Gaussian sums, both signs of the drift alike. */
export function normalMixture(s: number, v: number, rho: number): number {
  return 0.5 * Math.log(rho / (v + rho)) + (s * s) / (2 * (v + rho))
}

/** The same for drift upwards alone: the mixture is half a normal distribution. */
export function upwardNormalMixture(s: number, v: number, rho: number): number {
  return Math.LN2 + normalMixture(s, v, rho) + Math.log(normalCdf(s / Math.sqrt(v + rho)))
}

export interface BetaBinomialTerms {
  /** A success adds `up` to the sum, a failure takes `down` from it: 1 − p and p of a proportion p. */
  readonly down: number
  readonly up: number
  /** The intrinsic time at which it is tightest; n·p·(1 − p) after n trials of a proportion. */
  readonly tightAt: number
  readonly alpha: number
  /** Evidence for more alone. */
  readonly isUpward?: boolean
}

/** ln of the beta-binomial mixture of sums whose steps lie between −`down` and `up` (Proposition 7 there). */
export function betaBinomialMixture(s: number, v: number, terms: BetaBinomialTerms): number {
  const { down: g, up: h, isUpward = false } = terms
  const whole = g + h
  const rho = tunedRho(terms.tightAt, isUpward ? Math.min(0.999, 2 * terms.alpha) : terms.alpha)
  const r = Math.max(rho - g * h, 1e-3 * g * h)
  const x = isUpward ? h / whole : 1
  const failures = r / (g * whole)
  const successes = r / (h * whole)
  return (
    (v / (g * h)) * Math.log(whole) -
    ((v + h * s) / (h * whole)) * Math.log(g) -
    ((v - g * s) / (g * whole)) * Math.log(h) +
    logIncompleteBeta((r + v - g * s) / (g * whole), (r + v + h * s) / (h * whole), x) -
    logIncompleteBeta(failures, successes, x)
  )
}

const logIncompleteBeta = (a: number, b: number, x: number): number =>
  logBeta(a, b) + (x >= 1 ? 0 : Math.log(Math.max(1e-300, incompleteBeta(a, b, x))))

/** The least s > 0 at which `logMixture` reaches ln(1/α): the boundary that S_t crosses with probability α at most. */
export function mixtureBoundary(logMixture: (s: number) => number, alpha: number, most: number): number {
  const limit = -Math.log(alpha)
  let [low, high] = [0, most]
  if (logMixture(high) < limit) return most
  while (high - low > 1e-10 * Math.max(1, high)) {
    const s = (low + high) / 2
    if (logMixture(s) < limit) low = s
    else high = s
  }
  return high
}
