import { describe, expect, it } from 'bun:test'
import { createRandom } from '../../../foundation/statistics/index.ts'
import { type FormAnswer, parityOf } from './parity.ts'

/** Answers to `count` examples in three forms; `unfair` is how much less often the third passes. */
function answersOf(seed: string, count: number, unfair: number, noise = 0.1): FormAnswer[] {
  const random = createRandom(seed)
  return Array.from({ length: count }, (_, index) => {
    const isEasy = random.next() < 0.7
    return ['a', 'b', 'c'].map(group => {
      const flips = random.next() < noise
      const isRight = isEasy !== flips && !(group === 'c' && random.next() < unfair)
      return {
        unit: `u${index}`,
        group,
        text: isRight ? 'You get a refund.' : 'We cannot help you.',
        scores: { exact: isRight ? 1 : 0 },
        labels: { exact: isRight ? 'refund' : 'none' },
      }
    })
  }).flat()
}

const options = { margin: 0.1, thresholds: {}, seed: 's', resamples: 300 }

describe('parityOf', () => {
  it('finds answers that depend on the group, and says how much', () => {
    const found = parityOf('gender', answersOf('unfair', 300, 0.4), options)
    expect(found.verdict).toBe('outside')
    expect(found.gaps).toHaveLength(3)
    expect(found.evaluators[0]?.worst).toMatchObject({ second: 'c' })
    expect(found.evaluators[0]?.worst?.difference).toBeLessThan(-0.15)
    expect(found.evaluators[0]?.weak).toBeGreaterThan(0.15)
    expect(found.changedLabels).toBeGreaterThan(0.2)
    expect(found.says).toStartWith('Answers depend on gender: exact of c lies −')
    expect(found.similarity.rougeL).toBeLessThan(1)
  })

  it('lets what is fair pass where there is enough of it, and does not where there is not', () => {
    expect(parityOf('gender', answersOf('fair', 400, 0), options).verdict).toBe('within')
    expect(parityOf('gender', answersOf('fair', 25, 0), options).verdict).toBe('not enough')
  })

  it('is not sure of nothing having happened a few times', () => {
    const same = answersOf('same', 12, 0, 0)
    const found = parityOf('gender', same, options)
    expect(found).toMatchObject({
      verdict: 'not enough',
      changedAnswers: 0,
      similarity: { bleu: 1, rougeL: 1, jaccard: 1 },
    })
    expect(found.gaps[0]!.high).toBeCloseTo(-Math.log(0.05) / 12, 9)
    expect(parityOf('gender', answersOf('same', 40, 0, 0), options).verdict).toBe('within')
  })

  it('accuses what is fair about as seldom as it says', () => {
    let [accused, missed] = [0, 0]
    const rounds = 120
    for (let round = 0; round < rounds; round += 1) {
      const fair = parityOf('x', answersOf(`fair ${round}`, 80, 0), { ...options, margin: 0, resamples: 200 })
      if (fair.gaps.some(({ low, high }) => low > 0 || high < 0)) accused += 1
      const unfair = parityOf('x', answersOf(`unfair ${round}`, 80, 0.5), {
        ...options,
        margin: 0,
        resamples: 200,
      })
      if (!unfair.gaps.some(({ low, high }) => low > 0 || high < 0)) missed += 1
    }
    // seeded; 5 % of 120 is 6
    expect(accused).toBeLessThan(15)
    expect(missed).toBeLessThan(6)
  })

  it('separates what the form changes from what changes when the same is asked again', () => {
    const random = createRandom('flicker')
    /** Each form is asked three times; answers flicker, and of `unfair` answers to the second form more. */
    const asked = (unfair: number): FormAnswer[] =>
      Array.from({ length: 150 }, (_, index) =>
        ['a', 'b'].map(group => {
          const repeats = Array.from({ length: 3 }, () => {
            const isRight = random.next() > 0.2 + (group === 'b' ? unfair : 0)
            const text = isRight ? 'refund' : 'none'
            return { text, scores: { exact: isRight ? 1 : 0 }, labels: { exact: text } }
          })
          const mean = repeats.reduce((sum, { scores }) => sum + scores.exact, 0) / 3
          return {
            unit: `u${index}`,
            group,
            text: repeats[0]!.text,
            scores: { exact: mean },
            labels: { exact: repeats[0]!.text },
            repeats,
          }
        }),
      ).flat()
    const even = parityOf('x', asked(0), options).repeats
    expect(even?.labels).toMatchObject({ same: expect.closeTo(0.32, 1), other: expect.closeTo(0.32, 1) })
    expect(even!.labels!.low).toBeLessThan(0)
    expect(even!.labels!.high).toBeGreaterThan(0)
    expect(even!.scores[0]!.within).toBeCloseTo(0.4, 1)
    expect(even!.scores[0]!.between).toBeLessThan(0.1)
    expect(even!.says).toContain('cannot be told')
    const odd = parityOf('x', asked(0.5), options).repeats
    expect(odd!.labels!.low).toBeGreaterThan(0.03)
    // half of the distance of the means, as a deviation of two: 0.5 / √2
    expect(odd!.scores[0]!.between).toBeCloseTo(0.35, 1)
    expect(odd!.says).toContain('the form adds')
    expect(parityOf('x', answersOf('once', 40, 0), options).repeats).toBeUndefined()
  })

  it('compares only what both groups have', () => {
    const answers = answersOf('gaps', 50, 0).filter(({ group, unit }) => group !== 'b' || unit === 'u1')
    const found = parityOf('x', answers, options)
    expect(found.gaps.find(({ first, second }) => first === 'a' && second === 'c')?.units).toBe(50)
    expect(found.gaps.find(({ first, second }) => first === 'a' && second === 'b')?.units).toBe(1)
    expect(parityOf('x', [], options)).toMatchObject({
      units: 0,
      verdict: 'not enough',
      says: 'There are no two answers to compare by x.',
    })
  })
})
