import path from 'node:path'
import type { Cluster } from '../foundation/cluster/index.ts'
import type { ConfigSource } from '../foundation/config/index.ts'
import {
  type Database,
  type Jobs,
  type Logger,
  type MetricsRegistry,
  type ObjectStore,
} from '../foundation/platform/index.ts'
import type { Access } from '../govern/access/index.ts'
import type { Audit } from '../govern/audit/index.ts'
import { type KeyRing, sealObjects } from '../govern/privacy/index.ts'
import type { Datasets, TaskRunner } from '../improve/datasets/index.ts'
import type { Evaluations } from '../improve/evaluation/index.ts'
import type { Packaging } from '../improve/packaging/index.ts'
import type { Quantizations, Trainings } from '../improve/training/index.ts'
import { openPipelines, type StageKind } from '../improve/pipelines/index.ts'
import type { ModelRegistry } from '../improve/registry/index.ts'
import type { Rollouts } from '../improve/rollouts/index.ts'
import { createDatasetBuild, createDatasetCheck } from './pipelines/dataset-stages.ts'
import { createEvaluationStage } from './pipelines/evaluation-stage.ts'
import { createPackageStage } from './pipelines/package-stage.ts'
import { createDeployStage } from './pipelines/deploy-stage.ts'
import { createQuantizeStage } from './pipelines/quantize-stage.ts'
import { createRolloutStage } from './pipelines/rollout-stage.ts'
import { createTrainingStage } from './pipelines/training-stage.ts'
import type { EngineModels } from './served-models.ts'
import { handleInPrimary } from './workers/primary-routes.ts'
import type { Processes } from './workers/processes.ts'

interface PipelinesParts {
  readonly processes: Processes
  readonly database: Database
  readonly objectStore: ObjectStore
  readonly dataDirectory: string
  readonly keys: KeyRing
  readonly access: Access
  readonly audit: Audit
  readonly jobs: Jobs
  readonly logger: Logger
  readonly registry: MetricsRegistry
  readonly configuration: ConfigSource
  readonly datasets: Datasets
  readonly tasks: TaskRunner
  readonly evaluations: Evaluations
  readonly packaging: Packaging
  readonly trainings: Trainings
  readonly quantizations: Quantizations
  readonly models: ModelRegistry
  readonly rollouts: Rollouts
  readonly following: EngineModels['following']
  /** Kinds of stages that are composed elsewhere. */
  readonly kinds: readonly StageKind[]
  readonly cluster: Cluster
}

/** Pipelines, whose stages may be what other domains do; the primary of each server moves their runs. */
export function composePipelines(parts: PipelinesParts) {
  const { configuration, logger } = parts
  const kinds: StageKind[] = [
    ...parts.kinds,
    createDatasetCheck({ datasets: parts.datasets, tasks: parts.tasks }),
    createDatasetBuild({ datasets: parts.datasets, tasks: parts.tasks }),
    createPackageStage({ packaging: parts.packaging, models: parts.models, access: parts.access }),
    createEvaluationStage({ evaluations: parts.evaluations, access: parts.access }),
    createTrainingStage(parts),
    createQuantizeStage(parts),
    createDeployStage(parts),
    createRolloutStage(parts),
  ]
  const opened = openPipelines({
    database: parts.database,
    objects: sealObjects(parts.objectStore, parts.keys),
    audit: parts.audit,
    access: parts.access,
    logger,
    registry: parts.registry,
    settings: () => configuration.current().config.pipelines,
    secret: name => configuration.current().secret(`pipelines.commands.secrets.${name}`),
    folder: path.join(parts.dataDirectory, 'pipelines'),
    kinds,
    cluster: parts.cluster,
  })
  for (const job of opened.jobs) {
    parts.jobs.register(job)
    parts.jobs.schedule(job.name, '31 3 * * *')
  }
  return {
    ...opened,
    // the primary alone moves runs, and looks at once
    routes: handleInPrimary(parts.processes, opened.routes),
  }
}
