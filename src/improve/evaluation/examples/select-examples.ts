import type { Item, RunExample } from '../runs/item-store.ts'
import type { RunPlan } from '../runs/run.ts'
import type { Cell, ScoreTable } from '../report/table.ts'

/** Which examples of a run are looked at. */
export interface ExampleFilter {
  readonly outcome:
    | 'all'
    /** The challenger passes less often than the baseline, or scores lower where both or neither pass. */
    | 'regressions'
    | 'improvements'
    /** Passes in some repeats and fails in others. */
    | 'flaky'
    /** Has no answer, or a score that could not be given. */
    | 'errors'
    /** Does not pass. */
    | 'not_passed'
  /** Its place in the plan; any where left out. */
  readonly release: number | undefined
  readonly evaluator: number | undefined
  readonly slice: { readonly column: string; readonly value: string } | undefined
}

export interface SelectInput {
  readonly plan: RunPlan
  readonly examples: readonly RunExample[]
  readonly items: readonly Item[]
  readonly table: ScoreTable
}

/** The ordinals that the filter lets through; those that changed most come first where changes are asked for. */
export function selectExamples(input: SelectInput, filter: ExampleFilter): number[] {
  const { plan, examples, items, table } = input
  const releases = plan.releases
    .map((_, index) => index)
    .filter(index => filter.release === undefined || index === filter.release)
  const evaluators = plan.evaluators
    .map((_, index) => index)
    .filter(index => filter.evaluator === undefined || index === filter.evaluator)
  const failed = new Set(items.filter(({ state }) => state === 'failed').map(({ ordinal }) => ordinal))
  const cellsOf = (ordinal: number): Cell[] =>
    releases.flatMap(release => evaluators.flatMap(index => table.cells[release]?.[index]?.[ordinal] ?? []))

  const inSlice = examples.filter(
    ({ slices }) => filter.slice === undefined || slices[filter.slice.column] === filter.slice.value,
  )
  if (filter.outcome === 'regressions' || filter.outcome === 'improvements') {
    const sign = filter.outcome === 'regressions' ? -1 : 1
    return inSlice
      .map(({ ordinal }) => ({ ordinal, change: sign * largestChange(ordinal, sign) }))
      .filter(({ change }) => change > 0)
      .toSorted((left, right) => right.change - left.change || left.ordinal - right.ordinal)
      .map(({ ordinal }) => ordinal)
  }
  return inSlice
    .filter(({ ordinal }) => {
      const cells = cellsOf(ordinal)
      if (filter.outcome === 'flaky') return cells.some(one => one.passed > 0 && one.passed < one.valued)
      if (filter.outcome === 'errors') return failed.has(ordinal) || cells.some(one => one.failed > 0)
      if (filter.outcome === 'not_passed') return cells.some(one => one.passed < one.valued)
      return true
    })
    .map(({ ordinal }) => ordinal)

  /** The change that goes furthest in one direction, of any release and evaluator. */
  function largestChange(ordinal: number, sign: number): number {
    let found = 0
    for (const release of releases) {
      if (release === plan.baseline) continue
      for (const index of evaluators) {
        const change = changeOf(release, index, ordinal)
        if (change !== undefined && sign * change > sign * found) found = change
      }
    }
    return found
  }

  function changeOf(release: number, index: number, ordinal: number): number | undefined {
    const value = table.cells[release]?.[index]?.[ordinal]?.value
    if (value === undefined) return undefined
    if (plan.evaluators[index]?.kind === 'pair') return 2 * value - 1
    const before = table.cells[plan.baseline]?.[index]?.[ordinal]?.value
    return before === undefined ? undefined : value - before
  }
}
