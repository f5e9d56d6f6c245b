import path from 'node:path'
import { z } from 'zod'
import { type Database, defineJob, defineRetentionJob, type Job, type Logger } from '../platform/index.ts'
import { createExchange, type SealedStore } from './exchange/exchange.ts'
import { dropConcludedJobs } from './exchange/exchange-store.ts'
import { serveExchange } from './exchange/serve-exchange.ts'
import { openConnection } from './kubernetes/connection.ts'
import { createKubernetesClient, type KubernetesClient } from './kubernetes/kubernetes-client.ts'
import { type ClusterParts, endForgotten } from './run-in-cluster.ts'

export interface OpenClusterOptions {
  readonly database: Database
  readonly objects: SealedStore
  readonly logger: Logger
  /** Where relative paths of the configuration begin. */
  readonly folder: () => string
  readonly onChange?: ClusterParts['onChange']
}

export interface Cluster extends ClusterParts {
  /** Answers what comes to `/exchange/`. */
  readonly serve: (request: Request, path: string) => Promise<Response>
  readonly jobs: readonly ClusterDuty[]
}

type ClusterDuty = Job<z.ZodObject<Record<never, never>, z.core.$strict>>

const retentionDays = 30
/** Who goes on with a Job after a start has taken it up by then. */
const settleMs = 300_000

/** Work in clusters, over what the composition root supplies. */
export function openCluster({
  database,
  objects,
  logger,
  folder,
  onChange = () => undefined,
}: OpenClusterOptions): Cluster {
  const exchange = createExchange({ database, objects })
  const clients = new Map<string, KubernetesClient>()
  const startedAt = performance.now()
  const parts: ClusterParts = {
    exchange,
    logger,
    onChange,
    fileAt: file => path.resolve(folder(), file),
    clientOf({ kubeconfig, context }) {
      const file = kubeconfig === undefined ? undefined : path.resolve(folder(), kubeconfig)
      const key = JSON.stringify([file, context])
      let client = clients.get(key)
      if (!client) {
        // read anew each time: files are replaced when certificates are
        client = createKubernetesClient({ connection: () => openConnection({ kubeconfig: file, context }) })
        clients.set(key, client)
      }
      return client
    },
  }
  return {
    ...parts,
    serve: serveExchange(exchange, error =>
      logger.error({ err: error }, 'What a pod sent or asked for could not be handled.'),
    ),
    jobs: [
      defineRetentionJob({
        name: 'drop-cluster-jobs',
        retentionDays: () => retentionDays,
        drop: (before, limit) => dropConcludedJobs(database, before, limit),
        message: 'Rows of ended Jobs of clusters were dropped.',
      }),
      defineJob({
        name: 'end-forgotten-cluster-jobs',
        schema: z.strictObject({}),
        run: async () => {
          if (performance.now() - startedAt < settleMs) return
          for (const job of await exchange.forgotten())
            await endForgotten(parts, job).catch((error: unknown) =>
              logger.warn({ err: error, job: job.name }, 'A Job that nobody watches could not be ended.'),
            )
        },
      }),
    ],
  }
}
