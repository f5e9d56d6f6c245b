import { betaBinomialMixture } from './mixtures.ts'

export interface Bounds {
  readonly low: number
  readonly high: number
}

export interface Hits {
  readonly hits: number
  readonly trials: number
}

export interface ProportionOptions {
  readonly alpha: number
  /** The number of trials at which bounds are tightest. */
  readonly tightAt: number
}

/**
 * Bounds of a proportion that hold at all numbers of trials at once with probability 1 − `alpha`: the p whose beta-binomial mixture has not
 * reached 1/α (Howard et al. 2021, section 3.2). From 0 to 1 where nothing was tried.
 */
export function proportionSequence(hits: number, trials: number, options: ProportionOptions): Bounds {
  if (trials <= 0) return { low: 0, high: 1 }
  const share = hits / trials
  const isRefuted = (p: number): boolean =>
    proportionEvidence({ hits, trials }, p, options) >= -Math.log(options.alpha)
  return { low: lastRefuted(0, share, 1e-9, isRefuted), high: lastRefuted(1, share, 1e-9, isRefuted) }
}

/** ln of the mixture against one proportion; what has happened refutes 0 and 1 at once. */
export function proportionEvidence(
  { hits, trials }: Hits,
  p: number,
  { alpha, tightAt }: ProportionOptions,
): number {
  if (p <= 0) return hits > 0 ? Infinity : 0
  if (p >= 1) return hits < trials ? Infinity : 0
  const variance = p * (1 - p)
  const terms = { down: p, up: 1 - p, tightAt: tightAt * variance, alpha }
  return betaBinomialMixture(hits - trials * p, trials * variance, terms)
}

/** Between an end and a value that is not refuted, the last that is; the end itself where not even that is. */
export function lastRefuted(
  end: number,
  kept: number,
  precision: number,
  isRefuted: (value: number) => boolean,
): number {
  if (!isRefuted(end)) return end
  let [bad, good] = [end, kept]
  while (Math.abs(good - bad) > precision) {
    const middle = (bad + good) / 2
    if (isRefuted(middle)) bad = middle
    else good = middle
  }
  return bad
}
