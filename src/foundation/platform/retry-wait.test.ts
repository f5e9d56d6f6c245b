import { describe, expect, it } from 'bun:test'
import { retryWaitMs } from './retry-wait.ts'

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

  it('has the bounds that it is given', () => {
    const bounds = { firstMs: 250, capMs: 1_000 }
    expect([0, 1, 2, 3].map(retry => retryWaitMs(retry, undefined, () => 1, bounds))).toEqual([
      250, 500, 1_000, 1_000,
    ])
  })
})
