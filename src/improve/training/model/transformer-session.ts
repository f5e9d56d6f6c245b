import { defaultDevice, init, jit, numpy as np, valueAndGrad } from '@jax-js/jax'
import { Failure } from '../../../foundation/platform/index.ts'
import type { Batch } from '../loop/plan-batches.ts'
import { parameterShapes, type ModelShape } from './model-shape.ts'
import { transformerLogits, transformerLoss } from './transformer.ts'
import type { Weights } from './weights.ts'

/** Compiled functions of one shape of model on the Wasm backend; weights go in and numbers come out as plain arrays. */
export interface TransformerSession {
  gradients(weights: Weights, batch: Batch): Promise<{ loss: number; gradients: Weights }>
  loss(weights: Weights, batch: Batch): Promise<number>
  /** Logits `[rows · rowLength, vocabulary]`. */
  logits(weights: Weights, tokens: Int32Array<ArrayBuffer>, rows: number): Promise<Float32Array>
}

type Tensor = np.Array

export async function openTransformerSession(shape: ModelShape): Promise<TransformerSession> {
  const available = await init('wasm')
  if (!available.includes('wasm')) {
    throw new Failure('unavailable_here', 'Training needs WebAssembly with SIMD, which this runtime lacks.')
  }
  defaultDevice('wasm')
  const shapes = parameterShapes(shape).map(({ dimensions }) => [...dimensions])

  const loss = (parameters: Tensor[], tokens: Tensor, targets: Tensor, weights: Tensor): Tensor =>
    transformerLoss(shape, parameters, tokens, targets, weights)
  const compiledLoss = jit(loss)
  const compiledGradients = jit((parameters: Tensor[], tokens: Tensor, targets: Tensor, weights: Tensor) =>
    valueAndGrad(loss)(parameters, tokens, targets, weights),
  )
  const compiledLogits = jit((parameters: Tensor[], tokens: Tensor): Tensor =>
    transformerLogits(shape, parameters, tokens),
  )

  const upload = (weights: Weights): Tensor[] =>
    shapes.map((dimensions, index) => np.array(weights[index] ?? new Float32Array()).reshape(dimensions))
  const matrix = (values: Int32Array<ArrayBuffer> | Float32Array<ArrayBuffer>, rows: number): Tensor =>
    np.array(values).reshape([rows, values.length / rows])

  return {
    gradients: async (weights, batch) => {
      const [value, slopes] = compiledGradients(
        upload(weights),
        matrix(batch.tokens, batch.rows),
        matrix(batch.targets, batch.rows),
        matrix(batch.weights, batch.rows),
      ) as [Tensor, Tensor[]]
      const lossValue = await readNumber(value)
      const gradients: Float32Array<ArrayBuffer>[] = []
      for (const slope of slopes) gradients.push(await readFloats(slope))
      return { loss: lossValue, gradients }
    },
    loss: async (weights, batch) =>
      readNumber(
        compiledLoss(
          upload(weights),
          matrix(batch.tokens, batch.rows),
          matrix(batch.targets, batch.rows),
          matrix(batch.weights, batch.rows),
        ),
      ),
    logits: async (weights, tokens, rows) =>
      readFloats(compiledLogits(upload(weights), matrix(tokens, rows))),
  }
}

async function readFloats(tensor: Tensor): Promise<Float32Array<ArrayBuffer>> {
  const values = await tensor.data()
  if (!(values instanceof Float32Array))
    throw new TypeError('The backend answered with other than 32-bit floats.')
  return values
}

async function readNumber(tensor: Tensor): Promise<number> {
  return (await readFloats(tensor))[0] ?? Number.NaN
}
