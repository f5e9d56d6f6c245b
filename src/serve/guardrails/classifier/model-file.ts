import type { LinearModel } from './linear-model.ts'
import { featureBits } from './text-features.ts'
import { wordFeatureCount } from './word-features.ts'

const mark = 0x534c4d32
const headerBytes = 28
const wordBytes = 4 * wordFeatureCount
const fileBytes = headerBytes + wordBytes + (1 << featureBits)

/** A model with its hashed weights as they are kept: `scale` times the square of each step, with its sign. */
export interface KeptModel extends Omit<LinearModel, 'weights'> {
  readonly steps: Int8Array
  readonly scale: number
}

/** A header of 28 bytes (mark, bits of the hash, number of word features, scale, bias, slope, offset), floats of words, a signed byte per hash. */
export function writeModel({ steps, scale, wordWeights, bias, slope, offset }: KeptModel): Uint8Array {
  const bytes = new Uint8Array(fileBytes)
  const view = new DataView(bytes.buffer)
  for (const [index, number] of [mark, featureBits, wordFeatureCount].entries())
    view.setUint32(4 * index, number)
  for (const [index, number] of [scale, bias, slope, offset, ...wordWeights].entries())
    view.setFloat32(12 + 4 * index, number)
  bytes.set(new Uint8Array(steps.buffer, steps.byteOffset, steps.length), headerBytes + wordBytes)
  return bytes
}

/** Throws where the bytes are no model of this build. */
export function readModel(bytes: Uint8Array): LinearModel {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const isOurs =
    bytes.length === fileBytes &&
    view.getUint32(0) === mark &&
    view.getUint32(4) === featureBits &&
    view.getUint32(8) === wordFeatureCount
  if (!isOurs) throw new Error('The classifier is not one of this build: train it again.')
  const float = (index: number): number => view.getFloat32(12 + 4 * index)
  const scale = float(0)
  const steps = new Int8Array(bytes.buffer, bytes.byteOffset + headerBytes + wordBytes, 1 << featureBits)
  return {
    weights: Float32Array.from(steps, step => scale * step * Math.abs(step)),
    bias: float(1),
    slope: float(2),
    offset: float(3),
    wordWeights: Float32Array.from({ length: wordFeatureCount }, (_, index) => float(4 + index)),
  }
}
