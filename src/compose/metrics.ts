import type { ConfigSnapshot } from '../foundation/config/index.ts'
import { metricCatalogue } from '../foundation/config/index.ts'
import {
  type Database,
  describeMetrics,
  type Jobs,
  type Logger,
  type MetricDescription,
  type MetricsRegistry,
  registerHostMetrics,
} from '../foundation/platform/index.ts'
import {
  type CountedMetric,
  createMetricsRecorder,
  createSeriesReader,
  rollUpMetrics,
} from '../observe/metrics/index.ts'
import { createServerMetrics } from '../serve/providers/index.ts'
import { type Processes, questions } from './workers/processes.ts'

/** What this server measures of itself, and keeps; one process of it does so, all of them read. */
export function composeMetrics(options: {
  readonly processes: Processes
  readonly isPrimary: boolean
  readonly database: Database
  readonly dataDirectory: string
  readonly logger: Logger
  readonly registry: MetricsRegistry
  readonly jobs: Jobs
  readonly snapshot: () => ConfigSnapshot
}) {
  const { processes, isPrimary, database, logger, registry, jobs } = options
  processes.handle(questions.metricCatalogue, () => describeMetrics(registry))
  const recorder = createMetricsRecorder({
    database,
    logger,
    registry,
    gather: async () => (await processes.askPrimary(questions.countedMetrics)) as CountedMetric[],
  })
  const known = new Map(metricCatalogue.map(metric => [metric.name, metric]))
  const reader = createSeriesReader({
    database,
    recorder,
    logger,
    // what one process of a server alone measures is in the catalogue, what a release has added only in the registry
    describe: name => {
      const metric = registry.getSingleMetric(name)
      return known.get(name) ?? (metric && describeMetrics(registry).find(one => one.name === name))
    },
  })
  const rollUp = rollUpMetrics({ database })
  jobs.register(rollUp)
  jobs.schedule(rollUp.name, '*/5 * * * *')
  const servers = isPrimary && createServerMetrics(options)
  if (isPrimary) registerHostMetrics(registry, options.dataDirectory)

  return {
    reader,
    readCatalogue: async () => (await processes.askPrimary(questions.metricCatalogue)) as MetricDescription[],
    start: (): void => {
      if (!servers) return
      servers.start()
      recorder.start()
    },
    stop: async (): Promise<void> => {
      if (!servers) return
      servers.stop()
      await recorder.stop()
    },
  }
}
