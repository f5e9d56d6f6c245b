import { adjustPValues } from '../../foundation/statistics/index.ts'
import { compareCategories } from './compare/compare-categories.ts'
import { type Compared, compareNumbers } from './compare/compare-numbers.ts'
import { describeBin } from './compare/describe-bin.ts'
import { estimateQuality, type QualityColumns } from './compare/estimate-quality.ts'
import { findSlices, type SlicedColumn } from './compare/find-slices.ts'
import { findWords } from './compare/find-words.ts'
import { makeFeatures } from './compare/make-features.ts'
import { sayChange } from './compare/say-change.ts'
import { tellApart } from './compare/tell-apart.ts'
import type { DriftReport } from './report.ts'
import type { Categories, DriftColumn, Pair, SampleReader } from './sample.ts'

export interface ExplainOptions {
  readonly reader: SampleReader
  readonly columns: readonly DriftColumn[]
  /** What either sample is, in words, and how many rows it has of which `reader` reads a part. */
  readonly rows: Pair<{ readonly of: string; readonly total: number }>
  readonly quality?: QualityColumns | undefined
  /** Decides which rows are drawn; the same seed gives the same report. */
  readonly seed: string
  readonly notes?: readonly string[]
  readonly signal?: AbortSignal
  readonly progress?: (share: number, step: string) => void
}

const level = 0.05
const muchDistance = 0.1
const mostCategories = 500
const mostGroups = 12
/** Each pair of columns is looked at. */
const mostSliced = 24
/** For what takes models. */
const mostSampled = 1_500

/**
 * What explains that one sample is not like another: each column, all columns together, the groups of rows whose share has moved, and the rows that
 * are least like the reference. It says how far and how sure; it never alarms. Takes the rows that `reader` has, each column once, whole.
 */
export async function explainChange(options: ExplainOptions): Promise<DriftReport> {
  const { reader, columns, seed, signal, progress = () => undefined } = options
  const compared: Compared[] = []
  const sliced: { readonly name: string; readonly groups: SlicedColumn }[] = []
  const notes = [...(options.notes ?? [])]
  // while one is compared the next is read: two processors have something to do
  let reading = readColumn(reader, columns[0])
  for (const [index, column] of columns.entries()) {
    signal?.throwIfAborted()
    progress((0.6 * index) / columns.length, `compares ${column.name}`)
    const values = await reading
    reading = readColumn(reader, columns[index + 1])
    // what fails is said when it is waited for
    reading.catch(() => undefined)
    const found = values && compareColumn(column, values)
    if (!found) {
      if (column.kind !== 'vector') notes.push(`\`${column.name}\` has no values in one of the two.`)
      continue
    }
    compared.push(found.compared)
    if (found.groups) sliced.push({ name: found.compared.name, groups: found.groups })
  }
  const reported = reportColumns(compared)
  progress(0.6, 'looks for slices')
  signal?.throwIfAborted()
  const far = new Map(reported.map(({ name }, place) => [name, place]))
  const chosen = sliced
    .toSorted((a, b) => (far.get(a.name) ?? 0) - (far.get(b.name) ?? 0))
    .slice(0, mostSliced)
    .map(({ groups }) => groups)
  const groups = findSlices(chosen, reader.rows)
  progress(0.75, 'tells the two apart')
  signal?.throwIfAborted()
  const sample = await reader.sample(columns, mostSampled, seed)
  const slices = { ...groups, words: findWords(columns, sample) }
  const together = tellApart(makeFeatures(columns, sample, seed), sample, seed)
  progress(0.9, 'estimates quality')
  signal?.throwIfAborted()
  const quality = options.quality ? await estimateQuality(reader, columns, options.quality, seed) : null
  const rows = {
    reference: { ...options.rows.reference, read: reader.rows.reference },
    current: { ...options.rows.current, read: reader.rows.current },
  }
  const found = { rows, columns: reported, slices, quality, ...together }
  return { sentence: sayChange(found), seed, ...found, notes }
}

type ColumnValues =
  | { readonly kind: 'numbers'; readonly numbers: Pair<Float64Array> }
  | { readonly kind: 'categories'; readonly categories: Categories }

/** `undefined` where there is no such column, or it is of vectors, which are compared by models alone. */
async function readColumn(
  reader: SampleReader,
  column: DriftColumn | undefined,
): Promise<ColumnValues | undefined> {
  if (!column || column.kind === 'vector') return undefined
  return column.kind === 'category'
    ? { kind: 'categories', categories: await reader.categories(column, mostCategories) }
    : { kind: 'numbers', numbers: await reader.numbers(column) }
}

function compareColumn(
  column: DriftColumn,
  values: ColumnValues,
): { readonly compared: Compared; readonly groups: SlicedColumn | undefined } | undefined {
  if (values.kind === 'categories') {
    const compared = compareCategories(column, values.categories)
    return compared && { compared, groups: groupCategories(column.name, values.categories) }
  }
  const measured: DriftColumn =
    column.kind === 'text' ? { name: `${column.name}.characters`, kind: 'number' } : column
  const found = compareNumbers(measured, values.numbers)
  return (
    found && {
      compared: found.compared,
      groups: groupNumbers(measured.name, values.numbers, found.quarters),
    }
  )
}

/** What moved for certain comes first, by how far. */
function reportColumns(compared: readonly Compared[]): DriftReport['columns'] {
  const adjusted = adjustPValues(
    compared.map(({ p }) => p),
    'holm',
  )
  return compared
    .map((column, index) => {
      const p = adjusted[index] ?? 1
      const moved =
        p >= level
          ? ('no' as const)
          : column.jensen_shannon >= muchDistance
            ? ('much' as const)
            : ('little' as const)
      return { ...column, p_adjusted: p, moved }
    })
    .toSorted(
      (a, b) => Number(a.moved === 'no') - Number(b.moved === 'no') || b.jensen_shannon - a.jensen_shannon,
    )
}

/** Quarters of the reference; 0 is missing. */
function groupNumbers(
  column: string,
  values: Pair<Float64Array>,
  edges: readonly number[],
): SlicedColumn | undefined {
  if (edges.length === 0) return undefined
  // nothing is beyond an edge that is not there
  const [first = NaN, second = NaN, third = NaN] = edges
  const code = (samples: Float64Array): Uint8Array => {
    const codes = new Uint8Array(samples.length)
    for (let row = 0; row < samples.length; row += 1) {
      const value = samples[row] as number
      codes[row] =
        Number(!Number.isNaN(value)) +
        Number(value >= first) +
        Number(value >= second) +
        Number(value >= third)
    }
    return codes
  }
  return {
    column,
    groups: [
      'is missing',
      ...Array.from({ length: edges.length + 1 }, (_, index) => describeBin(edges[index - 1], edges[index])),
    ],
    codes: { reference: code(values.reference), current: code(values.current) },
  }
}

function groupCategories(column: string, categories: Categories): SlicedColumn | undefined {
  const { values } = categories
  if (values.length < 2) return undefined
  const groupOf = Uint8Array.from(values, (_, code) => Math.min(code, mostGroups + 1))
  const code = (codes: Uint16Array): Uint8Array => {
    const groups = new Uint8Array(codes.length)
    for (let row = 0; row < codes.length; row += 1) groups[row] = groupOf[codes[row] as number] as number
    return groups
  }
  const named = values.slice(1, mostGroups + 1).map(value => `is ${value}`)
  return {
    column,
    groups: ['is missing', ...named, ...(values.length > mostGroups + 1 ? ['is another'] : [])],
    codes: { reference: code(categories.reference), current: code(categories.current) },
  }
}
