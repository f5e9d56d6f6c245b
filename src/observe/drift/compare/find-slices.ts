import { adjustPValues, normalCdf, wilsonInterval } from '../../../foundation/statistics/index.ts'
import type { DriftSlice } from '../report.ts'
import type { Pair } from '../sample.ts'
import { countCodes } from './count-codes.ts'
import { countPairs } from './count-pairs.ts'

/** A column cut into a few groups: 0 is none (a missing value). */
export interface SlicedColumn {
  readonly column: string
  readonly groups: readonly string[]
  readonly codes: Pair<Uint8Array>
}

/** A group of rows whose share may have changed, how often it is there, and the p of its change. */
export interface SliceCandidate {
  readonly conditions: DriftSlice['conditions']
  readonly counts: Pair<number>
  readonly p: number
  readonly beyond: number | null
}

const level = 0.05
/** A change of less than a percentage point is not worth a line. */
const leastChange = 0.01
const most = 12
/** A pair that is a part of either but for that share says nothing that the part does not say. */
const redundantShare = 0.95

/**
 * The groups of rows whose share has changed most: of single columns, and of pairs where the pair has moved otherwise than its parts
 * would make it. Holm's correction over all that were looked at; intervals of the change by Newcombe (Statistics in Medicine 17,
 * 1998, method 10), which hold together (Bonferroni). Ordered by the end of the interval that is nearer to nothing.
 */
export function findSlices(
  columns: readonly SlicedColumn[],
  rows: Pair<number>,
): { readonly tested: number; readonly singles: DriftSlice[]; readonly pairs: DriftSlice[] } {
  if (rows.reference === 0 || rows.current === 0) return { tested: 0, singles: [], pairs: [] }
  const counted = columns.map(column => ({
    column,
    reference: countCodes(column.codes.reference, column.groups.length),
    current: countCodes(column.codes.current, column.groups.length),
  }))
  const singles = counted.flatMap(({ column, reference, current }) => {
    const groups = column.groups
      .map((value, code) => ({ value, reference: reference[code] ?? 0, current: current[code] ?? 0 }))
      .filter(group => group.reference + group.current > 0)
    // of two groups one says what the other says: the one that has grown
    const told =
      groups.length === 2
        ? groups
            .toSorted(
              (a, b) =>
                b.current / rows.current -
                b.reference / rows.reference -
                (a.current / rows.current - a.reference / rows.reference),
            )
            .slice(0, 1)
        : groups
    return told.map(({ value, ...counts }): SliceCandidate => {
      return {
        conditions: [{ column: column.column, value }],
        counts,
        p: differenceP(counts, rows),
        beyond: null,
      }
    })
  })
  const pairs: SliceCandidate[] = []
  const countSide = (side: keyof Pair<unknown>) =>
    countPairs(columns.map(({ codes, groups }) => ({ codes: codes[side], size: groups.length })))
  const crossed = { reference: countSide('reference'), current: countSide('current') }
  for (const [index, first] of counted.entries())
    for (const [other, second] of counted.entries()) {
      if (other <= index) continue
      const [before, now] = [crossed.reference[index]?.[other], crossed.current[index]?.[other]]
      if (before && now) pairs.push(...crossing(first, second, { reference: before, current: now }, rows))
    }
  const slices = measureSlices([...singles, ...pairs], rows)
  return {
    tested: slices.length,
    singles: mostMoved(slices.slice(0, singles.length)),
    pairs: mostMoved(slices.slice(singles.length)),
  }
}

/** Each with its interval and its p, for all that are looked at together. */
export function measureSlices(candidates: readonly SliceCandidate[], rows: Pair<number>): DriftSlice[] {
  const adjusted = adjustPValues(
    candidates.map(({ p }) => p),
    'holm',
  )
  const confidence = 1 - level / candidates.length
  return candidates.map((candidate, index) => toSlice(candidate, rows, adjusted[index] ?? 1, confidence))
}

