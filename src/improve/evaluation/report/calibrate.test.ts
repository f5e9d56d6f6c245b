import { describe, expect, it } from 'bun:test'
import { calibratedMean } from './calibrate.ts'
import { classesOf } from './classes.ts'

const options = {
  confidence: 0.95,
  seed: 1,
  range: [0, 1] as const,
  suite: 's',
  evaluator: 'e',
  threshold: 0.5,
}

/** A judge that says 0.9 of everything; people agree with it on 6 of 10. */
const examples = (drawn: number, byHand: number) =>
  Array.from({ length: 400 }, (_, index) => {
    const value = index % 10 < 6 ? 1 : 0
    if (index < drawn) return { judge: 0.9 - 0.4 * (1 - value), human: { value, probability: 0.25 } }
    const human = index < drawn + byHand ? { value: 1, probability: undefined } : undefined
    return { judge: 0.9 - 0.4 * (1 - value), human }
  })

describe('calibratedMean', () => {
  it('says nothing of a judge that few have checked', () => {
    const { estimate, calibration } = calibratedMean(examples(19, 0), options)
    expect(estimate).toBeUndefined()
    expect(calibration).toMatchObject({ state: 'uncalibrated', labels: 19, bias: undefined })
    expect(calibration.next).toContain('1 more')
  })

  it('corrects it, and says how far it is off, how far people agree and what more labels would do', () => {
    const { estimate, calibration } = calibratedMean(examples(100, 0), options)
    // people say 0.6, the judge 0.74
    expect(estimate?.mean).toBeCloseTo(0.6, 6)
    expect(calibration.bias).toBeCloseTo(0.14, 6)
    expect(calibration.biasLow).toBeLessThan(0.14)
    expect(calibration.biasHigh).toBeGreaterThan(0.14)
    // it lets everything pass, so that the agreement is what chance gives
    expect(calibration.agreement).toMatchObject({ kappa: 0, same: 0.6 })
    // it tells the two apart perfectly: what is left is which examples there are, and labels cannot mend that
    expect(calibration.labelsToHalve).toBeUndefined()
  })

  it('leaves labels out of which nobody knows how they were chosen, where there are enough others', () => {
    // two hundred that somebody picked because they are good
    expect(calibratedMean(examples(100, 200), options)).toMatchObject({
      calibration: { labels: 100, bias: expect.closeTo(0.14, 6) as number },
    })
    expect(calibratedMean(examples(10, 200), options).calibration.labels).toBe(210)
  })
})

describe('classesOf', () => {
  it('counts what was taken for what', () => {
    const scores = [
      ...Array.from({ length: 6 }, () => ({ wanted: 'refund', label: 'refund' })),
      ...Array.from({ length: 2 }, () => ({ wanted: 'refund', label: 'order' })),
      ...Array.from({ length: 2 }, () => ({ wanted: 'order', label: 'order' })),
      { wanted: undefined, label: 'not applicable' },
    ]
    const found = classesOf(scores)
    expect(found?.accuracy).toBe(0.8)
    // refund: 12 / 14, order: 4 / 6
    expect(found?.macroF1).toBeCloseTo((12 / 14 + 4 / 6) / 2, 12)
    expect(found?.confusion[0]).toEqual({ wanted: 'refund', said: 'refund', answers: 6 })
    expect(found?.labels[0]).toEqual({ label: 'refund', answers: 6 })
    expect(classesOf([{ wanted: undefined, label: undefined }])).toBeUndefined()
  })
})
