/** The shape of `slipway.yaml`; also published as JSON Schema for editors. */
import { z } from 'zod'
import { batches } from './batches.ts'
import { engine } from './engine.ts'
import { section } from './parts.ts'
import { price } from './price.ts'
import { provider } from './provider.ts'
import { responses } from './responses.ts'
import { service } from './service.ts'
import { tenant } from './tenant.ts'
import { traces } from './traces.ts'

export { providerKinds, providerSecrets } from './provider.ts'
export { priorities } from './capacity.ts'
export type { CapacityConfig, FairnessKind, Priority, ProviderCapacityConfig } from './capacity.ts'
export type { BatchesConfig } from './batches.ts'
export type { EngineConfig } from './engine.ts'
export { budgets as budgetsSchema, limits as limitsSchema, windowNames } from './limits.ts'
export type { BudgetConfig, LimitConfig, WindowName } from './limits.ts'
export type { CacheConfig, SemanticCacheConfig } from './cache.ts'
export { defaultBreaker, failureCauses } from './failure.ts'
export type {
  BreakerConfig,
  FailureCause,
  HedgeConfig,
  RetriesConfig,
  RoutingConfig,
  TimeoutsConfig,
} from './failure.ts'
export type { SecretReference } from './parts.ts'
export type { PriceConfig, TokenPriceConfig } from './price.ts'
export type { ProviderConfig, ProviderKind } from './provider.ts'
export { releaseTargets } from './service.ts'
export type { ReleaseConfig, ServiceConfig, TargetConfig } from './service.ts'
export type { TenantConfig } from './tenant.ts'

export const configSchema = z
  .strictObject({
    $schema: z.string().optional().describe('For editors; ignored.'),
    providers: section(provider, 'Hosted APIs and OpenAI-compatible servers, by name.'),
    engines: section(engine, 'Inference processes on this machine, by name.'),
    services: section(service, 'What clients may name in `model`, by name.'),
    tenants: section(tenant, 'Tenants declared here; more can be made through the API.'),
    prices: z
      .array(price)
      .nullish()
      .transform(prices => prices ?? [])
      .describe('What tokens cost, by provider or engine, model and day.'),
    priceLists: z
      .array(z.string().min(1))
      .nullish()
      .transform(lists => lists ?? [])
      .describe(
        'Price lists that ship with Slipway, e.g. `[openai, anthropic]`; own `prices` come before them.',
      ),
    batches: batches
      .nullable()
      .transform(value => value ?? batches.parse({}))
      .prefault({})
      .describe('Files and batches.'),
    responses: responses
      .nullable()
      .transform(value => value ?? responses.parse({}))
      .prefault({})
      .describe('How the responses of services that store content are kept.'),
    traces: traces
      .nullable()
      .transform(value => value ?? traces.parse({}))
      .prefault({})
      .describe('How inferences are recorded.'),
  })
  .describe('The configuration of Slipway.')

/** What stands in the sections, each checked by itself. */
export const partSchemas = { provider, engine, service, tenant, price, traces } as const

export type Config = z.output<typeof configSchema>
