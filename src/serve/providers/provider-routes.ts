import { z } from 'zod'
import { type ConfigSnapshot, providerSecrets } from '../../foundation/config/index.ts'
import { type AnyRoute, defineRoute } from '../../foundation/platform/index.ts'

const providerOutput = z
  .object({
    name: z.string(),
    kind: z.string(),
    base_url: z.string().nullable().describe('Where its API is; null where the kind knows.'),
    has_key: z
      .boolean()
      .describe('Whether a key was found where the configuration says, or a role takes its place.'),
  })
  .meta({ id: 'Provider' })

export function providerRoutes<Principal>(snapshot: () => ConfigSnapshot): AnyRoute<Principal>[] {
  return [
    defineRoute<Principal>({
      method: 'GET',
      path: '/api/providers',
      operationId: 'listProviders',
      summary: 'The providers of the configuration in force.',
      tag: 'Providers and engines',
      permission: 'provider:list',
      tenant: 'system',
      output: z.object({ data: z.array(providerOutput), next_cursor: z.null() }),
      handle: () => ({
        data: Object.entries(snapshot().config.providers).map(([name, provider]) => ({
          name,
          kind: provider.kind,
          base_url: provider.baseUrl ?? null,
          has_key:
            provider.roleArn !== undefined ||
            providerSecrets.some(field => snapshot().secret(`providers.${name}.${field}`) !== undefined),
        })),
        next_cursor: null,
      }),
    }),
  ]
}
