/** What packaging needs of other domains; the composition root supplies it. */

/** A training job, as far as a card tells of it. */
export interface TrainingFacts {
  readonly id: string
  readonly state: string
  /** What it began with, as it was asked for. */
  readonly base: string
  readonly trainer: string
  readonly method: string
  readonly seed: number
  readonly hyperparameters: Readonly<Record<string, unknown>>
  readonly data: readonly {
    readonly use: 'training' | 'validation'
    /** `support@12`, or the name of a file. */
    readonly name: string
    readonly examples: number | undefined
    /** Of the lines that the trainer got. */
    readonly sha256: string | undefined
  }[]
  readonly steps: number | undefined
  readonly tokensSeen: number
  readonly trainingLoss: number | undefined
  readonly validationLoss: number | undefined
  readonly finishedAt: Date | undefined
}

/** What a run of a suite found of one release. */
export interface EvaluationFacts {
  readonly id: string
  readonly suite: string
  readonly state: string
  readonly verdict: string | undefined
  readonly dataset: {
    readonly name: string
    readonly version: string
    readonly number: number
    readonly split: string | null
  }
  readonly engines: readonly string[]
  readonly startedAt: Date | undefined
  readonly endedAt: Date | undefined
  readonly scores: readonly EvaluationScore[]
}

export interface EvaluationScore {
  readonly release: string
  readonly evaluator: string
  /** Examples with a score. */
  readonly examples: number
  readonly measure: 'mean' | 'pass_rate'
  readonly value: number
  readonly low: number
  readonly high: number
  /** Of the interval: 0.95. */
  readonly confidence: number
}

export interface PackagingPorts {
  /** `undefined` where the tenant has no such job. */
  readonly findTraining: (tenant: string, id: string) => Promise<TrainingFacts | undefined>
  /** `undefined` where the tenant has no such run. */
  readonly findEvaluation: (tenant: string, id: string) => Promise<EvaluationFacts | undefined>
}
