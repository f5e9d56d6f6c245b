import type { Artifact, MetricLine, TrainerSpec, TrainingMethod } from './contract.ts'

export const trainerKinds = ['builtin', 'process', 'provider', 'kubernetes'] as const
export type TrainerKind = (typeof trainerKinds)[number]

/** What a trainer is asked to do: a folder with `spec.json` and data, and what it remembered of an earlier try. */
export interface TrainerTask {
  readonly job: string
  readonly tenant: string
  readonly spec: TrainerSpec
  /** Of the name of what comes out, where whoever trains names it. */
  readonly suffix: string
  /** Absolute; kept between tries on this machine. */
  readonly folder: string
  /** What `keepHandle` was given last. */
  readonly handle: unknown
}

/** Where a trainer says how it goes. Every call throws where the job is no longer this process's to move. */
export interface TrainerWatch {
  /** Aborts where the trainer shall write a checkpoint and end. */
  readonly stop: AbortSignal
  /** Aborts where it has to end at once. */
  readonly lost: AbortSignal
  /** Of a step that was told before, the last word counts. */
  metrics(lines: readonly MetricLine[]): Promise<void>
  checkpoint(checkpoint: { readonly step: number; readonly model?: string }): Promise<void>
  /** `key`: the same is told once. */
  say(level: 'info' | 'warn' | 'error', message: string, key?: string): Promise<void>
  /** Remembered across crashes: the id of a job elsewhere. */
  keepHandle(handle: unknown): Promise<void>
}

export type TrainerEnd =
  | { readonly kind: 'done'; readonly artifact: Artifact; readonly files: string }
  | { readonly kind: 'stopped' }
  /** `param`: of the request. */
  | {
      readonly kind: 'failed'
      readonly code: string
      readonly message: string
      readonly param?: string | undefined
    }
  /** Worth another try. */
  | { readonly kind: 'again'; readonly message: string }

export interface Trainer {
  readonly name: string
  readonly kind: TrainerKind
  /** Changes where it would make something else of the same spec: a version, or what it is started with. */
  readonly fingerprint?: string
  readonly methods: readonly TrainingMethod[]
  /** Names of models that it can begin with, and what the spec calls them. */
  readonly models: ReadonlyMap<string, string | null>
  /** Whether `models` are places on other machines: an image, a volume. */
  readonly modelsAreElsewhere?: boolean
  /** Whether it can begin with what one of its jobs has left. */
  readonly canContinue: boolean
  readonly hasAdapters: boolean
  readonly attempts: number
  /** Whether the data leave this installation. */
  readonly isElsewhere: boolean
  /** What is wrong with a spec, where that can be told before anything is started. */
  check?(spec: TrainerSpec): { readonly message: string; readonly param: string } | undefined
  /** Ends when the training has, is stopped, or died. */
  run(task: TrainerTask, watch: TrainerWatch): Promise<TrainerEnd>
  /** Called where a job is cancelled that has been given to others. */
  cancel?(task: Pick<TrainerTask, 'job' | 'handle'>): Promise<void>
}
