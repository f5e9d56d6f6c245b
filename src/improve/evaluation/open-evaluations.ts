import type { Registry } from 'prom-client'
import type { AnyRoute, ClaimLoop } from '../../foundation/platform/index.ts'
import type { Access, Principal } from '../../govern/access/index.ts'
import type { KeyRing } from '../../govern/privacy/index.ts'
import type { ExampleReviews } from '../../observe/reviews/index.ts'
import type { Datasets } from '../datasets/index.ts'
import { evaluationRoutes } from './api/evaluation-routes.ts'
import { labelRoutes } from './api/label-routes.ts'
import { suiteRoutes } from './api/suite-routes.ts'
import { createEvaluations, type Evaluations, type EvaluationsOptions } from './evaluations.ts'
import { createLabels } from './labels/labels.ts'
import { createMakeReport } from './report/make-report.ts'
import { createEvaluationMetrics } from './runs/evaluation-metrics.ts'
import { dropOldEvaluations } from './runs/evaluation-jobs.ts'
import { answerFilters, type CreateAnswerFilter } from './filters/answer-filter.ts'
import { createRunNews } from './runs/run-news.ts'
import type { RunnerOptions } from './runs/run-suite.ts'
import { createRunWorker } from './runs/run-worker.ts'

export interface OpenEvaluationsOptions
  extends
    Omit<RunnerOptions, 'metrics' | 'makeReport' | 'datasets' | 'keys'>,
    Pick<EvaluationsOptions, 'services' | 'mayCall'> {
  readonly keys: Pick<KeyRing, 'seal' | 'open'>
  readonly datasets: Pick<Datasets, 'resolve' | 'readRows' | 'scanRows' | 'pin' | 'unpin'>
  readonly access: Pick<Access, 'visibleTenant'>
  readonly registry: Registry
  /** Where people are asked what they think of answers. */
  readonly reviews: ExampleReviews
  readonly retentionDays: () => number
}

export interface OpenEvaluations {
  readonly evaluations: Evaluations
  readonly createFilter: CreateAnswerFilter
  readonly worker: ClaimLoop
  readonly routes: readonly AnyRoute<Principal>[]
  readonly jobs: readonly ReturnType<typeof dropOldEvaluations>[]
  /** Ends the event streams, which would otherwise end with their runs. */
  endLiveStreams(): Promise<void>
}

/** Suites, their runs and what they say, over what the composition root supplies. */
export function openEvaluations(options: OpenEvaluationsOptions): OpenEvaluations {
  const { database, datasets, keys, logger, access, evaluators } = options
  const metrics = createEvaluationMetrics(options.registry)
  const makeReport = createMakeReport({ database, evaluators })
  const worker = createRunWorker({ ...options, metrics, makeReport })
  const news = createRunNews({ database, logger })
  const evaluations = createEvaluations({ ...options, wake: () => worker.wake() })
  const labels = createLabels({ database, keys, datasets, evaluators, makeReport, reviews: options.reviews })
  return {
    evaluations,
    createFilter: answerFilters(options),
    worker,
    routes: [
      ...evaluationRoutes({ database, access, evaluations, makeReport, news, keys, datasets, evaluators }),
      ...labelRoutes({ database, audit: options.audit, access, labels }),
      ...suiteRoutes({ database, access, evaluations }),
    ],
    jobs: [dropOldEvaluations({ database, datasets, retentionDays: options.retentionDays })],
    endLiveStreams: () => news.close(),
  }
}
