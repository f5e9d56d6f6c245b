import type { Item } from '../runs/item-store.ts'
import type { RunPlan } from '../runs/run.ts'
import type { ScoreFigure } from '../runs/score-store.ts'

/** What one evaluator found of one example and release, over its repeats. */
export interface Cell {
  /** Mean over the repeats that have a value. */
  readonly value: number | undefined
  /** Of the repeats that have a value, how many pass. */
  readonly passed: number
  readonly valued: number
  readonly failed: number
  readonly notApplicable: number
}

/** Cells by release, evaluator and example: `table.cells[release][evaluator][ordinal]`. */
export interface ScoreTable {
  readonly examples: number
  readonly cells: readonly (readonly (readonly (Cell | undefined)[])[])[]
}

export function tabulate(plan: RunPlan, examples: number, scores: readonly ScoreFigure[]): ScoreTable {
  const found = plan.releases.map(() =>
    plan.evaluators.map(() => Array.from({ length: examples }, (): Draft | undefined => undefined)),
  )
  for (const score of scores) {
    const ofEvaluator = found[score.release]?.[score.evaluator]
    if (!ofEvaluator || score.ordinal >= examples) continue
    const draft = (ofEvaluator[score.ordinal] ??= {
      sum: 0,
      passed: 0,
      valued: 0,
      failed: 0,
      notApplicable: 0,
    })
    if (score.isFailed) draft.failed += 1
    else if (score.value === undefined) draft.notApplicable += 1
    else {
      draft.sum += score.value
      draft.valued += 1
      if (score.isPassed === true) draft.passed += 1
    }
  }
  const cells = found.map(ofRelease =>
    ofRelease.map(ofEvaluator => ofEvaluator.map(draft => draft && toCell(draft))),
  )
  return { examples, cells }
}

interface Draft {
  sum: number
  passed: number
  valued: number
  failed: number
  notApplicable: number
}

function toCell({ sum, passed, valued, failed, notApplicable }: Draft): Cell {
  return { value: valued === 0 ? undefined : sum / valued, passed, valued, failed, notApplicable }
}

/** How many items of a release were answered, and why others were not. */
export function countFailures(items: readonly Item[], release: number) {
  const failures: Record<string, number> = {}
  let [answered, failed] = [0, 0]
  for (const item of items) {
    if (item.release !== release) continue
    if (item.answerKey !== undefined && item.state !== 'failed') answered += 1
    if (item.state !== 'failed') continue
    failed += 1
    const code = item.failureCode ?? 'unknown'
    failures[code] = (failures[code] ?? 0) + 1
  }
  return { answered, failed, failures }
}
