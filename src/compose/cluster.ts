import path from 'node:path'
import { type Cluster, openCluster } from '../foundation/cluster/index.ts'
import type { ConfigSource } from '../foundation/config/index.ts'
import type { Database, Jobs, Logger, ObjectStore } from '../foundation/platform/index.ts'
import { type KeyRing, sealObjects } from '../govern/privacy/index.ts'

/** Work in clusters; every process answers the couriers of its pods. */
export function composeCluster(parts: {
  readonly database: Database
  readonly objectStore: ObjectStore
  readonly keys: KeyRing
  readonly jobs: Jobs
  readonly logger: Logger
  readonly configuration: ConfigSource
}): Cluster {
  const cluster = openCluster({
    database: parts.database,
    objects: sealObjects(parts.objectStore, parts.keys),
    logger: parts.logger,
    folder: () => path.dirname(parts.configuration.current().file),
  })
  for (const job of cluster.jobs) {
    parts.jobs.register(job)
    parts.jobs.schedule(job.name, job.name.startsWith('drop') ? '47 3 * * *' : '17 * * * *')
  }
  return cluster
}
