import { bootstrapInterval, type BootstrapOptions, type Interval } from './bootstrap.ts'

export interface Agreement {
  /** 1 is full agreement, 0 what chance alone would give; below it, less. */
  readonly kappa: number
  /** What was compared: items that two or more have judged. */
  readonly items: number
  readonly observed: number
  readonly expected: number
}

/**
 * Cohen's κ of two raters (Cohen, Educational and Psychological Measurement 20, 1960), with the asymptotic standard
 * error of Fleiss, Cohen and Everitt (Psychological Bulletin 72, 1969, eq. 13). `table[i][j]` counts the items that
 * the first put into class i and the second into class j. `undefined` where nothing was rated, or chance alone would
 * always agree.
 */
export function cohenKappa(
  table: readonly (readonly number[])[],
): (Agreement & { readonly standardError: number }) | undefined {
  const items = table.flat().reduce((sum, count) => sum + count, 0)
  if (items === 0) return undefined
  const classes = table.map((_, index) => index)
  const share = (i: number, j: number): number => (table[i]?.[j] ?? 0) / items
  const rows = classes.map(i => classes.reduce((sum, j) => sum + share(i, j), 0))
  const columns = classes.map(j => classes.reduce((sum, i) => sum + share(i, j), 0))
  const row = (i: number): number => rows[i] ?? 0
  const column = (j: number): number => columns[j] ?? 0
  const observed = classes.reduce((sum, i) => sum + share(i, i), 0)
  const expected = classes.reduce((sum, i) => sum + row(i) * column(i), 0)
  if (expected >= 1) return undefined
  const kappa = (observed - expected) / (1 - expected)
  let agreeing = 0
  let differing = 0
  for (const i of classes) {
    agreeing += share(i, i) * (1 - (row(i) + column(i)) * (1 - kappa)) ** 2
    for (const j of classes) if (i !== j) differing += share(i, j) * (column(i) + row(j)) ** 2
  }
  const spread = agreeing + (1 - kappa) ** 2 * differing - (kappa - expected * (1 - kappa)) ** 2
  const standardError = Math.sqrt(Math.max(0, spread) / items) / (1 - expected)
  return { kappa, items, observed, expected, standardError }
}

/** How far apart two of `classes` ordered classes count: not at all, by their distance, or by its square. */
export type KappaWeights = 'none' | 'linear' | 'quadratic'

/**
 * Weighted κ of two raters of ordered classes (Cohen, Psychological Bulletin 70, 1968): disagreement counts by |i − j|, or its
 * square. `table` as in `cohenKappa`, its classes in their order.
 */
export function weightedKappa(
  table: readonly (readonly number[])[],
  weights: Exclude<KappaWeights, 'none'>,
): Agreement | undefined {
  const items = table.flat().reduce((sum, count) => sum + count, 0)
  const last = table.length - 1
  if (items === 0 || last < 1) return undefined
  const rows = table.map(row => row.reduce((sum, count) => sum + count, 0) / items)
  const columns = table.map((_, j) => table.reduce((sum, row) => sum + (row[j] ?? 0), 0) / items)
  const weight = (i: number, j: number): number => (Math.abs(i - j) / last) ** (weights === 'linear' ? 1 : 2)
  let [observed, expected] = [0, 0]
  for (const [i, row] of table.entries())
    for (const [j, column] of columns.entries()) {
      observed += weight(i, j) * ((row[j] ?? 0) / items)
      expected += weight(i, j) * (rows[i] ?? 0) * column
    }
  if (expected === 0) return undefined
  return { kappa: 1 - observed / expected, items, observed: 1 - observed, expected: 1 - expected }
}

/**
 * Fleiss' κ of any number of raters (Fleiss, Psychological Bulletin 76, 1971, eqs. 1–7). `counts[item][class]` counts
 * the raters who put the item into the class; items may have different numbers of raters, and those with one say
 * nothing. `undefined` where nothing can be compared, or chance alone would always agree.
 */
export function fleissKappa(counts: readonly (readonly number[])[]): Agreement | undefined {
  const rated = counts
    .map(row => ({ row, raters: row.reduce((sum, count) => sum + count, 0) }))
    .filter(({ raters }) => raters > 1)
  if (rated.length === 0) return undefined
  const total = rated.reduce((sum, { raters }) => sum + raters, 0)
  const classes = Math.max(...rated.map(({ row }) => row.length))
  let expected = 0
  for (let index = 0; index < classes; index += 1)
    expected += (rated.reduce((sum, { row }) => sum + (row[index] ?? 0), 0) / total) ** 2
  const agreements = rated.map(
    ({ row, raters }) =>
      (row.reduce((sum, count) => sum + count * count, 0) - raters) / (raters * (raters - 1)),
  )
  const observed = agreements.reduce((sum, agreement) => sum + agreement, 0) / rated.length
  if (expected >= 1) return undefined
  return { kappa: (observed - expected) / (1 - expected), items: rated.length, observed, expected }
}

/** The same with an interval by the bootstrap over items. `undefined` where κ is, or for fewer than two items. */
export function fleissInterval(
  counts: readonly (readonly number[])[],
  options: BootstrapOptions,
): Interval | undefined {
  const rated = counts
    .map(row => ({ row, raters: row.reduce((sum, count) => sum + count, 0) }))
    .filter(({ raters }) => raters > 1)
  const classes = Math.max(0, ...rated.map(({ row }) => row.length))
  const agreements = Float64Array.from(
    rated,
    ({ row, raters }) =>
      (row.reduce((sum, count) => sum + count * count, 0) - raters) / (raters * (raters - 1)),
  )
  const filled = rated.map(({ row }) => row.flatMap((count, k) => (count > 0 ? [[k, count] as const] : [])))
  const totals = new Float64Array(classes)
  return bootstrapInterval(
    rated.length,
    indices => {
      totals.fill(0)
      let [observed, total] = [0, 0]
      for (let at = 0; at < indices.length; at += 1) {
        const item = indices[at] as number
        observed += agreements[item] as number
        for (const [k, count] of filled[item] ?? []) {
          totals[k] = (totals[k] as number) + count
          total += count
        }
      }
      let expected = 0
      for (const count of totals) expected += (count / total) ** 2
      return expected >= 1 ? Number.NaN : (observed / indices.length - expected) / (1 - expected)
    },
    options,
  )
}
