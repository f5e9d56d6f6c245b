import { describe, expect, it } from 'bun:test'
import { timeOfId } from '../../foundation/platform/index.ts'
import { addDays, dayOf, leastIdAt, startOfDayMs } from './day.ts'
import { idAt } from './sample-inference.ts'

const midnightMs = Date.UTC(2026, 2, 1)

describe('dayOf', () => {
  it('changes at midnight UTC', () => {
    expect(dayOf(midnightMs - 1)).toBe('2026-02-28')
    expect(dayOf(midnightMs)).toBe('2026-03-01')
  })
})

describe('addDays', () => {
  it('counts across months, years and leap days', () => {
    expect(addDays('2026-02-28', 1)).toBe('2026-03-01')
    expect(addDays('2028-02-28', 1)).toBe('2028-02-29')
    expect(addDays('2026-01-01', -1)).toBe('2025-12-31')
    expect(startOfDayMs(addDays('2026-02-28', 1))).toBe(midnightMs)
  })
})

describe('leastIdAt', () => {
  it('lies above every id of the millisecond before and below every id of its own', () => {
    const bound = leastIdAt(midnightMs)
    for (let round = 0; round < 100; round += 1) {
      expect(idAt(midnightMs - 1) < bound).toBe(true)
      expect(idAt(midnightMs) > bound).toBe(true)
    }
    expect(timeOfId(idAt(midnightMs))).toBe(midnightMs)
  })

  it('stays a UUID for times that no id can have', () => {
    expect(leastIdAt(-1)).toBe('00000000-0000-0000-0000-000000000000')
    expect(leastIdAt(Number.MAX_SAFE_INTEGER)).toBe('ffffffff-ffff-0000-0000-000000000000')
  })
})
