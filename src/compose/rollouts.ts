import { createHash } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { type ConfigSource, releaseTargets } from '../foundation/config/index.ts'
import {
  canonicalJson,
  type Database,
  type Logger,
  type MetricsRegistry,
  retryWaitMs,
} from '../foundation/platform/index.ts'
import type { Access } from '../govern/access/index.ts'
import type { Audit } from '../govern/audit/index.ts'
import type { RevisionFeed } from '../govern/configurations/index.ts'
import { tellEvent } from '../improve/pipelines/index.ts'
import { isRegistryReference, type ModelRegistry, readServedReference } from '../improve/registry/index.ts'
import {
  type DeclaredService,
  openRollouts,
  type PinnedModel,
  type PinnedRelease,
  type RolloutPorts,
} from '../improve/rollouts/index.ts'
import { activeRelease, type Burst, type Traffic } from '../serve/gateway/index.ts'
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
      pin: async (service, release) => await pinRelease(configuration, parts.models(), service, release),
      moveAlias: async move => await moveAlias(parts.models(), move),
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

/** A release with the versions that its engines are to serve by the registry, whatever they have at this moment. */
async function pinRelease(
  configuration: ConfigSource,
  models: ModelRegistry,
  service: string,
  name: string,
): Promise<PinnedRelease> {
  const { services, engines, providers } = configuration.current().config
  const release = services[service]?.releases[name]
  if (!release) return { hash: '', models: [] }
  const targets = [...releaseTargets(release), ...(release.fallbacks ?? []).map(({ target }) => target)]
  const behind = targets.map(target => {
    if ('engine' in target) {
      const engine = engines[target.engine]
      return { kind: engine?.kind, model: engine?.model, contextSize: engine?.contextSize ?? null }
    }
    const provider = providers[target.provider]
    return { kind: provider?.kind, address: String(provider?.baseUrl ?? '') }
  })
  const pinned = new Map<string, PinnedModel>()
  for (const target of targets) {
    if (!('engine' in target) || pinned.has(target.engine)) continue
    const reference = engines[target.engine]?.model
    if (reference === undefined || !isRegistryReference(reference)) continue
    const { tenant, model, at } = readServedReference(reference)
    const { number } = await models.resolve(tenant, `${model}@${at}`)
    pinned.set(target.engine, { engine: target.engine, reference, tenant, model, number })
  }
  const hash = createHash('sha256').update(canonicalJson({ name, release, behind })).digest('hex')
  return { hash, models: [...pinned.values()] }
}

async function moveAlias(
  models: ModelRegistry,
  { tenant, model, alias, number, rollout }: Parameters<RolloutPorts['moveAlias']>[0],
): Promise<void> {
  const aliases = await models.listAliases(await models.get(tenant, model))
  const at = aliases.find(({ name }) => name === alias)?.number
  // one that was cut off may have moved it
  if (at === number) return
  await models.moveAlias({
    caller: { tenant, author: rollout.author, keyId: rollout.keyId, requestId: `rollout:${rollout.id}` },
    model,
    alias,
    number,
    expected: at ?? null,
    reason: `Rollout ${rollout.id} of ${rollout.service} was promoted.`,
    evidence: [{ kind: 'rollout', id: rollout.id }],
  })
}
