import type { z } from 'zod'

import { partSchemas } from './schema/index.ts'
import type {
  ChannelConfig,
  Config,
  EngineConfig,
  JudgeConfig,
  MonitorConfig,
  PolicyConfig,
  PriceConfig,
  ProviderConfig,
  RouteConfig,
  RuleConfig,
  ServiceConfig,
  TenantConfig,
  TrainerConfig,
} from './schema/index.ts'

/**
 * The parts of a configuration that are right in themselves, though others may not be: so that one typo does not
 * hide what else is wrong. Names count as declared even where what they name is not right.
 */
export interface ConfigParts {
  readonly providers: ReadonlyMap<string, ProviderConfig>
  readonly engines: ReadonlyMap<string, EngineConfig>
  readonly services: ReadonlyMap<string, ServiceConfig>
  readonly policies: ReadonlyMap<string, PolicyConfig>
  readonly judges: ReadonlyMap<string, JudgeConfig>
  readonly monitors: ReadonlyMap<string, MonitorConfig>
  readonly tenants: ReadonlyMap<string, TenantConfig>
  /** By index. */
  readonly prices: ReadonlyMap<number, PriceConfig>
  readonly priceLists: readonly unknown[]
  readonly trainers: ReadonlyMap<string, TrainerConfig>
  readonly traces: Config['traces'] | undefined
  readonly reviews: Config['reviews'] | undefined
  readonly packaging: Config['packaging'] | undefined
  readonly pipelines: Config['pipelines'] | undefined
  readonly alerts: {
    readonly channels: ReadonlyMap<string, ChannelConfig>
    readonly rules: ReadonlyMap<string, RuleConfig>
    /** By index. */
    readonly routes: ReadonlyMap<number, RouteConfig>
    readonly declaredChannels: readonly string[]
  }
  readonly declared: {
    readonly providers: readonly string[]
    readonly engines: readonly string[]
    readonly services: readonly string[]
    readonly policies: readonly string[]
    readonly judges: readonly string[]
  }
}

export function readParts(data: unknown): ConfigParts {
  const root = recordOf(data)
  const alerts = recordOf(root['alerts'])
  return {
    providers: validEntries(recordOf(root['providers']), partSchemas.provider),
    engines: validEntries(recordOf(root['engines']), partSchemas.engine),
    services: validEntries(recordOf(root['services']), partSchemas.service),
    policies: validEntries(recordOf(root['policies']), partSchemas.policy),
    judges: validEntries(recordOf(root['judges']), partSchemas.judge),
    monitors: validEntries(recordOf(root['monitors']), partSchemas.monitor),
    tenants: validEntries(recordOf(root['tenants']), partSchemas.tenant),
    prices: validItems(root['prices'], partSchemas.price),
    trainers: validEntries(recordOf(recordOf(root['training'])['trainers']), partSchemas.trainer),
    priceLists: Array.isArray(root['priceLists']) ? root['priceLists'] : [],
    traces: partSchemas.traces.safeParse(root['traces']).data,
    reviews: partSchemas.reviews.safeParse(root['reviews'] ?? {}).data,
    packaging: partSchemas.packaging.safeParse(root['packaging'] ?? {}).data,
    pipelines: partSchemas.pipelines.safeParse(root['pipelines'] ?? {}).data,
    alerts: {
      channels: validEntries(recordOf(alerts['channels']), partSchemas.channel),
      rules: validEntries(recordOf(alerts['rules']), partSchemas.rule),
      routes: validItems(alerts['routes'], partSchemas.route),
      declaredChannels: Object.keys(recordOf(alerts['channels'])),
    },
    declared: {
      providers: Object.keys(recordOf(root['providers'])),
      engines: Object.keys(recordOf(root['engines'])),
      services: Object.keys(recordOf(root['services'])),
      policies: Object.keys(recordOf(root['policies'])),
      judges: Object.keys(recordOf(root['judges'])),
    },
  }
}

function validItems<Item extends z.ZodType>(items: unknown, schema: Item): Map<number, z.output<Item>> {
  const valid = new Map<number, z.output<Item>>()
  for (const [index, value] of (Array.isArray(items) ? items : []).entries()) {
    const parsed = schema.safeParse(value)
    if (parsed.success) valid.set(index, parsed.data)
  }
  return valid
}

function validEntries<Item extends z.ZodType>(
  entries: Readonly<Record<string, unknown>>,
  schema: Item,
): Map<string, z.output<Item>> {
  const valid = new Map<string, z.output<Item>>()
  for (const [name, value] of Object.entries(entries)) {
    const parsed = schema.safeParse(value)
    if (parsed.success) valid.set(name, parsed.data)
  }
  return valid
}

function recordOf(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
    ? (value as Record<string, unknown>)
    : {}
}
