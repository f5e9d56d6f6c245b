import { plainFactor } from './cost.ts'
import { listedPrices } from './price-lists.ts'
import type { PriceConfig, TokenPriceConfig } from './schema/index.ts'
import type { ConfigSnapshot } from './snapshot.ts'
import type { TokenBucket, UsageUnit } from './usage.ts'

/**
 * Pico-dollars (10⁻¹² US dollars), whole numbers: per token of each bucket, and per unit of what is charged beside
 * tokens. 1 USD per million tokens is 1,000,000; 1 USD per thousand units is 1,000,000,000. What is left out has no
 * known price.
 */
export interface Price {
  readonly tokens: Readonly<Partial<Record<TokenBucket, number>>>
  readonly units: Readonly<Partial<Record<UsageUnit, number>>>
  /** What the tokens of a request with a longer prompt cost instead; the longest first. */
  readonly longPrompts: readonly { readonly aboveInputTokens: number; readonly tokens: Price['tokens'] }[]
  /** By what tokens are multiplied, in ten-thousandths. */
  readonly serviceTiers: Readonly<Record<string, number>>
  /** The first moment it holds, and where it was read. */
  readonly from: Date
  readonly source: string | undefined
  /** The name of the price list that it comes from; `undefined` is the configuration itself. */
  readonly list: string | undefined
}

export type Priced =
  | { readonly provider: string; readonly model: string }
  | { readonly engine: string; readonly model?: string }

/**
 * The price that held at `date`: the latest that has begun, of the model itself where it has one by then, else of
 * the whole provider or engine, else of the price lists that the configuration names. `undefined` is *unpriced*, which
 * is not 0. Where a price leaves buckets out, cache reads and writes and pictures read cost as `input`, writes for an
 * hour as `cacheWrite`, reasoning as `output`; sound and made pictures, which cost many times as much as text, have no
 * price then.
 */
export function priceAt(snapshot: ConfigSnapshot, priced: Priced, date: Date | number): Price | undefined {
  return pricesOf(snapshot, priced)(date)
}

/** `priceAt` of one thing, whose prices are looked up once: for the request path. */
export function pricesOf(
  snapshot: ConfigSnapshot,
  priced: Priced,
): (date: Date | number) => Price | undefined {
  const table = tableOf(snapshot)
  const owner = 'provider' in priced ? `provider ${priced.provider}` : `engine ${priced.engine}`
  const ofModel = priced.model === undefined ? undefined : table.get(`${owner} ${priced.model}`)
  const ofOwner = table.get(owner)
  const fromLists = 'provider' in priced ? listed(table, snapshot, priced.provider, priced.model) : undefined
  return date => {
    const time = Number(date)
    return latest(ofModel, time) ?? latest(ofOwner, time) ?? latest(fromLists, time)
  }
}

/** Everything that has a price on some day: a provider or engine with the model, where it is of one only. */
export function pricedThings(snapshot: ConfigSnapshot): Priced[] {
  const { prices, providers } = snapshot.config
  const own = prices.map(({ provider, engine, model }): Priced => {
    if (provider !== undefined) return { provider, model: model ?? '*' }
    return { engine: engine ?? '', ...(model !== undefined && { model }) }
  })
  const fromLists = snapshot.config.priceLists.flatMap(list =>
    listedPrices(list).flatMap(({ kinds, models }) =>
      Object.entries(providers)
        .filter(([, provider]) => kinds.includes(provider.kind))
        .flatMap(([provider]) => models.map(model => ({ provider, model }))),
    ),
  )
  const unique = new Map([...own, ...fromLists].map(thing => [JSON.stringify(thing), thing]))
  return [...unique.values()]
}

type PriceTable = ReadonlyMap<string, readonly Price[]>

const tables = new WeakMap<ConfigSnapshot, PriceTable>()

