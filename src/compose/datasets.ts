import path from 'node:path'
import { Counter, Gauge, Histogram } from 'prom-client'
import type { ConfigSource } from '../foundation/config/index.ts'
import {
  type AnyRoute,
  type Database,
  type Jobs,
  type Logger,
  type MetricsRegistry,
  type ObjectStore,
} from '../foundation/platform/index.ts'
import type { Access, Principal } from '../govern/access/index.ts'
import type { Audit } from '../govern/audit/index.ts'
import { type ContentMasker, type KeyRing, sealObjects } from '../govern/privacy/index.ts'
import {
  type AskForLabel,
  type CheckReport,
  collectDatasetGarbage,
  createCheckVersion,
  createCompareBias,
  createDefinitionCheck,
  createMakeCounterfactuals,
  createMitigate,
  createPublishConsensus,
  createPublishGate,
  createRemoveNear,
  createStartDrive,
  datasetsRoutes,
  driveRoutes,
  fileByteRoutes,
  fileEntryRoute,
  labelRoutes,
  openDatasets,
  collectRoutes,
  collectTask,
  createTransferFolder,
  exportTask,
  importTask,
  transferByteRoutes,
  transferRoutes,
  registerLabelTasks,
} from '../improve/datasets/index.ts'
import { tellEvent } from '../improve/pipelines/index.ts'
import { textDetectors } from '../serve/guardrails/index.ts'
import type { ExampleReviews } from '../observe/reviews/index.ts'
import { handleInPrimary } from './workers/primary-routes.ts'
import type { Processes } from './workers/processes.ts'

interface DatasetsParts {
  readonly processes: Processes
  readonly database: Database
  readonly objectStore: ObjectStore
  readonly dataDirectory: string
  readonly keys: KeyRing
  /** Where people are asked about rows. */
  readonly examples: ExampleReviews
  readonly askForLabel: AskForLabel
  readonly mayCall: (principal: Principal, service: string) => boolean
  readonly access: Access
  readonly audit: Audit
  readonly jobs: Jobs
  readonly logger: Logger
  readonly registry: MetricsRegistry
  readonly configuration: ConfigSource
  readonly masker: Pick<ContentMasker, 'mask'>
}

