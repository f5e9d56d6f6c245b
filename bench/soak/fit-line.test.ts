import { describe, expect, it } from 'bun:test'
import { fitLine } from './fit-line.ts'

describe('fitLine', () => {
  it('finds a line, and the interval of its slope as a table of Student has it', () => {
    // slope 0.6, residual variance 2.4 / 3, Sxx 10: 3.182 · sqrt(0.8 / 10)
    const line = fitLine([
      [1, 2],
      [2, 4],
      [3, 5],
      [4, 4],
      [5, 5],
    ])
    expect(line.slope).toBeCloseTo(0.6, 10)
    expect(line.intercept).toBeCloseTo(2.2, 10)
    expect(line.slopeMargin).toBeCloseTo(0.9, 2)
  })

  it('holds zero in its interval about 95 times in 100 where nothing grows', () => {
    let state = 7
    const random = (): number => (state = (state * 48_271) % 2_147_483_647) / 2_147_483_647
    let held = 0
    for (let trial = 0; trial < 1_000; trial += 1) {
      const { slope, slopeMargin } = fitLine(
        Array.from({ length: 20 }, (_, x) => [x, random() + random() + random()] as const),
      )
      if (Math.abs(slope) <= slopeMargin) held += 1
    }
    expect(held).toBeGreaterThan(930)
    expect(held).toBeLessThan(970)
  })

  it('wants three points', () => {
    expect(() =>
      fitLine([
        [1, 1],
        [2, 2],
      ]),
    ).toThrow('3 points')
  })
})
