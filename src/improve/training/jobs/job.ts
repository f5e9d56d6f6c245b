import { createId } from '../../../foundation/platform/index.ts'
import type { Artifact, TrainerSpec, TrainingMethod } from '../trainers/contract.ts'

/** OpenAI's, in the order in which a job goes through them; `paused` waits for somebody. */
export const jobStates = [
  'validating_files',
  'queued',
  'running',
  'paused',
  'succeeded',
  'failed',
  'cancelled',
] as const
export type JobState = (typeof jobStates)[number]

export const endStates: readonly JobState[] = ['succeeded', 'failed', 'cancelled']

/** Where examples come from, fixed when the job was made. */
export type DataSource =
  | { readonly kind: 'file'; readonly id: string; readonly filename: string; readonly sizeBytes: number }
  | {
      readonly kind: 'dataset'
      readonly name: string
      readonly versionId: string
      readonly versionNumber: number
      readonly split: string | null
    }

/** A source with what was found in it. */
export interface JobData {
  readonly source: DataSource
  /** Once it has been looked at. */
  readonly found?: {
    readonly examples: number
    readonly bytes: number
    /** SHA-256 of the lines that the trainer gets: every try gets the same. */
    readonly sha256: string
  }
}

export interface JobError {
  readonly code: string
  readonly message: string
  readonly param: string | undefined
}

export interface TrainingJob {
  readonly id: string
  readonly tenant: string
  /** As it was asked for. */
  readonly model: string
  readonly trainer: string
  readonly method: TrainingMethod
  readonly state: JobState
  readonly trainingFile: string
  readonly validationFile: string | undefined
  readonly data: { readonly train: JobData; readonly validation: JobData | null }
  readonly spec: TrainerSpec
  readonly output: { readonly name: string; readonly suffix: string | null }
  readonly metadata: Readonly<Record<string, string>> | undefined
  readonly step: number
  readonly steps: number | undefined
  readonly tokensSeen: number
  readonly trainingLoss: number | undefined
  readonly validationLoss: number | undefined
  readonly artifact: Artifact | undefined
  readonly fineTunedModel: string | undefined
  readonly resultFile: string | undefined
  readonly error: JobError | undefined
  readonly fruitless: number
  readonly handle: unknown
  readonly author: string
  readonly keyId: string
  readonly createdAt: Date
  readonly startedAt: Date | undefined
  readonly finishedAt: Date | undefined
  readonly workedMs: number
}

export interface JobEvent {
  readonly id: string
  readonly level: 'info' | 'warn' | 'error'
  readonly kind: 'message' | 'metrics'
  readonly message: string
  readonly data: Readonly<Record<string, unknown>> | undefined
  readonly createdAt: Date
}

/** A point of a job's curves. */
export interface JobPoint {
  readonly kind: 'step' | 'evaluation'
  readonly step: number
  readonly loss: number
  readonly accuracy: number | undefined
  readonly learningRate: number | undefined
  readonly tokensSeen: number | undefined
  readonly written: number
}

export interface JobCheckpoint {
  readonly id: string
  readonly step: number
  /** What a job may name to begin with it. */
  readonly model: string
  readonly metrics: Readonly<Record<string, number>>
  readonly createdAt: Date
}

/** Another process has the job now, or somebody has paused or cancelled it: nothing may be written any more. */
export class JobTaken extends Error {}

export function createJobId(): string {
  return `ftjob-${createId().replaceAll('-', '')}`
}
