import { z } from 'zod'
import type { ConfigSnapshot, TargetConfig } from '../../foundation/config/index.ts'
import { type AnyRoute, defineRoute } from '../../foundation/platform/index.ts'
import type { Principal } from '../../govern/access/index.ts'
import { activeRelease, targetName } from './serving-snapshot.ts'

const serviceOutput = z
  .object({
    name: z.string(),
    description: z.string().nullable(),
    release: z.string().describe('The release that serves.'),
    store_content: z.boolean().describe('Whether prompts and answers are kept.'),
    releases: z.array(
      z.object({
        name: z.string(),
        target: z.string().describe('`engine:NAME` or `provider:NAME`.'),
        model: z.string().nullable().describe('The model at the provider.'),
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
}

export function serviceRoutes({ snapshot, maySee, targetState }: ServiceRouteOptions): AnyRoute<Principal>[] {
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
          data: services.map(([name, service]) => describeService(name, service, targetState)),
          next_cursor: null,
        }
      },
    }),
  ]
}

function describeService(
  name: string,
  service: ConfigSnapshot['config']['services'][string],
  targetState: ServiceRouteOptions['targetState'],
): z.output<typeof serviceOutput> {
  const active = activeRelease(service)
  const target = service.releases[active]?.target
  const health = target ? targetState(target) : { state: 'degraded' as const, reason: 'no release' }
  return {
    name,
    description: service.description ?? null,
    release: active,
    store_content: service.storeContent,
    releases: Object.entries(service.releases).map(([releaseName, release]) => ({
      name: releaseName,
      target: targetName(release.target),
      model: 'model' in release.target ? release.target.model : null,
      system_prompt: release.prompt?.system ?? null,
      parameters: release.parameters ?? {},
      active: releaseName === active,
    })),
    state: health.state,
    state_reason: health.reason ?? null,
  }
}
