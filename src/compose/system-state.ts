import type { ConfigState } from '../foundation/config/index.ts'
import type { Database, SystemState } from '../foundation/platform/index.ts'
import type { EngineSupervisor } from '../serve/engines/index.ts'
import { listServers } from './follow-configuration.ts'
import type { Ground } from './ground.ts'
import { probeDatabase } from './probe-database.ts'
import { version } from './version.ts'
import type { PrimaryLink } from './workers/primary-link.ts'
import { questions } from './workers/processes.ts'
import { sumProcesses } from './workers/sum-processes.ts'
import type { WorkerPool } from './workers/worker-pool.ts'

/** What any process of a server says of all of it. */
export function createSystemState(
  processes: WorkerPool | PrimaryLink,
  parts: {
    readonly database: Database
    readonly databaseKind: Ground['databaseKind']
    readonly engines: EngineSupervisor
  },
) {
  const { database, databaseKind, engines } = parts

  const readConfiguration = async (): Promise<ConfigState> =>
    (await processes.askPrimary(questions.configuration)) as ConfigState

  async function summarizeConfiguration(): Promise<SystemState['configuration']> {
    const { hash, problem } = await readConfiguration()
    return { hash, problems: problem?.problems.length ?? 0 }
  }

  return {
    readConfiguration,
    readSystem: async (): Promise<SystemState> => ({
      version,
      database: {
        kind: databaseKind,
        restarts: Number(await processes.askPrimary(questions.databaseRestarts)),
        ...(await probeDatabase(database)),
      },
      configuration: await summarizeConfiguration(),
      replicas: await listServers(database),
      ...(await sumProcesses(processes)),
    }),
    /** Why this process should get no traffic yet; empty when it may. */
    findReasonsToWait: async (): Promise<string[]> => {
      const { state } = await probeDatabase(database)
      const starting = engines.states().filter(engine => engine.state === 'starting')
      return [
        ...(state === 'ready' ? [] : ['The database does not answer.']),
        ...starting.map(engine => `The engine ${engine.name} is starting.`),
      ]
    },
  }
}
