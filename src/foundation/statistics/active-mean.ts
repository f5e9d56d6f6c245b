import { leastLabels, type PredictionPowered } from './prediction-powered.ts'
import type { Random } from './random.ts'
import { studentQuantile } from './special-functions.ts'

/** One item: what the judge says of it and, where it was drawn, what people do. */
export interface DrawnItem {
  readonly judge: number
  readonly human?: number | undefined
  /** With which it was drawn, above 0; of items with `human` only. */
  readonly probability?: number | undefined
}

export interface ActiveMean extends PredictionPowered {
  /** So many labels in all, drawn alike, would halve the interval; `undefined` where none would: it takes more items. */
  readonly labelsToHalve: number | undefined
}

/**
 * The mean of what people would say of all items, from a judge's opinion of all and people's of some that were drawn with known
 * probabilities π (active statistical inference; Zrnic and Candès, ICML 2024, arXiv 2403.03208, eq. 4, with λ as in PPI++):
 * θ̂ = λ·mean(f) + Σ (y − λf)/π / Σ 1/π, the second part as Hájek's ratio, so that a sample that happens to be large moves
 * nothing. Variance from the linearised terms λ(f − f̄) + (N / Σ 1/π)·(r − r̄)/π over all N items; Student's quantile with n − 1 degrees of
 * freedom. λ is tuned to the smallest variance and held within 0 and 1. With equal probabilities it is `predictionPoweredMean` but for
 * the judge's mean, which is of all. `undefined` with fewer than `leastLabels` labels.
 */
export function activeMean(items: readonly DrawnItem[], confidence = 0.95): ActiveMean | undefined {
  const labelled = items.flatMap(({ judge, human, probability = 1 }) =>
    human === undefined ? [] : [{ judge, human, weight: 1 / probability }],
  )
  const [n, all] = [labelled.length, items.length]
  if (n < leastLabels) return undefined
  const total = sumOf(labelled, ({ weight }) => weight)
  const average = (of: (item: (typeof labelled)[number]) => number): number =>
    sumOf(labelled, item => item.weight * of(item)) / total
  const judgeMean = sumOf(items, ({ judge }) => judge) / all
  const [humanMean, judgedMean] = [average(({ human }) => human), average(({ judge }) => judge)]
  const scale = all / total
  // the variance is a parabola in λ: a sum of squares of h − λ·g over all items
  let [gg, gh] = [0, 0]
  const parts = items.map(({ judge, human, probability = 1 }) => {
    const weight = human === undefined ? 0 : scale / probability
    const h = weight * ((human ?? 0) - humanMean)
    const g = weight * (judge - judgedMean) - (judge - judgeMean)
    gg += g * g
    gh += g * h
    return { g, h }
  })
  const power = gg === 0 ? 0 : Math.min(1, Math.max(0, gh / gg))
  const variance = sumOf(parts, ({ g, h }) => (h - power * g) ** 2) / all / Math.max(1, all - 1)
  const estimate = power * judgeMean + humanMean - power * judgedMean
  const standardError = Math.sqrt(variance * (n / (n - 1)))
  const half = studentQuantile((1 + confidence) / 2, n - 1) * standardError
  // what labels cannot mend is the chance of which items there are: the spread of what people would say of all
  const spread = average(({ human }) => (human - humanMean) ** 2) / all
  const left = variance / 4 - spread
  const byLabels = Math.max(0, variance - spread) * n
  const wanted = left <= 0 ? Number.POSITIVE_INFINITY : Math.ceil(byLabels / left)
  return {
    estimate,
    standardError,
    low: estimate - half,
    high: estimate + half,
    confidence,
    power,
    judgeMean,
    bias: judgedMean - humanMean,
    labelled: n,
    unlabelled: all - n,
    labelsToHalve: wanted > all ? undefined : Math.max(n + 1, wanted),
  }
}

/**
 * Draws about `wanted` of some items, the ones with larger weights likelier, exactly so many where the probabilities allow it (Pareto
 * sampling; Rosén, Journal of Statistical Planning and Inference 62, 1997). A share `evenly` of each probability is the same for all, so
 * that no label weighs more than 1 / `evenly` of a plain sample's. Each item's lot is its own, so that a larger sample
 * of the same holds most of a smaller one.
 */
export function drawUnequally(
  weights: readonly number[],
  wanted: number,
  lot: (index: number) => Random,
  evenly = 0.3,
): { readonly index: number; readonly probability: number }[] {
  const count = Math.min(wanted, weights.length)
  const sum = sumOf(weights, weight => weight)
  const mixed = weights.map(
    weight => (sum === 0 ? 1 : (1 - evenly) * (weight / sum)) + (sum === 0 ? 0 : evenly / weights.length),
  )
  const probabilities = cappedShares(mixed, count)
  return probabilities
    .map((probability, index) => {
      const chance = lot(index).next()
      const odds = probability >= 1 ? 0 : (chance / (1 - chance)) * ((1 - probability) / probability)
      return { index, probability, odds }
    })
    .toSorted((a, b) => a.odds - b.odds)
    .slice(0, count)
    .map(({ index, probability }) => ({ index, probability }))
}

/** Shares of `count` that sum to it, none above 1. */
function cappedShares(weights: readonly number[], count: number): number[] {
  const sure = new Set<number>()
  for (;;) {
    const rest = weights.reduce((sum, weight, index) => (sure.has(index) ? sum : sum + weight), 0)
    const factor = rest === 0 ? 0 : (count - sure.size) / rest
    const over = weights.flatMap((weight, index) =>
      !sure.has(index) && weight * factor >= 1 - 1e-9 ? [index] : [],
    )
    if (over.length === 0)
      return weights.map((weight, index) => (sure.has(index) ? 1 : Math.max(1e-9, weight * factor)))
    for (const index of over) sure.add(index)
  }
}

function sumOf<T>(values: readonly T[], of: (value: T) => number): number {
  return values.reduce((sum, value) => sum + of(value), 0)
}
