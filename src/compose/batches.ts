import { Counter } from 'prom-client'
import type { BatchesConfig, ConfigSource } from '../foundation/config/index.ts'
import {
  type Database,
  type Failure,
  type Jobs,
  type Logger,
  type MetricsRegistry,
  type ObjectStoreConfig,
  openObjectStore,
} from '../foundation/platform/index.ts'
import type { Access, Principal } from '../govern/access/index.ts'
import type { Audit } from '../govern/audit/index.ts'
import {
  type BatchesOptions,
  createBatchWorker,
  createFilesAndBatches,
  dropOldFiles,
} from '../serve/batches/index.ts'
import type { Gateway } from '../serve/gateway/index.ts'

interface BatchesParts {
  readonly database: Database
  readonly objectStore: ObjectStoreConfig
  readonly access: Access
  readonly audit: Audit
  readonly jobs: Jobs
  readonly logger: Logger
  readonly registry: MetricsRegistry
  readonly configuration: ConfigSource
  readonly authenticate: (request: Request) => Principal
  readonly mayCall: (principal: Principal, service: string) => boolean
  readonly gateway: Gateway
  readonly bodyLimitBytes: number
}

/** Files and batches, whose lines go through the gateway in the name of the key that made the batch. */
export function composeBatches(parts: BatchesParts) {
  const { database, access, audit, logger, configuration, mayCall } = parts
  const objects = openObjectStore(parts.objectStore)
  const settings = (): BatchesConfig => configuration.current().config.batches
  const lines = new Counter({
    name: 'slipway_batch_lines_total',
    help: 'Lines of batches that were answered, by how.',
    labelNames: ['outcome'],
    registers: [parts.registry],
  })
  const worker = createBatchWorker({
    database,
    objects,
    audit,
    logger,
    settings,
    lineLimitBytes: parts.bodyLimitBytes,
    onLine: isCompleted => lines.inc({ outcome: isCompleted ? 'completed' : 'failed' }),
    findProblem: (keyId, service) => {
      const principal = access.principalOf(keyId)
      if (!principal) return 'The key that made this batch opens nothing any more.'
      return service in configuration.current().config.services && mayCall(principal, service)
        ? undefined
        : `The service \`${service.slice(0, 100)}\` does not exist, or the key may not call it.`
    },
    infer: async ({ keyId, path, body, requestId }, signal) => {
      const principal = access.principalOf(keyId)
      if (!principal) return refuseKey()
      const request = new Request(`http://batch${path}`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', 'x-request-id': requestId },
        body,
        signal,
      })
      return await parts.gateway(request, path, { principal, priority: 'batch' })
    },
  })
  const dropping = dropOldFiles({ database, objects })
  parts.jobs.register(dropping)
  parts.jobs.schedule(dropping.name, '41 * * * *')
  const options: BatchesOptions = { database, objects, audit, settings, wake: () => worker.wake() }
  return {
    options,
    worker,
    serve: createFilesAndBatches({
      ...options,
      authenticate: parts.authenticate,
      authorize: principal => access.authorize(principal, 'batch:use'),
      onFailure: (failure: Failure, requestId) =>
        logger[failure.kind.level]({ err: failure, requestId }, 'A request failed.'),
      onBug: (error, requestId) => logger.error({ err: error, requestId }, 'A bug broke a request.'),
    }),
  }
}

function refuseKey(): Response {
  const error = {
    message: 'The key that made this batch was revoked or has expired.',
    type: 'invalid_request_error',
    param: null,
    code: 'invalid_api_key',
  }
  return Response.json({ error }, { status: 401 })
}
