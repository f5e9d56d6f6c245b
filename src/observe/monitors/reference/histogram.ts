import type { Measure, StreamKind } from '../streams/measure.ts'
import type { Position } from './position.ts'
import type { Histogram } from './reference.ts'

const bins = 10

/** How measures lie, for people: tenths of the reference for numbers of any size, tenths of the range for what lies in [0, 1]. */
export function histogramOf(
  kind: StreamKind,
  rows: readonly { readonly measure: Measure; readonly position: Position }[],
): Histogram {
  const found = rows.map(({ measure, position }) => shownOf(kind, measure, position))
  const numbers = found.filter(value => typeof value === 'number')
  if (numbers.length === 0) {
    const counts = new Map<string, number>()
    for (const value of found) counts.set(String(value), (counts.get(String(value)) ?? 0) + 1)
    const sorted = [...counts].toSorted(([, left], [, right]) => right - left)
    return { categories: sorted.map(([name]) => name), counts: sorted.map(([, count]) => count) }
  }
  const sorted = numbers.toSorted((left, right) => left - right)
  const isShare = !unbounded.has(kind)
  const edges = Array.from({ length: bins + 1 }, (_, index) =>
    isShare
      ? index / bins
      : (sorted[Math.min(sorted.length - 1, Math.floor((index * sorted.length) / bins))] ?? 0),
  )
  const distinct = [...new Set(edges)]
  const histogram = {
    edges: distinct,
    counts: Array.from({ length: Math.max(1, distinct.length - 1) }, () => 0),
  }
  for (const value of numbers)
    histogram.counts[binOf(distinct, value)] = (histogram.counts[binOf(distinct, value)] ?? 0) + 1
  return histogram
}

const unbounded: ReadonlySet<StreamKind> = new Set([
  'latency',
  'first-token',
  'cost',
  'input-length',
  'output-length',
])

/** What people see of a measure: itself where it has no bounds, else where it lies. */
export function shownOf(kind: StreamKind, measure: Measure, position: Position): number | string {
  return unbounded.has(kind) && typeof measure === 'number' ? measure : position
}

/** The ends are open. */
export function binOf(edges: readonly number[], value: number): number {
  let bin = 0
  while (bin < edges.length - 2 && value >= (edges[bin + 1] ?? Infinity)) bin += 1
  return bin
}
