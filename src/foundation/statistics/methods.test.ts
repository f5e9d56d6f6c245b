import { describe, expect, it } from 'bun:test'
import {
  adjustPValues,
  andersonDarling,
  binCounts,
  bootstrapInterval,
  bootstrapMean,
  chiSquaredTest,
  confidentLearning,
  createRandom,
  dawidSkene,
  evidentlyStability,
  jensenShannonDistance,
  kolmogorovSmirnov,
  krippendorffAlpha,
  mannWhitney,
  mcNemarExact,
  meanDiscrepancy,
  normalCdf,
  normalQuantile,
  numericStability,
  predictionPoweredMean,
  quantileEdges,
  studentQuantile,
  wassersteinDistance,
  wilcoxonSignedRank,
} from './index.ts'

const draw = (
  seed: string,
  count: number,
  of: (random: ReturnType<typeof createRandom>) => number,
): number[] => {
  const random = createRandom(seed)
  return Array.from({ length: count }, () => of(random))
}

describe('distributions', () => {
  it('have the quantiles of the tables', () => {
    expect(normalQuantile(0.975)).toBeCloseTo(1.959963984540054, 12)
    expect(normalQuantile(1e-10)).toBeCloseTo(-6.361340902404056, 9)
    expect(studentQuantile(0.975, 4)).toBeCloseTo(2.7764451051977987, 8)
    expect(studentQuantile(0.025, 30)).toBeCloseTo(-2.0422724563012373, 8)
    for (const p of [1e-6, 0.01, 0.3, 0.5, 0.77, 0.999])
      expect(normalCdf(normalQuantile(p))).toBeCloseTo(p, 12)
  })
})

describe('two-sample tests', () => {
  it('reject at their level where nothing differs, whatever the size', () => {
    const rejected = { ks: 0, mw: 0, ad: 0, chi: 0 }
    const rounds = 400
    for (let round = 0; round < rounds; round += 1) {
      const [a, b] = ['a', 'b'].map(side => draw(`${side}${round}`, 30, random => random.normal())) as [
        number[],
        number[],
      ]
      if ((kolmogorovSmirnov(a, b)?.p ?? 1) < 0.1) rejected.ks += 1
      if ((mannWhitney(a, b)?.p ?? 1) < 0.1) rejected.mw += 1
      if ((andersonDarling([a, b])?.p ?? 1) < 0.1) rejected.ad += 1
      const edges = quantileEdges([...a, ...b], 3)
      if ((chiSquaredTest([binCounts(a, edges), binCounts(b, edges)])?.p ?? 1) < 0.1) rejected.chi += 1
    }
    // seeded; 10 % is 40, and four standard errors are 24
    for (const count of Object.values(rejected)) expect(count).toBeLessThan(64)
    // each of them does reject
    for (const count of Object.values(rejected)) expect(count).toBeGreaterThan(16)
  })

  it('see a shift, and say how far in the units of the values', () => {
    const a = draw('a', 500, random => random.normal())
    const b = draw('b', 500, random => random.normal() + 1)
    expect(kolmogorovSmirnov(a, b)?.p).toBeLessThan(1e-20)
    expect(mannWhitney(a, b)?.p).toBeLessThan(1e-20)
    expect(wassersteinDistance(a, b)).toBeCloseTo(1, 0)
    expect(numericStability(a, b)).toBeGreaterThan(0.25)
    expect(evidentlyStability(a, b)).toBeGreaterThan(0.25)
    expect(numericStability(a, a)).toBe(0)
  })

  it('agree exactly and nearly, where both can be had', () => {
    for (const size of [40, 150, 600]) {
      const a = draw(`a${size}`, size, random => random.next())
      const b = draw(`b${size}`, size + 17, random => random.next() ** 1.1)
      const exact = kolmogorovSmirnov(a, b, 'exact')?.p ?? 0
      const near = kolmogorovSmirnov(a, b, 'asymptotic')?.p ?? 1
      expect(Math.abs(exact - near)).toBeLessThan(0.08)
    }
    const large = draw('x', 9_000, random => random.next())
    expect(kolmogorovSmirnov(large, large)).toMatchObject({ statistic: 0, p: 1, method: 'asymptotic' })
  })

  it('know small cases by heart', () => {
    // all of one sample below the other: 2 of the C(6, 3) orders are as far
    expect(kolmogorovSmirnov([1, 2, 3], [4, 5, 6])).toMatchObject({
      statistic: 1,
      p: expect.closeTo(0.1, 12),
    })
    // 5 positive differences: 2 / 2^5
    expect(wilcoxonSignedRank([1, 2, 3, 4, 5])).toEqual({ statistic: 15, p: 0.0625 })
    expect(wilcoxonSignedRank([0, 0])).toBeUndefined()
    expect(mcNemarExact(1, 9)).toBeCloseTo((2 * (1 + 10)) / 1024, 12)
    expect(mcNemarExact(0, 0)).toBe(1)
    expect(kolmogorovSmirnov([], [1])).toBeUndefined()
    expect(jensenShannonDistance([1, 0], [0, 1])).toBe(1)
  })

  it('tell clouds of points apart by permutation', () => {
    const cloud = (seed: string, by: number) => {
      const random = createRandom(seed)
      return Array.from({ length: 40 }, () => [random.normal() + by, random.normal()])
    }
    const random = createRandom('permutations')
    const options = { permutations: 99, random }
    expect(meanDiscrepancy(cloud('a', 0), cloud('b', 2), options)?.p).toBe(0.01)
    expect(meanDiscrepancy(cloud('a', 0), cloud('c', 0), options)?.p).toBeGreaterThan(0.05)
  })
})

