import { bootstrapInterval, quantileOf, type Interval } from './bootstrap.ts'
import { fitLogistic, logistic, type LogisticModel } from './logistic-regression.ts'
import type { Random } from './random.ts'

type Vector = readonly number[]

export interface ShiftedMean {
  /** Of the label where nobody has labelled. */
  readonly estimate: Interval
  /** The same by the bootstrap alone, which takes the models as they are. */
  readonly unwidened: Interval
  /** Of the label where it is known. */
  readonly labelled: Interval
  /** What features tell of the label on rows that the model has not seen: 1 all, 0 nothing. */
  readonly explained: number
  /** How many labelled rows, equally weighed, the weighted ones are worth (Kish 1965). */
  readonly effectiveRows: number
  /** The share of rows without a label that are farther out than all but a hundredth of those with one. */
  readonly outside: number
  readonly isTrusted: boolean
  /** Why not; empty where it is. */
  readonly reasons: readonly string[]
}

/** Fewer labelled rows say nothing. */
const leastLabelled = 50
const leastEffective = 50
const mostOutside = 0.2
/** A bootstrap of fewer of one kind has too short an interval. */
const leastOfAKind = 10
/** Of a regression that explains less nothing follows for rows that differ: the estimate repeats what was labelled. */
const leastExplained = 0.01
/** One row cannot speak for more than that many. */
const mostWeight = 20
const folds = 5
/**
 * What fitting the models anew adds to the spread of the estimate, as a factor: simulated, its standard deviation is 1.04 to 1.07 times what the bootstrap with the
 * models as they are says (600 and 2,000 rows of either, 2 and 20 features). To refit in each resample would take two hundred times as long.
 * How often the widened interval covers, and where it does not: `bench/statistics`.
 */
const refitting = 1.06

/**
 * The mean of a label (0 to 1) over rows that have none, from labelled rows that are distributed otherwise, where what is asked of the
 * features is the same in both (covariate shift, Shimodaira 2000). A regression on the labelled rows predicts the others ("direct
 * loss estimation"), and what it misses on the labelled ones, weighed by the odds of a classifier that tells one from the
 * other (Bickel, Brückner and Scheffer, Journal of Machine Learning Research 10, 2009), corrects it: θ̂ = mean m(x) + Σ w (y − m(x)) / Σ w,
 * which holds where either model does (Robins, Rotnitzky and Zhao 1994). Cross-fitted on five folds, so that no row is judged by a model that has seen it
 * (Chernozhukov and others, Econometrics Journal 21, 2018); the interval by the bootstrap over the rows of both, with the models
 * as they are, widened by what their fitting adds.
 * A label that has come to mean something else cannot be seen in features: the estimate says nothing of it. `undefined` with fewer
 * than 50 labelled rows or 16 others. Shuffle what comes in an order.
 */
