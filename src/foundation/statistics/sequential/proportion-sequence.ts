import { betaBinomialMixture } from './mixtures.ts'

export interface Bounds {
  readonly low: number
  readonly high: number
}

/**
 * Bounds of a proportion that hold at all numbers of trials at once with probability 1 − `alpha`: the p whose beta-binomial mixture has not
 * reached 1/α (Howard et al. 2021, section 3.2). Tightest near `tightAt` trials. From 0 to 1 where nothing was tried.
 */
export function proportionSequence(
  hits: number,
  trials: number,
  { alpha, tightAt }: { readonly alpha: number; readonly tightAt: number },
): Bounds {
  if (trials <= 0) return { low: 0, high: 1 }
  const share = hits / trials
  const limit = -Math.log(alpha)
  const isRefuted = (p: number): boolean => {
    const variance = p * (1 - p)
    return (
      betaBinomialMixture(hits - trials * p, trials * variance, {
        down: p,
        up: 1 - p,
        tightAt: tightAt * variance,
        alpha,
      }) >= limit
    )
  }
  return {
    low: hits === 0 ? 0 : search(0, share, isRefuted),
    high: hits === trials ? 1 : search(1, share, isRefuted),
  }
}

/** Between a p that is refuted and one that is not, the last that is. */
function search(refuted: number, kept: number, isRefuted: (p: number) => boolean): number {
  let [bad, good] = [refuted, kept]
  while (Math.abs(good - bad) > 1e-9) {
    const p = (bad + good) / 2
    if (isRefuted(p)) bad = p
    else good = p
  }
  return bad
}
