import { describe, expect, it } from 'bun:test'
import { harmlessLength, isNestedTooDeep, mostLevels } from './json-depth.ts'

const nested = (levels: number, open: string, close: string): string =>
  `${open.repeat(levels)}${close.repeat(levels)}`

describe('isNestedTooDeep', () => {
  it('lets the most levels pass and refuses the next, in lists and objects', () => {
    expect(isNestedTooDeep(JSON.parse(nested(mostLevels, '[', ']')))).toBe(false)
    expect(isNestedTooDeep(JSON.parse(nested(mostLevels + 1, '[', ']')))).toBe(true)
    const deep = (levels: number): unknown => JSON.parse(`${'{"a":'.repeat(levels)}1${'}'.repeat(levels)}`)
    expect(isNestedTooDeep({ beside: 1, it: [deep(mostLevels - 2)] })).toBe(false)
    expect(isNestedTooDeep({ beside: 1, it: [deep(mostLevels - 1)] })).toBe(true)
  })

  it('takes a hundred thousand levels without running out of stack', () => {
    expect(isNestedTooDeep(JSON.parse(nested(100_000, '[', ']')))).toBe(true)
  })

  it('finds nothing in what is too short to nest that deep', () => {
    expect(isNestedTooDeep(JSON.parse(nested(harmlessLength / 2, '[', ']')))).toBe(false)
  })
})
