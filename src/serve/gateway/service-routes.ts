import { z } from 'zod'
import {
  type ConfigSnapshot,
  failureCauses,
  type ReleaseConfig,
  releaseTargets,
  type TargetConfig,
} from '../../foundation/config/index.ts'
import { type AnyRoute, defineRoute } from '../../foundation/platform/index.ts'
import type { Principal } from '../../govern/access/index.ts'
import type { TargetHealth } from '../routing/index.ts'
import { targetKey, targetName } from './targets.ts'

const targetOutput = z
  .object({
    target: z.string().describe('`engine:NAME` or `provider:NAME`.'),
    model: z.string().nullable().describe('The model at the provider.'),
    weight: z.number(),
    fallback_on: z
      .array(z.enum(failureCauses))
      .nullable()
      .describe('The causes that it takes over on; null for the targets that serve while nothing fails.'),
    state: z
      .enum(['closed', 'open', 'half-open', 'cooling', 'unknown'])
      .describe(
        'Of its circuit breaker; `cooling` while it limits our rate, `unknown` before the first call.',
      ),
    reason: z.string().nullable().describe('Why it is left alone.'),
    retry_in_ms: z.number().describe('When it is tried again; 0 where it takes calls.'),
    in_flight: z.number().describe('Calls of this process that are under way.'),
    latency_ms: z.number().nullable().describe('Recent time to the first token, or to the whole answer.'),
  })
  .meta({ id: 'ServiceTarget' })

const serviceOutput = z
  .object({
    name: z.string(),
    description: z.string().nullable(),
    release: z.string().describe('The release that serves.'),
    store_content: z.boolean().describe('Whether prompts and answers are kept.'),
    masks_content: z.boolean().describe('Whether what is kept of them is masked first.'),
    releases: z.array(
      z.object({
        name: z.string(),
        target: z.string().describe('The first of its targets: `engine:NAME` or `provider:NAME`.'),
        model: z.string().nullable().describe('The model at the provider.'),
        targets: z.array(targetOutput).describe('Everywhere that its calls may go.'),
        system_prompt: z.string().nullable(),
        parameters: z.record(z.string(), z.unknown()),
        active: z.boolean(),
      }),
    ),
    state: z.enum(['ready', 'degraded', 'starting']),
    state_reason: z.string().nullable(),
  })
  .meta({ id: 'Service' })

export interface ServiceRouteOptions {
  readonly snapshot: () => ConfigSnapshot
  readonly maySee: (principal: Principal, service: string) => boolean
  /** How the target is doing now. */
  readonly targetState: (target: TargetConfig) => {
    readonly state: z.output<typeof serviceOutput>['state']
    readonly reason: string | undefined
  }
  /** The release that answers unless a rollout says otherwise; `undefined` where there is no such service. */
  readonly liveRelease: (service: string) => string | undefined
  /** How the targets are doing, as their calls say, by key. */
  readonly health: () => ReadonlyMap<string, TargetHealth>
}

export function serviceRoutes({
  snapshot,
  maySee,
  targetState,
  liveRelease,
  health,
}: ServiceRouteOptions): AnyRoute<Principal>[] {
  return [
    defineRoute<Principal>({
      method: 'GET',
      path: '/api/services',
      operationId: 'listServices',
      summary: 'The services that this key may see, with their releases and how they are doing.',
      tag: 'Services',
      permission: 'service:list',
      tenant: 'any',
      output: z.object({ data: z.array(serviceOutput), next_cursor: z.null() }),
      handle: (_input, { principal }) => {
        const services = Object.entries(snapshot().config.services).filter(([name]) =>
          maySee(principal, name),
        )
        return {
          data: services.map(([name, service]) =>
            describeService(name, service, liveRelease(name) ?? '', targetState, health()),
          ),
          next_cursor: null,
        }
      },
    }),
  ]
}

function describeService(
  name: string,
  service: ConfigSnapshot['config']['services'][string],
  active: string,
  targetState: ServiceRouteOptions['targetState'],
  health: ReadonlyMap<string, TargetHealth>,
): z.output<typeof serviceOutput> {
  const release = service.releases[active]
  const serving = release ? releaseTargets(release).map(targetState) : []
  // one that can serve is enough
  const best = serving.find(({ state }) => state === 'ready') ?? serving[0]
  return {
    name,
    description: service.description ?? null,
    release: active,
    store_content: service.storeContent !== false,
    masks_content: service.storeContent === 'masked',
    releases: Object.entries(service.releases).map(([releaseName, release]) => ({
      name: releaseName,
      ...firstTarget(release),
      targets: describeTargets(release, health),
      system_prompt: release.prompt?.system ?? null,
      parameters: release.parameters ?? {},
      active: releaseName === active,
    })),
    state: best?.state ?? 'degraded',
    state_reason: best?.reason ?? null,
  }
}

function firstTarget(release: ReleaseConfig): { target: string; model: string | null } {
  const [first] = releaseTargets(release)
  return {
    target: first ? targetName(first) : '',
    model: first && 'model' in first ? first.model : null,
  }
}

function describeTargets(
  release: ReleaseConfig,
  health: ReadonlyMap<string, TargetHealth>,
): z.output<typeof targetOutput>[] {
  const serving = releaseTargets(release).map(target => ({ target, on: undefined }))
  const fallbacks = (release.fallbacks ?? []).map(({ target, on }) => ({ target, on: on ?? failureCauses }))
  return [...serving, ...fallbacks].map(({ target, on }) => {
    const known = health.get(targetKey(target))
    return {
      target: targetName(target),
      model: 'model' in target ? target.model : null,
      weight: target.weight ?? 1,
      fallback_on: on ? [...on] : null,
      state: known?.state ?? 'unknown',
      reason: known?.reason ?? null,
      retry_in_ms: known?.retryInMs ?? 0,
      in_flight: known?.inFlight ?? 0,
      latency_ms: known?.latencyMs ?? null,
    }
  })
}
