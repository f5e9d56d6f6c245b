import { describe, expect, it } from 'bun:test'
import { tightestOfEach, toRules, windowOf } from './rule.ts'

describe('toRules', () => {
  it('counts dollars in whole nano-dollars', () => {
    const [rule] = toRules('key', 'k', { budgets: [{ usd: 0.1 + 0.2, per: 'day', kind: 'hard' }] })
    expect(rule?.limit).toBe(300_000_000)
  })
})

describe('tightestOfEach', () => {
  it('leaves one rule of each window, so that a request counts once in it', () => {
    const rules = tightestOfEach(
      toRules('tenant', 'acme', {
        limits: [
          { requests: 60, per: 'minute' },
          { requests: 20, per: 'minute' },
          { requests: 20, per: 'day' },
        ],
        budgets: [
          { usd: 50, per: 'month', kind: 'hard' },
          { usd: 20, per: 'month', kind: 'soft' },
          { usd: 70, per: 'month', kind: 'hard' },
        ],
      }),
    )
    expect(rules.map(({ measure, limit, per, kind }) => [measure, limit, per, kind])).toEqual([
      ['requests', 20, 'minute', 'hard'],
      ['requests', 20, 'day', 'hard'],
      ['usd', 50e9, 'month', 'hard'],
    ])
    expect(rules[2]?.softLimit).toBe(20e9)
    const names = rules.map(rule => windowOf(rule, 0).name)
    expect(new Set(names).size).toBe(names.length)
  })

  it('never lets a soft budget stand for a hard one, whichever comes first', () => {
    const budgets = [
      { usd: 1, per: 'day', kind: 'soft' },
      { usd: 9, per: 'day', kind: 'hard' },
    ] as const
    for (const order of [budgets, budgets.toReversed()]) {
      expect(tightestOfEach(toRules('key', 'k', { budgets: order }))).toMatchObject([
        { kind: 'hard', limit: 9e9, softLimit: 1e9 },
      ])
    }
  })
})
