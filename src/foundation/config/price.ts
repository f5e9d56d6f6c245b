import type { PriceConfig } from './schema/index.ts'
import type { ConfigSnapshot } from './snapshot.ts'
import { tokenBuckets, usageUnits, type TokenBucket, type Usage, type UsageUnit } from './usage.ts'

/**
 * Pico-dollars (10⁻¹² US dollars), whole numbers: per token of each bucket, and per unit of what is charged beside
 * tokens. 1 USD per million tokens is 1,000,000; 1 USD per thousand units is 1,000,000,000. What is left out has no
 * known price.
 */
export interface Price {
  readonly tokens: Readonly<Partial<Record<TokenBucket, number>>>
  readonly units: Readonly<Partial<Record<UsageUnit, number>>>
  /** The first moment it holds, and where it was read. */
  readonly from: Date
  readonly source: string | undefined
}

export type Priced =
  | { readonly provider: string; readonly model: string }
  | { readonly engine: string; readonly model?: string }

/**
 * The price that held at `date`: the latest that has begun, of the model itself where it has one by then, else of
 * the whole provider or engine. `undefined` is *unpriced*, which is not 0. Where a price leaves buckets out, cache
 * reads and writes and pictures read cost as `input`, writes for an hour as `cacheWrite`, reasoning as `output`; sound
 * and made pictures, which cost many times as much as text, have no price then.
 */
export function priceAt(snapshot: ConfigSnapshot, priced: Priced, date: Date | number): Price | undefined {
  const table = tableOf(snapshot)
  const time = Number(date)
  const owner = 'provider' in priced ? `provider ${priced.provider}` : `engine ${priced.engine}`
  return (
    latest(priced.model === undefined ? undefined : table.get(`${owner} ${priced.model}`), time) ??
    latest(table.get(owner), time)
  )
}

/**
 * What the usage costs, in nano-dollars (10⁻⁹ US dollars): the exact sum in pico-dollars, rounded once at the end,
 * halves upwards. Exact up to 2⁵³ nano-dollars, about nine million dollars an inference. `undefined` (unpriced) where
 * anything was used that the price does not name.
 */
export function costNanoUsd(usage: Usage, price: Price): number | undefined {
  let picoUsd = 0
  for (const bucket of tokenBuckets) {
    const count = usage[bucket]
    if (count === 0) continue
    const each = price.tokens[bucket]
    if (each === undefined) return undefined
    picoUsd += count * each
  }
  for (const unit of usage.units === undefined ? [] : usageUnits) {
    const count = usage.units?.[unit] ?? 0
    if (count === 0) continue
    const each = price.units[unit]
    if (each === undefined) return undefined
    picoUsd += count * each
  }
  // Sums of whole numbers that stay below 2⁵³ were never rounded on the way.
  if (picoUsd + 500 < Number.MAX_SAFE_INTEGER) return Math.floor((picoUsd + 500) / 1_000)
  return Number((exactPicoUsd(usage, price) + 500n) / 1_000n)
}

function exactPicoUsd(usage: Usage, price: Price): bigint {
  let sum = 0n
  for (const bucket of tokenBuckets) sum += BigInt(usage[bucket]) * BigInt(price.tokens[bucket] ?? 0)
  for (const unit of usageUnits) sum += BigInt(usage.units?.[unit] ?? 0) * BigInt(price.units[unit] ?? 0)
  return sum
}

type PriceTable = ReadonlyMap<string, readonly Price[]>

const tables = new WeakMap<ConfigSnapshot, PriceTable>()

/** Prices by owner and model, latest first; made once a snapshot. */
function tableOf(snapshot: ConfigSnapshot): PriceTable {
  const known = tables.get(snapshot)
  if (known !== undefined) return known
  const table = new Map<string, Price[]>()
  for (const entry of snapshot.config.prices) {
    const owner = entry.provider === undefined ? `engine ${entry.engine ?? ''}` : `provider ${entry.provider}`
    const key = entry.model === undefined ? owner : `${owner} ${entry.model}`
    table.set(key, [...(table.get(key) ?? []), toPrice(entry)])
  }
  for (const prices of table.values())
    prices.sort((left, right) => right.from.getTime() - left.from.getTime())
  tables.set(snapshot, table)
  return table
}

function latest(prices: readonly Price[] | undefined, time: number): Price | undefined {
  return prices?.find(price => price.from.getTime() <= time)
}

function toPrice({ from, source, usdPerMillionTokens, usdPerThousandUnits }: PriceConfig): Price {
  return {
    tokens: usdPerMillionTokens === undefined ? {} : tokenPrices(usdPerMillionTokens),
    units: known(usdPerThousandUnits ?? {}, 1_000),
    from: new Date(`${from}T00:00:00Z`),
    source,
  }
}

function tokenPrices(usd: NonNullable<PriceConfig['usdPerMillionTokens']>): Price['tokens'] {
  const cacheWrite = usd.cacheWrite ?? usd.input
  return known({
    inputTokens: usd.input,
    cacheReadTokens: usd.cacheRead ?? usd.input,
    cacheWriteTokens: cacheWrite,
    cacheWriteHourTokens: usd.cacheWriteHour ?? cacheWrite,
    audioInputTokens: usd.audioInput,
    imageInputTokens: usd.imageInput ?? usd.input,
    outputTokens: usd.output,
    reasoningTokens: usd.reasoning ?? usd.output,
    audioOutputTokens: usd.audioOutput,
    imageOutputTokens: usd.imageOutput,
  })
}

/**
 * In pico-dollars for one: `factor` is 1 for dollars a million, 1,000 for dollars a thousand. Exact for at most 6
 * decimals and 1,000,000 USD, which the schema demands: times a million the product is off from a whole number by less
 * than 0.001, so rounding finds the one that was written.
 */
function known<Name extends string>(
  usd: Readonly<Partial<Record<Name, number | undefined>>>,
  factor = 1,
): Partial<Record<Name, number>> {
  const entries = Object.entries<number | undefined>(usd).flatMap(([name, value]) =>
    value === undefined ? [] : [[name, Math.round(value * 1_000_000) * factor]],
  )
  return Object.fromEntries(entries) as Partial<Record<Name, number>>
}
