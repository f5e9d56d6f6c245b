import { describe, expect, it } from 'bun:test'
import { createRandom } from '../../../foundation/statistics/index.ts'
import { collectionNeeds, drawRows, planRebalance, reweigh } from './mitigation.ts'
import { labelGaps, representationOf, type SliceCount } from './representation.ts'

const slice = (name: string, yes: number, no: number): SliceCount => ({
  slice: name,
  rows: yes + no,
  labels: { yes, no },
})

describe('representationOf', () => {
  it('says which slice has clearly too little', () => {
    const found = representationOf([slice('en', 450, 450), slice('de', 50, 50)], { en: 70, de: 30 })
    expect(found.slices.find(one => one.slice === 'de')).toMatchObject({
      share: 0.1,
      expected: 0.3,
      ratio: expect.closeTo(1 / 3, 12),
    })
    expect(found.test?.p).toBeLessThan(1e-10)
    expect(found.says).toBe('`de` has 10.0 % of the rows (8.3 % to 12.0 %) where 30.0 % are expected.')
  })

  it('takes chance for chance, and says of small slices that they are', () => {
    const found = representationOf([slice('en', 100, 40), slice('de', 40, 16), slice('fr', 3, 1)], {
      en: 70,
      de: 28,
      fr: 2,
    })
    expect(found.says).toBe(
      'No slice has clearly less than is expected of it. 1 of 3 slices have fewer than 30 rows.',
    )
  })

  it('counts a slice that is not there at all', () => {
    const found = representationOf([slice('en', 500, 500)], { en: 90, de: 10 })
    expect(found.slices.find(one => one.slice === 'de')).toMatchObject({ rows: 0, ratio: 0 })
    expect(found.says).toContain('`de` has 0.0 % of the rows')
  })
})

describe('labelGaps', () => {
  it('finds a label that one slice is given more often', () => {
    const [first] = labelGaps([slice('a', 80, 120), slice('b', 40, 160), slice('c', 45, 155)])
    expect(first).toMatchObject({ slice: 'a', share: 0.4 })
    expect(first!.difference).toBeCloseTo(0.4 - 85 / 400, 12)
    expect(first!.low).toBeGreaterThan(0)
    expect(first!.p).toBeLessThan(1e-4)
  })

  it('finds nothing where there is nothing, about as often as it says', () => {
    let found = 0
    const rounds = 200
    for (let round = 0; round < rounds; round += 1) {
      const random = createRandom('even', round)
      const even = ['a', 'b', 'c', 'd'].map(name => {
        const yes = Array.from({ length: 100 }, () => random.next() < 0.4).filter(Boolean).length
        return slice(name, yes, 100 - yes)
      })
      if (labelGaps(even).some(({ p }) => p < 0.05)) found += 1
    }
    // 5 % of 200 is 10; seeded
    expect(found).toBeLessThan(22)
  })
})

describe('mitigation', () => {
  const biased = [slice('a', 90, 10), slice('b', 30, 70)]

  it('weighs rows so that labels are as likely in each slice', () => {
    const weigh = reweigh(biased)
    const weighted = biased.map(({ slice: name, labels }) => {
      const [yes, no] = ['yes', 'no'].map(label => (labels[label] ?? 0) * weigh(name, label)) as [
        number,
        number,
      ]
      return yes / (yes + no)
    })
    expect(weighted[0]).toBeCloseTo(0.6, 12)
    expect(weighted[1]).toBeCloseTo(0.6, 12)
    const sum = biased.flatMap(({ slice: name, labels }) =>
      Object.entries(labels).map(([label, rows]) => rows * weigh(name, label)),
    )
    expect(sum.reduce((total, one) => total + one, 0)).toBeCloseTo(200, 9)
  })

  it.each(['under', 'over'] as const)('draws as many of each cell, %s', method => {
    const plan = planRebalance(biased, method)
    const shareOf = (name: string): number => {
      const wanted = (label: string) =>
        plan.find(cell => cell.slice === name && cell.label === label)?.wanted ?? 0
      return wanted('yes') / (wanted('yes') + wanted('no'))
    }
    expect(Math.abs(shareOf('a') - shareOf('b'))).toBeLessThan(0.05)
    for (const { rows, wanted } of plan)
      if (method === 'under') expect(wanted).toBeLessThanOrEqual(rows)
      else expect(wanted).toBeGreaterThanOrEqual(rows)
  })

  it('chooses the same rows again, each as often as the others or once more', () => {
    const keys = Array.from({ length: 10 }, (_, index) => `k${index}`)
    const drawn = drawRows(keys, 23, 's')
    expect([...drawn.values()].reduce((sum, times) => sum + times, 0)).toBe(23)
    expect(new Set(drawn.values())).toEqual(new Set([2, 3]))
    expect(drawRows(keys.toReversed(), 23, 's')).toEqual(drawn)
    expect([...drawRows(keys, 4, 's').values()].filter(times => times === 1)).toHaveLength(4)
  })

  it('says how many rows a slice lacks', () => {
    expect(collectionNeeds([slice('a', 300, 200), slice('b', 50, 10)], 0.05)).toEqual([
      { slice: 'b', rows: 60, missing: 325 },
    ])
  })
})
