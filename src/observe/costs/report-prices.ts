import {
  type ConfigSnapshot,
  loadPriceList,
  type Price,
  priceAt,
  type Priced,
  pricedThings,
  releaseTargets,
} from '../../foundation/config/index.ts'
import type { PriceReport } from './cost-wire.ts'
import { mendUnpriced } from './mend-unpriced.ts'

/** Every price that holds on a day (UTC) and where it comes from, and what services use that has none. */
export function reportPrices(snapshot: ConfigSnapshot, day: string): PriceReport {
  const time = Date.parse(`${day}T00:00:00Z`)
  return {
    day,
    data: pricedThings(snapshot)
      .flatMap(thing => {
        const price = priceAt(snapshot, thing, time)
        return price ? [toRow(thing, price)] : []
      })
      .toSorted((left, right) => nameOf(left).localeCompare(nameOf(right))),
    unpriced: findUnpriced(snapshot, time, day),
    problems: snapshot.config.priceLists.flatMap(list =>
      loadPriceList(list).problems.map(
        ({ file, line, message, mend }) => `${file}:${line} ${message} ${mend}`,
      ),
    ),
  }
}

function findUnpriced(snapshot: ConfigSnapshot, time: number, day: string): PriceReport['unpriced'] {
  return Object.entries(snapshot.config.services).flatMap(([service, config]) =>
    Object.values(config.releases).flatMap(release =>
      releaseTargets(release).flatMap(target => {
        const priced: Priced =
          'engine' in target ? { engine: target.engine } : { provider: target.provider, model: target.model }
        if (priceAt(snapshot, priced, time)) return []
        const name = 'engine' in target ? `engine:${target.engine}` : `provider:${target.provider}`
        const model = 'engine' in target ? target.engine : target.model
        return [
          {
            service,
            target: name,
            model,
            mend: mendUnpriced(snapshot, { target: name, model, firstDay: day }),
          },
        ]
      }),
    ),
  )
}

function toRow(thing: Priced, price: Price): PriceReport['data'][number] {
  return {
    provider: 'provider' in thing ? thing.provider : null,
    engine: 'engine' in thing ? thing.engine : null,
    model: thing.model === '*' ? null : (thing.model ?? null),
    from: price.from.toISOString().slice(0, 10),
    origin: price.list === undefined ? 'slipway.yaml' : `prices/${price.list}.yaml`,
    source: price.source ?? null,
    usd_per_million_tokens: inUsd(price.tokens, 1_000_000),
    usd_per_thousand_units: inUsd(price.units, 1_000_000_000),
    long_prompts: price.longPrompts.map(tier => ({
      above_input_tokens: tier.aboveInputTokens,
      usd_per_million_tokens: inUsd(tier.tokens, 1_000_000),
    })),
    service_tiers: Object.fromEntries(
      Object.entries(price.serviceTiers).map(([name, factor]) => [name, factor / 10_000]),
    ),
  }
}

function inUsd(pico: Readonly<Record<string, number>>, perUsd: number): Record<string, number> {
  return Object.fromEntries(
    Object.entries(pico).map(([name, value]) => [name.replace(/Tokens$/, ''), value / perUsd]),
  )
}

function nameOf(row: PriceReport['data'][number]): string {
  return `${row.provider ?? ''} ${row.engine ?? ''} ${row.model ?? ''}`
}
