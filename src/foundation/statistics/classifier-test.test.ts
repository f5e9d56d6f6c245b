import { describe, expect, it } from 'bun:test'
import { classifierTest } from './classifier-test.ts'
import { createRandom } from './random.ts'

describe('classifierTest', () => {
  const sample = (seed: string, size: number, shift: number): number[][] => {
    const random = createRandom(seed)
    // the third component never varies
    return Array.from({ length: size }, () => [random.normal(), random.normal() + shift, 7])
  }

  const test = (first: number[][], second: number[][], seed: number | string) =>
    classifierTest(first, second, { random: createRandom('permutations', seed), permutations: 199 })

  it('gives p that are spread over 0 to 1 where both are the same, and no smaller ones than chance lets it', () => {
    const found = Array.from(
      { length: 200 },
      (_, round) => test(sample(`a${round}`, 40, 0), sample(`b${round}`, 40, 0), round)?.p ?? 0,
    )
    // twice the smaller of two is careful: more so the larger it is, since both halves are led astray by the same rows
    for (const level of [0.05, 0.2, 0.5]) {
      const share = found.filter(p => p <= level).length / found.length
      expect(share).toBeLessThan(level + 3.5 * Math.sqrt((level * (1 - level)) / found.length))
      expect(share).toBeGreaterThan(level / 2)
    }
  })

  it('tells those apart that do not, by which component, and which values are least like the others', () => {
    const now = sample('now', 200, 0.8)
    const found = test(sample('before', 300, 0), now, 'shift')!
    // two normal distributions 0.8 apart: Φ(0.8 / √2)
    expect(found.auc).toBeCloseTo(0.714, 1)
    // the least that 199 permutations can give
    expect(found.p).toBe(0.01)
    const [first = 0, second = 0, third] = found.weights
    expect(second).toBeGreaterThan(5 * Math.abs(first))
    expect(third).toBe(0)
    const strangest = found.scores.indexOf(Math.max(...found.scores))
    expect(now[strangest]![1]).toBeGreaterThan(1.5)
  })

  it('says nothing of a few values', () => {
    expect(test(sample('few', 10, 0), sample('many', 100, 0), 'few')).toBeUndefined()
  })
})
