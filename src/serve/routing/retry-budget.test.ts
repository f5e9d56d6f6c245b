import { describe, expect, it } from 'bun:test'
import { RetryBudget } from './retry-budget.ts'
import { retryWaitMs } from './retry-wait.ts'

describe('RetryBudget', () => {
  it('allows a tenth of the calls to be retried, whatever the outage', () => {
    const budget = new RetryBudget(10, 0)
    let retries = 0
    for (let call = 0; call < 10_000; call += 1) {
      budget.deposit()
      if (budget.withdraw(call)) retries += 1
    }
    expect(retries).toBeGreaterThan(990)
    expect(retries).toBeLessThanOrEqual(1_000)
  })

  it('allows a quiet service its few', () => {
    const budget = new RetryBudget(0, 10)
    const granted = (at: number) =>
      Array.from({ length: 50 }, () => budget.withdraw(at)).filter(Boolean).length
    expect(granted(0)).toBe(10)
    expect(granted(30_000)).toBe(5)
    expect(granted(10 * 60_000)).toBe(10)
  })
})

describe('retryWaitMs', () => {
  it('is a random time below a bound that doubles', () => {
    const longest = [0, 1, 2, 3, 10].map(retry => retryWaitMs(retry, undefined, () => 1))
    expect(longest).toEqual([100, 200, 400, 800, 5_000])
    expect(retryWaitMs(3, undefined, () => 0)).toBe(0)
  })

  it('is never shorter than the upstream asked for', () => {
    expect(retryWaitMs(0, 2_000, () => 0)).toBe(2_000)
    expect(retryWaitMs(0, 2_000, () => 0.5)).toBe(2_050)
  })
})
