import { describe, expect, it } from 'bun:test'
import { canonicalJson } from './canonical-json.ts'

describe('canonicalJson', () => {
  it('writes the same text whatever the order of the members', () => {
    expect(canonicalJson({ b: [1, { d: null, c: true }], a: 'x' })).toBe(
      '{"a":"x","b":[1,{"c":true,"d":null}]}',
    )
    expect(canonicalJson({ a: 'x', b: [1, { c: true, d: null }] })).toBe(
      '{"a":"x","b":[1,{"c":true,"d":null}]}',
    )
  })

  it('sorts members by UTF-16 code units, as RFC 8785 section 3.2.3 has it', () => {
    const input = {
      '\u20ac': 'Euro Sign',
      '\r': 'Carriage Return',
      '\ufb33': 'Hebrew Letter Dalet With Dagesh',
      '1': 'One',
      '\ud83d\ude00': 'Emoji: Grinning Face',
      '\u0080': 'Control',
      '\u00f6': 'Latin Small Letter O With Diaeresis',
    }
    const names = [...canonicalJson(input).matchAll(/:"([^"]*)"/g)].map(match => match[1])
    expect(names).toEqual([
      'Carriage Return',
      'One',
      'Control',
      'Latin Small Letter O With Diaeresis',
      'Euro Sign',
      'Emoji: Grinning Face',
      'Hebrew Letter Dalet With Dagesh',
    ])
  })

  it('writes numbers and control characters as RFC 8785 section 3.2.2 has them', () => {
    const numbers = [Number('333333333.33333329'), 1e30, 4.5, 2e-3, 0.000000000000000000000000001, -0]
    expect(canonicalJson(numbers)).toBe('[333333333.3333333,1e+30,4.5,0.002,1e-27,0]')
    expect(canonicalJson('\u20ac$\u000f\nA\'B"\\"/')).toBe(`"\u20ac$\\u000f\\nA'B\\"\\\\\\"/"`)
  })

  it('leaves out undefined members, keeps places in lists, and writes dates as ISO texts', () => {
    expect(canonicalJson({ a: undefined, b: [undefined, 1], c: new Date(0) })).toBe(
      '{"b":[null,1],"c":"1970-01-01T00:00:00.000Z"}',
    )
  })

  it('refuses what JSON cannot say', () => {
    for (const value of [
      Number.NaN,
      Number.POSITIVE_INFINITY,
      1n,
      () => 1,
      '\ud800',
      new Set([1]),
      { a: { b: Symbol('x') } },
    ])
      expect(() => canonicalJson(value)).toThrow(TypeError)
  })
})
