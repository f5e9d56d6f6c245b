import { describe, expect, it } from 'bun:test'
import { formatDuration, formatDurationTick, formatUptime } from './duration.ts'
import { prettyIfJson } from './json.ts'
import { formatCost, formatNanoUsd } from './money.ts'
import { compare, formatBytes, formatCount, formatShare, formatTokensPerSecond } from './number.ts'
import { formatRelative } from './time.ts'

describe('formatDuration', () => {
  it.each([
    [0, '0 ms'],
    [0.44, '0.4 ms'],
    [9.96, '10 ms'],
    [411.6, '412 ms'],
    [999.6, '1.00 s'],
    [1_240, '1.24 s'],
    [12_345, '12.3 s'],
    [59_960, '1 min 0 s'],
    [125_000, '2 min 5 s'],
    [7_500_000, '2 h 5 min'],
  ])('says %d ms as %s', (ms, text) => expect(formatDuration(ms)).toBe(text))

  it('drops what an axis does not need', () => {
    expect([1_000, 1_400, 1_050, 30_000].map(formatDurationTick)).toEqual(['1 s', '1.4 s', '1.05 s', '30 s'])
  })
})

describe('formatUptime', () => {
  it('keeps the two largest units', () => {
    expect([40, 720, 15_120, 273_600].map(formatUptime)).toEqual(['40 s', '12 min', '4 h 12 min', '3 d 4 h'])
  })
})

describe('formatNanoUsd', () => {
  it.each([
    [0, '$0'],
    [42, '$0.000000042'],
    [1_230_000, '$0.0012'],
    [250_000_000, '$0.25'],
    [1_234_500_000_000, '$1,234.50'],
  ])('says %d nano-dollars as %s', (nano, text) => expect(formatNanoUsd(nano)).toBe(text))

  it('tells an unknown price from a free call', () => {
    expect([formatCost(null), formatCost(0)]).toEqual(['unpriced', '$0'])
  })
})

describe('numbers', () => {
  it('are written out until they are long', () => {
    expect([0, 12_431, 99_999, 124_300].map(formatCount)).toEqual(['0', '12,431', '99,999', '124.3K'])
  })

  it('never round a small share to nothing or a large one to all', () => {
    expect([formatShare(0, 0), formatShare(1, 100_000), formatShare(99_999, 100_000)]).toEqual([
      '–',
      '< 0.1 %',
      '> 99.9 %',
    ])
    expect([formatShare(0, 10), formatShare(10, 10), formatShare(1, 3)]).toEqual(['0 %', '100 %', '33.3 %'])
  })

  it('carry their units', () => {
    expect(formatTokensPerSecond(7.25)).toBe('7.3 tok/s')
    expect(formatTokensPerSecond(163.4)).toBe('163 tok/s')
    expect([512, 1_536, 149_000_000].map(formatBytes)).toEqual(['512 B', '1.5 KiB', '142 MiB'])
  })
})

describe('compare', () => {
  it('says how much and which way', () => {
    expect(compare(112, 100)).toEqual({ text: '12 %', direction: 'up' })
    expect(compare(40, 100)).toEqual({ text: '60 %', direction: 'down' })
    expect(compare(1_200, 100)).toEqual({ text: '12×', direction: 'up' })
    expect(compare(100.2, 100)).toEqual({ text: 'no change', direction: 'same' })
  })

  it('says nothing where there was nothing before', () => {
    expect([compare(5, 0), compare(5, null), compare(null, 5)]).toEqual([undefined, undefined, undefined])
  })
})

describe('formatRelative', () => {
  const now = 1_700_000_000_000

  it.each([
    [-300, 'now'],
    [2_000, 'now'],
    [-12_000, '12 s ago'],
    [-5 * 60_000, '5 min ago'],
    [-3 * 3_600_000, '3 h ago'],
    [-50 * 3_600_000, '2 d ago'],
    [5 * 60_000, 'in 5 min'],
  ])('says %d ms from now as %s', (offset, text) => expect(formatRelative(now + offset, now)).toBe(text))
})

describe('prettyIfJson', () => {
  it('lays out objects and lists and leaves all else alone', () => {
    expect(prettyIfJson('{"a":1}')).toBe('{\n  "a": 1\n}')
    expect([prettyIfJson('12'), prettyIfJson('{ no'), prettyIfJson('[hm] well')]).toEqual([
      undefined,
      undefined,
      undefined,
    ])
  })
})
