import path from 'node:path'
import type { Database, Logger } from '../../foundation/platform/index.ts'
import type { Audit } from '../../govern/audit/index.ts'
import type { SealedObjects } from '../../govern/privacy/index.ts'
import { createVersionStore } from './create-datasets.ts'
import type { Datasets, PublishGate } from './datasets.ts'
import type { DatasetsContext } from './datasets-context.ts'
import type { CheckDefinition } from './definition.ts'
import { openSegmentCache } from './segments/segment-cache.ts'
import { openWorkFolders } from './segments/work-folders.ts'
import { createTaskRunner, type TaskRunner } from './tasks/task-runner.ts'
import { createDataWorkerPool, type DataWorkerPool, type DataWorkerSettings } from './worker/worker-pool.ts'

export interface DatasetsSettings extends DataWorkerSettings {
  readonly cacheMegabytes: number
}

export interface OpenDatasetsOptions {
  readonly database: Database
  readonly audit: Audit
  readonly objects: SealedObjects
  /** Below it are cached segments and what is under way; this process alone uses it. */
  readonly folder: string
  readonly logger: Logger
  readonly settings: () => DatasetsSettings
  readonly gate?: PublishGate
  readonly checkDefinition?: CheckDefinition
  readonly now?: () => number
  readonly onDataTask?: Parameters<typeof createDataWorkerPool>[0]['onTask']
  readonly onTaskEnd?: (kind: string, state: 'done' | 'failed' | 'cancelled') => void
  readonly onPublished?: DatasetsContext['onPublished']
  readonly tellPublished?: DatasetsContext['tellPublished']
}

export interface OpenDatasets {
  readonly datasets: Datasets
  readonly context: DatasetsContext
  readonly tasks: TaskRunner
  readonly workers: Pick<DataWorkerPool, 'stats'>
  stop(): Promise<void>
}

/** The version store with its data workers, its cache and its tasks, over a folder that it has for itself. */
export async function openDatasets(options: OpenDatasetsOptions): Promise<OpenDatasets> {
  const { database, logger, settings, now = Date.now } = options
  const folders = await openWorkFolders(path.join(options.folder, 'work'))
  const cache = await openSegmentCache({
    folder: path.join(options.folder, 'cache'),
    objects: options.objects,
    mostBytes: () => settings().cacheMegabytes * 1024 * 1024,
    logger,
  })
  const workers = createDataWorkerPool({
    settings,
    folder: path.join(options.folder, 'work'),
    logger,
    ...(options.onDataTask && { onTask: options.onDataTask }),
  })
  const tasks = createTaskRunner({
    database,
    logger,
    concurrency: () => settings().workers,
    now,
    onEnd: options.onTaskEnd ?? (() => undefined),
  })
  const context: DatasetsContext = {
    database,
    audit: options.audit,
    objects: options.objects,
    cache,
    folders,
    runTask: workers.run,
    logger,
    gate: options.gate,
    checkDefinition: options.checkDefinition,
    door: () => datasets,
    onPublished: options.onPublished ?? (() => undefined),
    tellPublished: options.tellPublished ?? (async () => undefined),
    now,
  }
  const datasets = createVersionStore(context, tasks)
  return {
    datasets,
    context,
    tasks,
    workers,
    async stop() {
      await tasks.stop()
      await workers.stop()
    },
  }
}
