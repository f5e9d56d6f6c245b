import { createHash } from 'node:crypto'
import { hostname } from 'node:os'
import path from 'node:path'
import { Counter } from 'prom-client'
import type { ConfigSource } from '../foundation/config/index.ts'
import {
  type Database,
  canonicalJson,
  type Jobs,
  type Logger,
  type MetricsRegistry,
  type ObjectStore,
} from '../foundation/platform/index.ts'
import type { Access, Principal } from '../govern/access/index.ts'
import type { Audit } from '../govern/audit/index.ts'
import { type KeyRing, sealObjects } from '../govern/privacy/index.ts'
import { createTransferFolder, type Datasets } from '../improve/datasets/index.ts'
import { findRun } from '../improve/evaluation/index.ts'
import { tellEvent } from '../improve/pipelines/index.ts'
import {
  collectModelGarbage,
  createRegistry,
  type RegistryChange,
  type RegistryContext,
  type RegistryPorts,
  registryRoutes,
  createMlflowApi,
  createServedModels,
} from '../improve/registry/index.ts'
import { isUuid } from './lineage/is-uuid.ts'

interface RegistryParts {
  readonly database: Database
  readonly objectStore: ObjectStore
  readonly dataDirectory: string
  readonly keys: KeyRing
  readonly access: Access
  readonly audit: Audit
  readonly jobs: Jobs
  readonly logger: Logger
  readonly registry: MetricsRegistry
  readonly configuration: ConfigSource
  readonly datasets: Datasets
  /** What is found of the signature, the bill of materials and the card of a version. */
  readonly prove: RegistryPorts['prove']
  readonly authenticate: (request: Request) => Principal
  readonly bodyLimitBytes: number
}

/** The registry of models, and what it needs of datasets, evaluations and traces. */
export function composeRegistry(parts: RegistryParts) {
  const { database, audit, logger, configuration } = parts
  const settings = () => configuration.current().config.models
  const context: RegistryContext = {
    database,
    audit,
    objects: sealObjects(parts.objectStore, parts.keys),
    logger,
    ports: createPorts(parts),
    onChange: createRegistryMetrics(parts.registry),
    tellMoved: async (transaction, { id, tenant, previous = 0, ...facts }) =>
      await tellEvent(transaction, {
        name: 'model.alias-moved',
        tenant,
        key: id,
        facts: { ...facts, previous },
      }),
    now: Date.now,
  }
  const registry = createRegistry(context)
  const collected = new Counter({
    name: 'slipway_model_collected_bytes_total',
    help: 'Bytes of models that nothing needed any more and were deleted.',
    registers: [parts.registry],
  })
  const files = {
    registry,
    context,
    // all processes of this server move bytes through one folder
    uploads: createTransferFolder(
      path.join(parts.dataDirectory, 'model-transfers'),
      'Raise `models.uploadMegabytes`, or split the file.',
    ),
    mostUploadBytes: () => settings().uploadMegabytes * 1024 * 1024,
  }
  const collecting = collectModelGarbage(context, {
    graceHours: () => settings().garbageGraceHours,
    uploads: files.uploads,
    onCollected: bytes => collected.inc(bytes),
  })
  parts.jobs.register(collecting)
  parts.jobs.schedule(collecting.name, '41 * * * *')
  const calls = new Counter({
    name: 'slipway_mlflow_calls_total',
    help: "Calls of MLflow's API, by endpoint and status.",
    labelNames: ['endpoint', 'status'],
    registers: [parts.registry],
  })
  const mlflow = createMlflowApi({
    ...files,
    access: parts.access,
    authenticate: parts.authenticate,
    bodyLimitBytes: parts.bodyLimitBytes,
    onFailure: (failure, requestId) =>
      logger[failure.kind.level]({ err: failure, route: 'mlflow', requestId }, 'A request failed.'),
    onBug: (error, requestId) =>
      logger.error({ err: error, route: 'mlflow', requestId }, 'A bug broke a request.'),
    onCall: (endpoint, status) => calls.inc({ endpoint, status: String(status) }),
  })
  const served = createServedModels({
    context,
    folder: path.join(parts.dataDirectory, 'models'),
    mostCacheBytes: () => settings().cacheMegabytes * 1024 * 1024,
    server: serverName(parts.dataDirectory),
  })
  return { registry, served, routes: registryRoutes({ ...files, access: parts.access }), mlflow }
}

/** One server of several on a machine, the same after a restart. */
function serverName(dataDirectory: string): string {
  const place = createHash('sha256').update(path.resolve(dataDirectory)).digest('hex').slice(0, 6)
  return `${hostname()}-${place}`
}

function createRegistryMetrics(registry: MetricsRegistry): (change: RegistryChange) => void {
  const registers = [registry]
  const versions = new Counter({
    name: 'slipway_model_versions_total',
    help: 'Versions of models that were to be published, by what came of it and their format.',
    labelNames: ['outcome', 'format'],
    registers,
  })
  const moves = new Counter({
    name: 'slipway_model_alias_moves_total',
    help: 'Aliases of models that were to be moved, by what came of it.',
    labelNames: ['outcome'],
    registers,
  })
  const heldBack = new Counter({
    name: 'slipway_model_servings_total',
    help: 'Versions that an engine was to take and did not, because what its alias wants verified was not; each reason once.',
    labelNames: ['outcome'],
    registers,
  })
  const decisions = new Counter({
    name: 'slipway_model_decisions_total',
    help: 'What people decided of versions of models.',
    labelNames: ['outcome'],
    registers,
  })
  const stored = new Counter({
    name: 'slipway_model_stored_bytes_total',
    help: 'Bytes of models that were not stored before.',
    registers,
  })
  return change => {
    if (change.kind === 'version') versions.inc({ outcome: change.outcome, format: change.format })
    else if (change.kind === 'alias') moves.inc({ outcome: change.outcome })
    else if (change.kind === 'serving') heldBack.inc({ outcome: change.outcome })
    else if (change.kind === 'decision') decisions.inc({ outcome: change.outcome })
    else stored.inc(change.bytes)
  }
}

const pinKind = 'model'

function createPorts({ database, access, datasets, prove }: RegistryParts): RegistryPorts {
  return {
    prove,
    findEvaluation: async (tenant, id) => {
      if (!isUuid(id)) return undefined
      const run = await findRun(database, tenant, id)
      return (
        run && {
          id: run.id,
          suite: run.suite,
          state: run.state,
          verdict: run.verdict,
          hash: createHash('sha256').update(canonicalJson(run.plan)).digest('hex'),
          datasetVersion: run.plan.dataset.versionId,
          engines: run.plan.releases
            .flatMap(({ targets }) => targets)
            .flatMap(target => (target.startsWith('engine:') ? [target.slice('engine:'.length)] : [])),
          releases: run.plan.releases.map(({ service, release }) => `${service}@${release}`),
          startedAt: run.startedAt,
          endedAt: run.endedAt,
        }
      )
    },
    datasets: {
      resolve: async (tenant, reference) => {
        const { dataset, version } = await datasets.resolve(tenant, reference)
        return { name: dataset.name, id: version.id, number: version.number }
      },
      pin: async pin => await datasets.pin({ ...pin, kind: pinKind }),
      unpin: async pin => await datasets.unpin({ ...pin, kind: pinKind }),
    },
    mayUse: (keyId, permission, tenant) => {
      // our own parts are not asked
      if (keyId === 'system') return true
      const principal = access.principalOf(keyId)
      return principal !== undefined && access.isAllowed(principal, permission, { tenant })
    },
  }
}
