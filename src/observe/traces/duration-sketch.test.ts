import { describe, expect, it } from 'bun:test'
import { DurationSketch, relativeError } from './duration-sketch.ts'

function sketchOf(durations: readonly number[]): DurationSketch {
  const sketch = new DurationSketch()
  for (const duration of durations) sketch.add(duration)
  return sketch
}

/** Deterministic, from 0.05 ms to 10 minutes, dense at the short end. */
const durations = Array.from(
  { length: 5_000 },
  (_, index) => 0.05 * 1.0033 ** ((index * 2_654_435_761) % 5_000),
)

describe('DurationSketch', () => {
  it('gives quantiles within its stated error, from fractions of a millisecond to minutes', () => {
    const sketch = sketchOf(durations)
    const sorted = durations.toSorted((left, right) => left - right)
    for (const quantile of [0, 0.01, 0.25, 0.5, 0.9, 0.95, 0.99, 1]) {
      const exact = sorted[Math.floor(quantile * (sorted.length - 1))]!
      const estimate = sketch.quantile(quantile)!
      expect(Math.abs(estimate - exact) / exact).toBeLessThanOrEqual(relativeError + 1e-9)
    }
  })

  it('has no quantile before the first duration', () => {
    expect(new DurationSketch().quantile(0.5)).toBeUndefined()
  })

  it('adds up: the sketch of two halves is the sketch of the whole', () => {
    const together = sketchOf(durations.slice(0, 2_000))
    together.addEncoded(sketchOf(durations.slice(2_000)).encode())
    expect(together.count).toBe(5_000)
    expect(together.encode()).toEqual(sketchOf(durations).encode())
    const merged = sketchOf(durations.slice(0, 2_000))
    merged.addSketch(sketchOf(durations.slice(2_000)))
    expect(merged.encode()).toEqual(together.encode())
  })

  it('survives storage, with counts beyond one byte', () => {
    const sketch = sketchOf(Array.from({ length: 100_000 }, () => 123))
    const read = new DurationSketch()
    read.addEncoded(sketch.encode())
    expect(read.count).toBe(100_000)
    expect(read.quantile(0.5)).toBe(sketch.quantile(0.5))
    expect(sketch.encode().length).toBeLessThanOrEqual(5)
  })

  it('counts zero, negative and impossible durations as the shortest', () => {
    const sketch = sketchOf([0, -5, Number.NaN])
    expect(sketch.count).toBe(3)
    expect(sketch.quantile(1)).toBeLessThan(0.011)
  })

  it('refuses bytes that were cut off', () => {
    const bytes = sketchOf(Array.from({ length: 1_000 }, () => 50)).encode()
    expect(() => new DurationSketch().addEncoded(bytes.slice(0, -1))).toThrow(RangeError)
  })
})
