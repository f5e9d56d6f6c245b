import { describe, expect, it } from 'bun:test'
import { createRandom } from '../../../foundation/statistics/index.ts'
import { answersBySlice } from './answers-by-slice.ts'
import { type ClassifiedAnswer, measureOdds, ratesOfSlices } from './odds.ts'

/** Answers in three slices; of those of `c` that want a refund a share `unfair` is refused. */
function answersOf(seed: string, count: number, unfair: number): ClassifiedAnswer[] {
  const random = createRandom(seed)
  return Array.from({ length: count }, (_, index) => {
    const slice = random.pick(['a', 'b', 'c'])
    const wanted = random.next() < 0.5 ? 'refund' : 'none'
    const isWronged = slice === 'c' && wanted === 'refund' && random.next() < unfair
    const isWrong = random.next() < 0.1
    const said = isWronged ? 'none' : isWrong === (wanted === 'none') ? 'refund' : 'none'
    return { unit: String(index), slice, wanted, said, weight: 1 }
  })
}

const options = { margin: 0.15, labels: ['refund'] }

describe('measureOdds', () => {
  it('counts the rates of each slice', () => {
    const answers = [
      ['a', 'refund', 'refund'],
      ['a', 'refund', 'none'],
      ['a', 'none', 'refund'],
      ['b', 'none', 'none'],
    ].map(([slice = '', wanted = '', said = ''], index) => ({
      unit: String(index),
      slice,
      wanted,
      said,
      weight: 1,
    }))
    const rates = ratesOfSlices(answers, ['refund']).map(
      ({ slice, rate, share, units }) => `${slice} ${rate} ${share.toFixed(3)} of ${units}`,
    )
    expect(rates).toEqual([
      'a truePositives 0.500 of 2',
      'a falsePositives 1.000 of 1',
      'a selected 0.667 of 3',
      'b truePositives 0.000 of 0',
      'b falsePositives 0.000 of 1',
      'b selected 0.000 of 1',
    ])
  })

  it('finds who is refused what he should have, in the pairs that he is in', () => {
    const found = measureOdds(answersOf('unfair', 900, 0.5), 'equalisedOdds', options)
    expect(found.verdict).toBe('outside')
    // three pairs of each of the two rates
    expect(found.gaps).toHaveLength(6)
    expect(
      found.gaps.slice(0, 2).every(({ second, rate }) => second === 'c' && rate === 'truePositives'),
    ).toBe(true)
    expect(found.says).toContain('The odds of slices differ: `refund` is said −')
    const parity = measureOdds(answersOf('unfair', 900, 0.5), 'demographicParity', {
      ...options,
      margin: 0.02,
    })
    expect(parity.verdict).toBe('outside')
  })

  it('says that there is enough where there is, and what there is not', () => {
    expect(measureOdds(answersOf('fair', 6_000, 0), 'equalisedOdds', options).verdict).toBe('within')
    expect(measureOdds(answersOf('fair', 60, 0), 'equalOpportunity', options).verdict).toBe('not enough')
    const few = measureOdds(
      answersOf('rare', 6_000, 0).filter(({ slice }, index) => slice !== 'b' || index < 20),
      'equalOpportunity',
      options,
    )
    expect(few).toMatchObject({ verdict: 'not enough', leftOut: 2 })
    expect(measureOdds([], 'equalisedOdds', options)).toMatchObject({ verdict: 'not enough', gaps: [] })
  })

  it('accuses what is fair no more often than it says, also where an example is asked many times', () => {
    let [accused, repeated, missed] = [0, 0, 0]
    const rounds = 300
    for (let round = 0; round < rounds; round += 1) {
      const fair = answersOf(`fair ${round}`, 300, 0)
      const isAccused = (answers: readonly ClassifiedAnswer[]): boolean =>
        measureOdds(answers, 'equalisedOdds', { margin: 0, labels: ['refund'] }).verdict === 'outside'
      if (isAccused(fair)) accused += 1
      // the worst case: each time the same answer
      if (isAccused(fair.flatMap(one => Array.from({ length: 5 }, () => ({ ...one, weight: 0.2 })))))
        repeated += 1
      if (!isAccused(answersOf(`unfair ${round}`, 600, 0.4))) missed += 1
    }
    // seeded; 5 % of 300 is 15
    expect(accused).toBeLessThan(16)
    expect(repeated).toBe(accused)
    expect(missed).toBeLessThan(15)
  })
})

describe('answersBySlice', () => {
  it('takes forms of an example, and its repeats, for one', () => {
    const form = (ordinal: number, group: string) => ({
      ordinal,
      rowKey: JSON.stringify(['["t1"]', 'gender', group]),
      slices: { attribute: 'gender', group },
    })
    const examples = [form(0, 'male'), form(1, 'female'), { ordinal: 2, rowKey: '["t2"]', slices: {} }]
    const said = (ordinal: number, label: string | undefined) => ({ ordinal, label, wanted: 'refund' })
    const answers = answersBySlice(
      examples,
      [said(0, 'refund'), said(0, 'none'), said(1, 'refund'), said(1, undefined), said(2, 'refund')],
      'group',
    )
    expect(answers.map(({ unit, slice, weight }) => `${unit} ${slice} ${weight}`)).toEqual([
      '["t1"] male 0.5',
      '["t1"] male 0.5',
      '["t1"] female 1',
    ])
  })
})
