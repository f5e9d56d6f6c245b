/** A logistic regression: its log-odds rise by `weights` with each standard deviation of a component. */
export interface LogisticModel {
  readonly weights: Float64Array
  /** The log-odds of a vector. */
  readonly score: (vector: readonly number[]) => number
}

const steps = 150
const ridge = 1e-2

/**
 * Logistic regression on standardised components with a small ridge, by Nesterov's accelerated descent. `targetOf` a row lies between
 * 0 and 1, fractions included (Papke and Wooldridge, Journal of Applied Econometrics 11, 1996); `dueTo` is what it weighs, and sums to 1.
 */
export function fitLogistic(
  rows: readonly (readonly number[])[],
  targetOf: (index: number) => number,
  dueTo: (index: number) => number,
): LogisticModel {
  const width = rows[0]?.length ?? 0
  const { means, scales } = standardise(rows, width)
  const [count, targets, dues] = [
    rows.length,
    Float64Array.from(rows, (_, index) => targetOf(index)),
    Float64Array.from(rows, (_, index) => dueTo(index)),
  ]
  // one row after the other
  const standard = new Float64Array(count * width)
  for (const [index, row] of rows.entries())
    for (let component = 0; component < width; component += 1)
      standard[index * width + component] =
        ((row[component] ?? 0) - (means[component] as number)) * (scales[component] as number)
  const weights = new Float64Array(width)
  let [bias, lastBias] = [0, 0]
  let last = new Float64Array(width)
  // the curvature of the loss is at most a quarter of the mean square length of a row
  const rate = 1 / (0.25 * (width + 1) + ridge)
  for (let step = 1; step <= steps; step += 1) {
    const push = (step - 1) / (step + 2)
    const ahead = weights.map((weight, index) => weight + push * (weight - (last[index] ?? 0)))
    const aheadBias = bias + push * (bias - lastBias)
    const gradient = ahead.map(weight => ridge * weight)
    let biasGradient = 0
    for (let index = 0; index < count; index += 1) {
      const from = index * width
      let odds = aheadBias
      for (let component = 0; component < width; component += 1)
        odds += (ahead[component] as number) * (standard[from + component] as number)
      const error = (logistic(odds) - (targets[index] as number)) * (dues[index] as number)
      for (let component = 0; component < width; component += 1)
        gradient[component] = (gradient[component] as number) + error * (standard[from + component] as number)
      biasGradient += error
    }
    last = weights.slice()
    lastBias = bias
    for (let component = 0; component < width; component += 1)
      weights[component] = (ahead[component] ?? 0) - rate * (gradient[component] ?? 0)
    bias = aheadBias - rate * biasGradient
  }
  const score = (vector: readonly number[]): number => {
    let sum = bias
    for (let index = 0; index < width; index += 1)
      sum += (weights[index] ?? 0) * ((vector[index] ?? 0) - (means[index] ?? 0)) * (scales[index] ?? 0)
    return sum
  }
  return { weights, score }
}

function standardise(
  rows: readonly (readonly number[])[],
  width: number,
): { means: Float64Array; scales: Float64Array } {
  const means = new Float64Array(width)
  const squares = new Float64Array(width)
  for (const row of rows)
    for (let index = 0; index < width; index += 1)
      means[index] = (means[index] ?? 0) + (row[index] ?? 0) / rows.length
  for (const row of rows)
    for (let index = 0; index < width; index += 1)
      squares[index] = (squares[index] ?? 0) + ((row[index] ?? 0) - (means[index] ?? 0)) ** 2 / rows.length
  // what never varies says nothing
  return { means, scales: squares.map(square => (square > 1e-24 ? 1 / Math.sqrt(square) : 0)) }
}

export const logistic = (x: number): number => 1 / (1 + Math.exp(-x))
