/** What a judge found of one inference. Lives as long as the inference. What people say of it is feedback. */
export interface Score {
  readonly id: string
  readonly inferenceId: string
  readonly tenant: string
  readonly service: string
  /** Of the judge. */
  readonly name: string
  /** From 0 to 1; `undefined` where there was nothing to judge, or `failure` says why it could not tell. */
  readonly value: number | undefined
  readonly label: string | undefined
  /** Masked. */
  readonly rationale: string | undefined
  /** The code of what went wrong, after the last try. */
  readonly failure: string | undefined
  /** What the judge went by. */
  readonly judgeHash: string
  readonly model: string | undefined
  /** `undefined` is unpriced. */
  readonly costNanoUsd: number | undefined
  readonly createdAt: Date
}

/** An inference that a judge is still to see. */
export interface DueJudgement {
  readonly inferenceId: string
  readonly judge: string
  readonly tenant: string
  readonly service: string
  /** How often it has been tried, this time included. */
  readonly attempts: number
}

/** A judge of the configuration that is in force. */
export interface Judge {
  readonly name: string
  readonly hash: string
  readonly kind: string
  readonly description: string | undefined
  /** The service that judges. */
  readonly service: string
  readonly rubricVersion: string | undefined
  readonly samplePercent: number
  readonly nanoUsdPerDay: number | undefined
  /** The services whose answers it judges. */
  readonly judges: readonly string[]
}

/** What became of an inference that a judge was to see. */
export type JudgementOutcome = 'judged' | 'failed' | 'skipped'
