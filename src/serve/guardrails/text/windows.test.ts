import { describe, expect, it } from 'bun:test'
import { windowsOf } from './windows.ts'

describe('windowsOf', () => {
  it('covers every text with stretches of the size, and cuts no character in two', () => {
    let state = 3
    const random = (): number => (state = (state * 48_271) % 2_147_483_647)
    const pieces = ['a', 'word ', '😀', '\n', '漢', 'x'.repeat(30)]
    for (let run = 0; run < 500; run += 1) {
      const text = Array.from({ length: random() % 60 }, () => pieces[random() % pieces.length]).join('')
      const size = 10 + (random() % 60)
      const overlap = random() % 5
      const windows = windowsOf(text, size, overlap)
      let covered = 0
      for (const { start, end } of windows) {
        expect(start).toBeLessThanOrEqual(covered)
        expect(end).toBeGreaterThan(start)
        expect(end - start).toBeLessThanOrEqual(size)
        expect(text.slice(start, end).isWellFormed()).toBe(true)
        covered = end
      }
      expect(covered).toBe(text.length)
    }
  })
})
