import { describe, expect, it } from 'bun:test'
import { exactProportion } from './exact-proportion.ts'

describe('exactProportion', () => {
  it('is what tables of Clopper and Pearson have', () => {
    const ends = (hits: number, trials: number) => {
      const { low, high } = exactProportion(hits, trials)
      return [Number(low.toFixed(4)), Number(high.toFixed(4))]
    }
    expect(ends(10, 100)).toEqual([0.049, 0.1762])
    expect(ends(4, 20)).toEqual([0.0573, 0.4366])
    // the ends have a closed form where nothing or everything was hit
    expect(ends(0, 100)).toEqual([0, Number((1 - 0.025 ** (1 / 100)).toFixed(4))])
    expect(ends(7, 7)).toEqual([Number((0.025 ** (1 / 7)).toFixed(4)), 1])
    expect(ends(0, 0)).toEqual([0, 1])
  })
})
