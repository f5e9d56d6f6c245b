import { describe, expect, it } from 'bun:test'

import { parseConfig } from './parse-config.ts'
import { costNanoUsd, withoutCache, worstCaseNanoUsd } from './cost.ts'
import { priceAt } from './price.ts'
import type { Price } from './price.ts'
import type { ConfigSnapshot } from './snapshot.ts'
import { tokenBuckets, usageOf, usageUnits } from './usage.ts'
import type { Usage } from './usage.ts'

const none = usageOf({})

const snapshot = load(`
  - { provider: p, from: 2026-01-01, usdPerMillionTokens: { input: 1, output: 2 } }
  - { provider: p, model: m, from: 2026-03-01, usdPerMillionTokens: { input: 5, cacheRead: 0.5, output: 10 } }
  - { provider: p, model: m, from: 2026-02-01, source: letter, usdPerMillionTokens: { input: 3, cacheRead: 0.3, cacheWrite: 3.75, output: 15, reasoning: 20 } }
  - { engine: e, from: 2026-01-01, usdPerMillionTokens: { input: 0, output: 0.0375 } }
`)

describe('priceAt', () => {
  const p = (model: string, at: string) => priceAt(snapshot, { provider: 'p', model }, new Date(at))

  it('is unpriced before the first day, and where nothing was declared', () => {
    expect(p('m', '2025-12-31T23:59:59.999Z')).toBeUndefined()
    expect(priceAt(snapshot, { provider: 'q', model: 'm' }, new Date())).toBeUndefined()
    expect(priceAt(snapshot, { engine: 'p' }, new Date())).toBeUndefined()
  })

  it('changes at midnight UTC of the first day, whatever the order in the file', () => {
    expect(p('m', '2026-02-28T23:59:59.999Z')?.tokens.inputTokens).toBe(3_000_000)
    expect(p('m', '2026-03-01T00:00:00Z')?.tokens.inputTokens).toBe(5_000_000)
    expect(p('m', '2030-01-01T00:00:00Z')?.tokens.inputTokens).toBe(5_000_000)
  })

  it('takes the price of the model before that of the whole provider', () => {
    expect(p('other', '2026-05-01T00:00:00Z')?.tokens.inputTokens).toBe(1_000_000)
    expect(p('m', '2026-01-15T00:00:00Z')?.tokens.inputTokens).toBe(1_000_000)
    expect(
      priceAt(snapshot, { engine: 'e', model: 'file.gguf' }, new Date('2026-01-01'))?.tokens.outputTokens,
    ).toBe(37_500)
  })

  it('prices cache tokens as input and reasoning as output where they have no price of their own', () => {
    expect(p('m', '2026-02-01T00:00:00Z')).toEqual({
      tokens: {
        inputTokens: 3_000_000,
        cacheReadTokens: 300_000,
        cacheWriteTokens: 3_750_000,
        cacheWriteHourTokens: 3_750_000,
        imageInputTokens: 3_000_000,
        outputTokens: 15_000_000,
        reasoningTokens: 20_000_000,
      },
      units: {},
      longPrompts: [],
      serviceTiers: {},
      from: new Date('2026-02-01T00:00:00Z'),
      source: 'letter',
      list: undefined,
    })
    expect(p('m', '2026-03-01T00:00:00Z')?.tokens).toMatchObject({
      cacheReadTokens: 500_000,
      cacheWriteTokens: 5_000_000,
      reasoningTokens: 10_000_000,
    })
  })

  it('takes every price of up to 6 decimals exactly as it is written', () => {
    const random = seeded(1)
    const written = Array.from({ length: 400 }, () => Math.floor(random() * 10 ** Math.ceil(random() * 12)))
    const many = load(
      written
        .map((pico, index) => {
          const usd = `${Math.floor(pico / 1e6)}.${String(pico % 1e6).padStart(6, '0')}`
          return `  - { provider: p, model: m${index}, from: 2026-01-01, usdPerMillionTokens: { input: ${usd}, output: 0 } }`
        })
        .join('\n'),
    )
    for (const [index, pico] of written.entries())
      expect(
        priceAt(many, { provider: 'p', model: `m${index}` }, new Date('2026-01-02'))?.tokens.inputTokens,
      ).toBe(pico)
  })
})

