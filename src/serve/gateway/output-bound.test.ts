import { describe, expect, it } from 'bun:test'
import { outputBound } from './output-bound.ts'

describe('outputBound', () => {
  it('is the largest of the bounds, for all choices together', () => {
    expect(outputBound({ max_tokens: 5, max_completion_tokens: 7, n: 3 })).toBe(21)
    expect(outputBound({})).toBeUndefined()
    expect(outputBound({ max_tokens: 'many' })).toBeUndefined()
    expect(outputBound({ max_tokens: -1 })).toBeUndefined()
  })

  it('is a whole number that can be priced, whatever the client sends', () => {
    expect(outputBound({ max_tokens: 1.5 })).toBe(2)
    for (const odd of [1e308, Infinity, 9_007_199_254_740_992])
      expect(outputBound({ max_tokens: odd, n: odd })).toBe(500_000_000)
  })
})
