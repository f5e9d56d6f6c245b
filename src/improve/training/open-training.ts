import type { Registry } from 'prom-client'
import type { AnyRoute, ClaimLoop } from '../../foundation/platform/index.ts'
import type { Access, Principal } from '../../govern/access/index.ts'
import { createFineTuning, type FineTuningOptions } from './api/serve-fine-tuning.ts'
import { trainingRoutes } from './api/training-routes.ts'
import type { TrainingContext } from './jobs/job-context.ts'
import { openJobFolders } from './jobs/job-folder.ts'
import { createJobNews } from './jobs/job-news.ts'
import { createJobWorker } from './jobs/job-worker.ts'
import { dropOldJobFolders } from './jobs/training-jobs.ts'
import { createTrainingMetrics } from './jobs/training-metrics.ts'

export interface OpenTrainingOptions
  extends Omit<TrainingContext, 'metrics' | 'folders'>, Omit<FineTuningOptions, 'context' | 'wake'> {
  /** Below it each job has a folder. */
  readonly folder: string
  readonly access: Pick<Access, 'visibleTenant'>
  readonly registry: Registry
  readonly folderRetentionDays: () => number
}

export interface OpenTraining {
  readonly worker: ClaimLoop
  readonly routes: readonly AnyRoute<Principal>[]
  /** `/v1/fine_tuning`; `undefined` for other paths. */
  readonly serve: (request: Request, path: string) => Promise<Response> | undefined
  readonly jobs: readonly ReturnType<typeof dropOldJobFolders>[]
  /** Ends the event streams, which would otherwise end with their jobs. */
  endLiveStreams(): Promise<void>
}

/** Training jobs over what the composition root supplies. */
export function openTraining(options: OpenTrainingOptions): OpenTraining {
  const { database, logger, access } = options
  const folders = openJobFolders(options.folder)
  const context: TrainingContext = { ...options, folders, metrics: createTrainingMetrics(options.registry) }
  const worker = createJobWorker(context)
  const news = createJobNews({ database, logger })
  const wake = (): void => worker.wake()
  return {
    worker,
    routes: trainingRoutes({ context, access, news, wake }),
    serve: createFineTuning({ ...options, context, wake }),
    jobs: [dropOldJobFolders({ database, folders, retentionDays: options.folderRetentionDays })],
    endLiveStreams: () => news.close(),
  }
}
