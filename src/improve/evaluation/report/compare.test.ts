import { describe, expect, it } from 'bun:test'
import { comparePairs } from './compare.ts'
import { estimateMean, examplesToDecide, widened } from './estimate.ts'

const options = { margin: 0.05, confidence: 0.95, seed: 1 }

/** `counts`: how many pairs of each kind, baseline and challenger. */
const pairsOf = (counts: readonly (readonly [number, number, number])[]) =>
  counts.flatMap(([baseline, challenger, count]) =>
    Array.from({ length: count }, () => ({ baseline, challenger })),
  )

describe('comparePairs', () => {
  it('is better where interval and McNemar’s exact test agree', () => {
    // 30 won, 5 lost of 200: exact binomial p of 5 in 35 is 2.2e-5
    const compared = comparePairs(
      pairsOf([
        [0, 1, 30],
        [1, 0, 5],
        [1, 1, 100],
        [0, 0, 65],
      ]),
      options,
    )
    expect(compared).toMatchObject({
      verdict: 'better',
      test: 'mcnemar',
      improved: 30,
      worsened: 5,
      same: 165,
    })
    expect(compared.p).toBeCloseTo(2.2e-5, 5)
    expect(compared.difference?.mean).toBeCloseTo(0.125, 12)
    const turned = comparePairs(
      pairsOf([
        [1, 0, 30],
        [0, 1, 5],
        [1, 1, 100],
        [0, 0, 65],
      ]),
      options,
    )
    expect(turned.verdict).toBe('worse')
    expect(turned.difference?.mean).toBeCloseTo(-0.125, 12)
  })

  it('is equivalent where the whole interval lies within the margin, and says how many examples would be enough where not', () => {
    const few = comparePairs(
      pairsOf([
        [1, 0, 6],
        [0, 1, 5],
        [1, 1, 189],
      ]),
      options,
    )
    expect(few.verdict).toBe('equivalent')
    const fewer = comparePairs(
      pairsOf([
        [1, 0, 3],
        [0, 1, 2],
        [1, 1, 45],
      ]),
      options,
    )
    expect(fewer.verdict).toBe('undecided')
    expect(fewer.examplesToDecide).toBeGreaterThan(50)
    const enough = (fewer.examplesToDecide ?? 0) / 50
    const scaled = comparePairs(
      pairsOf([
        [1, 0, Math.round(3 * enough)],
        [0, 1, Math.round(2 * enough)],
        [1, 1, Math.round(45 * enough * 1.15)],
      ]),
      options,
    )
    expect(scaled.verdict).toBe('equivalent')
  })

  it('ranks scores that are not 0 or 1', () => {
    const pairs = Array.from({ length: 40 }, (_, index) => ({
      baseline: 0.4,
      challenger: 0.5 + (index % 7) / 50,
    }))
    const compared = comparePairs(pairs, options)
    expect(compared).toMatchObject({ verdict: 'better', test: 'wilcoxon', improved: 40 })
    expect(compared.p).toBeLessThan(1e-6)
  })

  it('says nothing of few, however clear they look, and nothing of none', () => {
    expect(comparePairs(pairsOf([[0, 1, 8]]), options)).toMatchObject({
      verdict: 'undecided',
      examplesToDecide: 10,
    })
    expect(comparePairs([], options)).toMatchObject({ verdict: 'undecided', pairs: 0, difference: undefined })
    // none differs: that is no proof with a dozen
    const same = comparePairs(pairsOf([[1, 1, 12]]), options)
    expect(same).toMatchObject({ verdict: 'undecided', test: 'none', p: undefined })
    expect(comparePairs(pairsOf([[1, 1, 300]]), options).verdict).toBe('equivalent')
  })
})

describe('estimateMean', () => {
  it('covers the truth as often as it says', () => {
    // 200 samples of 60 from a skewed distribution of known mean 1/3
    let covered = 0
    let state = 7
    const next = (): number => (state = (state * 16_807) % 2_147_483_647) / 2_147_483_647
    for (let round = 0; round < 200; round += 1) {
      const values = Array.from({ length: 60 }, () => next() ** 2)
      const found = estimateMean(values, { confidence: 0.9, seed: round, range: [0, 1] })
      if (found && found.low <= 1 / 3 && found.high >= 1 / 3) covered += 1
    }
    // binomial: 0.9 of 200 with four standard deviations
    expect(covered).toBeGreaterThan(160)
    expect(covered).toBeLessThanOrEqual(196)
  })

  it('is no more sure of one value than what may be unseen', () => {
    const same = (n: number) =>
      estimateMean(
        Array.from({ length: n }, () => 0.7),
        { confidence: 0.95, seed: 1, range: [0, 1] },
      )
    expect(same(5)).toMatchObject({ method: 'exact', mean: 0.7 })
    expect((same(5)?.high ?? 0) - 0.7).toBeCloseTo((1 - 0.025 ** (1 / 5)) * 0.3, 9)
    expect((same(500)?.high ?? 0) - 0.7).toBeLessThan(0.01)
  })

  it('takes Wilson’s interval where all are 0 or 1', () => {
    const found = estimateMean([1, 1, 1, 0], { confidence: 0.95, seed: 1, range: [0, 1] })
    expect(found).toMatchObject({ method: 'wilson', mean: 0.75 })
    expect(found?.low).toBeCloseTo(0.3006, 4)
    expect(found?.high).toBeCloseTo(0.9544, 4)
  })

  it('counts how many examples bring the interval to a bound', () => {
    const estimate = {
      n: 100,
      mean: 0.85,
      low: 0.77,
      high: 0.91,
      confidence: 0.95,
      method: 'wilson',
    } as const
    // half width 0.08 has to become 0.05
    expect(examplesToDecide(estimate, 0.8)).toBe(256)
    expect(examplesToDecide(estimate, 0.85)).toBeUndefined()
    expect(widened(0.95, 5)).toBeCloseTo(0.99, 12)
  })
})
