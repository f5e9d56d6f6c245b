import { describe, expect, it } from 'bun:test'
import { Registry } from 'prom-client'
import { parseConfig, usageOf } from '../../foundation/config/index.ts'
import { createTargets } from './targets.ts'

function costOf(costs: string) {
  const parsed = parseConfig(
    `providers: { p: { kind: openrouter${costs} } }
prices: [{ provider: p, from: 2026-01-01, usdPerMillionTokens: { input: 1, output: 2 }, serviceTiers: { flex: 0.5 } }]`,
    'slipway.yaml',
    {},
  )
  if ('problems' in parsed) throw new Error(JSON.stringify(parsed.problems))
  const targets = createTargets({
    engineEndpoint: () => {
      throw new Error('no engine here')
    },
    metrics: new Registry(),
  })
  return targets.target({ provider: 'p', model: 'm' }, parsed.snapshot).cost
}

describe('the cost of a target', () => {
  const usage = usageOf({ inputTokens: 1_000 })
  const at = Date.parse('2026-02-01')

  it('is that of the prices, whatever the provider reports', () => {
    expect(costOf('')(usage, at, { reportedCostNanoUsd: 7 })).toBe(1_000_000)
    expect(costOf('')(usage, at, { serviceTier: 'flex' })).toBe(500_000)
  })

  it('is what the provider reports where it is configured so, and that of the prices where it reports nothing', () => {
    const cost = costOf(', costs: reported')
    expect(cost(usage, at, { reportedCostNanoUsd: 7 })).toBe(7)
    expect(cost(usage, at, { reportedCostNanoUsd: 0 })).toBe(0)
    expect(cost(usage, at)).toBe(1_000_000)
  })
})
