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
  systemRoutes,
  type SystemState,
} from '../foundation/platform/index.ts'
import { type Access, accessRoutes, type Principal } from '../govern/access/index.ts'
import { type Audit, auditRoutes } from '../govern/audit/index.ts'
import { revisionRoutes } from '../govern/configurations/index.ts'
import { modelRoutes } from '../improve/training/index.ts'
import { costsRoutes } from '../observe/costs/index.ts'
import { type Traces, tracesRoutes } from '../observe/traces/index.ts'
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
import { anthropicPaths, openAiPaths, serviceRoutes, type Targets } from '../serve/gateway/index.ts'
import { providerRoutes } from '../serve/providers/index.ts'
import { describeTarget } from './describe-target.ts'
import { version } from './version.ts'

export interface ControlParts {
  readonly access: Access
  readonly admission: { readonly book: RuleBook }
  readonly audit: Audit
  readonly batches: BatchesOptions
  readonly cache: Cache
  readonly configuration: ConfigSource
  readonly database: Database
  readonly engines: EngineSupervisor
  readonly readQueues: () => Promise<QueueState[]>
  readonly targets: Targets
  readonly traces: Traces
  readonly readConfiguration: () => Promise<ConfigState>
  readonly readSystem: () => Promise<SystemState>
}

/** Every row of the control API, and the description that is made from them. */
export function controlRows(parts: ControlParts): AnyRoute<Principal>[] {
  const { access, admission, audit, batches, cache, configuration, database, engines, targets, traces } =
    parts
  const { visibleTenant } = access
  const snapshot = (): ConfigSnapshot => configuration.current()
  const rows = [
    ...tracesRoutes({ traces, database, audit, access }),
    ...costsRoutes({
      database,
      access,
      snapshot,
      readLedger: filter => sumLedger(database, filter),
    }),
    ...serviceRoutes({
      snapshot,
      maySee: (principal, service) => access.isAllowed(principal, 'service:list', { service }),
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
    }),
    ...batchesRoutes({ ...batches, access }),
    ...cacheRoutes({ cache, audit, snapshot }),
    ...engineRoutes({ engines, audit }),
    ...providerRoutes<Principal>(snapshot),
    ...modelRoutes<Principal>(),
    ...accessRoutes(access),
    ...auditRoutes<Principal>({ audit, visibleTenant }),
    ...configRoutes<Principal>(configuration, parts.readConfiguration),
    ...revisionRoutes({ database, audit, source: configuration }),
    ...systemRoutes<Principal>(parts.readSystem),
  ]
  const description = 'The control API, and the paths that models are served on.'
  return [
    ...rows,
    ...descriptionRoutes({
      routes: rows,
      otherPaths: { ...openAiPaths(), ...anthropicPaths(), ...batchPaths() },
      info: { title: 'Slipway', version, description },
    }),
  ]
}
