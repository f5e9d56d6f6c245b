import { describe, expect, it } from 'bun:test'
import { readRange } from './read-range.ts'

describe('readRange', () => {
  it.each([
    ['bytes=0-9', { from: 0, to: 10 }],
    ['bytes=90-', { from: 90, to: 100 }],
    ['bytes=90-5000', { from: 90, to: 100 }],
    ['bytes=-10', { from: 90, to: 100 }],
    ['bytes=-500', { from: 0, to: 100 }],
    ['bytes=99-99', { from: 99, to: 100 }],
    ['bytes=100-', 'outside'],
    ['bytes=-0', 'outside'],
    ['bytes=9-5', undefined],
    ['bytes=0-1,5-6', undefined],
    ['lines=0-1', undefined],
    ['bytes=-', undefined],
    [null, undefined],
  ] as const)('reads %s', (header, expected) => {
    expect(readRange(header, 100)).toEqual(expected)
  })

  it('has nothing of an empty file', () => {
    expect(readRange('bytes=0-', 0)).toBe('outside')
    expect(readRange('bytes=-5', 0)).toBe('outside')
  })
})
