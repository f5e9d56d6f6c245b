import {
  chiSquaredTest,
  evidentlyStabilityOfCounts,
  jensenShannonDistance,
  populationStability,
  sharesOf,
} from '../../../foundation/statistics/index.ts'
import { another, type Categories, type DriftColumn } from '../sample.ts'
import { countCodes } from './count-codes.ts'
import type { Compared } from './compare-numbers.ts'

/** χ² is no guide where fewer than that are expected in a cell (Cochran, Annals of Mathematical Statistics 23, 1952). */
const leastExpected = 5
const shown = 20

/**
 * A column of categories, a missing value being one of them. Values of which fewer than five are expected are tested together.
 * `undefined` where a sample is empty.
 */
export function compareCategories(column: DriftColumn, categories: Categories): Compared | undefined {
  const { values } = categories
  const [before, now] = [
    [...countCodes(categories.reference, values.length)],
    [...countCodes(categories.current, values.length)],
  ]
  const [n, m] = [categories.reference.length, categories.current.length]
  if (n === 0 || m === 0) return undefined
  const table = [[0], [0]]
  for (const [code, count] of before.entries()) {
    const other = now[code] ?? 0
    const least = ((count + other) * Math.min(n, m)) / (n + m)
    if (least >= leastExpected) {
      table[0]?.push(count)
      table[1]?.push(other)
    } else {
      ;(table[0] as number[])[0] = (table[0]?.[0] ?? 0) + count
      ;(table[1] as number[])[0] = (table[1]?.[0] ?? 0) + other
    }
  }
  const test = chiSquaredTest(table)
  const present = values
    .map((value, code) => ({ value, code }))
    .filter(({ code }) => (before[code] ?? 0) + (now[code] ?? 0) > 0)
    .toSorted(
      (a, b) =>
        (before[b.code] ?? 0) / n +
        (now[b.code] ?? 0) / m -
        (before[a.code] ?? 0) / n -
        (now[a.code] ?? 0) / m,
    )
  const [p, q] = [present.map(({ code }) => before[code] ?? 0), present.map(({ code }) => now[code] ?? 0)]
  const bins = present.map(({ value }, index) => ({
    label: value,
    reference: (p[index] ?? 0) / n,
    current: (q[index] ?? 0) / m,
  }))
  const known = (counts: readonly number[]): number[] =>
    counts.slice(1).filter((_, index) => (before[index + 1] ?? 0) + (now[index + 1] ?? 0) > 0)
  const rest = bins.slice(shown)
  return {
    name: column.name,
    kind: 'category',
    unit: null,
    test: 'chi-squared',
    statistic: test?.statistic ?? 0,
    p: test?.p ?? 1,
    stability: populationStability(sharesOf(p, 0.5), sharesOf(q, 0.5)),
    // it leaves missing values out, and knows no others
    evidently_stability:
      values.at(-1) === another ? null : evidentlyStabilityOfCounts(known(before), known(now)),
    jensen_shannon: jensenShannonDistance(sharesOf(p), sharesOf(q)),
    wasserstein: null,
    effect: test?.effect ?? 0,
    binning: `the ${values.length} commonest values, each count smoothed by ½ for the stability index; of which fewer than five are expected tested together`,
    missing: { reference: (before[0] ?? 0) / n, current: (now[0] ?? 0) / m },
    values: {
      reference: { count: n - (before[0] ?? 0), mean: null, p10: null, p50: null, p90: null },
      current: { count: m - (now[0] ?? 0), mean: null, p10: null, p50: null, p90: null },
    },
    bins:
      rest.length === 0
        ? bins
        : [
            ...bins.slice(0, shown),
            {
              label: `${rest.length} others`,
              reference: rest.reduce((sum, bin) => sum + bin.reference, 0),
              current: rest.reduce((sum, bin) => sum + bin.current, 0),
            },
          ],
  }
}
