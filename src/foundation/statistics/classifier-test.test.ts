import { describe, expect, it } from 'bun:test'
import { classifierTest } from './classifier-test.ts'
import { createRandom } from './random.ts'

describe('classifierTest', () => {
  const sample = (seed: string, size: number, shift: number): number[][] => {
    const random = createRandom(seed)
    // the third component never varies
    return Array.from({ length: size }, () => [random.normal(), random.normal() + shift, 7])
  }

  it('cannot tell samples apart that come from the same, more often than chance lets it', () => {
    let found = 0
    for (let round = 0; round < 60; round += 1)
      if ((classifierTest(sample(`a${round}`, 100, 0), sample(`b${round}`, 100, 0))?.p ?? 0) < 0.05)
        found += 1
    expect(found).toBeLessThan(8)
  })

  it('tells those apart that do not, by which component, and which values are least like the others', () => {
    const now = sample('now', 200, 0.8)
    const found = classifierTest(sample('before', 300, 0), now)!
    // two normal distributions 0.8 apart: Φ(0.8 / √2)
    expect(found.auc).toBeCloseTo(0.714, 1)
    expect(found.p).toBeLessThan(1e-4)
    const [first = 0, second = 0, third] = found.weights
    expect(second).toBeGreaterThan(5 * Math.abs(first))
    expect(third).toBe(0)
    const strangest = found.scores.indexOf(Math.max(...found.scores))
    expect(now[strangest]![1]).toBeGreaterThan(1.5)
  })

  it('says nothing of a few values', () => {
    expect(classifierTest(sample('few', 10, 0), sample('many', 100, 0))).toBeUndefined()
  })
})
