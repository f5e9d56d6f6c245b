import { chiSquaredTail, logChoose } from './special-functions.ts'

export interface ChiSquared {
  readonly statistic: number
  readonly degrees: number
  readonly p: number
  /** Cramér's V: 0 for no association, 1 for a complete one, whatever the size of the sample. */
  readonly effect: number
}

/**
 * Pearson's χ² of a contingency table (Philosophical Magazine 50, 1900), without Yates' correction. Empty rows and columns are
 * left out. `undefined` where fewer than two of either are left.
 */
export function chiSquaredTest(table: readonly (readonly number[])[]): ChiSquared | undefined {
  const width = Math.max(0, ...table.map(row => row.length))
  const rowSums = table.map(row => row.reduce((sum, count) => sum + count, 0))
  const columnSums = Array.from({ length: width }, (_, column) =>
    table.reduce((sum, row) => sum + (row[column] ?? 0), 0),
  )
  const total = rowSums.reduce((sum, count) => sum + count, 0)
  const rows = rowSums.filter(sum => sum > 0).length
  const columns = columnSums.filter(sum => sum > 0).length
  if (rows < 2 || columns < 2) return undefined
  let statistic = 0
  for (const [i, row] of table.entries())
    for (const [j, columnSum] of columnSums.entries()) {
      const expected = ((rowSums[i] ?? 0) * columnSum) / total
      if (expected > 0) statistic += ((row[j] ?? 0) - expected) ** 2 / expected
    }
  const degrees = (rows - 1) * (columns - 1)
  const effect = Math.sqrt(statistic / (total * (Math.min(rows, columns) - 1)))
  return { statistic, degrees, p: chiSquaredTail(statistic, degrees), effect }
}

/**
 * χ² of counts against what was to be expected: of a split of traffic against the one that was asked for (a sample-ratio
 * mismatch), of labels against a population. `expected` are counts or shares; their sum is scaled to that of the counts.
 */
export function goodnessOfFit(
  counts: readonly number[],
  expected: readonly number[],
): ChiSquared | undefined {
  const total = counts.reduce((sum, count) => sum + count, 0)
  const whole = expected.reduce((sum, share) => sum + share, 0)
  if (counts.length < 2 || total <= 0 || whole <= 0) return undefined
  let statistic = 0
  for (const [index, count] of counts.entries()) {
    const due = ((expected[index] ?? 0) / whole) * total
    if (due > 0) statistic += (count - due) ** 2 / due
    else if (count > 0) return { statistic: Infinity, degrees: counts.length - 1, p: 0, effect: 1 }
  }
  const degrees = counts.length - 1
  return { statistic, degrees, p: chiSquaredTail(statistic, degrees), effect: Math.sqrt(statistic / total) }
}

/**
 * McNemar's test of paired yes-or-no outcomes, exact (Psychometrika 12, 1947; the binomial form): of the pairs that differ,
 * how likely a split this uneven is by chance. Two-sided; 1 where no pair differs.
 */
export function mcNemarExact(onlyFirst: number, onlySecond: number): number {
  const differing = onlyFirst + onlySecond
  if (differing === 0) return 1
  const least = Math.min(onlyFirst, onlySecond)
  let tail = 0
  for (let k = 0; k <= least; k += 1) tail += Math.exp(logChoose(differing, k) - differing * Math.LN2)
  return Math.min(1, 2 * tail)
}