describe('bootstrapInterval', () => {
  it.each(['bca', 'percentile'] as const)('holds a mean about as often as it says, %s', method => {
    let held = 0
    const rounds = 200
    for (let round = 0; round < rounds; round += 1) {
      // skewed: the mean of an exponential is 1
      const values = draw(`v${round}`, 40, random => -Math.log(1 - random.next()))
      const found = bootstrapMean(values, { random: createRandom(round), resamples: 300, method })
      if (found && found.low <= 1 && found.high >= 1) held += 1
    }
    expect(held / rounds).toBeGreaterThan(0.86)
    expect(held / rounds).toBeLessThan(0.99)
  })

  it('is the same for the same seed, holds its estimate, and is nothing for one unit', () => {
    const values = [1, 2, 3, 4, 10]
    const once = bootstrapMean(values, { random: createRandom('s') })
    expect(bootstrapMean(values, { random: createRandom('s') })).toEqual(once)
    expect(once!.low).toBeLessThan(4)
    expect(once!.high).toBeGreaterThan(4)
    expect(bootstrapMean([1], { random: createRandom('s') })).toBeUndefined()
    expect(bootstrapInterval(5, () => NaN, { random: createRandom('s') })).toBeUndefined()
  })
})

describe('adjustPValues', () => {
  // p.adjust of R 4.3
  it.each([
    ['holm', [0.04, 0.06, 0.06, 0.06]],
    ['benjamini-hochberg', [0.04, 0.04, 0.04, 0.04]],
    ['benjamini-yekutieli', [0.25 / 3, 0.25 / 3, 0.25 / 3, 0.25 / 3]],
  ] as const)('is that of R, %s', (correction, expected) => {
    const found = adjustPValues([0.01, 0.02, 0.03, 0.04], correction)
    for (const [index, value] of expected.entries()) expect(found[index]).toBeCloseTo(value, 12)
  })

  it('keeps the order in which it was asked, and never lowers a value', () => {
    const values = draw('p', 50, random => random.next())
    for (const correction of ['holm', 'benjamini-hochberg', 'benjamini-yekutieli'] as const) {
      const found = adjustPValues(values, correction)
      for (const [index, value] of values.entries()) {
        expect(found[index]).toBeGreaterThanOrEqual(value)
        for (const [other, lower] of values.entries())
          if (lower < value) expect(found[other]).toBeLessThanOrEqual(found[index]!)
      }
    }
  })
})

describe('krippendorffAlpha', () => {
  it('is 1 for full agreement, about 0 for chance, and says nothing of one rater', () => {
    expect(
      krippendorffAlpha(
        [
          [1, 1],
          [2, 2],
          [3, 3],
        ],
        'nominal',
      )?.alpha,
    ).toBe(1)
    const random = createRandom('chance')
    const chance = Array.from({ length: 2_000 }, () => [random.below(3), random.below(3), random.below(3)])
    for (const level of ['nominal', 'ordinal', 'interval', 'ratio'] as const)
      expect(Math.abs(krippendorffAlpha(chance, level)!.alpha)).toBeLessThan(0.05)
    expect(krippendorffAlpha([[1], [2]], 'nominal')).toBeUndefined()
    expect(krippendorffAlpha([[2, 2]], 'nominal')).toBeUndefined()
  })
})

describe('confidentLearning', () => {
  it('finds flips that were planted, and estimates how many', () => {
    const random = createRandom('flips')
    const labels: number[] = []
    const probabilities: number[][] = []
    const flipped = new Set<number>()
    for (let n = 0; n < 2_000; n += 1) {
      const truth = random.below(3)
      const sure = 0.6 + 0.38 * random.next()
      probabilities.push([0, 1, 2].map(k => (k === truth ? sure : (1 - sure) / 2)))
      const isFlipped = random.next() < 0.1
      if (isFlipped) flipped.add(n)
      labels.push(isFlipped ? (truth + 1 + random.below(2)) % 3 : truth)
    }
    const found = confidentLearning(labels, probabilities, 3)
    const hits = found.suspects.filter(({ index }) => flipped.has(index)).length
    // those of which the model is surer than it is on average
    expect(hits / flipped.size).toBeGreaterThan(0.6)
    expect(hits / found.suspects.length).toBeGreaterThan(0.95)
    expect(found.errorRate).toBeCloseTo(0.1, 1)
    expect(found.pruned.length).toBeLessThanOrEqual(found.suspects.length)
    const counts = found.calibrated.flat().reduce((sum, count) => sum + count, 0)
    expect(counts).toBeCloseTo(2_000, 6)
  })

  it('suspects nothing of a class that nobody used, and nothing where nothing is known', () => {
    expect(
      confidentLearning(
        [0, 0],
        [
          [0.2, 0.8],
          [0.3, 0.7],
        ],
        2,
      ).suspects,
    ).toEqual([])
    expect(confidentLearning([], [], 2)).toMatchObject({ errorRate: 0, suspects: [] })
  })
})

