import { proportionUpperBound } from '../../foundation/statistics/index.ts'

/** How often a semantic hit was compared with what the model said, and how often it was wrong. */
export interface TrialCounts {
  readonly trials: number
  readonly wrong: number
}

export interface Verdict extends TrialCounts {
  /** The upper bound of the share of wrong hits, 95 % sure at all looks together. */
  readonly wrongBound: number
  readonly mayServe: boolean
}

const confidence = 0.95

/** Whether what was measured allows hits to be served. */
export function judgeTrials({ trials, wrong }: TrialCounts, maxWrongPercent: number): Verdict {
  const wrongBound = proportionUpperBound(wrong, trials, confidence)
  return { trials, wrong, wrongBound, mayServe: wrongBound * 100 <= maxWrongPercent }
}
