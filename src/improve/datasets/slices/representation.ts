import {
  adjustPValues,
  chiSquaredTest,
  goodnessOfFit,
  wilsonInterval,
} from '../../../foundation/statistics/index.ts'

/** How many rows a slice has, and of how many of them something is true. */
export interface SliceCount {
  /** The values of the slice columns, in their order: `de`, `de × female`. */
  readonly slice: string
  readonly rows: number
  /** Rows by label. */
  readonly labels: Readonly<Record<string, number>>
}

export interface SliceShare {
  readonly slice: string
  readonly rows: number
  readonly share: number
  /** Wilson, 95 %. */
  readonly low: number
  readonly high: number
  /** Of the population that was declared or the version that it is compared with. */
  readonly expected: number | undefined
  /** share / expected: below 1 where there is too little of it. */
  readonly ratio: number | undefined
  /** Too few rows to say anything of it. */
  readonly isSmall: boolean
}

export interface Representation {
  readonly slices: readonly SliceShare[]
  /** Against what was expected; `undefined` where nothing was. */
  readonly test: { readonly p: number; readonly effect: number } | undefined
  /** In words. */
  readonly says: string
}

/** Fewer rows than this are shown and judged by nothing. */
export const leastRows = 30

/** The share of each slice, with its interval, against what was expected of it (shares or counts, by slice). */
export function representationOf(
  counts: readonly SliceCount[],
  expected?: Readonly<Record<string, number>>,
): Representation {
  const total = counts.reduce((sum, { rows }) => sum + rows, 0)
  const whole = Object.values(expected ?? {}).reduce((sum, share) => sum + share, 0)
  const names = new Set([...counts.map(({ slice }) => slice), ...Object.keys(expected ?? {})])
  const rowsOf = new Map(counts.map(({ slice, rows }) => [slice, rows]))
  const slices = [...names].map(slice => {
    const rows = rowsOf.get(slice) ?? 0
    const { share, low, high } = wilsonInterval(rows, total)
    const due = expected === undefined || whole === 0 ? undefined : (expected[slice] ?? 0) / whole
    return {
      slice,
      rows,
      share,
      low,
      high,
      expected: due,
      ratio: due === undefined || due === 0 ? undefined : share / due,
      isSmall: rows < leastRows,
    }
  })
  const found =
    expected === undefined
      ? undefined
      : goodnessOfFit(
          slices.map(({ rows }) => rows),
          slices.map(one => one.expected ?? 0),
        )
  const worst = slices
    .filter(({ expected: due }) => (due ?? 0) > 0)
    .toSorted((left, right) => (left.ratio ?? 1) - (right.ratio ?? 1))[0]
  return {
    slices: slices.toSorted((left, right) => right.rows - left.rows),
    test: found && { p: found.p, effect: found.effect },
    says: sayRepresentation(slices, worst),
  }
}

function sayRepresentation(slices: readonly SliceShare[], worst: SliceShare | undefined): string {
  const small = slices.filter(({ isSmall }) => isSmall).length
  const few = small === 0 ? '' : ` ${small} of ${slices.length} slices have fewer than ${leastRows} rows.`
  if (!worst) return `Nothing was declared to compare ${slices.length} slices with.${few}`
  const percent = (share: number): string => `${(share * 100).toFixed(1)} %`
  // what the interval does not reach is not chance
  if ((worst.expected ?? 0) <= worst.high) return `No slice has clearly less than is expected of it.${few}`
  return `\`${worst.slice}\` has ${percent(worst.share)} of the rows (${percent(worst.low)} to ${percent(worst.high)}) where ${percent(worst.expected ?? 0)} are expected.${few}`
}

export interface LabelGap {
  readonly label: string
  readonly slice: string
  readonly rows: number
  readonly share: number
  /** Against all other rows. */
  readonly others: number
  /** share − others, with the interval of Newcombe (Statistics in Medicine 17, 1998, method 10). */
  readonly difference: number
  readonly low: number
  readonly high: number
  /** Adjusted for all that was looked at (Benjamini–Hochberg). */
  readonly p: number
}

export interface LabelGapOptions {
  readonly confidence?: number
  /** All intervals hold at once (Bonferroni) rather than each for itself. */
  readonly isSimultaneous?: boolean
  /** Only of these. */
  readonly labels?: readonly string[] | undefined
}

/**
 * How much likelier each label is in a slice than elsewhere: demographic parity of the labels themselves. Slices with fewer than
 * `leastRows` rows are left out. The largest gaps first.
 */
export function labelGaps(
  counts: readonly SliceCount[],
  { confidence = 0.95, isSimultaneous = false, labels: wanted }: LabelGapOptions = {},
): LabelGap[] {
  const labels = [...new Set(counts.flatMap(({ labels: of }) => Object.keys(of)))].filter(
    label => wanted?.includes(label) ?? true,
  )
  const totals = new Map(
    labels.map(label => [label, counts.reduce((sum, { labels: of }) => sum + (of[label] ?? 0), 0)]),
  )
  const total = counts.reduce((sum, { rows }) => sum + rows, 0)
  const large = counts.filter(({ rows }) => rows >= leastRows && total - rows >= leastRows)
  const each = isSimultaneous ? 1 - (1 - confidence) / Math.max(1, large.length * labels.length) : confidence
  const found = large.flatMap(({ slice, rows, labels: of }) =>
    labels.map(label => {
      const hits = of[label] ?? 0
      const otherHits = (totals.get(label) ?? 0) - hits
      return { label, slice, ...differenceOf(hits, rows, otherHits, total - rows, each) }
    }),
  )
  const adjusted = adjustPValues(
    found.map(({ p }) => p),
    'benjamini-hochberg',
  )
  return found
    .map((gap, index) => ({ ...gap, p: adjusted[index] ?? 1 }))
    .toSorted((left, right) => Math.abs(right.difference) - Math.abs(left.difference))
}

/** The difference of two shares with Newcombe's interval, and p by Pearson's χ². */
function differenceOf(
  hits: number,
  rows: number,
  otherHits: number,
  otherRows: number,
  confidence: number,
): Omit<LabelGap, 'label' | 'slice'> {
  const [here, there] = [
    wilsonInterval(hits, rows, confidence),
    wilsonInterval(otherHits, otherRows, confidence),
  ]
  const difference = here.share - there.share
  const low = difference - Math.hypot(here.share - here.low, there.high - there.share)
  const high = difference + Math.hypot(here.high - here.share, there.share - there.low)
  const p =
    chiSquaredTest([
      [hits, rows - hits],
      [otherHits, otherRows - otherHits],
    ])?.p ?? 1
  return { rows, share: here.share, others: there.share, difference, low, high, p }
}
