import { describe, expect, it } from 'bun:test'
import { createRandom } from '../../../foundation/statistics/index.ts'
import type { ModelShape } from '../model/model-shape.ts'
import { initialWeights, type Weights } from '../model/weights.ts'
import { adapterParameters } from './trained-parameters.ts'

const shape: ModelShape = {
  vocabularySize: 6,
  width: 4,
  layers: 1,
  heads: 2,
  keyValueHeads: 1,
  hiddenWidth: 3,
  contextLength: 8,
  ropeBase: 10_000,
  normEpsilon: 1e-5,
}
const dot = (left: Weights, right: Weights): number =>
  left.reduce(
    (sum, values, at) => sum + values.reduce((part, value, index) => part + value * right[at]![index]!, 0),
    0,
  )

describe('adapterParameters', () => {
  it('begins as the model was, and gives the slopes that differences give', () => {
    const base = initialWeights(shape, 1)
    const adapter = adapterParameters(shape, base, { rank: 2, alpha: 6 }, 5)
    expect(adapter.whole(adapter.initial())).toEqual([...base])
    const random = createRandom(3, 'slopes')
    const noise = (like: Weights): Weights => like.map(values => values.map(() => random.normal()))
    const slopes = noise(base)
    const trained = noise(adapter.initial())
    const found = adapter.pullBack(slopes, trained)
    const step = 2 ** -6
    trained.forEach((values, at) => {
      const moved = (by: number): number =>
        dot(
          slopes,
          adapter.whole(
            trained.map((other, index) =>
              index === at ? other.map((value, place) => (place === 1 ? value + by : value)) : other,
            ),
          ),
        )
      // linear in each of the two matrices alone: the difference is exact but for rounding
      expect((moved(step) - moved(-step)) / (2 * step)).toBeCloseTo(found[at]![1]!, 2)
      expect(values.length).toBe(adapter.sizes[at]!)
    })
  })
})
