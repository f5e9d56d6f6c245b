/** What rollouts need of other domains; the composition root supplies it. */
import type { RolloutPlan } from '../../foundation/config/index.ts'
import type { Database, Logger, Queryable } from '../../foundation/platform/index.ts'
import type { Audit } from '../../govern/audit/index.ts'
import type { PinnedRelease, Rollout } from './rollout.ts'
import type { RolloutMetrics } from './rollout-metrics.ts'

/** A service as the configuration in force has it. */
export interface DeclaredService {
  /** The release that slipway.yaml names. */
  readonly release: string
  readonly releases: readonly string[]
  readonly judges: readonly string[]
  readonly plan: RolloutPlan | undefined
}

/** An engine that follows an alias. */
export interface FollowingEngine {
  readonly server: string
  readonly engine: string
  readonly version: number | undefined
  readonly state: string
}

/** Something that happened and may begin pipelines; told with the transaction in which it happened. */
export interface RolloutEvent {
  readonly name: 'rollout.promoted' | 'rollout.rolled-back'
  readonly tenant: string
  readonly key: string
  readonly facts: Readonly<Record<'rollout' | 'service' | 'baseline' | 'candidate' | 'reason', string>>
}

export interface RolloutPorts {
  /** Memory only. `undefined` where there is no such service. */
  readonly service: (name: string) => DeclaredService | undefined
  /** The revision of the configuration that is in force here; 0 where none was published yet. */
  readonly configurationRevision: () => number
  /** What a release is now, with the versions of models behind it. Throws a `Failure` where its engine's model is not there. */
  readonly pin: (service: string, release: string) => Promise<PinnedRelease>
  /** Moves an alias to a version under its rules; nothing where it is there. Throws the `Failure` of the refusal. */
  readonly moveAlias: (move: {
    readonly tenant: string
    readonly model: string
    readonly alias: string
    readonly number: number
    readonly rollout: Rollout
  }) => Promise<void>
  /** The engines that follow an alias, on all servers. */
  readonly following: (tenant: string, model: string, alias: string) => Promise<readonly FollowingEngine[]>
  readonly tellEvent: (transaction: Queryable, event: RolloutEvent) => Promise<void>
}

export interface RolloutContext {
  readonly database: Database
  readonly audit: Audit
  readonly logger: Logger
  readonly ports: RolloutPorts
  readonly metrics: RolloutMetrics
  readonly now: () => number
}
