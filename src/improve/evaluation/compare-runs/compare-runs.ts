import { type Database, Failure } from '../../../foundation/platform/index.ts'
import type { HumanLabel } from '../report/calibrate.ts'
import { compareCells, type CompareInput, compareSlices } from '../report/compare-releases.ts'
import { labelNameOf } from '../labels/label-name.ts'
import { listLabelFigures } from '../labels/label-store.ts'
import { sliceExamples } from '../report/make-report.ts'
import type { ReleaseComparison } from '../report/report.ts'
import { type Cell, tabulate } from '../report/table.ts'
import { listExamples } from '../runs/item-store.ts'
import type { Run } from '../runs/run.ts'
import { listScoreFigures } from '../runs/score-store.ts'

/** One release of a run. */
export interface RunRelease {
  readonly run: Run
  /** Its place in the plan. */
  readonly release: number
}

export interface ComparedRuns {
  readonly comparisons: readonly ReleaseComparison[]
  /** Examples that both have, by their keys. */
  readonly shared: number
  /** What is not comparable, and why. */
  readonly notes: readonly string[]
}

/** Holds a release of one run against one of another, on the examples that both have and by the evaluators that both used alike. */
export async function compareRuns(
  database: Database,
  baseline: RunRelease,
  challenger: RunRelease,
  options: { readonly margin: number; readonly confidence: number },
): Promise<ComparedRuns> {
  const [left, right] = await Promise.all([readSide(database, baseline), readSide(database, challenger)])
  const places = new Map(left.examples.map(({ rowKey, ordinal }) => [rowKey, ordinal]))
  const shared = right.examples.flatMap(example => {
    const ofBaseline = places.get(example.rowKey)
    return ofBaseline === undefined ? [] : [{ ...example, ofBaseline }]
  })
  if (shared.length === 0)
    throw new Failure('invalid_request', 'The two runs have no example in common: nothing can be compared.')
  const notes: string[] = []
  const [a, b] = [baseline.run.plan, challenger.run.plan]
  if (a.dataset.versionId !== b.dataset.versionId)
    notes.push(
      `The runs are of different versions of data (${a.dataset.name}@${a.dataset.versionNumber} and ${b.dataset.name}@${b.dataset.versionNumber}): examples are matched by their keys, whatever else changed in them.`,
    )
  const slices = sliceExamples(
    Object.keys(shared[0]?.slices ?? {}),
    shared.map(({ slices: values }, ordinal) => ({ ordinal, slices: values })),
  )
  const comparisons = b.evaluators.flatMap((evaluator, index): ReleaseComparison[] => {
    const at = a.evaluators.findIndex(({ name }) => name === evaluator.name)
    const other = a.evaluators[at]
    if (!other) {
      notes.push(`Only one of the runs has the evaluator ${evaluator.name}.`)
      return []
    }
    if (other.version !== evaluator.version || other.parametersHash !== evaluator.parametersHash) {
      notes.push(`The evaluator ${evaluator.name} is not the same in both runs: its scores are not compared.`)
      return []
    }
    if (evaluator.kind === 'pair') {
      notes.push(`The evaluator ${evaluator.name} compares within a run only.`)
      return []
    }
    const pick = <Value>(list: readonly Value[], isBaseline: boolean): (Value | undefined)[] =>
      shared.map(({ ordinal, ofBaseline }) => list[isBaseline ? ofBaseline : ordinal])
    const input: CompareInput = {
      evaluator,
      baseline: pick<Cell | undefined>(left.cells[at] ?? [], true),
      challenger: pick<Cell | undefined>(right.cells[index] ?? [], false),
      baselineLabels: pick(left.labels[at] ?? [], true),
      challengerLabels: pick(right.labels[index] ?? [], false),
      areDrawnApart: true,
      margin: options.margin,
      confidence: options.confidence,
      seed: `${b.seed} ${evaluator.name}`,
      suite: challenger.run.suite,
    }
    return [
      {
        release: nameOf(challenger),
        baseline: nameOf(baseline),
        evaluator: evaluator.name,
        ...compareCells(input),
        slices: compareSlices(input, slices),
      },
    ]
  })
  return { comparisons, shared: shared.length, notes }
}

async function readSide(database: Database, { run, release }: RunRelease) {
  const names = run.plan.evaluators.map(({ name }) => labelNameOf(run.suite, name))
  const [examples, scores, labels] = await Promise.all([
    listExamples(database, run.id),
    listScoreFigures(database, run.id),
    listLabelFigures(database, run.id, names),
  ])
  const table = tabulate(run.plan, examples.length, scores)
  const ofPeople = run.plan.evaluators.map((_, index) => {
    const values = Array.from({ length: examples.length }, (): HumanLabel | undefined => undefined)
    for (const one of labels)
      if (one.release === release && one.evaluator === index) values[one.ordinal] = one
    return values
  })
  return { examples, cells: table.cells[release] ?? [], labels: ofPeople }
}

function nameOf({ run, release }: RunRelease): string {
  return `${run.plan.releases[release]?.name ?? ''} (${run.id.slice(-8)})`
}
