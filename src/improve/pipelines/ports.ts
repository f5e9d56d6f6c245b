/** What pipelines need of others; the composition root supplies it. */
import type { Database, Logger } from '../../foundation/platform/index.ts'
import type { PipelinesConfig } from '../../foundation/config/index.ts'
import type { Audit } from '../../govern/audit/index.ts'
import type { Artifacts } from './artifacts/artifacts.ts'
import type { PipelineMetrics } from './runs/pipeline-metrics.ts'
import type { StageKinds } from './stage-kind.ts'

export interface PipelineParts {
  readonly database: Database
  readonly audit: Audit
  readonly logger: Logger
  readonly kinds: StageKinds
  readonly artifacts: Artifacts
  readonly metrics: PipelineMetrics
  readonly settings: () => PipelinesConfig
  /** The value of a secret of `pipelines.commands.secrets`. */
  readonly secret: (name: string) => string | undefined
  /** Where attempts work, each in a folder of its own. */
  readonly folder: string
}

/** Names of secrets that pipelines of a tenant may have; `undefined` where it may run no commands. */
export function secretsOf(settings: PipelinesConfig, tenant: string): readonly string[] | undefined {
  const { allow, tenants, secrets } = settings.commands
  return allow && tenants.includes(tenant) ? Object.keys(secrets) : undefined
}
