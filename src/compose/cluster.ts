import path from 'node:path'
import { Counter, Gauge } from 'prom-client'
import { type Cluster, type ClusterChange, openCluster } from '../foundation/cluster/index.ts'
import type { ConfigSource } from '../foundation/config/index.ts'
import type { Database, Jobs, Logger, MetricsRegistry, ObjectStore } from '../foundation/platform/index.ts'
import { type Audit, systemActor } from '../govern/audit/index.ts'
import { type KeyRing, sealObjects } from '../govern/privacy/index.ts'

/** Work in clusters; every process answers the couriers of its pods. */
export function composeCluster(parts: {
  readonly database: Database
  readonly objectStore: ObjectStore
  readonly keys: KeyRing
  readonly jobs: Jobs
  readonly logger: Logger
  readonly registry: MetricsRegistry
  readonly audit: Audit
  readonly configuration: ConfigSource
}): Cluster {
  const count = createClusterMetrics(parts.registry)
  const cluster = openCluster({
    database: parts.database,
    objects: sealObjects(parts.objectStore, parts.keys),
    logger: parts.logger,
    folder: () => path.dirname(parts.configuration.current().file),
    onChange: change => {
      count(change)
      writeDown(change, parts)
    },
  })
  for (const job of cluster.jobs) {
    parts.jobs.register(job)
    parts.jobs.schedule(job.name, job.name.startsWith('drop') ? '47 3 * * *' : '17 * * * *')
  }
  return cluster
}

/** That a Job was made, and how it ended: what runs elsewhere in somebody's name. */
function writeDown(
  change: ClusterChange,
  { audit, logger }: { readonly audit: Audit; readonly logger: Logger },
): void {
  const { kind, name, namespace, tenant, component, about } = change
  if (kind === 'watched' || kind === 'found') return
  if (kind === 'over' && (change.outcome === undefined || change.outcome === 'left')) return
  audit
    .record({
      actor: systemActor('cluster'),
      action: kind === 'made' ? 'cluster:create-job' : 'cluster:end-job',
      subject: `cluster-job:${namespace}/${name}`,
      tenant,
      after: { component, about, ...(kind === 'over' && { outcome: change.outcome }) },
    })
    .catch((error: unknown) =>
      logger.warn({ err: error, job: name }, 'What became of a Job could not be written into the audit log.'),
    )
}

function createClusterMetrics(registry: MetricsRegistry): (change: ClusterChange) => void {
  const registers = [registry]
  const begun = new Counter({
    name: 'slipway_cluster_jobs_begun_total',
    help: 'Jobs in clusters that this server began to watch: made, or found again.',
    labelNames: ['component', 'result'],
    registers,
  })
  const ended = new Counter({
    name: 'slipway_cluster_jobs_ended_total',
    help: 'Jobs in clusters that are watched no more, by what they came to; `left` run on.',
    labelNames: ['component', 'result'],
    registers,
  })
  const watched = new Gauge({
    name: 'slipway_cluster_jobs_watched',
    help: 'Jobs in clusters that this server watches now, or waits to make.',
    labelNames: ['component'],
    registers,
  })
  return change => {
    const { component } = change
    if (change.kind === 'watched') return watched.inc({ component })
    if (change.kind !== 'over') return begun.inc({ component, result: change.kind })
    watched.dec({ component })
    ended.inc({ component, result: change.outcome ?? 'broken' })
  }
}
