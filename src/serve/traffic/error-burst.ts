import { proportionDifference } from '../../foundation/statistics/index.ts'

/** Requests of one arm in one step, in one process. */
export interface ArmCounts {
  /** All that limits let through. */
  begun: number
  ended: number
  /** Of those that have ended. */
  failed: number
  guarded: number
}

/** The number of requests at which evidence is strongest: candidates begin with little traffic. */
const tightAt = 100

/**
 * By how much more of the candidate's requests surely go wrong, or `undefined` where that is not beyond `margin`. Beta-binomial
 * mixtures of both arms (see `proportionDifference`), which may be looked at after every request: with probability 1 − `alpha`
 * none of a step's looks is wrong. What is under way counts for the candidate: as good where it is its own, as
 * bad where it is the baseline's. So the bound holds however long good and bad answers take.
 */
export function surelyWorse(
  baseline: ArmCounts,
  candidate: ArmCounts,
  what: 'failed' | 'guarded',
  { alpha, margin }: { readonly alpha: number; readonly margin: number },
): number | undefined {
  const underWay = baseline.begun - baseline.ended
  const usual = { hits: baseline[what] + underWay, trials: baseline.begun }
  const tried = { hits: candidate[what], trials: candidate.begun }
  if (usual.trials === 0 || tried.trials === 0) return undefined
  if (tried.hits / tried.trials - usual.hits / usual.trials <= margin) return undefined
  const { low } = proportionDifference(usual, tried, { alpha, tightAt })
  return low > margin ? low : undefined
}
