import type { Gate } from '../suites/suite.ts'
import type { GateResult } from '../report/report.ts'
import { answersByAttribute, type RunForm } from './forms-of-run.ts'
import type { PlannedEvaluator } from '../runs/run.ts'
import { parityOf } from './parity.ts'

/** What a parity gate is held against: the forms of a run, and what the evaluators found of each. */
export interface ParityInput {
  readonly forms: readonly RunForm[]
  readonly evaluators: readonly PlannedEvaluator[]
  readonly seed: string
  readonly confidence: number
  readonly valueOf: (release: string, evaluator: number, ordinal: number) => number | undefined
}

/** One result for each attribute: no two groups may lie further apart than the bound, by the interval and not by the estimate. */
export function judgeParity(gate: Gate, release: string, input: ParityInput): GateResult[] {
  const { measure, bound, evaluator } = gate
  const base = { measure, bound, evaluator, release }
  const none = { value: undefined, low: undefined, high: undefined, examplesToDecide: undefined }
  const at = input.evaluators.findIndex(({ name }) => name === evaluator)
  const judged = input.evaluators.slice(at, at + 1)
  const byAttribute = answersByAttribute(input.forms, judged, {
    valueOf: (_, ordinal) => input.valueOf(release, at, ordinal),
    labelOf: () => undefined,
    textOf: () => undefined,
  })
  if (byAttribute.size === 0) {
    const why =
      'The dataset holds no counterfactuals: make them with `slipway bias forms`, and slice by `attribute` and `group`.'
    return [{ ...base, ...none, slice: undefined, outcome: 'undecided', why }]
  }
  return [...byAttribute].map(([attribute, answers]) => {
    const { verdict, says, evaluators } = parityOf(attribute, answers, {
      margin: bound,
      thresholds: {},
      seed: input.seed,
      confidence: input.confidence,
    })
    const worst = evaluators[0]?.worst
    return {
      ...base,
      slice: { column: 'attribute', value: attribute },
      outcome: verdict === 'within' ? 'passed' : verdict === 'outside' ? 'failed' : 'undecided',
      value: worst?.difference,
      low: worst?.low,
      high: worst?.high,
      examplesToDecide: undefined,
      why: says,
    }
  })
}
