import { Counter } from 'prom-client'
import type { BatchesConfig, ConfigSource } from '../foundation/config/index.ts'
import {
  type Database,
  type Failure,
  type Jobs,
  type Logger,
  type MetricsRegistry,
  type ObjectStore,
} from '../foundation/platform/index.ts'
import type { Access, Principal } from '../govern/access/index.ts'
import type { Audit } from '../govern/audit/index.ts'
import { describeWithoutQuotes, type KeyRing, sealObjects } from '../govern/privacy/index.ts'
import {
  type BatchesOptions,
  createBatchAccess,
  createBatchWorker,
  createFileAccess,
  createFilesAndBatches,
  createIdleCapacity,
  dropOldBatches,
  dropOldFiles,
} from '../serve/batches/index.ts'
import type { Gateway, InferenceRecord } from '../serve/gateway/index.ts'
import type { Target } from '../serve/routing/index.ts'

interface BatchesParts {
  readonly database: Database
  readonly objectStore: ObjectStore
  readonly keys: KeyRing
  readonly access: Access
  readonly audit: Audit
  readonly jobs: Jobs
  readonly logger: Logger
  readonly registry: MetricsRegistry
  readonly configuration: ConfigSource
  readonly authenticate: (request: Request) => Principal
  readonly mayCall: (principal: Principal, service: string) => boolean
  readonly gateway: Gateway
  readonly targetsOf: (service: string) => readonly Pick<Target, 'key' | 'name'>[]
  /** Whether somebody of a higher class than batches waits for a target; `undefined` where it has no queue. */
  readonly isWaitedFor: (key: string) => boolean | undefined
  readonly bodyLimitBytes: number
}

/** Files and batches, whose lines go through the gateway in the name of the key that made the batch. */
export function composeBatches(parts: BatchesParts) {
  const { database, access, audit, logger, configuration, mayCall } = parts
  const objects = sealObjects(parts.objectStore, parts.keys)
  const settings = (): BatchesConfig => configuration.current().config.batches
  const lines = new Counter({
    name: 'slipway_batch_lines_total',
    help: 'Lines of batches that were answered, by how.',
    labelNames: ['outcome'],
    registers: [parts.registry],
  })
  const capacity = createIdleCapacity({ targetsOf: parts.targetsOf, isWaitedFor: parts.isWaitedFor })
  /** What the lines that are under way have cost. */
  const costs = new Map<string, number>()
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
    capacity,
    infer: async ({ batch, keyId, path, service, body, requestId }, signal) => {
      const principal = access.principalOf(keyId)
      if (!principal) return { response: refuseKey(), costNanoUsd: 0 }
      const request = new Request(`http://batch${path}`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', 'x-request-id': requestId },
        body,
        signal,
      })
      const end = capacity.begin(service, batch)
      costs.set(requestId, 0)
      try {
        const response = await parts.gateway(request, path, { principal, priority: 'batch' })
        return { response, costNanoUsd: costs.get(requestId) ?? 0 }
      } finally {
        end()
        costs.delete(requestId)
      }
    },
  })
  const retentionDays = (): number => settings().retentionDays
  for (const dropping of [dropOldFiles({ database, objects }), dropOldBatches({ database, retentionDays })]) {
    parts.jobs.register(dropping)
    parts.jobs.schedule(dropping.name, '41 * * * *')
  }
  const options: BatchesOptions = { database, objects, audit, settings, wake: () => worker.wake() }
  return {
    options,
    access: createBatchAccess(options),
    files: createFileAccess({ database, objects }),
    worker,
    /** Hears of every inference, of batches and of others. Memory only. */
    hear(inference: InferenceRecord): void {
      const { requestId, costNanoUsd, target, outcome } = inference
      if (costs.has(requestId)) costs.set(requestId, costNanoUsd ?? 0)
      if (outcome !== 'ok' || target === undefined || inference.cache !== undefined) return
      const sentMs = inference.upstreamStartMs ?? 0
      const firstTokenMs = inference.isStream ? inference.timeToFirstTokenMs : undefined
      capacity.see({
        target,
        kind: `${inference.service} ${inference.operation}`,
        firstTokenMs: firstTokenMs === undefined ? undefined : firstTokenMs - sentMs,
        latencyMs: inference.latencyMs - sentMs,
        outputTokens: inference.usage?.outputTokens,
      })
    },
    serve: createFilesAndBatches({
      ...options,
      authenticate: parts.authenticate,
      authorize: principal => access.authorize(principal, 'batch:use'),
      onFailure: (failure: Failure, requestId) =>
        logger[failure.kind.level](
          { err: describeWithoutQuotes(failure, undefined), requestId },
          'A request failed.',
        ),
      onBug: (error, requestId) =>
        logger.error({ err: describeWithoutQuotes(error, undefined), requestId }, 'A bug broke a request.'),
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
