import { createRandom } from '../../../foundation/statistics/index.ts'
import { elementCount, parameterShapes, type ModelShape } from '../model/model-shape.ts'
import type { Weights } from '../model/weights.ts'
import type { TrainingSpec } from '../training-spec.ts'

/** What of a model is trained, and how the model follows from it. */
export interface TrainedParameters {
  readonly sizes: readonly number[]
  /** Vectors do not decay. */
  readonly isMatrix: readonly boolean[]
  /** Before the first step. */
  initial(): Weights
  /** The weights of the whole model. */
  whole(trained: Weights): Weights
  /** The gradients of what is trained, from those of the whole model. */
  pullBack(gradients: Weights, trained: Weights): Weights
}

/** All weights, beginning with those given. */
export function fullParameters(shape: ModelShape, start: Weights): TrainedParameters {
  const shapes = parameterShapes(shape)
  return {
    sizes: shapes.map(({ dimensions }) => elementCount(dimensions)),
    isMatrix: shapes.map(({ dimensions }) => dimensions.length > 1),
    initial: () => start.map(values => values.slice()),
    whole: trained => trained,
    pullBack: gradients => gradients,
  }
}

/**
 * Low-rank corrections of the matrices of a model that stays as it was (Hu et al. 2021, equation 3): W + (alpha / rank) · B · A
 * with A `[rank, inputs]` normal and B `[outputs, rank]` zero, for all matrices of attention and feed-forward. Embeddings and
 * norms are left alone.
 */
export function adapterParameters(
  shape: ModelShape,
  base: Weights,
  { rank, alpha }: NonNullable<TrainingSpec['adapter']>,
  seed: number,
): TrainedParameters {
  const scale = alpha / rank
  const adapted = parameterShapes(shape).flatMap(({ name, dimensions }, parameter) => {
    const [outputs = 0, inputs = 0] = dimensions
    return dimensions.length < 2 || name.startsWith('token_embd')
      ? []
      : [{ name, parameter, outputs, inputs }]
  })
  return {
    sizes: adapted.flatMap(({ outputs, inputs }) => [rank * inputs, outputs * rank]),
    isMatrix: adapted.flatMap(() => [true, true]),
    initial: () =>
      adapted.flatMap(({ name, outputs, inputs }) => {
        const random = createRandom(seed, 'adapter', name)
        const deviation = 1 / Math.sqrt(inputs)
        return [
          new Float32Array(rank * inputs).map(() => deviation * random.normal()),
          new Float32Array(outputs * rank),
        ]
      }),
    whole(trained) {
      const weights = base.map(values => values.slice())
      adapted.forEach(({ parameter, outputs, inputs }, index) => {
        const [down, up] = pairAt(trained, index)
        const target = arrayAt(weights, parameter)
        for (let row = 0; row < outputs; row += 1)
          for (let inner = 0; inner < rank; inner += 1) {
            const factor = scale * (up[row * rank + inner] ?? 0)
            if (factor === 0) continue
            for (let column = 0; column < inputs; column += 1) {
              const at = row * inputs + column
              target[at] = (target[at] ?? 0) + factor * (down[inner * inputs + column] ?? 0)
            }
          }
      })
      return weights
    },
    pullBack(gradients, trained) {
      return adapted.flatMap(({ parameter, outputs, inputs }, index) => {
        const [down, up] = pairAt(trained, index)
        const slope = arrayAt(gradients, parameter)
        const ofDown = new Float32Array(rank * inputs)
        const ofUp = new Float32Array(outputs * rank)
        for (let row = 0; row < outputs; row += 1)
          for (let inner = 0; inner < rank; inner += 1) {
            const factor = scale * (up[row * rank + inner] ?? 0)
            let sum = 0
            for (let column = 0; column < inputs; column += 1) {
              const value = slope[row * inputs + column] ?? 0
              sum += value * (down[inner * inputs + column] ?? 0)
              const at = inner * inputs + column
              ofDown[at] = (ofDown[at] ?? 0) + factor * value
            }
            ofUp[row * rank + inner] = scale * sum
          }
        return [ofDown, ofUp]
      })
    },
  }
}

function arrayAt(weights: Weights, index: number): Float32Array<ArrayBuffer> {
  const array = weights[index]
  if (array === undefined) throw new RangeError(`There is no parameter ${index}.`)
  return array
}

function pairAt(trained: Weights, index: number): [Float32Array<ArrayBuffer>, Float32Array<ArrayBuffer>] {
  return [arrayAt(trained, index * 2), arrayAt(trained, index * 2 + 1)]
}
