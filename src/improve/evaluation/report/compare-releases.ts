import { adjustPValues } from '../../../foundation/statistics/index.ts'
import type { PlannedEvaluator } from '../runs/run.ts'
import { calibratedMean, type HumanLabel } from './calibrate.ts'
import { type Comparison, type ComparedPair, comparePairs, verdictOf } from './compare.ts'
import { widened } from './estimate.ts'
import type { SliceComparison } from './report.ts'
import type { Cell } from './table.ts'

/** One evaluator's scores of two releases, example by example in the same order. */
export interface CompareInput {
  readonly evaluator: PlannedEvaluator
  readonly baseline: readonly (Cell | undefined)[]
  readonly challenger: readonly (Cell | undefined)[]
  /** What people say of the answers. */
  readonly baselineLabels: readonly (HumanLabel | undefined)[]
  readonly challengerLabels: readonly (HumanLabel | undefined)[]
  /** Of two runs: each drew its labels for itself. */
  readonly areDrawnApart?: boolean
  readonly margin: number
  readonly confidence: number
  readonly seed: string
  readonly suite: string
}

interface Pair extends ComparedPair {
  readonly human: HumanLabel | undefined
}

export function compareCells(input: CompareInput, ordinals?: readonly number[]): Comparison {
  const { evaluator, margin, confidence, seed, suite } = input
  const pairs = pairsOf(input, ordinals)
  const compared = comparePairs(pairs, { margin, confidence, seed })
  if (!evaluator.isJudge) return compared
  const { estimate, calibration } = calibratedMean(
    pairs.map(({ baseline, challenger, human }) => ({ judge: challenger - baseline, human })),
    { confidence, seed, range: [-1, 1], suite, evaluator: evaluator.name },
  )
  const unknown = { difference: undefined, p: undefined, test: 'none', effect: undefined } as const
  if (calibration.state === 'uncalibrated' || !estimate)
    return { ...compared, ...unknown, verdict: 'uncalibrated', examplesToDecide: undefined }
  const verdict = verdictOf(estimate, undefined, margin, confidence)
  return { ...compared, ...unknown, difference: estimate, verdict, examplesToDecide: undefined }
}

/** By the values of a slice, each with an interval as much wider as there are values, and p adjusted. */
export function compareSlices(
  input: CompareInput,
  slices: readonly {
    readonly column: string
    readonly value: string
    readonly ordinals: readonly number[]
  }[],
): SliceComparison[] {
  const confidence = widened(input.confidence, slices.length)
  const found = slices.map(({ column, value, ordinals }) => ({
    column,
    value,
    ...compareCells({ ...input, confidence, seed: `${input.seed} ${column} ${value}` }, ordinals),
  }))
  const tested = found.flatMap(({ p }, index) => (p === undefined ? [] : [{ p, index }]))
  const adjusted = adjustPValues(
    tested.map(({ p }) => p),
    'holm',
  )
  const byIndex = new Map(tested.map(({ index }, at) => [index, adjusted[at]]))
  return found.map((one, index) => ({ ...one, adjustedP: byIndex.get(index) }))
}

function pairsOf(input: CompareInput, ordinals: readonly number[] | undefined): Pair[] {
  const { evaluator, baseline, challenger, baselineLabels, challengerLabels } = input
  const wanted = ordinals ?? challenger.map((_, ordinal) => ordinal)
  return wanted.flatMap((ordinal): Pair[] => {
    const value = challenger[ordinal]?.value
    const human = challengerLabels[ordinal]
    // a pair is one score already: 1 where the challenger is better
    if (evaluator.kind === 'pair') {
      if (value === undefined) return []
      return [
        { baseline: 1 - value, challenger: value, human: human && { ...human, value: 2 * human.value - 1 } },
      ]
    }
    const before = baseline[ordinal]?.value
    if (value === undefined || before === undefined) return []
    const ofBaseline = baselineLabels[ordinal]
    return [
      {
        baseline: before,
        challenger: value,
        human: human && ofBaseline && differenceOf(human, ofBaseline, input.areDrawnApart === true),
      },
    ]
  })
}

/** Of one run whole examples are drawn, so that both labels come with one lot. */
function differenceOf(challenger: HumanLabel, baseline: HumanLabel, areDrawnApart: boolean): HumanLabel {
  const [a, b] = [challenger.probability, baseline.probability]
  return {
    value: challenger.value - baseline.value,
    probability: a === undefined || b === undefined ? undefined : areDrawnApart ? a * b : Math.min(a, b),
  }
}