/** Those that have surely changed, and by enough to be worth a line. */
export function mostMoved(slices: readonly DriftSlice[]): DriftSlice[] {
  return slices
    .filter(
      slice =>
        slice.p_adjusted < level && nearest(slice) > 0 && Math.abs(slice.change.estimate) >= leastChange,
    )
    .toSorted((a, b) => nearest(b) - nearest(a))
    .slice(0, most)
}

interface Counted {
  readonly column: SlicedColumn
  readonly reference: Uint32Array
  readonly current: Uint32Array
}

function crossing(
  first: Counted,
  second: Counted,
  crossed: Pair<Uint32Array>,
  rows: Pair<number>,
): SliceCandidate[] {
  const width = second.column.groups.length
  const found: SliceCandidate[] = []
  for (let cell = 0; cell < crossed.reference.length; cell += 1) {
    const counts = { reference: crossed.reference[cell] ?? 0, current: crossed.current[cell] ?? 0 }
    const [a, b] = [Math.floor(cell / width), cell % width]
    const parts = [
      { reference: first.reference[a] ?? 0, current: first.current[a] ?? 0 },
      { reference: second.reference[b] ?? 0, current: second.current[b] ?? 0 },
    ]
    const isPart = parts.some(
      part =>
        counts.reference >= redundantShare * part.reference &&
        counts.current >= redundantShare * part.current,
    )
    if (isPart || counts.reference + counts.current < 20) continue
    found.push({
      conditions: [
        { column: first.column.column, value: first.column.groups[a] ?? '' },
        { column: second.column.column, value: second.column.groups[b] ?? '' },
      ],
      counts,
      ...beyondParts(counts, parts, rows),
    })
  }
  return found
}

/**
 * How many times as much a pair has grown as its parts together would make it, on the logarithm with its error (half a row
 * is added to each count, Haldane 1956), and the p of that.
 */
function beyondParts(
  counts: Pair<number>,
  parts: readonly Pair<number>[],
  rows: Pair<number>,
): { readonly beyond: number; readonly p: number } {
  const growth = ({ reference, current }: Pair<number>): number =>
    Math.log((current + 0.5) / (rows.current + 1)) - Math.log((reference + 0.5) / (rows.reference + 1))
  const excess = growth(counts) - parts.reduce((sum, part) => sum + growth(part), 0)
  const error = Math.sqrt(
    [counts, ...parts].reduce(
      (sum, { reference, current }) => sum + 1 / (reference + 0.5) + 1 / (current + 0.5),
      0,
    ),
  )
  return { beyond: Math.exp(excess), p: Math.min(1, 2 * normalCdf(-Math.abs(excess) / error)) }
}

function toSlice(
  { conditions, counts, beyond }: SliceCandidate,
  rows: Pair<number>,
  adjusted: number,
  confidence: number,
): DriftSlice {
  const before = wilsonInterval(counts.reference, rows.reference, confidence)
  const now = wilsonInterval(counts.current, rows.current, confidence)
  const estimate = now.share - before.share
  return {
    conditions,
    reference: { count: before.count, share: before.share },
    current: { count: now.count, share: now.share },
    change: {
      estimate,
      low: estimate - Math.hypot(now.share - now.low, before.high - before.share),
      high: estimate + Math.hypot(now.high - now.share, before.share - before.low),
    },
    p_adjusted: adjusted,
    beyond_parts: beyond,
  }
}

/** Of two shares, by the normal approximation with the share of both together. */
export function differenceP(counts: Pair<number>, rows: Pair<number>): number {
  const pooled = (counts.reference + counts.current) / (rows.reference + rows.current)
  const error = Math.sqrt(pooled * (1 - pooled) * (1 / rows.reference + 1 / rows.current))
  if (error === 0) return 1
  const z = (counts.current / rows.current - counts.reference / rows.reference) / error
  return Math.min(1, 2 * normalCdf(-Math.abs(z)))
}

function nearest({ change }: DriftSlice): number {
  return change.low > 0 ? change.low : change.high < 0 ? -change.high : 0
}
