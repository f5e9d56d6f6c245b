import { describe, expect, it } from 'bun:test'
import { createRandom, shiftedMean } from './index.ts'

type Rows = { features: number[][]; labels: number[] }

/** Answers that are wrong more often the longer the question is; in the current traffic long ones are likelier. */
function draw(seed: string, rows: number, longer: number, asks = 1): Rows {
  const random = createRandom(seed)
  const features: number[][] = []
  const labels: number[] = []
  for (let row = 0; row < rows; row += 1) {
    const length = random.normal() + longer
    features.push([length, random.normal()])
    labels.push(random.next() < 1 / (1 + Math.exp(-(1 - asks * length))) ? 1 : 0)
  }
  return { features, labels }
}

const meanOf = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length

describe('shiftedMean', () => {
  it('covers the mean that labels would show in nine of ten shifts, which the labelled mean hardly ever does', () => {
    const truth = meanOf(draw('truth', 200_000, 0.7).labels)
    let [covered, old] = [0, 0]
    for (let run = 0; run < 100; run += 1) {
      const found = shiftedMean(draw(`reference ${run}`, 600, 0), draw(`current ${run}`, 600, 0.7).features, {
        random: createRandom('bootstrap', run),
        resamples: 200,
      })!
      expect(found.isTrusted).toBe(true)
      if (found.estimate.low <= truth && truth <= found.estimate.high) covered += 1
      if (found.labelled.low <= truth && truth <= found.labelled.high) old += 1
    }
    expect(covered).toBeGreaterThanOrEqual(85)
    expect(old).toBeLessThanOrEqual(5)
  })

  it('says that it cannot be trusted where the rows lie outside of what was labelled', () => {
    const random = createRandom('outside')
    const found = shiftedMean(draw('reference', 800, 0), draw('far', 800, 5).features, { random })!
    expect(found.isTrusted).toBe(false)
    expect(found.outside).toBeGreaterThan(0.9)
    expect(found.reasons[0]).toContain('outside of what was labelled')
  })

  it('says that it cannot be trusted where hardly any label differs', () => {
    const { features } = draw('reference', 300, 0)
    const labels = features.map((_, index) => (index < 9 ? 0 : 1))
    const found = shiftedMean({ features, labels }, draw('current', 300, 0.7).features, {
      random: createRandom('rare'),
    })!
    expect(found.reasons).toEqual(['of 300 labelled rows all but 9 have the same label'])
  })

  it('says that it repeats what was labelled where rows tell nothing of the label', () => {
    // good in the middle, bad at both ends: no line fits
    const random = createRandom('bent')
    const place = (scale: number) => Array.from({ length: 600 }, () => [scale * random.normal()])
    const features = place(1)
    const labels = features.map(([at = 0]) => (random.next() < 1 / (1 + Math.exp(at ** 2 - 2)) ? 1 : 0))
    const found = shiftedMean({ features, labels }, place(1.4), { random })!
    expect(found.isTrusted).toBe(false)
    expect(found.reasons.join()).toMatch(/^the rows tell 0\.\d % of the label/)
  })

  it('is blind to a label that has come to mean something else', () => {
    const current = draw('current', 2_000, 0, -1)
    const reference = draw('reference', 2_000, 0)
    const found = shiftedMean(reference, current.features, { random: createRandom('blind') })!
    expect(found.isTrusted).toBe(true)
    expect(Math.abs(found.estimate.estimate - meanOf(reference.labels))).toBeLessThan(0.03)
  })

  it('says nothing of few labels', () => {
    const few = draw('few', 40, 0)
    expect(shiftedMean(few, few.features, { random: createRandom('few') })).toBeUndefined()
  })
})
