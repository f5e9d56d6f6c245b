import { setTimeout as sleep } from 'node:timers/promises'
import type { ConfigSource } from '../foundation/config/index.ts'
import {
  type Database,
  type Logger,
  type MetricsRegistry,
  retryWaitMs,
} from '../foundation/platform/index.ts'
import type { Access } from '../govern/access/index.ts'
import type { Audit } from '../govern/audit/index.ts'
import type { RevisionFeed } from '../govern/configurations/index.ts'
import { tellEvent } from '../improve/pipelines/index.ts'
import type { ModelRegistry } from '../improve/registry/index.ts'
import { type DeclaredService, openRollouts } from '../improve/rollouts/index.ts'
import { activeRelease, type Burst, type Traffic } from '../serve/gateway/index.ts'
import { movePromotedAlias, pinRelease } from './rollout-models.ts'
import type { EngineModels } from './served-models.ts'
import { handleInPrimary } from './workers/primary-routes.ts'
import type { Processes } from './workers/processes.ts'

interface RolloutsParts {
  readonly processes: Processes
  readonly database: Database
  readonly access: Access
  readonly audit: Audit
  readonly logger: Logger
  readonly registry: MetricsRegistry
  readonly configuration: ConfigSource
  /** Of the primary; others decide nothing. */
  readonly revisions: RevisionFeed | undefined
  readonly models: () => ModelRegistry
  readonly following: EngineModels['following']
}

/** With waits that double up to five seconds: about a minute. */
const mostTellings = 16

/** Rollouts: every process follows what is declared, and the primary of each server moves them. */
export async function composeRollouts(parts: RolloutsParts) {
  const { configuration, revisions } = parts
  const opened = await openRollouts({
    ...parts,
    ports: {
      service: name => serviceOf(configuration, name),
      configurationRevision: () => revisions?.state().revision ?? 0,
      pin: async (service, release) =>
        await pinRelease(configuration.current(), parts.models(), service, release),
      moveAlias: async move => await movePromotedAlias(parts.models(), move),
      following: parts.following,
      tellEvent,
    },
  })
  /** What the gateway follows, and what it tells of candidates that it has stopped sending to. */
  const follow: Traffic = {
    of: service => opened.traffic.of(service),
    onBurst: burst => {
      parts.logger.warn({ burst }, 'A candidate gets nothing more from this process.')
      noteBurst(burst).catch((error: unknown) =>
        parts.logger.error(
          { err: error, rollout: burst.rollout },
          'A burst could not be told to the others.',
        ),
      )
    },
  }

  /** Told again until the database has it: the others go on sending until then. */
  async function noteBurst(burst: Burst): Promise<void> {
    const told = { ...burst, seenBy: parts.processes.worker }
    for (let attempt = 0; ; attempt += 1) {
      try {
        return await opened.rollouts.noteBurst(told)
      } catch (error) {
        if (attempt >= mostTellings) throw error
        await sleep(retryWaitMs(attempt, undefined, Math.random))
      }
    }
  }

  /** The release that answers for a service unless a rollout says otherwise: what was promoted, else what slipway.yaml names. Memory only. */
  function liveRelease(service: string): string | undefined {
    const declared = serviceOf(configuration, service)
    const live = follow.of(service)?.live
    return live !== undefined && declared?.releases.includes(live) === true ? live : declared?.release
  }
  return { ...opened, follow, liveRelease, routes: handleInPrimary(parts.processes, opened.routes) }
}

function serviceOf(configuration: ConfigSource, name: string): DeclaredService | undefined {
  const { services } = configuration.current().config
  const declared = Object.hasOwn(services, name) ? services[name] : undefined
  return (
    declared && {
      release: activeRelease(declared),
      releases: Object.keys(declared.releases),
      judges: declared.judges ?? [],
      plan: declared.rollout,
    }
  )
}
