import type { Database, Logger } from '../../../foundation/platform/index.ts'
import type { Audit } from '../../../govern/audit/index.ts'
import type { Datasets } from '../../datasets/index.ts'
import type { ExampleLimits } from '../data/write-examples.ts'
import type { LearningRules, PublishModel, RegisteredModels, TrainingFiles } from '../ports.ts'
import type { Trainer } from '../trainers/trainer.ts'
import type { JobFolders } from './job-folder.ts'
import type { TrainingMetrics } from './training-metrics.ts'

/** What the use cases of training stand on. */
export interface TrainingContext {
  readonly database: Database
  readonly audit: Audit
  readonly logger: Logger
  readonly datasets: Pick<Datasets, 'resolve' | 'pin' | 'unpin'>
  readonly files: TrainingFiles
  readonly learning: LearningRules
  readonly publishModel: PublishModel
  readonly models: RegisteredModels
  readonly folders: JobFolders
  /** By name, of the configuration in force. */
  readonly trainers: () => ReadonlyMap<string, Trainer>
  /** Why the data of a tenant may not be given to a trainer elsewhere; `undefined` where they may. */
  readonly whyDataStay: (tenant: string) => string | undefined
  readonly limits: () => ExampleLimits
  readonly concurrency: () => number
  readonly metrics: TrainingMetrics
}

/** What the one who holds a job's lease is told while it works. */
export interface JobHold {
  readonly owner: string
  /** Aborts where the work shall end in order; its reason says why. */
  readonly stop: AbortSignal
  /** Aborts where another has the job: nothing may be written any more. */
  readonly lost: AbortSignal
  /** Somebody has moved the job meanwhile. */
  askToStop(): void
  /** From now on the job has to be `running`. */
  started(): void
}

export type StopReason = 'moved' | 'shutdown'
