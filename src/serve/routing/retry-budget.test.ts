import { describe, expect, it } from 'bun:test'
import { RetryBudget } from './retry-budget.ts'

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
