import type { GateResult } from '../report/report.ts'
import type { RunExample } from '../runs/item-store.ts'
import type { ScoreFigure } from '../runs/score-store.ts'
import type { Gate } from '../suites/suite.ts'
import { answersBySlice } from './answers-by-slice.ts'
import { measureOdds, type OddsMeasure } from './odds.ts'

/** What gates on odds are held against. */
export interface OddsInput {
  readonly examples: readonly RunExample[]
  /** Of a release and evaluator, by name. */
  readonly scoresOf: (release: string, evaluator: string) => readonly ScoreFigure[]
  /** The slices of the suite. */
  readonly slices: readonly string[]
  readonly confidence: number
}

/** One result for each slice column: no two of its slices may lie further apart than the bound, by the intervals of all pairs. */
export function judgeOdds(gate: Gate, measure: OddsMeasure, release: string, input: OddsInput): GateResult[] {
  const { bound, evaluator = '', labels } = gate
  const columns = gate.slices.length > 0 ? gate.slices : input.slices
  return columns.map(column => {
    const scores = input.scoresOf(release, evaluator)
    const base = {
      measure,
      bound,
      evaluator,
      release,
      slice: { column, value: 'each pair' },
      examplesToDecide: undefined,
    }
    const answers = answersBySlice(input.examples, scores, column)
    if (answers.length === 0)
      return {
        ...base,
        outcome: 'undecided' as const,
        value: undefined,
        low: undefined,
        high: undefined,
        why: `\`${evaluator}\` names no answer together with what was wanted.`,
      }
    const { verdict, gaps, says } = measureOdds(answers, measure, {
      margin: bound,
      confidence: input.confidence,
      labels,
    })
    return {
      ...base,
      outcome: verdict === 'within' ? 'passed' : verdict === 'outside' ? 'failed' : 'undecided',
      value: gaps[0]?.difference,
      low: gaps[0]?.low,
      high: gaps[0]?.high,
      why: says,
    }
  })
}
