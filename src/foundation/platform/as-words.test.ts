import { describe, expect, it } from 'bun:test'
import { asWords } from './as-words.ts'

describe('asWords', () => {
  it('gives words for whatever JSON holds', () => {
    expect(['a', 1, null, undefined, true].map(asWords)).toEqual(['a', '1', 'null', 'undefined', 'true'])
    expect(asWords(JSON.parse('{"toString":1,"valueOf":1}'))).toBe('an object')
    expect(asWords(JSON.parse('[{"toString":1}]'))).toBe('a list')
  })
})
