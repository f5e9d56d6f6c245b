import type { ConfigSource } from '../foundation/config/index.ts'
import type { Database, Jobs, Logger, MetricsRegistry } from '../foundation/platform/index.ts'
import type { Access, Principal } from '../govern/access/index.ts'
import type { Audit } from '../govern/audit/index.ts'
import type { KeyRing } from '../govern/privacy/index.ts'
import type { Datasets } from '../improve/datasets/index.ts'
import { openEvaluations } from '../improve/evaluation/index.ts'
import type { ExampleReviews } from '../observe/reviews/index.ts'
import type { Gateway } from '../serve/gateway/index.ts'
import type { Target } from '../serve/routing/index.ts'
import { createCallRelease } from './evaluation/call-release.ts'
import { createEmbedTexts } from './evaluation/embed-texts.ts'
import { composeEvaluators } from './evaluation/evaluators.ts'
import { createFindRelease } from './evaluation/find-release.ts'
import { handleInPrimary } from './workers/primary-routes.ts'
import type { Processes } from './workers/processes.ts'

interface EvaluationParts {
  readonly processes: Processes
  readonly database: Database
  readonly keys: KeyRing
  readonly access: Access
  readonly audit: Audit
  readonly jobs: Jobs
  readonly logger: Logger
  readonly registry: MetricsRegistry
  readonly configuration: ConfigSource
  readonly datasets: Datasets
  readonly reviews: ExampleReviews
  readonly gateway: Gateway
  readonly mayCall: (principal: Principal, service: string) => boolean
  readonly targetsOf: (service: string) => readonly Pick<Target, 'key'>[]
  /** Whether somebody of a higher class than batches waits for a target; `undefined` where it has no queue. */
  readonly isWaitedFor: (key: string) => boolean | undefined
  /** The model that an engine has now, where the registry decides which: another version is another release. */
  readonly modelOf: (engine: string) => string | undefined
  /** The release that answers for a service now; `undefined` where there is no such service. */
  readonly liveRelease: (service: string) => string | undefined
}

/** Evaluations, which ask releases through the gateway. */
export function composeEvaluation(parts: EvaluationParts) {
  const { configuration, isWaitedFor, targetsOf } = parts
  const settings = () => configuration.current().config.evaluation
  const evaluators = composeEvaluators(() => configuration.current())
  const findRelease = createFindRelease(() => configuration.current(), parts.modelOf, parts.liveRelease)
  const opened = openEvaluations({
    database: parts.database,
    keys: parts.keys,
    audit: parts.audit,
    logger: parts.logger,
    registry: parts.registry,
    datasets: parts.datasets,
    reviews: parts.reviews,
    callRelease: createCallRelease(parts.gateway),
    embedTexts: createEmbedTexts(parts.gateway),
    evaluators,
    findRelease,
    services: () => Object.keys(configuration.current().config.services),
    mayCall: parts.mayCall,
    access: parts.access,
    isIdle: service => !targetsOf(service).some(({ key }) => isWaitedFor(key) === true),
    maxConcurrency: () => settings().maxConcurrency,
    retentionDays: () => settings().retentionDays,
  })
  for (const job of opened.jobs) {
    parts.jobs.register(job)
    parts.jobs.schedule(job.name, '23 3 * * *')
  }
  return {
    ...opened,
    evaluators,
    findRelease,
    // the primary alone reads rows of datasets
    routes: handleInPrimary(parts.processes, opened.routes),
  }
}
