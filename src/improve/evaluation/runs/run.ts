/** A run of a suite: its row says what is to be done, and whoever holds its lease does it. */

export const runStates = [
  'planning',
  'running',
  'paused',
  'cancelling',
  'completed',
  'cancelled',
  'failed',
] as const
export type RunState = (typeof runStates)[number]

export const endStates: readonly RunState[] = ['completed', 'cancelled', 'failed']

/** Why a run is paused or has failed. */
export const runReasons = [
  /** The run has cost what its suite allows. */
  'run_budget',
  /** The tenant, or its provider, has no money left. */
  'tenant_budget',
  /** The configuration in force has another release under the name now. */
  'release_changed',
  /** The server that goes on with it has other versions of its evaluators. */
  'evaluator_changed',
  /** The version of the dataset, or the suite, cannot be read. */
  'not_readable',
] as const
export type RunReason = (typeof runReasons)[number]

export type Verdict = 'passed' | 'failed' | 'not_enough'

/** A release as a run asks it. */
export interface PlannedRelease {
  /** As the suite names it: `support@v2`. */
  readonly name: string
  readonly service: string
  /** The one that was meant when the run began, also where the suite names none. */
  readonly release: string
  readonly hash: string
  readonly targets: readonly string[]
}

export interface PlannedEvaluator {
  readonly name: string
  readonly use: string
  readonly version: number
  /** SHA-256 of its parameters as canonical JSON, with the hashes of the releases that it asks. */
  readonly parametersHash: string
  readonly threshold: number
  readonly isJudge: boolean
  /** `pair`: holds each answer against the baseline's; 0.5 is a tie. */
  readonly kind: 'single' | 'pair'
}

/** All that a run is about, fixed when it begins. */
export interface RunPlan {
  readonly suiteHash: string
  readonly dataset: {
    readonly name: string
    readonly versionId: string
    readonly versionNumber: number
    readonly split: string | null
    /** As it was written. */
    readonly reference: string
  }
  readonly columns: { readonly expected: string | null; readonly context: string | null }
  readonly releases: readonly PlannedRelease[]
  /** Its place in `releases`. */
  readonly baseline: number
  readonly evaluators: readonly PlannedEvaluator[]
  readonly repeats: number
  readonly seed: number
  readonly sample: number | null
}

export interface Run {
  readonly id: string
  readonly tenant: string
  readonly suite: string
  readonly suiteVersion: number
  readonly plan: RunPlan
  readonly state: RunState
  readonly reason: RunReason | undefined
  readonly reasonText: string | undefined
  readonly resumeAt: Date | undefined
  readonly total: number
  readonly answered: number
  readonly cached: number
  readonly scored: number
  readonly failed: number
  readonly costNanoUsd: number
  readonly judgeCostNanoUsd: number
  readonly unpriced: number
  readonly budgetNanoUsd: number | undefined
  readonly usesCache: boolean
  readonly verdict: Verdict | undefined
  readonly report: unknown
  readonly author: string
  readonly createdAt: Date
  readonly startedAt: Date | undefined
  readonly endedAt: Date | undefined
  readonly workedMs: number
}
