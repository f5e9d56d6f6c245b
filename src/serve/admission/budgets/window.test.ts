import { describe, expect, it } from 'bun:test'
import { windowAt } from './window.ts'

const at = (text: string): number => Date.parse(text)

describe('windowAt', () => {
  it('names each kind of window by itself', () => {
    const now = at('2026-11-25T16:05:42.5Z')
    const names = (['minute', 'hour', 'day', 'week', 'month'] as const).map(kind => windowAt(kind, now).name)
    expect(names).toEqual([
      'minute/2026-11-25T16:05',
      'hour/2026-11-25T16',
      'day/2026-11-25',
      'week/2026-11-23',
      'month/2026-11',
    ])
  })

  it('ends where the next one begins, also over the ends of years and leap days', () => {
    for (const moment of ['2026-12-31T23:59:59.999Z', '2028-02-29T12:00:00Z', '1999-06-30T00:00:00Z']) {
      for (const kind of ['minute', 'hour', 'day', 'week', 'month'] as const) {
        const { name, startsAtMs, endsAtMs } = windowAt(kind, at(moment))
        expect(windowAt(kind, startsAtMs).name).toBe(name)
        expect(windowAt(kind, endsAtMs - 1).name).toBe(name)
        expect(windowAt(kind, startsAtMs - 1).name).not.toBe(name)
        expect(windowAt(kind, endsAtMs).name).not.toBe(name)
      }
    }
  })
})
