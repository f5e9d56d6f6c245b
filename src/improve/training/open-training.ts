import type { Registry } from 'prom-client'
import { type AnyRoute, type ClaimLoop, createRowNews } from '../../foundation/platform/index.ts'
import type { Access, Principal } from '../../govern/access/index.ts'
import { createFineTuning, type FineTuningOptions } from './api/serve-fine-tuning.ts'
import { quantizationRoutes } from './api/quantization-routes.ts'
import { trainingRoutes } from './api/training-routes.ts'
import type { TrainingContext } from './jobs/job-context.ts'
import { openJobFolders } from './jobs/job-folder.ts'
import { createJobNews } from './jobs/job-news.ts'
import { createJobWorker } from './jobs/job-worker.ts'
import { dropOldJobFolders } from './jobs/training-jobs.ts'
import { createTrainings, type Trainings } from './jobs/trainings.ts'
import type { PublishQuantized } from './ports.ts'
import { type Quantization, quantizationEnds } from './quantization/jobs/quantization.ts'
import { quantizationsChannel } from './quantization/jobs/quantization-store.ts'
import { createQuantizations, type Quantizations } from './quantization/jobs/quantizations.ts'
import { createTrainingMetrics } from './jobs/training-metrics.ts'

export interface OpenTrainingOptions
  extends Omit<TrainingContext, 'metrics' | 'folders'>, Omit<FineTuningOptions, 'context' | 'wake'> {
  /** Below it each job has a folder. */
  readonly folder: string
  /** Below it quantizations work, each in a folder that is gone afterwards. */
  readonly quantizationFolder: string
  readonly publishQuantized: PublishQuantized
  readonly access: Pick<Access, 'visibleTenant'>
  readonly registry: Registry
  readonly folderRetentionDays: () => number
}

export interface OpenTraining {
  /** Works on training jobs and quantizations. */
  readonly worker: Omit<ClaimLoop, 'wake'>
  readonly quantizations: Quantizations
  readonly trainings: Trainings
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
  const context: TrainingContext & Pick<OpenTrainingOptions, 'publishQuantized'> = {
    ...options,
    folders,
    metrics: createTrainingMetrics(options.registry),
  }
  const worker = createJobWorker(context)
  const news = createJobNews({ database, logger })
  const wake = (): void => worker.wake()
  const quantizations = createQuantizations({ ...context, folder: options.quantizationFolder })
  const quantizationNews = createRowNews<Quantization>({
    database,
    logger,
    channel: quantizationsChannel,
    event: 'quantization',
    idOf: ({ id }) => id,
    hasEnded: ({ state }) => quantizationEnds.includes(state),
    find: id => quantizations.find(undefined, id),
  })
  return {
    worker: {
      start() {
        worker.start()
        quantizations.worker.start()
      },
      async stop(limitMs) {
        await Promise.all([worker.stop(limitMs), quantizations.worker.stop(limitMs)])
      },
    },
    quantizations,
    trainings: createTrainings(context, wake),
    routes: [
      ...trainingRoutes({ context, access, news, wake }),
      ...quantizationRoutes({ database, access, quantizations, news: quantizationNews }),
    ],
    serve: createFineTuning({ ...options, context, wake }),
    jobs: [dropOldJobFolders({ database, folders, retentionDays: options.folderRetentionDays })],
    endLiveStreams: async () => {
      await Promise.all([news.close(), quantizationNews.close()])
    },
  }
}