/** Prices by owner and model, latest first; made once a snapshot. */
function tableOf(snapshot: ConfigSnapshot): PriceTable {
  const known = tables.get(snapshot)
  if (known !== undefined) return known
  const table = new Map<string, Price[]>()
  const add = (key: string, price: Price) => table.set(key, [...(table.get(key) ?? []), price])
  for (const entry of snapshot.config.prices) {
    const owner = entry.provider === undefined ? `engine ${entry.engine ?? ''}` : `provider ${entry.provider}`
    add(entry.model === undefined ? owner : `${owner} ${entry.model}`, toPrice(entry, undefined))
  }
  for (const list of snapshot.config.priceLists) {
    for (const { kinds, models, figures } of listedPrices(list)) {
      const price = toPrice(figures, list)
      for (const kind of kinds) for (const model of models) add(`kind ${kind} ${model}`, price)
    }
  }
  for (const prices of table.values())
    prices.sort((left, right) => right.from.getTime() - left.from.getTime())
  tables.set(snapshot, table)
  return table
}

function listed(
  table: PriceTable,
  snapshot: ConfigSnapshot,
  provider: string,
  model: string,
): readonly Price[] | undefined {
  const kind = snapshot.config.providers[provider]?.kind
  return kind && table.get(`kind ${kind} ${model}`)
}

function latest(prices: readonly Price[] | undefined, time: number): Price | undefined {
  return prices?.find(price => price.from.getTime() <= time)
}

export type PriceFigures = Omit<PriceConfig, 'provider' | 'engine' | 'model'>

function toPrice(figures: PriceFigures, list: string | undefined): Price {
  const { from, source, usdPerMillionTokens, usdPerThousandUnits, longPrompts, serviceTiers } = figures
  const factors = Object.entries(serviceTiers ?? {})
  return {
    tokens: usdPerMillionTokens === undefined ? {} : tokenPrices(usdPerMillionTokens),
    units: known(usdPerThousandUnits ?? {}, 1_000),
    longPrompts: (longPrompts ?? [])
      .map(tier => ({
        aboveInputTokens: tier.aboveInputTokens,
        tokens: tokenPrices(tier.usdPerMillionTokens),
      }))
      .toSorted((left, right) => right.aboveInputTokens - left.aboveInputTokens),
    serviceTiers: Object.fromEntries(
      factors.map(([name, factor]) => [name, Math.round(factor * plainFactor)]),
    ),
    from: new Date(`${from}T00:00:00Z`),
    source,
    list,
  }
}

/** `null` says that nothing is known, `undefined` that it costs as something else does. */
function tokenPrices(usd: TokenPriceConfig): Price['tokens'] {
  const cacheWrite = usd.cacheWrite === undefined ? usd.input : usd.cacheWrite
  return known({
    inputTokens: usd.input,
    cacheReadTokens: usd.cacheRead === undefined ? usd.input : usd.cacheRead,
    cacheWriteTokens: cacheWrite,
    cacheWriteHourTokens: usd.cacheWriteHour === undefined ? cacheWrite : usd.cacheWriteHour,
    audioInputTokens: usd.audioInput,
    imageInputTokens: usd.imageInput === undefined ? usd.input : usd.imageInput,
    outputTokens: usd.output,
    reasoningTokens: usd.reasoning ?? usd.output,
    audioOutputTokens: usd.audioOutput,
    imageOutputTokens: usd.imageOutput,
  })
}

/**
 * In pico-dollars for one: `times` is 1 for dollars a million, 1,000 for dollars a thousand. Exact for at most 6
 * decimals and 1,000,000 USD, which the schema demands: times a million the product is off from a whole number by less
 * than 0.001, so rounding finds the one that was written.
 */
function known<Name extends string>(
  usd: Readonly<Partial<Record<Name, number | null | undefined>>>,
  times = 1,
): Partial<Record<Name, number>> {
  const entries = Object.entries<number | null | undefined>(usd).flatMap(([name, value]) =>
    typeof value === 'number' ? [[name, Math.round(value * 1_000_000) * times]] : [],
  )
  return Object.fromEntries(entries) as Partial<Record<Name, number>>
}
