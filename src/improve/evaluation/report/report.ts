import type { Comparison } from './compare.ts'
import type { Estimate } from './estimate.ts'
import type { GateMeasure } from '../suites/suite-schema.ts'
import type { Verdict } from '../runs/run.ts'

/** Opinions of a judge, corrected by what people say of some of them. */
export interface Calibration {
  readonly state: 'calibrated' | 'uncalibrated'
  /** Answers that people have labelled. */
  readonly labels: number
  readonly labelsNeeded: number
  /** How far the judge is off on average: judge minus people. */
  readonly bias: number | undefined
  readonly biasLow: number | undefined
  readonly biasHigh: number | undefined
  /** How far people let pass what the judge does (Cohen's κ), and the share of labelled answers of which they say the same. */
  readonly agreement:
    | { readonly kappa: number; readonly low: number; readonly high: number; readonly same: number }
    | undefined
  /** So many labels in all would halve the interval; `undefined` where none would. */
  readonly labelsToHalve: number | undefined
  /** What to do. */
  readonly next: string | undefined
}

/** What an evaluator found of a release, over all examples or those of a slice. */
export interface ScoreSummary {
  readonly evaluator: string
  /** Examples with a score. */
  readonly n: number
  readonly notApplicable: number
  /** Answers that the evaluator could not tell of. */
  readonly failed: number
  /** `undefined` where it is not known well enough to be shown. */
  readonly mean: Estimate | undefined
  readonly passRate: Estimate | undefined
  readonly calibration: Calibration | undefined
  /** Ten equal bins from 0 to 1. */
  readonly histogram: readonly number[]
  /** Examples that pass in some repeats and fail in others; `undefined` with one repeat. */
  readonly flaky: number | undefined
  /** What it called the answers; `undefined` where it calls them nothing. */
  readonly classes: ClassReport | undefined
}

/** Labels of an evaluator, by how many answers have each; with what was wanted, how well classes were told apart. */
export interface ClassReport {
  readonly labels: readonly { readonly label: string; readonly answers: number }[]
  /** Wanted and said, the most frequent first; empty where nothing is wanted. */
  readonly confusion: readonly { readonly wanted: string; readonly said: string; readonly answers: number }[]
  readonly accuracy: number | undefined
  /** The mean over the wanted classes of the harmonic mean of precision and recall, each class counting the same. */
  readonly macroF1: number | undefined
}

export interface Latency {
  readonly n: number
  readonly mean: number
  readonly p50: number
  readonly p90: number
  readonly p95: number
  readonly p99: number
}

export interface SliceSummary {
  readonly column: string
  readonly value: string
  readonly examples: number
  readonly scores: readonly ScoreSummary[]
}

export interface ReleaseReport {
  readonly release: string
  readonly isBaseline: boolean
  readonly answered: number
  readonly failed: number
  readonly failures: Readonly<Record<string, number>>
  readonly scores: readonly ScoreSummary[]
  readonly slices: readonly SliceSummary[]
  readonly latencyMs: Latency | undefined
  readonly firstTokenMs: Latency | undefined
  /** What the answers cost when they were given, those that were kept included. */
  readonly costNanoUsd: number
  readonly costPerAnswerNanoUsd: number | undefined
  /** Answers without a price. */
  readonly unpriced: number
  readonly inputTokens: number
  readonly outputTokens: number
}

export interface SliceComparison extends Comparison {
  readonly column: string
  readonly value: string
  /** p adjusted for the number of slices (Holm). */
  readonly adjustedP: number | undefined
}

export interface ReleaseComparison extends Comparison {
  readonly release: string
  readonly baseline: string
  readonly evaluator: string
  readonly slices: readonly SliceComparison[]
}

export type GateOutcome = 'passed' | 'failed' | 'undecided'

export interface GateResult {
  readonly measure: GateMeasure
  readonly bound: number
  readonly evaluator: string | undefined
  readonly release: string
  readonly slice: { readonly column: string; readonly value: string } | undefined
  readonly outcome: GateOutcome
  /** What was measured, in the unit of the bound. */
  readonly value: number | undefined
  readonly low: number | undefined
  readonly high: number | undefined
  readonly examplesToDecide: number | undefined
  /** In words, for people. */
  readonly why: string
}

/** All that a run says, as numbers; nothing of what was asked or answered. */
export interface RunReport {
  readonly verdict: Verdict
  readonly verdictWhy: string
  readonly examples: number
  readonly confidence: number
  readonly margin: number
  /** Items without an answer, and scores that could not be given, as shares of all. */
  readonly errorShare: number
  readonly scoreErrorShare: number
  readonly releases: readonly ReleaseReport[]
  readonly comparisons: readonly ReleaseComparison[]
  readonly gates: readonly GateResult[]
}
