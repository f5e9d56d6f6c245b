import { setImmediate as breathe } from 'node:timers/promises'
import { createRandom } from '../../../foundation/statistics/index.ts'
import { crossValidate } from '../labels/classifier/cross-validate.ts'
import { predictRow, trainSoftmax } from '../labels/classifier/softmax-regression.ts'
import { textFeatures } from '../labels/classifier/text-features.ts'

/** What is to be told from a text: the value of each text that is learned from. */
export interface Target {
  readonly name: string
  readonly values: readonly string[]
}

/** How probable each value is of each new text: `probabilities[text × classes + class]`. */
export interface Prediction {
  readonly classes: readonly string[]
  readonly probabilities: Float32Array
}

const folds = 5
/** Exponents that are tried: below 1 softer, above it sharper. */
const exponents = Array.from({ length: 41 }, (_, step) => 2 ** ((step - 12) / 7))

/**
 * The classifier of words that finds suspect labels, trained on all that is known and asked about texts that it has not seen; one for each
 * target. It is made as sure as it is right: its probabilities are raised to the power under which those of texts that were held out
 * fit best (temperature scaling; Guo et al., ICML 2017), since it is too unsure where there is little to learn from.
 */
export async function predictValues(
  known: readonly string[],
  unknown: readonly string[],
  targets: readonly Target[],
  { seed, signal }: { readonly seed: string; readonly signal: AbortSignal },
): Promise<Map<string, Prediction>> {
  const features = textFeatures([...known, ...unknown])
  const found = new Map<string, Prediction>()
  for (const { name, values } of targets) {
    await breathe()
    signal.throwIfAborted()
    const members: number[] = []
    for (const [row, value] of values.entries()) if (value !== 'null') members.push(row)
    const classes = [...new Set(members.map(row => values[row] ?? ''))].toSorted()
    const size = classes.length
    const place = new Map(classes.map((value, index) => [value, index]))
    const labels = Uint16Array.from(values, value => place.get(value) ?? 0)
    const own = members.map(row => labels[row] ?? 0)
    const heldOut = await crossValidate(
      members.map(row => known[row] ?? ''),
      own,
      size,
      { folds, seed, signal, progress: () => undefined },
    )
    const exponent = fitExponent(heldOut, own, size)
    const model = trainSoftmax(features, labels, size, members, createRandom(seed, name))
    const probabilities = new Float32Array(unknown.length * size)
    const said = new Float64Array(size)
    for (const [index] of unknown.entries()) {
      predictRow(model, features, known.length + index, said)
      probabilities.set(sharpen(said, exponent), index * size)
    }
    found.set(name, { classes, probabilities })
  }
  return found
}

/** The exponent with the least loss of logarithms over texts that were held out. */
function fitExponent(heldOut: Float32Array, labels: readonly number[], size: number): number {
  let [best, least] = [1, Infinity]
  for (const exponent of exponents) {
    let loss = 0
    for (const [row, label] of labels.entries()) {
      const said = sharpen(heldOut.subarray(row * size, (row + 1) * size), exponent)
      loss -= Math.log(Math.max(1e-9, said[label] ?? 0))
    }
    if (loss < least) [best, least] = [exponent, loss]
  }
  return best
}

function sharpen(row: ArrayLike<number>, exponent: number): Float64Array {
  const raised = Float64Array.from(row, value => value ** exponent)
  const sum = raised.reduce((total, value) => total + value, 0)
  return sum === 0 ? Float64Array.from(row) : raised.map(value => value / sum)
}
