import type { ClusterPlace, PodResources } from '../config/index.ts'

/** All that a Job is rendered from. */
export interface JobPlan {
  readonly name: string
  readonly namespace: string
  /** `training` or `stage`. */
  readonly component: string
  /** For people: annotations. */
  readonly about: Readonly<Record<string, string>>
  readonly image: string
  readonly command: readonly string[]
  /** Not secret; secret ones are in the Secret of the job. */
  readonly environment: Readonly<Record<string, string>>
  readonly secretNames: readonly string[]
  readonly resources: PodResources
  readonly deadlineSeconds: number
  /** Where the courier comes to. */
  readonly exchange: string
  readonly place: ClusterPlace
  readonly runtime: JobRuntime
}

/** A `batch/v1` Job, or a TrainJob of a runtime of Kubeflow Trainer. */
export type JobRuntime =
  | { readonly kind: 'job' }
  | {
      readonly kind: 'trainjob'
      readonly runtime: string
      readonly runtimeKind: 'ClusterTrainingRuntime' | 'TrainingRuntime'
    }

/** Where the work finds its folder in the pod. */
export const workFolder = '/slipway/work'
export const accessFolder = '/slipway/access'
export const workContainer = 'work'
export const jobLabel = 'slipway/job'
