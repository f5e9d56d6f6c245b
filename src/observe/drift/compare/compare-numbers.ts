import {
  compareSorted,
  evidentlyEdgesOfSorted,
  evidentlyStabilityOfCounts,
  jensenShannonDistance,
  populationStability,
  quantileOf,
  sharesOf,
} from '../../../foundation/statistics/index.ts'
import type { DriftColumnReport } from '../report.ts'
import type { DriftColumn, Pair } from '../sample.ts'
import { describeBin } from './describe-bin.ts'

/** A column before its p is held against those of the others. */
export type Compared = Omit<DriftColumnReport, 'moved' | 'p_adjusted'>

const bins = 10
const binning =
  'at most 10 bins of equal weight in the reference, open at both ends (of both together where the reference is nearly all one value), each count smoothed by ½ for the stability index'

/**
 * A column of numbers, all of its values: D and p of Kolmogorov and Smirnov, and the Wasserstein distance, need no bins; the others have them as
 * `binning` says. `quarters` are the edges between quarters of the reference. `undefined` where a sample has no value.
 */
export function compareNumbers(
  column: DriftColumn,
  values: Pair<Float64Array>,
): { readonly compared: Compared; readonly quarters: readonly number[] } | undefined {
  const reference = sortedValues(values.reference)
  const current = sortedValues(values.current)
  const distances = compareSorted(reference, current)
  if (!distances) return undefined
  const { kolmogorovSmirnov: test, wasserstein } = distances
  const own = edgesOf(reference, bins)
  // a reference that is nearly all one value has no quantiles that a change could cross
  const edges =
    own.length > 1
      ? own
      : edgesOf(Float64Array.from([...thousandOf(reference), ...thousandOf(current)]).toSorted(), bins)
  const [p, q] = [countsBetween(reference, edges), countsBetween(current, edges)]
  const theirs = evidentlyEdgesOfSorted(reference, current)
  return {
    quarters: edgesOf(reference, 4),
    compared: {
      name: column.name,
      kind: 'number',
      unit: column.unit ?? null,
      test: 'kolmogorov-smirnov',
      statistic: test.statistic,
      p: test.p,
      stability: populationStability(sharesOf(p, 0.5), sharesOf(q, 0.5)),
      evidently_stability: evidentlyStabilityOfCounts(
        countsBetween(reference, theirs),
        countsBetween(current, theirs),
      ),
      jensen_shannon: jensenShannonDistance(sharesOf(p), sharesOf(q)),
      wasserstein,
      effect: test.statistic,
      binning,
      missing: {
        reference: 1 - reference.length / Math.max(1, values.reference.length),
        current: 1 - current.length / Math.max(1, values.current.length),
      },
      values: { reference: figuresOf(reference), current: figuresOf(current) },
      bins: histogramOf(reference, current),
    },
  }
}

/** A thousand of them, evenly. */
function thousandOf(sorted: Float64Array): number[] {
  const step = Math.max(1, sorted.length / 1_000)
  return Array.from(
    { length: Math.min(1_000, sorted.length) },
    (_, index) => sorted[Math.floor(index * step)] as number,
  )
}

function sortedValues(values: Float64Array): Float64Array {
  // what is missing is NaN, and sorts to the end
  const sorted = values.toSorted()
  let length = sorted.length
  while (length > 0 && Number.isNaN(sorted[length - 1])) length -= 1
  return sorted.subarray(0, length)
}

/** As `quantileEdges`, of values that are sorted. */
function edgesOf(sorted: Float64Array, most: number): number[] {
  const edges = new Set<number>()
  for (let bin = 1; bin < most && sorted.length > 0; bin += 1)
    edges.add(sorted[Math.min(sorted.length - 1, Math.floor((bin * sorted.length) / most))] as number)
  edges.delete(sorted[0] as number)
  return [...edges]
}

function countsBetween(sorted: Float64Array, edges: readonly number[]): number[] {
  const places = [0, ...edges.map(edge => firstAtLeast(sorted, edge)), sorted.length]
  return places.slice(1).map((place, index) => place - (places[index] ?? 0))
}

function firstAtLeast(sorted: Float64Array, value: number): number {
  let [low, high] = [0, sorted.length]
  while (low < high) {
    const middle = (low + high) >> 1
    if ((sorted[middle] as number) < value) low = middle + 1
    else high = middle
  }
  return low
}

function figuresOf(sorted: Float64Array): DriftColumnReport['values']['reference'] {
  let sum = 0
  // an iterator over a million values costs more than the sum
  for (let index = 0; index < sorted.length; index += 1) sum += sorted[index] as number
  return {
    count: sorted.length,
    mean: sum / sorted.length,
    p10: quantileOf(sorted, 0.1),
    p50: quantileOf(sorted, 0.5),
    p90: quantileOf(sorted, 0.9),
  }
}

const pictureBins = 24

/** For the eye: bins of equal width over where 98 % of either lie, open at both ends; few values each for itself. */
function histogramOf(reference: Float64Array, current: Float64Array): DriftColumnReport['bins'] {
  const low = Math.min(quantileOf(reference, 0.01), quantileOf(current, 0.01))
  const high = Math.max(quantileOf(reference, 0.99), quantileOf(current, 0.99))
  const width = (high - low) / pictureBins
  const edges =
    width > 0
      ? Array.from({ length: pictureBins - 1 }, (_, index) => low + (index + 1) * width)
      : [low, ...(high > low ? [high] : [])]
  const [p, q] = [sharesOf(countsBetween(reference, edges)), sharesOf(countsBetween(current, edges))]
  return p.map((share, index) => ({
    label: describeBin(edges[index - 1], edges[index]),
    reference: share,
    current: q[index] ?? 0,
  }))
}
