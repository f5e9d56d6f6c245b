import { z } from 'zod'
import type { CacheConfig, ConfigSnapshot, SemanticCacheConfig } from '../../foundation/config/index.ts'
import { type AnyRoute, defineRoute, Failure } from '../../foundation/platform/index.ts'
import type { Principal } from '../../govern/access/index.ts'
import type { Audit } from '../../govern/audit/index.ts'
import type { Cache } from './cache.ts'
import type { Verdict } from './semantic-trials.ts'

const cacheOutput = z
  .object({
    service: z.string(),
    tenants: z.array(z.string()).nullable().describe('Who gets answers from it; null is all, each its own.'),
    exact: z.boolean(),
    answers: z.int().describe('Kept by this process.'),
    bytes: z.int(),
    semantic: z
      .object({
        mode: z.enum(['shadow', 'serve']),
        serving: z.boolean().describe('Whether hits are given to clients now.'),
        reason: z.string().describe('Why they are, or are not.'),
        trials: z.int().describe('Hits that were compared with what the model said, by all processes.'),
        wrong: z.int(),
        wrong_bound: z
          .number()
          .describe('Upper bound of the share of wrong hits, 95 % sure at all looks together.'),
        max_wrong: z.number().describe('What the bound may be for hits to be served.'),
      })
      .nullable(),
  })
  .meta({ id: 'ServiceCache' })

const path = z.object({ service: z.string().min(1) })

export interface CacheRouteOptions {
  readonly cache: Cache
  readonly audit: Audit
  readonly snapshot: () => ConfigSnapshot
}

export function cacheRoutes({ cache, audit, snapshot }: CacheRouteOptions): AnyRoute<Principal>[] {
  return [
    defineRoute<Principal>({
      method: 'GET',
      path: '/api/caches',
      operationId: 'listCaches',
      summary: 'The services that give answers again, and how the semantic ones have been measured.',
      tag: 'Caches',
      permission: 'cache:list',
      tenant: 'system',
      output: z.object({ data: z.array(cacheOutput), next_cursor: z.null() }),
      handle: () => {
        const services = Object.entries(snapshot().config.services)
        const data = services.flatMap(([name, config]) =>
          config.cache ? [describeCache(name, config.cache, cache)] : [],
        )
        return { data, next_cursor: null }
      },
    }),
    defineRoute<Principal, typeof path>({
      method: 'DELETE',
      path: '/api/caches/{service}',
      operationId: 'clearCache',
      summary: 'Forgets the answers that are kept of a service, in every process of every replica.',
      tag: 'Caches',
      permission: 'cache:clear',
      tenant: 'system',
      input: { path },
      output: z.object({ forgotten: z.int().describe('Of the process that was asked.') }),
      handle: async ({ path: { service } }, { principal, requestId }) => {
        if (!snapshot().config.services[service]?.cache) {
          throw new Failure('not_found', `The service ${service} keeps no answers.`)
        }
        const forgotten = await cache.clear(service)
        await audit.record({
          actor: { id: principal.keyId, name: principal.keyName },
          action: 'cache:clear',
          subject: `service:${service}`,
          tenant: undefined,
          before: { answers: forgotten },
          after: { answers: 0 },
          requestId,
        })
        return { forgotten }
      },
    }),
  ]
}

function describeCache(service: string, config: CacheConfig, cache: Cache): z.output<typeof cacheOutput> {
  const { answers, bytes, semantic: verdict } = cache.state(service, config)
  const { tenants, exact, semantic } = config
  return {
    service,
    tenants: tenants === 'all' ? null : tenants,
    exact: exact !== undefined,
    answers,
    bytes,
    semantic:
      semantic && verdict
        ? {
            mode: semantic.mode,
            serving: semantic.mode === 'serve' && verdict.mayServe,
            reason: reasonOf(semantic, verdict),
            trials: verdict.trials,
            wrong: verdict.wrong,
            wrong_bound: verdict.wrongBound,
            max_wrong: semantic.maxWrongPercent / 100,
          }
        : null,
  }
}

function reasonOf(
  { mode, maxWrongPercent }: SemanticCacheConfig,
  { trials, wrong, wrongBound }: Verdict,
): string {
  const measured =
    trials === 0
      ? 'no hit has been compared yet'
      : `${wrong} of ${trials} hits were wrong, so at most ${(wrongBound * 100).toFixed(1)} % are (95 % sure)`
  const allowed = `${maxWrongPercent} % are allowed`
  if (mode === 'shadow') return `It is in shadow mode and only measures: ${measured}; ${allowed}.`
  return wrongBound * 100 <= maxWrongPercent
    ? `It serves: ${measured}; ${allowed}.`
    : `It does not serve yet and goes on measuring: ${measured}; ${allowed}.`
}
