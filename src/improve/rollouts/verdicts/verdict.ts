import type { HarmKind } from '../../../foundation/statistics/index.ts'

export const decisions = ['promote', 'hold', 'roll-back'] as const
export type Decision = (typeof decisions)[number]

/** A metric of a candidate with its numbers: by how much it is worse than the baseline. `null` where nothing can be said. */
export interface MetricFinding {
  readonly name: string
  readonly kind: HarmKind
  readonly role: 'guard' | 'goal'
  readonly margin: number
  readonly estimate: number | null
  readonly low: number | null
  readonly high: number | null
  readonly values: { readonly baseline: number; readonly candidate: number }
  readonly state: 'harmful' | 'safe' | 'unsure'
}

/** By how much a candidate is worse than another by the first goal. `null` where nothing can be said. */
export interface OtherFinding {
  readonly release: string
  readonly estimate: number | null
  readonly low: number | null
  readonly high: number | null
  readonly values: { readonly candidate: number; readonly other: number }
  readonly state: 'worse' | 'better' | 'unsure'
}

export interface CandidateVerdict {
  readonly release: string
  readonly decision: Decision
  readonly reasons: readonly string[]
  readonly requests: { readonly baseline: number; readonly candidate: number }
  /** ln of the evidence that traffic was not split as declared. */
  readonly sampleRatio: number
  readonly metrics: readonly MetricFinding[]
  /** Beside each other candidate that is left, where candidates are narrowed. */
  readonly others?: readonly OtherFinding[]
  /** Those of the others for which it is left out: surely better by the first goal, and within every margin. */
  readonly beatenBy?: readonly string[]
}

/** The requests that a verdict rests on. */
export interface RestsOn {
  readonly from: Date
  readonly to: Date
  readonly requests: number
  /** Ids of inferences; `undefined` where there was none. */
  readonly first: string | undefined
  readonly last: string | undefined
}

export interface StepJudgement {
  readonly decision: Decision
  readonly reasons: readonly string[]
  readonly candidates: readonly CandidateVerdict[]
  readonly restsOn: RestsOn
}

export interface Verdict extends StepJudgement {
  readonly id: string
  readonly rolloutId: string
  readonly step: number
  readonly at: Date
}
