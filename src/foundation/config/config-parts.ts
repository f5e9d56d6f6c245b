import type { z } from 'zod'

import { partSchemas } from './schema/index.ts'
import type {
  Config,
  EngineConfig,
  PriceConfig,
  ProviderConfig,
  ServiceConfig,
  TenantConfig,
} from './schema/index.ts'

/**
 * The parts of a configuration that are right in themselves, though others may not be: so that one typo does not
 * hide what else is wrong. Names count as declared even where what they name is not right.
 */
export interface ConfigParts {
  readonly providers: ReadonlyMap<string, ProviderConfig>
  readonly engines: ReadonlyMap<string, EngineConfig>
  readonly services: ReadonlyMap<string, ServiceConfig>
  readonly tenants: ReadonlyMap<string, TenantConfig>
  /** By index. */
  readonly prices: ReadonlyMap<number, PriceConfig>
  readonly priceLists: readonly unknown[]
  readonly traces: Config['traces'] | undefined
  readonly declared: {
    readonly providers: readonly string[]
    readonly engines: readonly string[]
    readonly services: readonly string[]
  }
}

export function readParts(data: unknown): ConfigParts {
  const root = recordOf(data)
  const prices = Array.isArray(root['prices']) ? root['prices'] : []
  return {
    providers: validEntries(recordOf(root['providers']), partSchemas.provider),
    engines: validEntries(recordOf(root['engines']), partSchemas.engine),
    services: validEntries(recordOf(root['services']), partSchemas.service),
    tenants: validEntries(recordOf(root['tenants']), partSchemas.tenant),
    prices: new Map(
      prices.flatMap((price, index) => {
        const parsed = partSchemas.price.safeParse(price)
        return parsed.success ? [[index, parsed.data] as const] : []
      }),
    ),
    priceLists: Array.isArray(root['priceLists']) ? root['priceLists'] : [],
    traces: partSchemas.traces.safeParse(root['traces']).data,
    declared: {
      providers: Object.keys(recordOf(root['providers'])),
      engines: Object.keys(recordOf(root['engines'])),
      services: Object.keys(recordOf(root['services'])),
    },
  }
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
