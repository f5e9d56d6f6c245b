import { nn, numpy as np } from '@jax-js/jax'
import { headWidth, type ModelShape } from './model-shape.ts'
import { rotaryTable } from './rotary-table.ts'

type Tensor = np.Array

const tensorsPerLayer = 9

/**
 * Logits `[rows · length, vocabulary]` of token ids `[rows, length]`: Llama (Touvron et al. 2023) with RMSNorm, rotary
 * positions, grouped queries, SwiGLU and tied embeddings. Takes ownership of all its arrays, as jax-js functions do.
 */
export function transformerLogits(shape: ModelShape, parameters: readonly Tensor[], tokens: Tensor): Tensor {
  const [rows = 0, length = 0] = tokens.shape
  const { heads, keyValueHeads, layers } = shape
  const size = headWidth(shape)
  const table = rotaryTable(length, size, shape.ropeBase)
  const cosines = np.array(table.cosines).reshape([1, length, 1, size])
  const sines = np.array(table.sines).reshape([1, length, 1, size])

  const at = (index: number): Tensor => {
    const tensor = parameters[index]
    if (tensor === undefined) throw new RangeError(`The model has no parameter ${index}.`)
    return tensor
  }
  const project = (input: Tensor, weight: Tensor): Tensor => np.matmul(input, np.transpose(weight))
  const normalize = (input: Tensor, gain: Tensor): Tensor => {
    const meanSquare = np.mean(np.square(input.ref), -1, { keepdims: true })
    return input.div(np.sqrt(meanSquare.add(shape.normEpsilon))).mul(gain)
  }
  const rotate = (input: Tensor): Tensor => {
    const [, , count = 0] = input.shape
    const paired = input.ref.reshape([rows, length, count, size / 2, 2])
    const swapped = np.flip(paired, -1).reshape([rows, length, count, size])
    return input.mul(cosines.ref).add(swapped.mul(sines.ref))
  }

  const embedding = at(0)
  let stream = np.take(embedding.ref, tokens.reshape([rows * length]), 0)
  for (let layer = 0; layer < layers; layer += 1) {
    const first = 1 + layer * tensorsPerLayer
    const attended = normalize(stream.ref, at(first))
    const query = rotate(project(attended.ref, at(first + 1)).reshape([rows, length, heads, size]))
    const key = rotate(project(attended.ref, at(first + 2)).reshape([rows, length, keyValueHeads, size]))
    const value = project(attended, at(first + 3)).reshape([rows, length, keyValueHeads, size])
    const mixed = nn.dotProductAttention(query, key, value, { isCausal: true })
    stream = stream.add(project(mixed.reshape([rows * length, heads * size]), at(first + 4)))

    const fed = normalize(stream.ref, at(first + 5))
    const gate = nn.silu(project(fed.ref, at(first + 6)))
    const hidden = gate.mul(project(fed, at(first + 7)))
    stream = stream.add(project(hidden, at(first + 8)))
  }
  cosines.dispose()
  sines.dispose()
  return project(normalize(stream, at(1 + layers * tensorsPerLayer)), embedding)
}

/** Mean cross-entropy of the targets `[rows, length]`, weighted by `weights` `[rows, length]`. Takes ownership. */
export function transformerLoss(
  shape: ModelShape,
  parameters: readonly Tensor[],
  tokens: Tensor,
  targets: Tensor,
  weights: Tensor,
): Tensor {
  const [rows = 0, length = 0] = tokens.shape
  const logProbabilities = nn.logSoftmax(transformerLogits(shape, parameters, tokens), -1)
  const wanted = nn.oneHot(targets.reshape([rows * length]), shape.vocabularySize)
  const picked = np.sum(logProbabilities.mul(wanted), -1)
  const total = np.sum(weights.ref)
  return np.negative(np.sum(picked.mul(weights.reshape([rows * length])))).div(total)
}
