import { ownEntry } from '../platform/index.ts'
import type { Price } from './price.ts'
import {
  tokenBuckets,
  totalInputTokens,
  type TokenBucket,
  type Usage,
  usageOf,
  usageUnits,
  type UsageUnit,
} from './usage.ts'

/** The factor of a service tier that changes nothing, in ten-thousandths. */
export const plainFactor = 10_000

/**
 * What the usage costs, in nano-dollars (10⁻⁹ US dollars): the exact sum in pico-dollars, rounded once at the end,
 * halves upwards. Exact up to 2⁵³ nano-dollars, about nine million dollars an inference. `undefined` (unpriced) where
 * anything was used that the price does not name.
 */
export function costNanoUsd(usage: Usage, price: Price, serviceTier?: string): number | undefined {
  const tokens = tokenPrices(usage, price)
  const ofTokens = sum(tokenBuckets, usage, tokens)
  const ofUnits = usage.units ? sum(usageUnits, usage.units, price.units) : 0
  if (ofTokens === undefined || ofUnits === undefined) return undefined
  const factor = factorOf(price, serviceTier)
  // Sums of whole numbers that stay below 2⁵³ were never rounded on the way.
  const picoUsd = (ofTokens * factor) / plainFactor + ofUnits
  if (factor === plainFactor && picoUsd + 500 < Number.MAX_SAFE_INTEGER)
    return Math.floor((picoUsd + 500) / 1_000)
  const exact =
    exactSum(tokenBuckets, usage, tokens) * BigInt(factor) +
    exactSum(usageUnits, usage.units ?? {}, price.units) * BigInt(plainFactor)
  const perNanoUsd = BigInt(plainFactor) * 1_000n
  return Number((exact + perNanoUsd / 2n) / perNanoUsd)
}

/** Clients and upstreams name the tier. */
function factorOf({ serviceTiers }: Price, tier: string | undefined): number {
  return (tier === undefined ? undefined : ownEntry(serviceTiers, tier)) ?? plainFactor
}

/** The same tokens, had no prompt cache been there: by the difference in cost one knows what it saved. */
export function withoutCache(usage: Usage): Usage {
  const { inputTokens, cacheReadTokens, cacheWriteTokens, cacheWriteHourTokens } = usage
  return {
    ...usage,
    inputTokens: inputTokens + cacheReadTokens + cacheWriteTokens + cacheWriteHourTokens,
    cacheReadTokens: 0,
    cacheWriteTokens: 0,
    cacheWriteHourTokens: 0,
  }
}

/**
 * The most that so many tokens of text can cost, however they are charged: written to a cache for minutes or an hour,
 * as reasoning. `undefined` where even plain text has no price.
 */
export function worstCaseNanoUsd(
  cost: (usage: Usage) => number | undefined,
  inputTokens: number,
  outputTokens: number,
): number | undefined {
  const plain = cost(usageOf({ inputTokens, outputTokens }))
  if (plain === undefined) return undefined
  // input and output add up, so the dearest of each is the dearest together
  let input: Partial<Usage> = { inputTokens }
  let most = plain
  for (const other of [{ cacheWriteTokens: inputTokens }, { cacheWriteHourTokens: inputTokens }]) {
    const price = cost(usageOf({ ...other, outputTokens })) ?? 0
    if (price <= most) continue
    input = other
    most = price
  }
  return Math.max(most, cost(usageOf({ ...input, reasoningTokens: outputTokens })) ?? 0)
}

/** Long prompts cost more as a whole, not only what is above the limit. */
function tokenPrices(usage: Usage, price: Price): Price['tokens'] {
  if (price.longPrompts.length === 0) return price.tokens
  const inputTokens = totalInputTokens(usage)
  return price.longPrompts.find(tier => inputTokens > tier.aboveInputTokens)?.tokens ?? price.tokens
}

function sum<Name extends TokenBucket | UsageUnit>(
  names: readonly Name[],
  counts: Readonly<Partial<Record<Name, number>>>,
  prices: Readonly<Partial<Record<Name, number>>>,
): number | undefined {
  let picoUsd = 0
  for (const name of names) {
    const count = counts[name]
    if (count === undefined || count === 0) continue
    const each = prices[name]
    if (each === undefined) return undefined
    picoUsd += count * each
  }
  return picoUsd
}

function exactSum<Name extends TokenBucket | UsageUnit>(
  names: readonly Name[],
  counts: Readonly<Partial<Record<Name, number>>>,
  prices: Readonly<Partial<Record<Name, number>>>,
): bigint {
  return names.reduce((total, name) => total + BigInt(counts[name] ?? 0) * BigInt(prices[name] ?? 0), 0n)
}
