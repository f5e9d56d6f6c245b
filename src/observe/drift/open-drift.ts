import { Counter, Histogram, type Registry } from 'prom-client'
import {
  type AnyRoute,
  type ClaimLoop,
  createRowNews,
  defineRetentionJob,
  type Job,
} from '../../foundation/platform/index.ts'
import type { Access, Principal } from '../../govern/access/index.ts'
import type { DriftContext } from './reports/drift-context.ts'
import {
  driftReportsChannel,
  dropReportsPast,
  findReport,
  type StoredReport,
} from './reports/drift-report-store.ts'
import { createDriftReports, type DriftReports } from './reports/drift-reports.ts'
import { hasEnded } from './reports/drift-request.ts'
import { driftRoutes } from './reports/drift-routes.ts'

export interface OpenDrift {
  readonly reports: DriftReports
  readonly worker: ClaimLoop
  readonly routes: readonly AnyRoute<Principal>[]
  readonly job: Job<ReturnType<typeof defineRetentionJob>['schema']>
  /** Ends the event streams, which would otherwise end with their reports. */
  endLiveStreams(): Promise<void>
}

/** Drift reports over what the composition root supplies. */
export function openDrift(
  options: Omit<DriftContext, 'onEnd'> & {
    readonly access: Pick<Access, 'visibleTenant' | 'isAllowed'>
    readonly registry: Registry
  },
): OpenDrift {
  const { database, logger, access, registry } = options
  const ended = new Counter({
    name: 'slipway_drift_reports_total',
    help: 'Drift reports that have ended, by how.',
    labelNames: ['state'],
    registers: [registry],
  })
  const took = new Histogram({
    name: 'slipway_drift_report_seconds',
    help: 'How long drift reports took to make.',
    buckets: [0.5, 1, 2, 5, 10, 30, 60, 300],
    registers: [registry],
  })
  const { worker, ...reports } = createDriftReports({
    ...options,
    onEnd: (state, seconds) => {
      ended.inc({ state })
      if (seconds !== undefined) took.observe(seconds)
    },
  })
  const news = createRowNews<StoredReport>({
    database,
    logger,
    channel: driftReportsChannel,
    event: 'report',
    idOf: row => row.id,
    hasEnded: row => hasEnded(row.state),
    find: async id => await findReport(database, { tenant: undefined, services: undefined }, id),
  })
  return {
    reports,
    worker,
    routes: driftRoutes({ database, access, reports, news }),
    job: defineRetentionJob({
      name: 'drop-old-drift-reports',
      retentionDays: () => options.settings().retentionDays,
      drop: async (before, limit) => await dropReportsPast(database, before, limit),
      message: 'Drift reports past their end were deleted.',
    }),
    endLiveStreams: () => news.close(),
  }
}
