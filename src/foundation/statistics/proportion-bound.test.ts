import { describe, expect, it } from 'bun:test'
import { proportionUpperBound } from './proportion-bound.ts'

describe('proportionUpperBound', () => {
  it('is what the formula gives where nothing was hit', () => {
    // B(1, 20 + n) / B(1, 20) = 20 / (20 + n), so (1 − p)^n = 0.05 · 20 / (20 + n)
    for (const trials of [1, 10, 100, 5_000]) {
      const expected = 1 - ((0.05 * 20) / (20 + trials)) ** (1 / trials)
      expect(proportionUpperBound(0, trials, 0.95)).toBeCloseTo(expected, 7)
    }
  })

  it('holds at every look at once, as often as it says', () => {
    let state = 7
    const random = (): number => (state = (state * 48_271) % 2_147_483_647) / 2_147_483_647
    for (const truth of [0.01, 0.05, 0.3]) {
      let broken = 0
      for (let run = 0; run < 400; run += 1) {
        let hits = 0
        for (let trial = 1; trial <= 500; trial += 1) {
          if (random() < truth) hits += 1
          if (proportionUpperBound(hits, trial, 0.95) >= truth) continue
          broken += 1
          break
        }
      }
      // 20 of 400 is what it may be; three standard deviations above are 33
      expect(broken).toBeLessThan(33)
    }
  })

  it('tightens with what is learned', () => {
    const bounds = [10, 100, 1_000, 10_000].map(trials => proportionUpperBound(trials / 100, trials, 0.95))
    expect(bounds.toSorted((a, b) => b - a)).toEqual(bounds)
    expect(bounds.at(-1)).toBeLessThan(0.015)
  })

  it('says nothing where nothing was tried, or all of it was hit', () => {
    expect(proportionUpperBound(0, 0, 0.95)).toBe(1)
    expect(proportionUpperBound(4, 4, 0.95)).toBe(1)
  })
})
