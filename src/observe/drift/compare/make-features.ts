import { createRandom } from '../../../foundation/statistics/index.ts'
import type { DriftColumn, Pair, SampledRow } from '../sample.ts'
import { commonWords, wordsOfTexts } from './words.ts'

export interface Features {
  readonly names: readonly string[]
  /** Those that say whether something is there, as 0 and 1. */
  readonly indicators: ReadonlySet<string>
  readonly reference: readonly (readonly number[])[]
  readonly current: readonly (readonly number[])[]
}

const mostValues = 10
const mostWords = 80
/** Of the rows: fewer gaps are no feature. */
const leastGapShare = 0.01
const mostComponents = 64

/**
 * What models tell samples apart by. Numbers as their rank among both samples, 0 to 1, so that a long tail counts as what it is; the commonest values of a
 * category, and the words of a text that stand in a hundredth of the rows and in ten at least, each as whether it is there; vectors as
 * they are, or as 64 random directions of them (Johnson and Lindenstrauss 1984).
 */
export function makeFeatures(
  columns: readonly DriftColumn[],
  sample: Pair<readonly SampledRow[]>,
  seed: string,
): Features {
  const rows = [...sample.reference, ...sample.current]
  const names: string[] = []
  const indicators = new Set<string>()
  const made: number[][] = rows.map(() => [])
  const add = (name: string, values: readonly number[]): void => {
    names.push(name)
    for (const [index, row] of made.entries()) row.push(values[index] ?? 0)
  }
  const addIndicator = (name: string, isThere: readonly boolean[]): void => {
    indicators.add(name)
    add(
      name,
      isThere.map(is => (is ? 1 : 0)),
    )
  }
  for (const column of columns) {
    const cells = rows.map(row => row.cells[column.name] ?? null)
    const gaps = cells.filter(cell => cell === null).length
    if (gaps === rows.length) continue
    if (gaps >= leastGapShare * rows.length && column.kind !== 'category')
      addIndicator(
        `${column.name} is missing`,
        cells.map(cell => cell === null),
      )
    if (column.kind === 'number') add(column.name, ranksOf(cells))
    else if (column.kind === 'category')
      for (const value of commonest(cells.filter(cell => cell !== null).map(String), mostValues))
        addIndicator(
          `${column.name} is ${value}`,
          cells.map(cell => cell === value),
        )
    else if (column.kind === 'text') {
      const words = wordsOfTexts(cells)
      for (const word of commonWords(words).slice(0, mostWords))
        addIndicator(
          `${column.name} says “${word}”`,
          words.map(set => set.has(word)),
        )
    } else for (const [name, values] of componentsOf(column.name, cells, seed)) add(name, values)
  }
  return {
    names,
    indicators,
    reference: made.slice(0, sample.reference.length),
    current: made.slice(sample.reference.length),
  }
}

/** The mean rank of equal values as a share; what is missing lies in the middle. */
function ranksOf(cells: readonly unknown[]): number[] {
  const present = cells.flatMap((cell, index) => (typeof cell === 'number' ? [{ cell, index }] : []))
  present.sort((a, b) => a.cell - b.cell)
  const ranks = cells.map(() => 0.5)
  for (let from = 0; from < present.length;) {
    let to = from + 1
    while (to < present.length && present[to]?.cell === present[from]?.cell) to += 1
    for (let place = from; place < to; place += 1)
      ranks[present[place]?.index ?? 0] = (from + to) / 2 / present.length
    from = to
  }
  return ranks
}

function commonest(values: readonly string[], most: number): string[] {
  const counts = new Map<string, number>()
  for (const value of values) counts.set(value, (counts.get(value) ?? 0) + 1)
  return [...counts]
    .toSorted(([a, first], [b, second]) => second - first || (a < b ? -1 : 1))
    .slice(0, most)
    .map(([value]) => value)
}

function componentsOf(name: string, cells: readonly unknown[], seed: string): [string, number[]][] {
  const vectors = cells.map(cell => (Array.isArray(cell) ? (cell as number[]) : []))
  const width = vectors.reduce((widest, vector) => Math.max(widest, vector.length), 0)
  if (width <= mostComponents)
    return Array.from({ length: width }, (_, index) => [
      `${name}[${index}]`,
      vectors.map(vector => vector[index] ?? 0),
    ])
  const random = createRandom(seed, name)
  return Array.from({ length: mostComponents }, (_, index) => {
    const direction = Array.from({ length: width }, () => random.normal() / Math.sqrt(width))
    return [
      `${name} direction ${index}`,
      vectors.map(vector => vector.reduce((sum, value, at) => sum + value * (direction[at] ?? 0), 0)),
    ]
  })
}