export function shiftedMean(
  labelled: { readonly features: readonly Vector[]; readonly labels: readonly number[] },
  others: readonly Vector[],
  options: { readonly random: Random; readonly confidence?: number; readonly resamples?: number },
): ShiftedMean | undefined {
  const { features, labels } = labelled
  const [n, m] = [features.length, others.length]
  if (n < leastLabelled || m < 16) return undefined
  const { random, confidence = 0.95, resamples = 1_000 } = options
  const models = Array.from({ length: folds }, (_, fold) => fitWithout(labelled, others, fold))
  const modelOf = (index: number): Models => models[index % folds] as Models
  const predicted = features.map((row, index) => logistic(modelOf(index).regression.score(row)))
  const logOdds = features.map((row, index) => modelOf(index).domain.score(row))
  const weights = logOdds.map(odds => Math.min(mostWeight, Math.exp(odds)))
  const misses = labels.map((label, index) => label - (predicted[index] ?? 0))
  const expected = others.map((row, index) => logistic(modelOf(index).regression.score(row)))
  const otherOdds = others.map((row, index) => modelOf(index).domain.score(row))

  const bootstrap = { random, confidence, resamples, method: 'percentile' } as const
  const unwidened = bootstrapInterval(
    n + m,
    drawn => {
      let [sum, count, missed, weight] = [0, 0, 0, 0]
      for (let at = 0; at < drawn.length; at += 1) {
        const index = drawn[at] as number
        if (index < n) {
          missed += (weights[index] as number) * (misses[index] as number)
          weight += weights[index] as number
        } else {
          sum += expected[index - n] as number
          count += 1
        }
      }
      return Math.min(1, Math.max(0, sum / count + missed / weight))
    },
    bootstrap,
  )
  const known = bootstrapInterval(
    n,
    drawn => {
      let sum = 0
      for (let at = 0; at < drawn.length; at += 1) sum += labels[drawn[at] as number] as number
      return sum / drawn.length
    },
    bootstrap,
  )
  if (!unwidened || !known) return undefined
  const total = weights.reduce((sum, weight) => sum + weight, 0)
  const effectiveRows = total ** 2 / weights.reduce((sum, weight) => sum + weight ** 2, 0)
  const far = quantileOf(Float64Array.from(logOdds).toSorted(), 0.99)
  const outside = otherOdds.filter(odds => odds > far).length / m
  const variance = labels.reduce((sum, label) => sum + (label - known.estimate) ** 2, 0)
  const unexplained = misses.reduce((sum, miss) => sum + miss ** 2, 0)
  const explained = variance > 0 ? Math.max(0, 1 - unexplained / variance) : 0
  const rarest = rarestOf(labels)
  const reasons = [
    ...(outside > mostOutside
      ? [`${Math.round(100 * outside)} % of the rows without a label lie outside of what was labelled`]
      : []),
    ...(effectiveRows < leastEffective
      ? [`the labelled rows that resemble the others are worth ${Math.round(effectiveRows)}`]
      : []),
    ...(rarest < leastOfAKind
      ? [`of ${n} labelled rows all but ${rarest} have the same label`]
      : explained < leastExplained
        ? [
            `the rows tell ${(100 * explained).toFixed(1)} % of the label, so that the estimate repeats what was labelled`,
          ]
        : []),
  ]
  return {
    estimate: widen(unwidened),
    unwidened,
    labelled: known,
    explained,
    effectiveRows,
    outside,
    isTrusted: reasons.length === 0,
    reasons,
  }
}

/** How many labels are of the kind that is rarer, where there are but 0 and 1. */
function rarestOf(labels: readonly number[]): number {
  if (labels.some(label => label !== 0 && label !== 1)) return Infinity
  const ones = labels.reduce((sum, label) => sum + label, 0)
  return Math.min(ones, labels.length - ones)
}

/** Of a share: it stays between 0 and 1. */
function widen({ estimate, low, high, confidence }: Interval): Interval {
  return {
    estimate,
    low: Math.max(0, estimate - refitting * (estimate - low)),
    high: Math.min(1, estimate + refitting * (high - estimate)),
    confidence,
  }
}

interface Models {
  /** Of the label, and of which of the two a row belongs to. */
  readonly regression: LogisticModel
  readonly domain: LogisticModel
}

/** For the rows of one fold, from those of the others. */
function fitWithout(
  labelled: { readonly features: readonly Vector[]; readonly labels: readonly number[] },
  others: readonly Vector[],
  fold: number,
): Models {
  const isLeft = (_: unknown, index: number): boolean => index % folds !== fold
  const known = labelled.features.filter(isLeft)
  const labels = labelled.labels.filter(isLeft)
  const unknown = others.filter(isLeft)
  return {
    regression: fitLogistic(
      known,
      index => labels[index] ?? 0,
      () => 1 / known.length,
    ),
    domain: fitLogistic(
      [...known, ...unknown],
      index => (index < known.length ? 0 : 1),
      index => (index < known.length ? 0.5 / known.length : 0.5 / unknown.length),
    ),
  }
}
