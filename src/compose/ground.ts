import path from 'node:path'
import {
  type Database,
  type Environment,
  lockDataFolder,
  type Logger,
  type MetricsRegistry,
  migrate,
  openDatabase,
  startEmbeddedPostgres,
} from '../foundation/platform/index.ts'
import { createEngineSupervisor, type EngineSupervisor } from '../serve/engines/index.ts'
import type { EngineConfig } from '../foundation/config/index.ts'
import { createSharedEngines, viewEngines } from './workers/engines-view.ts'
import { questions, topics } from './workers/processes.ts'
import type { PrimaryLink } from './workers/primary-link.ts'
import type { WorkerPool } from './workers/worker-pool.ts'

/** What all processes of this server stand on: the database, and the engines. */
export interface Ground {
  readonly database: Database
  readonly databaseUrl: string
  readonly databaseKind: 'embedded' | 'external'
  readonly engines: EngineSupervisor
  close(): Promise<void>
}

interface GroundOptions {
  readonly environment: Environment
  readonly logger: Logger
  readonly metrics: MetricsRegistry
  readonly resolveModel: (reference: string) => string
  readonly doubtOf: (engine: string) => string | undefined
  readonly engines: Readonly<Record<string, EngineConfig>>
}

/** The primary starts engines and Postgres; a worker finds them there. */
export function layGround(processes: WorkerPool | PrimaryLink, options: GroundOptions): Promise<Ground> {
  return 'tellAll' in processes ? layForAll(processes, options) : join(processes, options)
}

/** Connections that one process may hold: its pool, its listener, the queue of jobs and its listener. */
const connectionsEach = 16
const connectionsOfOthers = 24

/** Starts the engines and Postgres, side by side; the tables are up to date when it resolves. */
async function layForAll(pool: WorkerPool, options: GroundOptions): Promise<Ground> {
  const { environment, logger, metrics, resolveModel, doubtOf } = options
  const { dataDirectory } = environment
  const engines = createEngineSupervisor({
    logger,
    metrics,
    resolveModel,
    doubtOf,
    onChange: () => pool.tellAll(topics.engines, viewEngines(engines)),
  })
  pool.handle(questions.restartEngine, name => engines.restart(String(name)))
  await engines.apply(options.engines)
  // the embedded Postgres takes the folder itself
  const lock = environment.databaseUrl ? await lockDataFolder(dataDirectory) : undefined
  const postgres = environment.databaseUrl
    ? undefined
    : await startEmbeddedPostgres({
        dataDirectory,
        logger,
        settings: { max_connections: connectionsOfOthers + connectionsEach * environment.workers },
      })
  pool.handle(questions.databaseRestarts, () => postgres?.restarts ?? 0)
  const databaseUrl = environment.databaseUrl ?? postgres?.url ?? ''
  const database = await openDatabase({ url: databaseUrl, logger })
  await migrate(database, path.join(import.meta.dirname, '../../migrations'))
  return {
    database,
    databaseUrl,
    databaseKind: postgres ? 'embedded' : 'external',
    engines,
    close: async () => {
      await database.close()
      await postgres?.stop()
      lock?.release()
    },
  }
}

/** What the primary has made is there already. */
async function join(link: PrimaryLink, options: GroundOptions): Promise<Ground> {
  const { environment, logger } = options
  const { databaseUrl, engines: view } = link.setup
  const engines = createSharedEngines(link, view)
  link.onTold(topics.engines, next => engines.follow(next as typeof view))
  const database = await openDatabase({ url: databaseUrl, logger })
  return {
    database,
    databaseUrl,
    databaseKind: environment.databaseUrl ? 'external' : 'embedded',
    engines,
    close: () => database.close(),
  }
}