/** Datasets: the primary has the data workers, and works on tasks; the others ask it. */
export async function composeDatasets(parts: DatasetsParts) {
  const { processes, database, access, audit, logger, registry, configuration } = parts
  const registers = [registry]
  const isPrimary = processes.worker === '0'
  const settings = () => configuration.current().config.datasets
  const published = new Counter({
    name: 'slipway_dataset_publications_total',
    help: 'Versions of datasets that were to be published, by what came of it.',
    labelNames: ['outcome'],
    registers,
  })
  const stored = new Counter({
    name: 'slipway_dataset_stored_bytes_total',
    help: 'Bytes of datasets that were not stored before.',
    registers,
  })
  const ended = new Counter({
    name: 'slipway_dataset_tasks_total',
    help: 'Long operations on datasets that have ended, by kind and state.',
    labelNames: ['kind', 'state'],
    registers,
  })
  const seconds = new Histogram({
    name: 'slipway_data_task_seconds',
    help: 'What data workers did, by task and outcome.',
    labelNames: ['task', 'outcome'],
    buckets: [0.05, 0.2, 1, 5, 20, 60, 300, 1_800],
    registers,
  })
  const checked = new Counter({
    name: 'slipway_dataset_checks_total',
    help: 'Rules that versions of datasets were held to, by kind, severity and outcome.',
    labelNames: ['rule', 'severity', 'outcome'],
    registers,
  })
  const gate = {
    // data workers load the detectors themselves
    detectorsModule: new URL('../serve/guardrails/index.ts', import.meta.url).href,
    onChecked: ({ checks }: CheckReport) => {
      for (const { kind, severity, outcome } of checks) checked.inc({ rule: kind, severity, outcome })
    },
  }
  const opened = await openDatasets({
    database,
    audit,
    objects: sealObjects(parts.objectStore, parts.keys),
    folder: path.join(parts.dataDirectory, isPrimary ? 'datasets' : `datasets-${processes.worker}`),
    logger,
    settings,
    gate: createPublishGate(gate),
    checkDefinition: createDefinitionCheck(textDetectors),
    onDataTask: (task, outcome, took) => seconds.observe({ task, outcome }, took),
    onTaskEnd: (kind, state) => ended.inc({ kind, state }),
    onPublished: (outcome, bytes) => {
      published.inc({ outcome })
      stored.inc(bytes)
    },
    tellPublished: async (transaction, { tenant, dataset, branch, versionId, number, ...rows }) =>
      await tellEvent(transaction, {
        name: 'dataset.published',
        tenant,
        key: `${dataset}@${branch} ${versionId}`,
        facts: {
          dataset,
          branch,
          version: versionId,
          number,
          rows: rows.rows,
          added: rows.added,
          changed: rows.changed,
          removed: rows.removed,
        },
      }),
  })
  opened.tasks.register(createCheckVersion(opened.context, gate))
  opened.tasks.register(createRemoveNear(opened.context))
  opened.tasks.register(createMakeCounterfactuals(opened.context))
  opened.tasks.register(createMitigate(opened.context))
  opened.tasks.register(createCompareBias(opened.context))
  new Gauge({
    name: 'slipway_data_workers',
    help: 'Data workers, and tasks of them that run and wait.',
    labelNames: ['state'],
    registers,
    collect() {
      const { processes: count, running, waiting } = opened.workers.stats()
      this.set({ state: 'processes' }, count)
      this.set({ state: 'running' }, running)
      this.set({ state: 'waiting' }, waiting)
    },
  })
  new Gauge({
    name: 'slipway_dataset_cache_bytes',
    help: 'Rows of versions that lie in the data folder.',
    registers,
    collect() {
      this.set(opened.context.cache.bytes())
    },
  })
  const collected = new Counter({
    name: 'slipway_dataset_collected_bytes_total',
    help: 'Bytes of datasets that nothing needed any more and were deleted.',
    registers,
  })
  const rewrittenPacks = new Counter({
    name: 'slipway_dataset_packs_rewritten_total',
    help: 'Packs of files of which little was needed any more and that were written anew.',
    registers,
  })
  const collecting = collectDatasetGarbage(opened.context, settings, ({ bytes, rewritten }) => {
    collected.inc(bytes)
    rewrittenPacks.inc(rewritten)
  })
  parts.jobs.register(collecting)
  parts.jobs.schedule(collecting.name, '53 * * * *')
  // all processes of this server move bytes through one folder
  const transfers = createTransferFolder(path.join(parts.dataDirectory, 'dataset-transfers'))
  opened.tasks.register(importTask(opened.datasets, transfers, createDefinitionCheck(textDetectors)))
  opened.tasks.register(exportTask(opened.datasets, opened.context, transfers))
  const collect = {
    database,
    masker: parts.masker,
    permissions: {
      tenant: (id: string) => configuration.current().config.tenants[id]?.useForTraining,
      service: (name: string) => configuration.current().config.services[name]?.useForTraining,
    },
  }
  opened.tasks.register(collectTask(opened.datasets, { ...collect, audit }))
  const routesOptions = {
    collect,
    datasets: opened.datasets,
    context: opened.context,
    tasks: opened.tasks,
    access,
    settings,
    transfers,
    mostUploadBytes: () => settings().uploadMegabytes * 1024 * 1024,
  }
  const labels = {
    database,
    audit,
    datasets: opened.datasets,
    examples: parts.examples,
    askForLabel: parts.askForLabel,
    mayCall: parts.mayCall,
    now: Date.now,
  }
  registerLabelTasks(labels)
  opened.tasks.register(createPublishConsensus(opened.datasets))
  const drives = { ...labels, collect }
  opened.tasks.register(createStartDrive(drives))
  const routes: AnyRoute<Principal>[] = [
    ...datasetsRoutes(routesOptions),
    ...transferRoutes(routesOptions),
    ...labelRoutes({ context: labels, access }),
    ...driveRoutes({ context: drives, access }),
    ...collectRoutes(routesOptions),
  ]
  // any process sends the bytes of a file; where they lie the data workers of the primary find
  const fileEntries = handleInPrimary(processes, [fileEntryRoute(routesOptions)])
  return {
    datasets: opened.datasets,
    tasks: opened.tasks,
    routes: [
      ...handleInPrimary(processes, routes),
      ...transferByteRoutes(routesOptions),
      ...fileEntries,
      ...fileEntries.flatMap(entry => fileByteRoutes(routesOptions, entry)),
    ],
    start: () => {
      if (isPrimary) opened.tasks.run()
    },
    stop: () => opened.stop(),
  }
}
