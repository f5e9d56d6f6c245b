import { mkdir, rm } from 'node:fs/promises'
import path from 'node:path'
import type { Registry } from 'prom-client'
import type { ClusterParts } from '../../foundation/cluster/index.ts'
import { listOf, type PipelinesConfig, suggestSentence } from '../../foundation/config/index.ts'
import {
  type AnyRoute,
  createRowNews,
  type Database,
  Failure,
  type Job,
  type Logger,
} from '../../foundation/platform/index.ts'
import type { Access, Principal } from '../../govern/access/index.ts'
import type { Audit } from '../../govern/audit/index.ts'
import type { SealedObjects } from '../../govern/privacy/index.ts'
import { pipelineRoutes } from './api/pipeline-routes.ts'
import type { RunDetail } from './api/pipeline-wire.ts'
import { triggerRoutes } from './api/trigger-routes.ts'
import { runRoutes } from './api/run-routes.ts'
import { listArtifacts } from './artifacts/artifact-store.ts'
import { createArtifacts } from './artifacts/artifacts.ts'
import { folderVariable } from './executors/executor.ts'
import type { FindExecutor } from './executors/executor.ts'
import { createKubernetesExecutor } from './executors/kubernetes-executor.ts'
import { createProcessExecutor } from './executors/process-executor.ts'
import { killMarked } from './executors/process-table.ts'
import { createApproval } from './kinds/approval.ts'
import { createCommand } from './kinds/command.ts'
import { createPipelines, type Pipelines } from './pipelines.ts'
import { dropOldTriggerRows } from './triggers/trigger-jobs.ts'
import { dropOldRuns } from './runs/pipeline-jobs.ts'
import { createPipelineMetrics } from './runs/pipeline-metrics.ts'
import { type PipelineRun, runEnds } from './runs/run.ts'
import { readRunCosts } from './runs/run-cost.ts'
import { findRun, runsChannel } from './runs/run-store.ts'
import { createRunWorker } from './runs/run-worker.ts'
import { listAttempts, listStages } from './runs/stage-store.ts'
import type { StageKind } from './stage-kind.ts'
import { createTriggerDesk } from './triggers/trigger-desk.ts'
import { createTriggerWorker } from './triggers/trigger-worker.ts'

export interface OpenPipelinesOptions {
  readonly database: Database
  readonly objects: SealedObjects
  readonly audit: Audit
  readonly access: Pick<Access, 'visibleTenant'>
  readonly logger: Logger
  readonly registry: Registry
  readonly settings: () => PipelinesConfig
  readonly secret: (name: string) => string | undefined
  /** Where commands work; nobody else uses it. */
  readonly folder: string
  /** How long a command that is told to end may tidy up; 10 seconds by default. */
  readonly graceMs?: number
  /** Kinds of stages that other domains do; `command` and `approval` are there already. */
  readonly kinds: readonly StageKind[]
  /** What executors of clusters stand on. */
  readonly cluster: ClusterParts
}

export interface OpenPipelines {
  readonly pipelines: Pipelines
  readonly routes: readonly AnyRoute<Principal>[]
  readonly jobs: readonly Job[]
  /** Ends what an earlier life of this server has left, and begins to move runs. */
  start(): Promise<void>
  endLiveStreams(): Promise<void>
  stop(limitMs: number): Promise<void>
}

/** Throws `invalid_request` where the configuration has none of this name. */
function findExecutor(options: OpenPipelinesOptions): FindExecutor {
  const here = createProcessExecutor(options)
  return name => {
    const { executors, commands } = options.settings()
    if (name === 'process') {
      if (commands.process) return here
      throw new Failure(
        'forbidden',
        `The configuration lets no command run on this machine. Name an \`executor\`: ${listOf(Object.keys(executors))}.`,
      )
    }
    const config = executors[name]
    if (config) return createKubernetesExecutor(name, config, options.cluster)
    throw new Failure(
      'invalid_request',
      `There is no executor \`${name}\`. ${suggestSentence(name, ['process', ...Object.keys(executors)], 'executor')}`,
    )
  }
}

/** Pipelines, their runs and what moves them, over what the composition root supplies. */
export function openPipelines(options: OpenPipelinesOptions): OpenPipelines {
  const { database, objects, audit, access, logger, settings } = options
  const kinds = new Map<string, StageKind>(
    [createApproval(), createCommand(findExecutor(options)), ...options.kinds].map(kind => [kind.name, kind]),
  )
  const metrics = createPipelineMetrics(options.registry)
  const artifacts = createArtifacts({ database, objects })
  const folder = path.resolve(options.folder)
  const worker = createRunWorker({
    database,
    audit,
    logger,
    kinds,
    artifacts,
    metrics,
    settings,
    secret: options.secret,
    folder,
  })
  const wake = (): void => worker.wake()
  const pipelines = createPipelines({ database, audit, kinds, settings, metrics, wake })
  const costs = { database, kinds, settings }
  const readCosts = (runs: readonly string[]) => readRunCosts(costs, runs)
  const desk = createTriggerDesk({ audit, kinds, settings, pipelines, readCosts })
  const triggers = createTriggerWorker({ database, desk, logger, metrics, wake })
  const readDetail = async (run: PipelineRun): Promise<RunDetail> => {
    const [stages, attempts, left, costOf] = await Promise.all([
      listStages(database, run.id),
      listAttempts(database, run.id),
      listArtifacts(database, run.id),
      readCosts([run.id]),
    ])
    return { run, stages, attempts, artifacts: left, cost: costOf.get(run.id) }
  }
  const news = createRowNews<RunDetail>({
    database,
    logger,
    channel: runsChannel,
    event: 'run',
    idOf: ({ run }) => run.id,
    hasEnded: ({ run }) => runEnds.includes(run.state),
    find: async id => {
      const run = await findRun(database, undefined, id)
      return run && (await readDetail(run))
    },
  })
  return {
    pipelines,
    routes: [
      ...pipelineRoutes({ database, access, pipelines, kinds }),
      ...triggerRoutes({ database, access, kinds, settings, desk, wake, metrics }),
      ...runRoutes({ database, access, pipelines, artifacts, news, readDetail }),
    ],
    jobs: [
      dropOldRuns({ database, objects, retentionDays: () => settings().retentionDays }),
      ...dropOldTriggerRows({ database, retentionDays: () => settings().retentionDays }),
    ],
    async start() {
      const killed = await killMarked(variable =>
        variable.startsWith(`${folderVariable}=${folder}${path.sep}`),
      )
      if (killed > 0) logger.warn({ processes: killed }, 'Commands that an earlier server left were ended.')
      await rm(folder, { recursive: true, force: true })
      await mkdir(folder, { recursive: true, mode: 0o700 })
      worker.start()
      triggers.start()
    },
    endLiveStreams: () => news.close(),
    async stop(limitMs) {
      await triggers.stop()
      await worker.stop(limitMs)
    },
  }
}
