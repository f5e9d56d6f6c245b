import { describe, expect, it } from 'bun:test'

import { CommandError } from './command-error.ts'
import { parseMoment } from './duration.ts'

const now = new Date('2026-11-22T12:00:00Z')

describe('parseMoment', () => {
  it.each([
    ['90s', 'back', '2026-11-22T11:58:30.000Z'],
    ['15m', 'back', '2026-11-22T11:45:00.000Z'],
    ['30d', 'ahead', '2026-12-22T12:00:00.000Z'],
    ['2w', 'ahead', '2026-12-06T12:00:00.000Z'],
    ['2026-12-31', 'ahead', '2026-12-31T00:00:00.000Z'],
    ['2026-12-31T10:00:00+02:00', 'back', '2026-12-31T08:00:00.000Z'],
  ] as const)('reads %s, %s', (text, direction, expected) => {
    expect(parseMoment(text, direction, now)).toBe(expected)
  })

  it.each(['', 'tomorrow', '5y', '2026-13-01', '-3d', '12'])('refuses %p with the forms there are', text => {
    expect(() => parseMoment(text, 'back', now)).toThrow(CommandError)
  })
})
