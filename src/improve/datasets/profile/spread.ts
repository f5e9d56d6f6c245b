import type { Column } from '../dataset.ts'
import type { Histogram, Spread } from './profile.ts'

const bins = 30

/** Numbers and how often each is there, in ascending order; all finite. */
export type Distribution = readonly (readonly [number: number, count: number])[]

/** What a spread says, exactly; `undefined` of no numbers. */
export function spreadOf(column: Column, distribution: Distribution): Spread | undefined {
  const [first] = distribution
  const last = distribution.at(-1)
  if (!first || !last) return undefined
  const at = quantilesOf(distribution)
  const mean = meanOf(distribution)
  const whole = distribution.reduce((sum, [, count]) => sum + count, 0)
  const squares = distribution.reduce((sum, [number, count]) => sum + count * (number - mean) ** 2, 0)
  const range = rangeOf(column, {
    min: first[0],
    max: last[0],
    p01: at(0.01),
    p99: at(0.99),
  })
  const counts = Array.from({ length: binsOf(column, range) }, () => 0)
  for (const [number, count] of distribution) {
    const bin = binIn(range, counts.length, number)
    counts[bin] = (counts[bin] ?? 0) + count
  }
  return {
    min: first[0],
    max: last[0],
    mean,
    deviation: Math.sqrt(squares / whole),
    quantiles: {
      p05: at(0.05),
      p25: at(0.25),
      p50: at(0.5),
      p75: at(0.75),
      p95: at(0.95),
    },
    histogram: { from: range[0], to: range[1], counts },
  }
}

export function meanOf(distribution: Distribution): number {
  let [sum, whole] = [0, 0]
  for (const [number, count] of distribution) {
    sum += number * count
    whole += count
  }
  return whole === 0 ? 0 : sum / whole
}

/** Between two neighbours in proportion, as R's type 7 and numpy do by default. */
export function quantilesOf(distribution: Distribution): (share: number) => number {
  const ends: number[] = []
  let whole = 0
  for (const [, count] of distribution) ends.push((whole += count))
  const nth = (place: number): number => {
    let [low, high] = [0, ends.length - 1]
    while (low < high) {
      const middle = (low + high) >> 1
      if ((ends[middle] ?? 0) > place) high = middle
      else low = middle + 1
    }
    return distribution[low]?.[0] ?? 0
  }
  return share => {
    const place = share * (whole - 1)
    const below = nth(Math.floor(place))
    const above = nth(Math.ceil(place))
    return below + (above - below) * (place - Math.floor(place))
  }
}

type Range = readonly [from: number, to: number]

/** What a histogram is drawn of: a single value far away would else leave one bar. */
export function rangeOf(
  column: Column,
  {
    min,
    max,
    p01,
    p99,
  }: {
    readonly min: number
    readonly max: number
    readonly p01: number
    readonly p99: number
  },
): Range {
  const margin = (p99 - p01) / 2
  const range: Range = margin === 0 ? [min, max] : [Math.max(min, p01 - margin), Math.min(max, p99 + margin)]
  // of whole numbers in a small range, each has a bin of its own
  const [from, to] = [Math.floor(range[0]), Math.floor(range[1])]
  return isWhole(column) && to > from && to - from < bins ? [from, to + 1] : range
}

export function binsOf(column: Column, [from, to]: Range): number {
  if (from === to) return 1
  return isWhole(column) && Number.isInteger(to - from) && to - from <= bins ? to - from : bins
}

function binIn([from, to]: Range, count: number, number: number): number {
  const width = (to - from) / count
  return width > 0 ? Math.max(0, Math.min(count - 1, Math.floor((number - from) / width))) : 0
}

/** The same in SQL, of numbers that are not NULL. */
export function binInSql([from, to]: Range, count: number, number: string): string {
  const width = (to - from) / count
  return width > 0
    ? `CAST(greatest(0, least(${count - 1}, floor((CAST(${number} AS DOUBLE) - (${from})) / ${width}))) AS INTEGER)`
    : '0'
}

export function histogramOf(range: Range, count: number, counted: ReadonlyMap<number, number>): Histogram {
  return {
    from: range[0],
    to: range[1],
    counts: Array.from({ length: count }, (_, bin) => counted.get(bin) ?? 0),
  }
}

function isWhole({ type }: Column): boolean {
  return type !== 'number' && type !== 'timestamp'
}
