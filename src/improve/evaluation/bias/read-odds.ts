import { type Database, Failure } from '../../../foundation/platform/index.ts'
import { listExamples } from '../runs/item-store.ts'
import type { Run } from '../runs/run.ts'
import { listScoreFigures } from '../runs/score-store.ts'
import { answersBySlice } from './answers-by-slice.ts'
import { measureOdds, type MeasuredOdds, oddsMeasures, ratesOfSlices, type SliceRate } from './odds.ts'

export interface SliceOdds {
  readonly evaluator: string
  readonly column: string
  readonly rates: readonly SliceRate[]
  readonly measures: readonly MeasuredOdds[]
}

/** Whether a release is as often right and wrong in each slice of a run, by each evaluator that names what is wanted and what was said. */
export async function readOdds(
  run: Run,
  given: {
    readonly release: number
    readonly margin: number
    readonly labels: readonly string[] | undefined
  },
  database: Database,
): Promise<SliceOdds[]> {
  const [examples, scores] = await Promise.all([
    listExamples(database, run.id),
    listScoreFigures(database, run.id),
  ])
  const columns = Object.keys(examples[0]?.slices ?? {})
  if (columns.length === 0)
    throw new Failure(
      'conflict',
      'The run has no slices: name them under `slices` of the suite, and run it anew.',
    )
  const own = scores.filter(({ release }) => release === given.release)
  const found = run.plan.evaluators.flatMap(({ name }, index) =>
    columns.flatMap((column): SliceOdds[] => {
      const answers = answersBySlice(
        examples,
        own.filter(({ evaluator }) => evaluator === index),
        column,
      )
      if (answers.length === 0) return []
      return [
        {
          evaluator: name,
          column,
          rates: ratesOfSlices(answers, given.labels),
          measures: oddsMeasures.map(measure => measureOdds(answers, measure, given)),
        },
      ]
    }),
  )
  if (found.length > 0) return found
  throw new Failure(
    'conflict',
    'No evaluator of the run names what is wanted and what was said: use `label` with a column that holds what is expected.',
  )
}
