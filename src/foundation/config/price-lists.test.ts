import { describe, expect, it } from 'bun:test'
import { formatProblem } from './problem.ts'
import { loadPriceList, parsePriceList, priceListNames } from './price-lists.ts'
import { parseConfig } from './parse-config.ts'
import { costNanoUsd } from './cost.ts'
import { priceAt } from './price.ts'
import { usageOf } from './usage.ts'

const config = (more: string) => {
  const text = `priceLists: [openai, anthropic]\nproviders:\n  o: { kind: openai }\n  a: { kind: anthropic }\n  other: { kind: openai-compatible, baseUrl: 'http://127.0.0.1:1/v1' }\n${more}`
  const parsed = parseConfig(text, 'slipway.yaml', {})
  if ('problems' in parsed) throw new Error(parsed.problems.map(formatProblem).join('\n'))
  return parsed.snapshot
}
const day = new Date('2026-12-01')

describe('the price lists that ship', () => {
  it.each(priceListNames())('%s is right in every row, with its source and the day it was read', name => {
    const list = loadPriceList(name)
    expect(list.problems.map(formatProblem)).toEqual([])
    expect(list.prices.length).toBeGreaterThan(0)
    for (const { read, figures } of list.prices) {
      expect(Date.parse(read)).toBeLessThanOrEqual(Date.now() + 86_400_000)
      expect(figures.source).toMatch(/^https:\/\//)
    }
  })

  it.each(priceListNames())('%s names each model once a day', name => {
    const keys = loadPriceList(name).prices.flatMap(({ models, figures }) =>
      models.map(model => `${model} ${figures.from}`),
    )
    expect(keys.filter((key, index) => keys.indexOf(key) !== index)).toEqual([])
  })

  it('hold for providers of their kind only where the configuration names them, and own prices win', () => {
    const listed = config('')
    const input = (snapshot: typeof listed, provider: string, model: string) =>
      priceAt(snapshot, { provider, model }, day)?.tokens.inputTokens
    expect(input(listed, 'o', 'gpt-5-mini')).toBe(250_000)
    expect(input(listed, 'a', 'claude-haiku-4-5')).toBe(1_000_000)
    expect(input(listed, 'other', 'gpt-5-mini')).toBeUndefined()
    expect(input(listed, 'o', 'gpt-unheard-of')).toBeUndefined()
    expect(priceAt(listed, { provider: 'o', model: 'gpt-5-mini' }, day)?.list).toBe('openai')
    const own = config(
      'prices: [{ provider: o, model: gpt-5-mini, from: 2026-01-01, usdPerMillionTokens: { input: 9, output: 9 } }]',
    )
    expect(input(own, 'o', 'gpt-5-mini')).toBe(9_000_000)
    expect(priceAt(own, { provider: 'o', model: 'gpt-5-mini' }, day)?.list).toBeUndefined()
  })

  it('price cache reads and writes of Claude apart: 5 minutes, an hour, and neither twice', () => {
    const price = priceAt(config(''), { provider: 'a', model: 'claude-sonnet-4-6' }, day)!
    const usage = usageOf({
      inputTokens: 1_000,
      cacheReadTokens: 100_000,
      cacheWriteTokens: 10_000,
      cacheWriteHourTokens: 10_000,
      outputTokens: 500,
    })
    // 1000 × 3 + 100000 × 0.3 + 10000 × 3.75 + 10000 × 6 + 500 × 15 = 138,000 µUSD
    expect(costNanoUsd(usage, price)).toBe(138_000_000)
  })
})

describe('parsePriceList', () => {
  const row = (model: string, more = 'usdPerMillionTokens: { input: 1, output: 2 }') =>
    `  - models: [${model}]\n    from: 2026-01-01\n    read: 2026-01-01\n    source: https://x.example/prices\n    ${more}\n`

  it('names file, line and fault of a bad row, and keeps all the others', () => {
    const text = `kinds: [openai]\nprices:\n${row('a')}${row('b', 'usdPerMillionTokens: { input: -1, output: 2 }')}${row('c')}`
    const list = parsePriceList(text, 'prices/openai.yaml')
    expect(list.prices.flatMap(({ models }) => models)).toEqual(['a', 'c'])
    expect(list.problems).toHaveLength(1)
    expect(formatProblem(list.problems[0]!)).toStartWith('prices/openai.yaml:12:')
  })

  it.each([
    ['without a source', row('a').replace(/ {4}source.*\n/, '')],
    ['without a price', row('a', 'serviceTiers: { batch: 0.5 }')],
    ['with a stray key', row('a').replace('read:', 'raed:')],
    ['with seven decimals', row('a', 'usdPerMillionTokens: { input: 0.0000001, output: 2 }')],
  ])('refuses a row %s', (_what, bad) => {
    const list = parsePriceList(`kinds: [openai]\nprices:\n${bad}${row('c')}`, 'f.yaml')
    expect(list.prices.flatMap(({ models }) => models)).toEqual(['c'])
    expect(list.problems.length).toBeGreaterThan(0)
  })

  it.each(['', 'prices: []', 'kinds: [openai]\nprices: { a: 1 }', 'kinds: [openai', '- a'])(
    'says that %p is no list',
    text => {
      const list = parsePriceList(text, 'f.yaml')
      expect(list.prices).toEqual([])
      expect(list.problems.length).toBeGreaterThan(0)
    },
  )

  it('names the lists that there are where a configuration asks for another', () => {
    const parsed = parseConfig('priceLists: [opena]\nservices: {}\n', 'slipway.yaml', {})
    if (!('problems' in parsed)) throw new Error('it was accepted')
    expect(parsed.problems.map(formatProblem)).toEqual([
      'slipway.yaml:1:14 priceLists[0]: There is no price list named `opena`. Did you mean `openai`?',
    ])
  })
})
