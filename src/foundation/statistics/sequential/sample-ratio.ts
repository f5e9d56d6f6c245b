import { logGamma } from '../special-functions.ts'

/** How many values the prior on the shares weighs as: with more, small deviations are found sooner and large ones later. */
const concentration = 100

/**
 * ln of the evidence that counts do not come from the shares that were asked for, valid at all times at once: the Bayes factor of a
 * Dirichlet prior around the shares (Lindon and Malek, NeurIPS 2022, arXiv 2011.03567). The chance that it ever reaches ln(1/α) while
 * the shares are kept is at most α. `shares` are positive and are scaled to one.
 */
export function sampleRatioEvidence(counts: readonly number[], shares: readonly number[]): number {
  const whole = shares.reduce((sum, share) => sum + share, 0)
  const total = counts.reduce((sum, count) => sum + count, 0)
  let evidence = logGamma(concentration) - logGamma(concentration + total)
  for (const [index, share] of shares.entries()) {
    const count = counts[index] ?? 0
    const due = share / whole
    const prior = concentration * due
    evidence += logGammaOf(prior + count) - logGammaOf(prior) - count * Math.log(due)
  }
  return evidence
}

/** Also below ½, where Γ(x) = Γ(x + 1) / x. */
const logGammaOf = (x: number): number => (x < 0.5 ? logGamma(x + 1) - Math.log(x) : logGamma(x))