describe('dawidSkene', () => {
  it('finds who is good, and beats the majority where most are not', () => {
    const random = createRandom('annotators')
    const skill = [0.95, 0.95, 0.45, 0.45, 0.45]
    const truths = Array.from({ length: 800 }, () => random.below(3))
    const annotations = truths.flatMap((truth, item) =>
      skill.map((good, annotator) => ({
        item,
        annotator,
        label: random.next() < good ? truth : (truth + 1 + random.below(2)) % 3,
      })),
    )
    const found = dawidSkene(annotations, { items: 800, annotators: 5, classes: 3 })
    expect(found.hasConverged).toBe(true)
    const best = (row: readonly number[]) => row.indexOf(Math.max(...row))
    const right = truths.filter((truth, item) => best(found.posterior[item]!) === truth).length
    const majority = truths.filter((truth, item) => {
      const votes = [0, 0, 0]
      for (const annotation of annotations.slice(item * 5, item * 5 + 5)) votes[annotation.label]! += 1
      return best(votes) === truth
    }).length
    expect(right).toBeGreaterThan(majority + 40)
    for (const [annotator, good] of skill.entries()) {
      const matrix = found.confusion[annotator]!
      const estimated = [0, 1, 2].reduce((sum, k) => sum + matrix[k]![k]! * found.prevalence[k]!, 0)
      expect(Math.abs(estimated - good)).toBeLessThan(0.07)
    }
  })
})

describe('predictionPoweredMean', () => {
  it('holds the truth where the judge is biased, and the judge alone does not', () => {
    let [held, judgeHeld, widthOfPeople, width] = [0, 0, 0, 0]
    const rounds = 300
    for (let round = 0; round < rounds; round += 1) {
      const random = createRandom('ppi', round)
      const one = () => {
        const human = random.next() < 0.6 ? 1 : 0
        // too kind: lets a third of the bad ones pass
        const judge = human === 1 ? (random.next() < 0.97 ? 1 : 0) : random.next() < 0.33 ? 1 : 0
        return { human, judge }
      }
      const labelled = Array.from({ length: 60 }, one)
      const judgeUnlabelled = Array.from({ length: 1_000 }, () => one().judge)
      const found = predictionPoweredMean({
        human: labelled.map(({ human }) => human),
        judgeOnHuman: labelled.map(({ judge }) => judge),
        judgeUnlabelled,
      })!
      if (found.low <= 0.6 && found.high >= 0.6) held += 1
      if (Math.abs(found.judgeMean - 0.6) < 1.96 * Math.sqrt(0.25 / 1_000)) judgeHeld += 1
      width += found.high - found.low
      const alone = labelled.reduce((sum, { human }) => sum + human, 0) / 60
      widthOfPeople += 2 * 2 * Math.sqrt((alone * (1 - alone)) / 59)
    }
    expect(held / rounds).toBeGreaterThan(0.92)
    expect(judgeHeld / rounds).toBeLessThan(0.05)
    // and says more than the labels alone
    expect(width).toBeLessThan(widthOfPeople * 0.8)
  })

  it('says nothing of too few labels', () => {
    const few = { human: [1, 0, 1], judgeOnHuman: [1, 0, 1], judgeUnlabelled: [1, 1] }
    expect(predictionPoweredMean(few)).toBeUndefined()
  })

  it('listens less to a judge that knows nothing', () => {
    const random = createRandom('noise')
    const toss = (count: number) => Array.from({ length: count }, () => random.below(2))
    const found = predictionPoweredMean({
      human: toss(200),
      judgeOnHuman: toss(200),
      judgeUnlabelled: toss(2_000),
    })
    expect(found?.power).toBeLessThan(0.15)
  })

  it('is not led astray by labels that were chosen, where it knows how', () => {
    let sum = 0
    const rounds = 60
    for (let round = 0; round < rounds; round += 1) {
      const random = createRandom('chosen', round)
      const all = Array.from({ length: 2_000 }, () => {
        const judge = random.next()
        return { judge, human: judge < 0.3 ? 0 : 1, chance: judge < 0.3 ? 0.2 : 0.05 }
      })
      const chosen = all.filter(({ chance }) => random.next() < chance)
      sum += predictionPoweredMean({
        human: chosen.map(({ human }) => human),
        judgeOnHuman: chosen.map(({ judge }) => judge),
        judgeUnlabelled: all.map(({ judge }) => judge),
        weights: chosen.map(({ chance }) => 1 / chance),
      })!.estimate
    }
    expect(sum / rounds).toBeCloseTo(0.7, 1)
    expect(Math.abs(sum / rounds - 0.7)).toBeLessThan(0.02)
  })
})
