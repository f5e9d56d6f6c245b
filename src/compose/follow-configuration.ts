import { hostname } from 'node:os'
import type { ConfigSource, ConfigState } from '../foundation/config/index.ts'
import { formatProblem } from '../foundation/config/index.ts'
import type { Database, Logger, SystemState } from '../foundation/platform/index.ts'
import type { Audit } from '../govern/audit/index.ts'
import { followRevisions, listReplicas, type RevisionFeed } from '../govern/configurations/index.ts'
import type { PrimaryLink } from './workers/primary-link.ts'
import { topics } from './workers/processes.ts'
import type { WorkerPool } from './workers/worker-pool.ts'

/**
 * The primary follows what is published for all replicas, and tells its workers; they take from it whatever is in force
 * there, so that one process decides. Nothing comes back in a worker.
 */
export async function followConfiguration(
  processes: WorkerPool | PrimaryLink,
  parts: {
    readonly database: Database
    readonly audit: Audit
    readonly logger: Logger
    readonly configuration: ConfigSource
  },
): Promise<RevisionFeed | undefined> {
  const { configuration, logger } = parts
  if ('tellAll' in processes) {
    const feed = await followRevisions({
      ...parts,
      source: configuration,
      name: `${hostname()}, process ${process.pid}`,
    })
    configuration.subscribe(() => processes.tellAll(topics.configuration, configuration.written().text))
    return feed
  }
  processes.onTold(topics.configuration, text => {
    const problems = configuration.put(String(text))
    if (problems.length > 0)
      logger.error(
        { problems: problems.map(formatProblem) },
        'This worker cannot use the configuration of its primary.',
      )
  })
  return undefined
}

export function describeConfiguration(
  configuration: ConfigSource,
  feed: RevisionFeed | undefined,
): ConfigState {
  const { hash, file, loadedAt } = configuration.current()
  const trouble = configuration.problem()
  const { revision, isFileStale } = feed?.state() ?? { revision: undefined, isFileStale: false }
  return {
    hash,
    file,
    loaded_at: loadedAt.toISOString(),
    revision: revision ?? null,
    is_file_stale: isFileStale,
    problem: trouble && { message: trouble.message, problems: [...trouble.problems] },
  }
}

/** The servers on this database, with what each has made of the last revision. */
export async function listServers(database: Database): Promise<SystemState['replicas']> {
  // without the database nobody is seen, which the page says by itself
  const replicas = await listReplicas(database).catch(() => [])
  return replicas.map(({ name, revision, refused, seenAt }) => ({
    name,
    revision: revision ?? null,
    refused_revision: refused?.revision ?? null,
    problems: refused?.problems ?? null,
    seen_at: seenAt.toISOString(),
  }))
}