describe('costNanoUsd', () => {
  it('takes a tier that is called like something of every object for one without a price', () => {
    const price = flat({ inputTokens: 1_000_000 })
    for (const tier of ['constructor', 'toString', '__proto__'])
      expect(costNanoUsd({ ...none, inputTokens: 7 }, price, tier)).toBe(7_000)
  })

  it('counts each bucket at its own price', () => {
    const price = priceAt(snapshot, { provider: 'p', model: 'm' }, new Date('2026-02-01'))!
    const usage = usageOf({
      inputTokens: 1_000,
      cacheReadTokens: 2_000,
      cacheWriteTokens: 100,
      outputTokens: 10,
      reasoningTokens: 5,
    })
    // 1000 × 3 + 2000 × 0.3 + 100 × 3.75 + 10 × 15 + 5 × 20 = 4225 µUSD
    expect(costNanoUsd(usage, price)).toBe(4_225_000)
  })

  it('rounds the sum once, halves upwards', () => {
    const price = flat({ inputTokens: 100, outputTokens: 300, reasoningTokens: 99 })
    expect(costNanoUsd({ ...none, inputTokens: 2, outputTokens: 1 }, price)).toBe(1)
    expect(costNanoUsd({ ...none, inputTokens: 1, outputTokens: 1, reasoningTokens: 1 }, price)).toBe(0)
    expect(costNanoUsd({ ...none, inputTokens: 15 }, price)).toBe(2)
    expect(costNanoUsd(none, price)).toBe(0)
  })

  it('agrees with exact arithmetic for any usage and any price', () => {
    const random = seeded(2)
    const whole = (digits: number) => Math.floor(random() * 10 ** Math.floor(random() * digits))
    for (let round = 0; round < 5_000; round += 1) {
      const every = <Name extends string>(names: readonly Name[], digits: number) =>
        Object.fromEntries(names.map(name => [name, whole(digits)])) as Record<Name, number>
      const counts = every(tokenBuckets, 9)
      const units = every(usageUnits, 6)
      const usage = usageOf({ ...counts, units })
      const price = { ...flat(every(tokenBuckets, 13)), units: every(usageUnits, 13) }
      const pico = [
        ...tokenBuckets.map(bucket => [counts[bucket], price.tokens[bucket]]),
        ...usageUnits.map(unit => [units[unit], price.units[unit]]),
      ].reduce((sum, [count, each]) => sum + BigInt(count!) * BigInt(each!), 0n)
      expect(costNanoUsd(usage, price)).toBe(Number((2n * pico + 1_000n) / 2_000n))
    }
  })

  it('is unpriced as soon as anything was used that the price does not name, and never 0', () => {
    const price = priceAt(snapshot, { provider: 'p', model: 'm' }, new Date('2026-02-01'))!
    const text = { inputTokens: 7 }
    for (const bucket of ['audioInputTokens', 'audioOutputTokens', 'imageOutputTokens'] as const)
      expect(costNanoUsd(usageOf({ ...text, [bucket]: 1 }), price)).toBeUndefined()
    for (const unit of usageUnits)
      expect(costNanoUsd(usageOf({ ...text, units: { [unit]: 1 } }), price)).toBeUndefined()
    expect(costNanoUsd(usageOf({ ...text, units: { searches: 0 } }), price)).toBe(21_000)
  })

  it('prices what is charged beside tokens, alone or with them', () => {
    const only = load(`
  - { provider: p, model: rerank, from: 2026-01-01, usdPerThousandUnits: { searches: 2 } }
  - { provider: p, model: heard, from: 2026-01-01, usdPerMillionTokens: { input: 1, output: 2 }, usdPerThousandUnits: { seconds: 0.1 } }`)
    const at = (model: string) => priceAt(only, { provider: 'p', model }, new Date('2026-01-01'))!
    expect(costNanoUsd(usageOf({ units: { searches: 3 } }), at('rerank'))).toBe(6_000_000)
    expect(costNanoUsd(usageOf({ inputTokens: 1 }), at('rerank'))).toBeUndefined()
    expect(costNanoUsd(usageOf({ inputTokens: 1, units: { seconds: 9 } }), at('heard'))).toBe(901_000)
  })

  it('prices the whole request by the tier of its prompt, cached tokens counted', () => {
    const tiered = load(`
  - provider: p
    model: m
    from: 2026-01-01
    usdPerMillionTokens: { input: 1.25, cacheRead: 0.125, output: 10 }
    longPrompts:
      - { aboveInputTokens: 200000, usdPerMillionTokens: { input: 2.5, cacheRead: 0.25, output: 15 } }
      - { aboveInputTokens: 1000000, usdPerMillionTokens: { input: 5, output: 30 } }`)
    const price = priceAt(tiered, { provider: 'p', model: 'm' }, new Date('2026-01-01'))!
    const cost = (given: Partial<Usage>) => costNanoUsd(usageOf({ outputTokens: 1_000, ...given }), price)
    expect(cost({ inputTokens: 200_000 })).toBe(260_000_000)
    expect(cost({ inputTokens: 200_001 })).toBe(515_002_500)
    expect(cost({ inputTokens: 100_001, cacheReadTokens: 100_000 })).toBe(290_002_500)
    expect(cost({ inputTokens: 1_000_001 })).toBe(5_030_005_000)
  })

  it('multiplies tokens, and nothing else, by the factor of the tier that served, exactly', () => {
    const tiers = load(`
  - { provider: p, model: m, from: 2026-01-01, usdPerMillionTokens: { input: 0.000003, output: 2 }, usdPerThousandUnits: { searches: 10 }, serviceTiers: { batch: 0.5, priority: 1.75 } }`)
    const price = priceAt(tiers, { provider: 'p', model: 'm' }, new Date('2026-01-01'))!
    const usage = usageOf({ outputTokens: 1_000, units: { searches: 1 } })
    expect(costNanoUsd(usage, price)).toBe(12_000_000)
    expect(costNanoUsd(usage, price, 'batch')).toBe(11_000_000)
    expect(costNanoUsd(usage, price, 'priority')).toBe(13_500_000)
    expect(costNanoUsd(usage, price, 'default')).toBe(12_000_000)
    // 333 tokens at 3 pico-dollars, halved: 499.5 pico-dollars round down, one more token up
    expect(costNanoUsd(usageOf({ inputTokens: 333 }), price, 'batch')).toBe(0)
    expect(costNanoUsd(usageOf({ inputTokens: 334 }), price, 'batch')).toBe(1)
  })

  /** BerriAI/litellm#14849: cached tokens counted again as input cost 0.76 instead of 0.18 dollars. */
  it('does not count cached tokens a second time as input', () => {
    const claude = load(
      `  - { provider: p, model: m, from: 2026-01-01, usdPerMillionTokens: { input: 3, cacheRead: 0.3, cacheWrite: 3.75, output: 15 } }`,
    )
    const price = priceAt(claude, { provider: 'p', model: 'm' }, new Date('2026-01-01'))!
    const usage = usageOf({
      inputTokens: 2_000,
      cacheReadTokens: 191_000,
      cacheWriteTokens: 22_000,
      outputTokens: 2_200,
    })
    // 6000 + 57300 + 82500 + 33000 µUSD; with the 191,000 counted as input too it would be 751,800
    expect(costNanoUsd(usage, price)).toBe(178_800_000)
    expect(costNanoUsd(withoutCache(usage), price)).toBe(678_000_000)
  })

  it('has no cheaper worst case than any way of charging the same tokens', () => {
    const price = flat({
      inputTokens: 3,
      cacheReadTokens: 1,
      cacheWriteTokens: 4,
      cacheWriteHourTokens: 6,
      outputTokens: 15,
      reasoningTokens: 20,
    })
    const worst = (of: Price) => worstCaseNanoUsd(usage => costNanoUsd(usage, of), 1_000_000, 500_000)
    expect(worst(price)).toBe(6_000 + 10_000)
    // what has no price is not taken to be free, nor does it hide what has one
    expect(worst(flat({ inputTokens: 3, outputTokens: 15 }))).toBe(3_000 + 7_500)
    expect(worst(flat({ cacheWriteTokens: 3, outputTokens: 15 }))).toBeUndefined()
  })

  it('never costs less for more tokens, and is off by at most half a nano-dollar when taken apart', () => {
    const random = seeded(3)
    for (let round = 0; round < 2_000; round += 1) {
      const price = flat({
        inputTokens: Math.floor(random() * 5_000),
        outputTokens: Math.floor(random() * 5_000),
      })
      const left = { ...none, inputTokens: Math.floor(random() * 1_000) }
      const right = { ...none, outputTokens: Math.floor(random() * 1_000) }
      const together = costNanoUsd({ ...left, outputTokens: right.outputTokens }, price)!
      const apart = costNanoUsd(left, price)! + costNanoUsd(right, price)!
      expect(together).toBeGreaterThanOrEqual(costNanoUsd(left, price)!)
      expect(Math.abs(together - apart)).toBeLessThanOrEqual(1)
    }
  })
})

function flat(tokens: Price['tokens']): Price {
  return {
    tokens,
    units: {},
    longPrompts: [],
    serviceTiers: {},
    from: new Date(0),
    source: undefined,
    list: undefined,
  }
}

function load(prices: string): ConfigSnapshot {
  const text = `providers: { p: { kind: openai } }\nengines: { e: { model: 'builtin:support' } }\nprices:\n${prices}`
  const parsed = parseConfig(text, 'slipway.yaml', {})
  if ('problems' in parsed) throw new Error(JSON.stringify(parsed.problems))
  return parsed.snapshot
}

/** mulberry32 */
function seeded(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296
  }
}
