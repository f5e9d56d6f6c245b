import { createRandom, normalQuantile } from '../../../foundation/statistics/index.ts'
import type { SliceCount } from './representation.ts'

/**
 * Weights that make slice and label independent: P(slice) P(label) / P(slice, label) (Kamiran and Calders, Knowledge and Information
 * Systems 33, 2012, section 4.1.2). Their mean over all rows is 1. A cell without rows has none.
 */
export function reweigh(counts: readonly SliceCount[]): (slice: string, label: string) => number {
  const total = counts.reduce((sum, { rows }) => sum + rows, 0)
  const labelRows = new Map<string, number>()
  for (const { labels } of counts)
    for (const [label, rows] of Object.entries(labels))
      labelRows.set(label, (labelRows.get(label) ?? 0) + rows)
  const bySlice = new Map(counts.map(count => [count.slice, count]))
  return (slice, label) => {
    const count = bySlice.get(slice)
    const both = count?.labels[label] ?? 0
    return count && both > 0 ? (count.rows * (labelRows.get(label) ?? 0)) / (total * both) : 1
  }
}

export interface CellPlan {
  readonly slice: string
  readonly label: string
  readonly rows: number
  /** How many it is to have. */
  readonly wanted: number
}

/**
 * How many rows each cell of slice and label is to have so that both are independent, without the whole becoming larger: `under` leaves
 * rows out until every cell is as small as its most wanting one allows, `over` repeats rows until none is wanting.
 */
export function planRebalance(counts: readonly SliceCount[], method: 'under' | 'over'): CellPlan[] {
  const weigh = reweigh(counts)
  const cells = counts.flatMap(({ slice, labels }) =>
    Object.entries(labels).map(([label, rows]) => ({ slice, label, rows, weight: weigh(slice, label) })),
  )
  const weights = cells.map(({ weight }) => weight)
  const scale = method === 'under' ? Math.max(...weights) : Math.min(...weights)
  return cells.map(({ weight, ...cell }) => ({ ...cell, wanted: Math.round((cell.rows * weight) / scale) }))
}

/**
 * Which of the rows of a cell stay, and how often: by a hash of their keys, so that the same rows are chosen again. Each row
 * stays as often as all others, and some once more.
 */
export function drawRows(keys: readonly string[], wanted: number, salt: string): Map<string, number> {
  const random = createRandom(salt, keys.length)
  const order = keys.toSorted()
  for (let index = order.length - 1; index > 0; index -= 1) {
    const other = random.below(index + 1)
    const kept = order[index] as string
    order[index] = order[other] as string
    order[other] = kept
  }
  const whole = Math.floor(wanted / order.length)
  const rest = wanted - whole * order.length
  return new Map(order.map((key, index) => [key, whole + (index < rest ? 1 : 0)]))
}

export interface CollectionNeed {
  readonly slice: string
  readonly rows: number
  /** How many more are needed for an interval of the wanted width. */
  readonly missing: number
}

/**
 * How many rows more each slice needs so that a share measured on it has an interval of `halfWidth` on each side, at worst (a share of a half):
 * z² / (4 h²). Those with the most missing first.
 */
export function collectionNeeds(
  counts: readonly Pick<SliceCount, 'slice' | 'rows'>[],
  halfWidth: number,
  confidence = 0.95,
): CollectionNeed[] {
  const needed = Math.ceil((normalQuantile((1 + confidence) / 2) / (2 * halfWidth)) ** 2)
  return counts
    .map(({ slice, rows }) => ({ slice, rows, missing: Math.max(0, needed - rows) }))
    .filter(({ missing }) => missing > 0)
    .toSorted((left, right) => right.missing - left.missing)
}
