import {
  configRoutes,
  type ConfigSnapshot,
  type ConfigSource,
  type ConfigState,
} from '../foundation/config/index.ts'
import {
  type AnyRoute,
  type Database,
  descriptionRoutes,
  type MetricDescription,
  systemRoutes,
  type SystemState,
} from '../foundation/platform/index.ts'
import { type Access, accessRoutes, type Principal } from '../govern/access/index.ts'
import { type Audit, auditRoutes } from '../govern/audit/index.ts'
import { revisionRoutes } from '../govern/configurations/index.ts'
import { type KeyRing, privacyRoutes, type PseudonymBook } from '../govern/privacy/index.ts'
import { fineTuningPaths, modelRoutes } from '../improve/training/index.ts'
import { alertsRoutes } from '../observe/alerts/index.ts'
import { metricsRoutes, type SeriesReader } from '../observe/metrics/index.ts'
import { listScoresOfMany } from '../observe/scores/index.ts'
import { costsRoutes } from '../observe/costs/index.ts'
import { listReviewsOfInference, type Reviews, reviewsRoutes } from '../observe/reviews/index.ts'
import { type MaskFeedback, otlpPaths, type Traces, tracesRoutes } from '../observe/traces/index.ts'
import {
  limitRoutes,
  queueRoutes,
  sumLedger,
  type RuleBook,
  type QueueState,
} from '../serve/admission/index.ts'
import { batchPaths, batchesRoutes, type BatchesOptions } from '../serve/batches/index.ts'
import { type Cache, cacheRoutes } from '../serve/cache/index.ts'
import { type EngineSupervisor, engineRoutes } from '../serve/engines/index.ts'
import { checkCatalogue, type Evidence, guardrailRoutes } from '../serve/guardrails/index.ts'
import {
  anthropicPaths,
  openAiPaths,
  reviewPaths,
  serviceRoutes,
  type Targets,
} from '../serve/gateway/index.ts'
import { providerRoutes } from '../serve/providers/index.ts'
import { describeTarget } from './describe-target.ts'
import type { composeJudges } from './judges.ts'
import type { composeMonitors } from './monitors.ts'
import { version } from './version.ts'

export interface ControlParts {
  readonly access: Access
  readonly admission: { readonly book: RuleBook }
  readonly alerts: { readonly consoleUrl: () => string }
  readonly audit: Audit
  readonly batches: BatchesOptions
  readonly cache: Cache
  readonly configuration: ConfigSource
  readonly database: Database
  readonly drift: { readonly routes: readonly AnyRoute<Principal>[] }
  readonly datasets: { readonly routes: readonly AnyRoute<Principal>[] }
  readonly pipelines: { readonly routes: readonly AnyRoute<Principal>[] }
  readonly rollouts: {
    readonly routes: readonly AnyRoute<Principal>[]
    readonly liveRelease: (service: string) => string | undefined
  }
  readonly evaluation: { readonly routes: readonly AnyRoute<Principal>[] }
  readonly distillation: readonly AnyRoute<Principal>[]
  readonly packaging: { readonly routes: readonly AnyRoute<Principal>[] }
  readonly models: { readonly routes: readonly AnyRoute<Principal>[] }
  readonly lineage: { readonly routes: readonly AnyRoute<Principal>[] }
  readonly training: { readonly routes: readonly AnyRoute<Principal>[] }
  readonly engines: EngineSupervisor
  readonly evidence: Evidence
  readonly metrics: {
    readonly reader: SeriesReader
    readonly readCatalogue: () => Promise<MetricDescription[]>
  }
  readonly monitors: ReturnType<typeof composeMonitors>
  readonly reviews: Reviews
  readonly privacy: { readonly keys: KeyRing; readonly pseudonyms: PseudonymBook }
  readonly maskFeedback: MaskFeedback
  readonly readQueues: () => Promise<QueueState[]>
  readonly judges: ReturnType<typeof composeJudges>
  readonly targets: Targets
  readonly traces: Traces
  readonly readConfiguration: () => Promise<ConfigState>
  readonly readSystem: () => Promise<SystemState>
}

/** Every row of the control API, and the description that is made from them. */
export function controlRows(parts: ControlParts): AnyRoute<Principal>[] {
  const {
    access,
    admission,
    audit,
    batches,
    cache,
    configuration,
    database,
    engines,
    judges,
    targets,
    traces,
  } = parts
  const { visibleTenant } = access
  const snapshot = (): ConfigSnapshot => configuration.current()
  const rows = [
    ...tracesRoutes({
      traces,
      database,
      audit,
      access,
      maskFeedback: parts.maskFeedback,
      onFeedback: async (transaction, feedback, { service }) =>
        await parts.monitors.feed.feedback(transaction, feedback, service),
      scoresOf: async inferenceIds => await listScoresOfMany(database, inferenceIds),
      reviewsOf: async inferenceId => await listReviewsOfInference(database, inferenceId),
    }),
    ...reviewsRoutes({ reviews: parts.reviews, access }),
    ...judges.routes(traces, access),
    ...costsRoutes({
      database,
      access,
      snapshot,
      readLedger: filter => sumLedger(database, filter),
    }),
    ...serviceRoutes({
      snapshot,
      maySee: (principal, service) => access.isAllowed(principal, 'service:list', { service }),
      liveRelease: parts.rollouts.liveRelease,
      targetState: target => describeTarget(target, engines, snapshot()),
      health: () => targets.health(),
    }),
    ...queueRoutes(parts.readQueues),
    ...limitRoutes({
      book: admission.book,
      database,
      audit,
      visibleTenant,
      tenantOfKey: id => access.tenantOfKey(id),
      isKey: id => access.principalOf(id) !== undefined,
      namesOf: scope =>
        scope === 'tenant'
          ? access.tenants.list().map(({ id }) => id)
          : Object.keys(snapshot().config.services),
    }),
    ...batchesRoutes({ ...batches, access }),
    ...parts.datasets.routes,
    ...parts.drift.routes,
    ...parts.evaluation.routes,
    ...parts.training.routes,
    ...parts.models.routes,
    ...parts.lineage.routes,
    ...parts.packaging.routes,
    ...parts.pipelines.routes,
    ...parts.rollouts.routes,
    ...parts.distillation,
    ...cacheRoutes({ cache, audit, snapshot }),
    ...metricsRoutes<Principal>(parts.metrics),
    ...alertsRoutes({ database, audit, snapshot, reader: parts.metrics.reader, ...parts.alerts }),
    ...parts.monitors.routes,
    ...guardrailRoutes({ database, audit, evidence: parts.evidence, snapshot }),
    ...engineRoutes({ engines, audit }),
    ...providerRoutes<Principal>(snapshot),
    ...modelRoutes<Principal>(),
    ...accessRoutes(access),
    ...auditRoutes<Principal>({ audit, visibleTenant }),
    ...privacyRoutes({ ...parts.privacy, database, audit, visibleTenant }),
    ...configRoutes<Principal>(configuration, parts.readConfiguration, { checks: checkCatalogue }),
    ...revisionRoutes({ database, audit, source: configuration }),
    ...systemRoutes<Principal>(parts.readSystem),
  ]
  const description = 'The control API, and the paths that models are served on.'
  return [
    ...rows,
    ...descriptionRoutes({
      routes: rows,
      otherPaths: {
        ...openAiPaths(),
        ...anthropicPaths(),
        ...batchPaths(),
        ...fineTuningPaths(),
        ...otlpPaths(),
        ...reviewPaths(),
      },
      info: { title: 'Slipway', version, description },
    }),
  ]
}
