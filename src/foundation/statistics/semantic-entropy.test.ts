import { describe, expect, it } from 'bun:test'
import { clusterByMeaning, discreteSemanticEntropy, normalisedSemanticEntropy } from './semantic-entropy.ts'

describe('discreteSemanticEntropy', () => {
  it('is what others compute', () => {
    // uqlm, tests/test_entropy_utils.py: probabilities [0.5, 0.5] and [0, 1]
    expect(discreteSemanticEntropy([1, 1])).toBeCloseTo(0.6931471805599453, 14)
    expect(discreteSemanticEntropy([0, 1])).toBe(0)
    // five answers in three meanings, in nats
    expect(discreteSemanticEntropy([3, 1, 1])).toBeCloseTo(0.9502705392332347, 14)
  })

  it('is 0 where all agree, ln N where no two do, and 0 of nothing', () => {
    expect(discreteSemanticEntropy([7])).toBe(0)
    expect(discreteSemanticEntropy([1, 1, 1, 1, 1, 1, 1])).toBeCloseTo(Math.log(7), 14)
    expect(discreteSemanticEntropy([])).toBe(0)
  })

  it('does not grow when two meanings turn out to be one', () => {
    for (const [a, b, c] of [
      [1, 2, 3],
      [5, 1, 1],
      [4, 4, 2],
    ] as const) {
      expect(discreteSemanticEntropy([a + b, c])).toBeLessThan(discreteSemanticEntropy([a, b, c]))
    }
  })
})

describe('normalisedSemanticEntropy', () => {
  it('is between 0 and 1 whatever the number of answers', () => {
    expect(normalisedSemanticEntropy([1, 1, 1])).toBeCloseTo(1, 14)
    expect(normalisedSemanticEntropy([3, 1, 1])).toBeCloseTo(0.9502705392332347 / Math.log(5), 14)
    expect(normalisedSemanticEntropy([4])).toBe(0)
    expect(normalisedSemanticEntropy([1])).toBe(0)
  })
})

describe('clusterByMeaning', () => {
  it('compares with the first of each cluster only, and stops where one fits', async () => {
    const meanings = ['a', 'b', 'a', 'c', 'b', 'a']
    const asked: string[] = []
    const clusters = await clusterByMeaning(meanings.length, (first, second) => {
      asked.push(`${first}${second}`)
      return meanings[first] === meanings[second]
    })
    expect(clusters).toEqual([[0, 2, 5], [1, 4], [3]])
    expect(asked).toEqual(['01', '02', '03', '13', '04', '14', '05'])
  })
})
