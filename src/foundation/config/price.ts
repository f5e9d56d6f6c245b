import type { PriceConfig } from './schema/index.ts'
import type { ConfigSnapshot } from './snapshot.ts'
import type { Usage } from './usage.ts'

/** Pico-dollars (10⁻¹² US dollars) per token, by bucket; whole numbers. 1 USD per million tokens is 1,000,000. */
export interface Price {
  readonly input: number
  readonly cacheRead: number
  readonly cacheWrite: number
  readonly output: number
  readonly reasoning: number
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
 * reads and writes cost as `input`, reasoning as `output`.
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
 * What the tokens cost, in nano-dollars (10⁻⁹ US dollars): the exact sum in pico-dollars, rounded once at the end,
 * halves upwards. Exact up to 2⁵³ nano-dollars, about nine million dollars an inference.
 */
export function costNanoUsd(usage: Usage, price: Price): number {
  const picoUsd =
    usage.inputTokens * price.input +
    usage.cacheReadTokens * price.cacheRead +
    usage.cacheWriteTokens * price.cacheWrite +
    usage.outputTokens * price.output +
    usage.reasoningTokens * price.reasoning
  // Sums of whole numbers that stay below 2⁵³ were never rounded on the way.
  if (picoUsd + 500 < Number.MAX_SAFE_INTEGER) return Math.floor((picoUsd + 500) / 1_000)
  return Number((exactPicoUsd(usage, price) + 500n) / 1_000n)
}

function exactPicoUsd(usage: Usage, price: Price): bigint {
  return (
    BigInt(usage.inputTokens) * BigInt(price.input) +
    BigInt(usage.cacheReadTokens) * BigInt(price.cacheRead) +
    BigInt(usage.cacheWriteTokens) * BigInt(price.cacheWrite) +
    BigInt(usage.outputTokens) * BigInt(price.output) +
    BigInt(usage.reasoningTokens) * BigInt(price.reasoning)
  )
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

function toPrice({ from, source, usdPerMillionTokens: usd }: PriceConfig): Price {
  return {
    input: picoUsdPerToken(usd.input),
    cacheRead: picoUsdPerToken(usd.cacheRead ?? usd.input),
    cacheWrite: picoUsdPerToken(usd.cacheWrite ?? usd.input),
    output: picoUsdPerToken(usd.output),
    reasoning: picoUsdPerToken(usd.reasoning ?? usd.output),
    from: new Date(`${from}T00:00:00Z`),
    source,
  }
}

/**
 * Exact for at most 6 decimals and 1,000,000 USD, which the schema demands: the product is then off from a whole
 * number by less than 0.001, so rounding finds the one that was written.
 */
function picoUsdPerToken(usdPerMillionTokens: number): number {
  return Math.round(usdPerMillionTokens * 1_000_000)
}
