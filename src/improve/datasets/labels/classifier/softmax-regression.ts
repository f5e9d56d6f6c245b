import type { Random } from '../../../../foundation/statistics/index.ts'
import type { SparseRows } from './text-features.ts'

export interface SoftmaxModel {
  readonly classes: number
  /** `width` × `classes`. */
  readonly weights: Float32Array
  readonly bias: Float32Array
}

const epochs = 8
const rate = 0.5
const shrink = 1e-4
/** What the sums of squared gradients begin at: with less, what occurs in few texts is learned by heart, wrong labels with it. */
const caution = 1

/**
 * Multinomial logistic regression by AdaGrad (Duchi, Hazan and Singer, Journal of Machine Learning Research 12, 2011) over
 * the rows that are named, with a small penalty on the squares of the weights. A row counts as much as its weight, where there are
 * `rowWeights`.
 */
export function trainSoftmax(
  rows: SparseRows,
  labels: ArrayLike<number>,
  classes: number,
  members: readonly number[],
  random: Random,
  rowWeights?: ArrayLike<number>,
): SoftmaxModel {
  const model: SoftmaxModel = {
    classes,
    weights: new Float32Array(rows.width * classes),
    bias: new Float32Array(classes),
  }
  const squares = new Float32Array(model.weights.length).fill(caution)
  const biasSquares = new Float32Array(classes).fill(caution)
  const order = Uint32Array.from(members)
  const scores = new Float64Array(classes)
  for (let epoch = 0; epoch < epochs; epoch += 1) {
    shuffle(order, random)
    for (const row of order) {
      predictRow(model, rows, row, scores)
      const given = labels[row] as number
      scores[given] = (scores[given] as number) - 1
      const weight = rowWeights?.[row] ?? 1
      if (weight !== 1) for (let k = 0; k < classes; k += 1) scores[k] = (scores[k] as number) * weight
      step(model.bias, biasSquares, 0, scores, 1)
      for (let at = rows.starts[row] as number; at < (rows.starts[row + 1] as number); at += 1)
        step(
          model.weights,
          squares,
          (rows.indices[at] as number) * classes,
          scores,
          rows.values[at] as number,
        )
    }
  }
  return model
}

/** Writes p̂ of each class into `into`. */
export function predictRow(model: SoftmaxModel, rows: SparseRows, row: number, into: Float64Array): void {
  const { classes, weights, bias } = model
  for (let k = 0; k < classes; k += 1) into[k] = bias[k] as number
  for (let at = rows.starts[row] as number; at < (rows.starts[row + 1] as number); at += 1) {
    const from = (rows.indices[at] as number) * classes
    const value = rows.values[at] as number
    for (let k = 0; k < classes; k += 1) into[k] = (into[k] as number) + value * (weights[from + k] as number)
  }
  let most = -Infinity
  for (let k = 0; k < classes; k += 1) most = Math.max(most, into[k] as number)
  let sum = 0
  for (let k = 0; k < classes; k += 1) {
    const value = Math.exp((into[k] as number) - most)
    into[k] = value
    sum += value
  }
  for (let k = 0; k < classes; k += 1) into[k] = (into[k] as number) / sum
}

function step(
  weights: Float32Array,
  squares: Float32Array,
  from: number,
  errors: Float64Array,
  value: number,
): void {
  for (let k = 0; k < errors.length; k += 1) {
    const at = from + k
    const gradient = (errors[k] as number) * value + shrink * (weights[at] as number)
    const seen = (squares[at] as number) + gradient * gradient
    squares[at] = seen
    weights[at] = (weights[at] as number) - (rate * gradient) / Math.sqrt(seen)
  }
}

function shuffle(order: Uint32Array, random: Random): void {
  for (let at = order.length - 1; at > 0; at -= 1) {
    const other = random.below(at + 1)
    const kept = order[at] as number
    order[at] = order[other] as number
    order[other] = kept
  }
}
