import { describe, expect, it } from 'bun:test'
import { restartDelayMs } from './restart-delay.ts'

describe('restartDelayMs', () => {
  it('doubles from a quarter of a second up to half a minute', () => {
    expect([0, 1, 2, 3].map(restartDelayMs)).toEqual([250, 500, 1000, 2000])
    expect(restartDelayMs(7)).toBe(30_000)
    expect(restartDelayMs(1_000_000)).toBe(30_000)
  })
})
