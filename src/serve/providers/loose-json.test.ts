import { describe, expect, it } from 'bun:test'
import { asCount, parseLoosely } from './loose-json.ts'

describe('asCount', () => {
  it('takes what a call can use, and nothing that would burst the books', () => {
    expect([0, 7, 1.6, 500_000_000].map(asCount)).toEqual([0, 7, 2, 500_000_000])
    const impossible: unknown[] = [-1, 1e308, Infinity, NaN, 9_007_199_254_740_992, '7', null, undefined]
    expect(impossible.map(asCount)).toEqual(impossible.map(() => undefined))
  })
})

describe('parseLoosely', () => {
  it('gives nothing for what is no JSON or would take all of the stack', () => {
    expect(parseLoosely('{"a":[1]}')).toEqual({ a: [1] })
    expect(parseLoosely('{"a":')).toBeUndefined()
    expect(parseLoosely(`{"a":${'['.repeat(100_000)}${']'.repeat(100_000)}}`)).toBeUndefined()
  })
})
