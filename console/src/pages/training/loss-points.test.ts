import { describe, expect, it } from 'bun:test'
import type { TrainingPoint } from '../../api/types.ts'
import { lossRows } from './loss-points.ts'

const point = (kind: TrainingPoint['kind'], step: number, loss: number): TrainingPoint => ({
  kind,
  step,
  loss,
  accuracy: null,
  learning_rate: null,
})

describe('lossRows', () => {
  it('puts both losses of a step side by side, in the order of steps', () => {
    const points = [point('evaluation', 2, 3), point('step', 1, 4), point('step', 2, 2)]
    expect(lossRows(points)).toEqual([
      { step: 1, training: 4 },
      { step: 2, training: 2, validation: 3 },
    ])
  })

  it('draws means where there are more steps than a chart can show, and every validation', () => {
    const points = Array.from({ length: 10 }, (_, index) => point('step', index + 1, index + 1))
    expect(lossRows([...points, point('evaluation', 3, 9)], 5)).toEqual([
      { step: 2, training: 1.5 },
      { step: 3, validation: 9 },
      { step: 4, training: 3.5 },
      { step: 6, training: 5.5 },
      { step: 8, training: 7.5 },
      { step: 10, training: 9.5 },
    ])
  })
})
