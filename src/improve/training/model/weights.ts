import { createRandom } from '../../../foundation/statistics/index.ts'
import { elementCount, parameterShapes, type ModelShape } from './model-shape.ts'

/** One flat array per parameter, rows first, in the order of `parameterShapes`. */
export type Weights = readonly Float32Array<ArrayBuffer>[]

/**
 * Fresh weights: norms 1, matrices normal with deviation 0.02, those that write into the residual stream smaller by
 * √(2 · layers) (Radford et al. 2019, section 2.3).
 */
export function initialWeights(shape: ModelShape, seed: number): Weights {
  return parameterShapes(shape).map(({ name, dimensions }) => {
    const values = new Float32Array(elementCount(dimensions))
    if (dimensions.length === 1) return values.fill(1)
    const writesResidual = name.includes('attn_output') || name.includes('ffn_down')
    const deviation = writesResidual ? 0.02 / Math.sqrt(2 * shape.layers) : 0.02
    const random = createRandom(seed, name)
    return values.map(() => deviation * random.normal())
  })
}
