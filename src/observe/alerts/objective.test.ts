import { describe, expect, it } from 'bun:test'
import { isBurning } from './burn.ts'
import { judge, type JudgedInference } from './judge-inference.ts'
import { burnRulesOf } from './objective.ts'

const day = 86_400

describe('burnRulesOf', () => {
  it('is the table of the Site Reliability Workbook for 30 days', () => {
    expect(burnRulesOf(30 * day)).toEqual([
      { severity: 'page', factor: 14.4, longSeconds: 3_600, shortSeconds: 300 },
      { severity: 'page', factor: 6, longSeconds: 6 * 3_600, shortSeconds: 1_800 },
      { severity: 'ticket', factor: 1, longSeconds: 3 * day, shortSeconds: 6 * 3_600 },
    ])
  })

  it('keeps the factors and the shares of the budget for other windows', () => {
    for (const days of [1, 7, 28, 90])
      for (const [index, { factor, longSeconds, shortSeconds }] of burnRulesOf(days * day).entries()) {
        expect((factor * longSeconds) / (days * day)).toBeCloseTo([0.02, 0.05, 0.1][index] ?? 0, 3)
        expect(longSeconds % 10).toBe(0)
        expect(shortSeconds).toBeGreaterThanOrEqual(10)
      }
  })
})

describe('isBurning', () => {
  const rule = { severity: 'page', factor: 14.4, longSeconds: 3_600, shortSeconds: 300 } as const
  const objective = { config: { objective: 99.9, window: '30d', minimumBad: 5, alert: true } }
  const at = (bad: number, burn: number) => ({ bad, burn })

  it('wants both windows, and more than an accident', () => {
    expect(isBurning(objective, rule, at(20, 20), at(3, 15))).toBe(true)
    expect(isBurning(objective, rule, at(20, 20), at(0, 0))).toBe(false)
    expect(isBurning(objective, rule, at(20, 14.4), at(3, 15))).toBe(false)
    // one of two requests of a quiet night failed: 500 times too fast, and nobody is called
    expect(isBurning(objective, rule, at(1, 500), at(1, 1_000))).toBe(false)
  })
})

describe('judge', () => {
  const ok: JudgedInference = {
    service: 's',
    outcome: 'ok',
    status: 200,
    failureCode: undefined,
    isStream: true,
    latencyMs: 900,
    timeToFirstTokenMs: 200,
    costNanoUsd: 3_000_000,
  }
  const slo = { objective: 99, window: '30d', minimumBad: 5, alert: true }
  const failed = (status: number, failureCode: string): JudgedInference => ({
    ...ok,
    outcome: 'error',
    status,
    failureCode,
  })

  it('blames the service for what it and its upstreams did, not for what clients did', () => {
    expect(judge(ok, slo)).toBe('good')
    expect(judge(failed(502, 'upstream_error'), slo)).toBe('bad')
    expect(judge(failed(429, 'overloaded'), slo)).toBe('bad')
    expect(judge(failed(429, 'rate_limited'), slo)).toBeUndefined()
    expect(judge(failed(400, 'invalid_request'), slo)).toBeUndefined()
    expect(judge({ ...ok, outcome: 'aborted', status: 499 }, slo)).toBeUndefined()
  })

  it('counts only what the promise is about', () => {
    expect(judge(ok, { ...slo, latencyMs: 900 })).toBe('good')
    expect(judge({ ...ok, latencyMs: 900.1 }, { ...slo, latencyMs: 900 })).toBe('bad')
    expect(judge(failed(502, 'upstream_error'), { ...slo, latencyMs: 900 })).toBeUndefined()
    expect(judge(ok, { ...slo, firstTokenMs: 100 })).toBe('bad')
    expect(judge({ ...ok, isStream: false }, { ...slo, firstTokenMs: 100 })).toBeUndefined()
    expect(judge(ok, { ...slo, costUsd: 0.003 })).toBe('good')
    expect(judge({ ...ok, costNanoUsd: 3_000_001 }, { ...slo, costUsd: 0.003 })).toBe('bad')
    expect(judge({ ...ok, costNanoUsd: undefined }, { ...slo, costUsd: 0.003 })).toBeUndefined()
    const verdicts = { ...slo, verdicts: { not: ['block' as const], guards: ['secrets'] } }
    expect(judge(ok, verdicts)).toBeUndefined()
    expect(judge({ ...ok, verdicts: [{ guard: 'secrets', outcome: 'pass' }] }, verdicts)).toBe('good')
    expect(judge({ ...ok, verdicts: [{ guard: 'secrets', outcome: 'block' }] }, verdicts)).toBe('bad')
    expect(judge({ ...ok, verdicts: [{ guard: 'tone', outcome: 'block' }] }, verdicts)).toBeUndefined()
  })
})
