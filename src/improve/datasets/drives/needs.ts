import { collectionNeeds } from '../slices/mitigation.ts'
import { crossing } from '../slices/slice-sql.ts'
import type { Need } from './drive.ts'

/** Rows by their slice, value by value, and their label. */
export interface CellCount {
  readonly values: readonly string[]
  readonly label: string
  readonly rows: number
}

/** A cell without a value belongs to no slice and has no label. */
const none = 'null'

/** What has fewer rows than `each`, or than an interval of `halfWidth` needs; what lacks the most first. */
export function findNeeds(
  cells: readonly CellCount[],
  options: {
    /** What `values` of cells are of. */
    readonly slices: readonly string[]
    readonly label: string
    readonly of: 'slices' | 'labels' | 'both'
    readonly each: number | undefined
    readonly halfWidth: number
  },
): Need[] {
  const { slices, label, of, each, halfWidth } = options
  const lacking = (counts: readonly { readonly slice: string; readonly rows: number }[]) =>
    each === undefined
      ? collectionNeeds(counts, halfWidth)
      : counts.flatMap(({ slice, rows }) => (rows < each ? [{ slice, rows, missing: each - rows }] : []))
  const sum = (own: readonly CellCount[]): number => own.reduce((total, { rows }) => total + rows, 0)
  const needs: Need[] = []
  if (of !== 'labels') {
    const groups = Map.groupBy(
      cells.filter(({ values }) => !values.includes(none)),
      ({ values }) => JSON.stringify(values),
    )
    const counts = [...groups].map(([slice, own]) => ({ slice, rows: sum(own) }))
    for (const { slice, rows, missing } of lacking(counts)) {
      const values = groups.get(slice)?.[0]?.values ?? []
      needs.push({
        kind: 'slice',
        name: values.join(crossing),
        values: Object.fromEntries(slices.map((name, at) => [name, values[at] ?? none])),
        rows,
        missing,
      })
    }
  }
  if (of !== 'slices') {
    const groups = Map.groupBy(
      cells.filter(cell => cell.label !== none),
      cell => cell.label,
    )
    const counts = [...groups].map(([slice, own]) => ({ slice, rows: sum(own) }))
    for (const { slice, rows, missing } of lacking(counts))
      needs.push({ kind: 'label', name: slice, values: { [label]: slice }, rows, missing })
  }
  return needs.toSorted((left, right) => right.missing - left.missing || (left.name < right.name ? -1 : 1))
}

/** Whether what is known of a row, or was said of it, makes it one of a need. */
export function isOf({ values }: Need, said: Readonly<Record<string, string>>): boolean {
  return Object.entries(values).every(([name, value]) => said[name] === value)
}
