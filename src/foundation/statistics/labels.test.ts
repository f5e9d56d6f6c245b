import { describe, expect, it } from 'bun:test'
import {
  bootstrapInterval,
  confidentLearning,
  createRandom,
  fleissInterval,
  fleissKappa,
  krippendorffAlpha,
  krippendorffInterval,
  pruneLabels,
  pruneMethods,
} from './index.ts'

const random = createRandom('labels')
const items = Array.from({ length: 120 }, () => {
  const truth = random.below(4)
  return Array.from({ length: 1 + random.below(4) }, () => (random.next() < 0.8 ? truth : random.below(4)))
})

describe('krippendorffInterval', () => {
  it.each(['nominal', 'ordinal', 'interval', 'ratio'] as const)(
    'is what the bootstrap of α itself gives, %s',
    level => {
      const paired = items.filter(item => item.length > 1)
      const options = { resamples: 60, method: 'percentile' } as const
      const plain = bootstrapInterval(
        paired.length,
        indices =>
          krippendorffAlpha(
            Array.from(indices, index => paired[index]!),
            level,
          )?.alpha ?? Number.NaN,
        { ...options, random: createRandom('same') },
      )!
      const found = krippendorffInterval(items, level, { ...options, random: createRandom('same') })!
      for (const end of ['estimate', 'low', 'high'] as const) expect(found[end]).toBeCloseTo(plain[end], 10)
      expect(found.estimate).toBeCloseTo(krippendorffAlpha(items, level)!.alpha, 12)
    },
  )
})

describe('fleissInterval', () => {
  it('holds κ, and about as often as it says', () => {
    const countsOf = (rows: readonly (readonly number[])[]) =>
      rows.map(row => [0, 1, 2, 3].map(k => row.filter(label => label === k).length))
    const found = fleissInterval(countsOf(items), { random: createRandom('k'), resamples: 500 })!
    expect(found.estimate).toBeCloseTo(fleissKappa(countsOf(items))!.kappa, 12)
    expect(found.low).toBeLessThan(found.estimate)
    expect(found.high).toBeGreaterThan(found.estimate)
  })
})

describe('pruneLabels', () => {
  const planted = (rate: number) => {
    const draw = createRandom('planted', rate)
    const wrong = new Set<number>()
    const labels: number[] = []
    const probabilities: number[][] = []
    for (let n = 0; n < 1_500; n += 1) {
      const truth = draw.below(3)
      const sure = 0.5 + 0.5 * draw.next()
      probabilities.push([0, 1, 2].map(k => (k === truth ? sure : (1 - sure) / 2)))
      const isWrong = draw.next() < rate
      if (isWrong) wrong.add(n)
      labels.push(isWrong ? (truth + 1) % 3 : truth)
    }
    return { wrong, labels, probabilities, learned: confidentLearning(labels, probabilities, 3) }
  }

  it('finds what was planted by each method, and never more than is estimated to be wrong', () => {
    for (const rate of [0.05, 0.2]) {
      const { wrong, labels, probabilities, learned } = planted(rate)
      const estimated = learned.errorRate * labels.length
      for (const method of pruneMethods) {
        const found = pruneLabels(labels, probabilities, learned, method, 'margin')
        const hits = found.filter(({ index }) => wrong.has(index)).length
        expect(hits / found.length).toBeGreaterThan(0.9)
        expect(hits / wrong.size).toBeGreaterThan(method === 'joint' ? 0.45 : 0.6)
        if (method !== 'joint') expect(found.length).toBeLessThanOrEqual(Math.ceil(estimated) + 6)
        for (const [place, { margin, given, index }] of found.entries()) {
          expect(given).toBe(labels[index]!)
          if (place > 0) expect(margin).toBeGreaterThanOrEqual(found[place - 1]!.margin)
        }
      }
    }
  })

  it('takes for `both` what the two name, and ranks as it is told', () => {
    const { labels, probabilities, learned } = planted(0.2)
    const named = (method: 'class' | 'noise-rate' | 'both') =>
      new Set(pruneLabels(labels, probabilities, learned, method, 'margin').map(({ index }) => index))
    expect(named('both')).toEqual(named('class').intersection(named('noise-rate')))
    const ranked = pruneLabels(labels, probabilities, learned, 'joint', 'self-confidence')
    expect(ranked.map(({ index }) => index)).toEqual(learned.suspects.map(({ index }) => index))
  })
})
