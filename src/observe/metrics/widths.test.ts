import { describe, expect, it } from 'bun:test'
import { coverStretches, keptMs } from './widths.ts'

const now = Date.parse('2026-03-04T12:34:50Z')
const minute = 60_000
const hour = 60 * minute

describe('coverStretches', () => {
  it('covers every window without a gap or an overlap, up to the end', () => {
    for (const length of [
      10_000,
      minute,
      5 * minute,
      30 * minute,
      hour,
      6 * hour,
      72 * hour,
      90 * 24 * hour,
    ]) {
      for (const offset of [0, 10_000, 70_000, 5 * minute]) {
        const at = now - offset
        const stretches = coverStretches(at - length, at, now)
        for (const [index, stretch] of stretches.entries()) {
          expect(stretch.fromMs).toBeLessThan(stretch.toMs)
          expect(stretch.fromMs % (stretch.widthSeconds * 1_000)).toBe(0)
          if (index > 0) expect(stretch.fromMs).toBe(stretches[index - 1]?.toMs ?? 0)
          const kept = keptMs[stretch.widthSeconds as keyof typeof keptMs]
          expect(stretch.fromMs).toBeGreaterThanOrEqual(now - kept)
        }
        expect(stretches.at(-1)?.toMs).toBe(at)
        // what is cut off at the beginning is less than the width there
        const first = stretches[0]
        expect(Math.abs((first?.fromMs ?? 0) - (at - length))).toBeLessThan(
          (first?.widthSeconds ?? 0) * 1_000,
        )
      }
    }
  })

  it('reads few rows for a long window', () => {
    const rows = coverStretches(now - 72 * hour, now, now)
      .map(({ widthSeconds, fromMs, toMs }) => (toMs - fromMs) / 1_000 / widthSeconds)
      .reduce((sum, count) => sum + count, 0)
    expect(rows).toBeLessThan(72 + 60 + 60 + 13)
  })
})
