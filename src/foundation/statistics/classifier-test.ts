import { mannWhitney } from './two-sample-tests.ts'

export interface ClassifierTest {
  /** How well a model tells one sample from the other on values that it has not seen: ½ not at all, 1 always. */
  readonly auc: number
  /** For there being no difference: twice the smaller p of the two halves. */
  readonly p: number
  /** What each value of the second sample was given by the model that had not seen it: the higher, the less like the first. */
  readonly scores: readonly number[]
  /** By how much each component speaks for the second sample, in standard deviations: the mean of both models. */
  readonly weights: readonly number[]
}

type Vector = readonly number[]

interface Model {
  readonly weights: Float64Array
  readonly score: (vector: Vector) => number
}

const steps = 150
const ridge = 1e-2

/**
 * The classifier two-sample test (Lopez-Paz and Oquab, ICLR 2017, arXiv 1610.06545) with a logistic regression, cross-fitted on two halves: each model is tested
 * on the half that it has not seen, by Mann and Whitney's U, which is exact in that given the model. Both samples are taken alternately
 * into the halves, so shuffle what comes in an order. `undefined` with fewer than 16 of either.
 */
export function classifierTest(
  first: readonly Vector[],
  second: readonly Vector[],
): ClassifierTest | undefined {
  if (first.length < 16 || second.length < 16) return undefined
  const half = <Item>(items: readonly Item[], which: number): Item[] =>
    items.filter((_, index) => index % 2 === which)
  const tests = [0, 1].map(which => {
    const model = fit(half(first, 1 - which), half(second, 1 - which))
    const [before, now] = [half(first, which).map(model.score), half(second, which).map(model.score)]
    const { statistic, p } = mannWhitney(now, before) ?? { statistic: 0, p: 1 }
    return { model, now, p, auc: statistic / (now.length * before.length) }
  })
  const [even, odd] = tests
  if (!even || !odd) return undefined
  return {
    auc: (even.auc + odd.auc) / 2,
    p: Math.min(1, 2 * Math.min(even.p, odd.p)),
    scores: second.map((_, index) => (index % 2 === 0 ? even : odd).now[index >> 1] ?? 0),
    weights: Array.from(
      even.model.weights,
      (weight, index) => (weight + (odd.model.weights[index] ?? 0)) / 2,
    ),
  }
}

/** Logistic regression on standardised components with a small ridge, both samples weighing alike, by Nesterov's accelerated descent. */
function fit(first: readonly Vector[], second: readonly Vector[]): Model {
  const rows = [...first, ...second]
  const width = rows[0]?.length ?? 0
  const { means, scales } = standardise(rows, width)
  const standard = rows.map(row =>
    Float64Array.from(row, (value, index) => (value - (means[index] ?? 0)) * (scales[index] ?? 0)),
  )
  const dueTo = (index: number): number => (index < first.length ? 0.5 / first.length : 0.5 / second.length)
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
    for (const [index, row] of standard.entries()) {
      const error = (logistic(dot(ahead, row) + aheadBias) - (index < first.length ? 0 : 1)) * dueTo(index)
      for (let component = 0; component < width; component += 1)
        gradient[component] = (gradient[component] ?? 0) + error * (row[component] ?? 0)
      biasGradient += error
    }
    last = weights.slice()
    lastBias = bias
    for (let component = 0; component < width; component += 1)
      weights[component] = (ahead[component] ?? 0) - rate * (gradient[component] ?? 0)
    bias = aheadBias - rate * biasGradient
  }
  const score = (vector: Vector): number => {
    let sum = bias
    for (let index = 0; index < width; index += 1)
      sum += (weights[index] ?? 0) * ((vector[index] ?? 0) - (means[index] ?? 0)) * (scales[index] ?? 0)
    return sum
  }
  return { weights, score }
}

function standardise(rows: readonly Vector[], width: number): { means: Float64Array; scales: Float64Array } {
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

const logistic = (x: number): number => 1 / (1 + Math.exp(-x))

function dot(first: Float64Array, second: Float64Array): number {
  let sum = 0
  for (let index = 0; index < first.length; index += 1) sum += (first[index] ?? 0) * (second[index] ?? 0)
  return sum
}
