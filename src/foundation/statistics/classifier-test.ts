import { fitLogistic, type LogisticModel } from './logistic-regression.ts'
import { permutedRankP } from './permuted-ranks.ts'
import type { Random } from './random.ts'
import { mannWhitney } from './two-sample-tests.ts'

export interface ClassifierTest {
  /** How well a model tells one sample from the other on values that it has not seen: ½ not at all, 1 always. */
  readonly auc: number
  /** For there being no difference, by permutation; at least 2 / (permutations + 1). */
  readonly p: number
  /** What each value of the second sample was given by the model that had not seen it: the higher, the less like the first. */
  readonly scores: readonly number[]
  /** By how much each component speaks for the second sample, in standard deviations: the mean of both models. */
  readonly weights: readonly number[]
}

type Vector = readonly number[]

/**
 * The classifier two-sample test (Lopez-Paz and Oquab, ICLR 2017, arXiv 1610.06545) with a logistic regression, cross-fitted on two halves: each model is tested
 * on the half that it has not seen, by how high it ranks the second sample there (their statistic is the accuracy, which looks at one threshold). Given a model, which of
 * the values that it has not seen is of which sample is exchangeable where there is no difference, so the p of a half is by permutation of
 * that, one-sided and without a model being fitted again; of both, twice the smaller (Bonferroni), since the halves have taught each other's
 * models. Both samples are taken alternately into the halves, so shuffle what comes in an order. `undefined` with fewer than 16 of either.
 */
export function classifierTest(
  first: readonly Vector[],
  second: readonly Vector[],
  options: { readonly random: Random; readonly permutations?: number },
): ClassifierTest | undefined {
  const { random, permutations = 1_999 } = options
  if (first.length < 16 || second.length < 16) return undefined
  const half = <Item>(items: readonly Item[], which: number): Item[] =>
    items.filter((_, index) => index % 2 === which)
  const tests = [0, 1].map(which => {
    const model = fit(half(first, 1 - which), half(second, 1 - which))
    const [before, now] = [half(first, which).map(model.score), half(second, which).map(model.score)]
    const { statistic } = mannWhitney(now, before) ?? { statistic: 0 }
    const p = permutedRankP(before, now, { permutations, random })
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

/** Both samples weigh alike. */
function fit(first: readonly Vector[], second: readonly Vector[]): LogisticModel {
  return fitLogistic(
    [...first, ...second],
    index => (index < first.length ? 0 : 1),
    index => (index < first.length ? 0.5 / first.length : 0.5 / second.length),
  )
}
