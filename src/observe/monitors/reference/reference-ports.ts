import type { JudgeConfig } from '../../../foundation/config/index.ts'

/** What monitors need of those that have evaluations and datasets; the composition root supplies it. */

/** The release that answers for a service, with a hash of all of it that decides what it answers. */
export interface ServingRelease {
  readonly release: string
  readonly hash: string
}

/** What a run of a suite found of one release, by one evaluator. */
export interface FoundEvaluation {
  readonly run: string
  readonly suite: string
  readonly evaluator: string
  readonly release: string
  readonly releaseHash: string
  readonly fromMs: number
  readonly untilMs: number
  /** Of each example the mean over its repeats, from 0 to 1. */
  readonly values: readonly number[]
}

/** A run of the same suite and the same release as the one that a stream is held against, and newer. */
export interface NewerEvaluation {
  readonly run: string
  readonly endedAtMs: number
  /** Of each example the mean over its repeats, from 0 to 1. */
  readonly values: readonly number[]
}

/** The prompts of a version of a dataset. */
export interface FoundPrompts {
  /** The version that the reference named now: `tickets@3`. */
  readonly version: string
  readonly column: string
  readonly madeAtMs: number
  readonly prompts: readonly { readonly id: string; readonly text: string }[]
}

/** Why there is nothing, as a sentence. */
export interface Missing {
  readonly missing: string
}

export interface ReferencePorts {
  /** Memory only; `undefined` where the service has none. */
  readonly servingRelease: (service: string) => ServingRelease | undefined
  /** The newest ended run of a suite that has asked this release as it is now. */
  readonly findEvaluation: (
    wanted: {
      readonly tenant: string
      readonly suite: string
      readonly evaluator: string
      readonly service: string
    },
    serving: ServingRelease,
  ) => Promise<FoundEvaluation | Missing>
  /** Of those that have ended since a run began, the newest that would be found in its place; `undefined` where it still would be. */
  readonly findNewerEvaluation: (
    wanted: {
      readonly tenant: string
      readonly suite: string
      readonly evaluator: string
      readonly service: string
      readonly releaseHash: string
    },
    known: { readonly run: string; readonly fromMs: number },
  ) => Promise<NewerEvaluation | undefined>
  /** In what an evaluator, as it was in a run, differs from a judge as it is now, each as words after "differ in". */
  readonly compareJudge: (
    wanted: {
      readonly tenant: string
      readonly run: string
      readonly evaluator: string
      /** Whose answers are judged. */
      readonly service: string
    },
    judge: JudgeConfig,
  ) => Promise<readonly string[] | Missing>
  /** At most `most` of a version, the same ones each time. */
  readonly readPrompts: (
    wanted: { readonly tenant: string; readonly dataset: string; readonly column: string | undefined },
    most: number,
    signal: AbortSignal,
  ) => Promise<FoundPrompts | Missing>
}
