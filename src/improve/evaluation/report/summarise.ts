import type { PlannedEvaluator } from '../runs/run.ts'
import type { AnswerFigure } from '../runs/score-store.ts'
import { calibratedMean, type HumanLabel } from './calibrate.ts'
import { estimateMean } from './estimate.ts'
import type { Latency, ScoreSummary } from './report.ts'
import type { Cell } from './table.ts'

/** What is known of one evaluator on one release, over some examples. */
export interface SummaryInput {
  readonly evaluator: PlannedEvaluator
  readonly cells: readonly (Cell | undefined)[]
  /** What people say of the same answers, in the same order. */
  readonly labels: readonly (HumanLabel | undefined)[]
  readonly classes: ScoreSummary['classes']
  readonly repeats: number
  readonly confidence: number
  readonly seed: string
  readonly suite: string
}

export function summarise(input: SummaryInput): ScoreSummary {
  const { evaluator, cells, labels, confidence, seed } = input
  const valued = cells.flatMap((cell, index) =>
    cell?.value === undefined ? [] : [{ cell, value: cell.value, human: labels[index] }],
  )
  const values = valued.map(({ value }) => value)
  const histogram = Array.from({ length: 10 }, () => 0)
  for (const value of values) {
    const bin = Math.min(9, Math.floor(value * 10))
    histogram[bin] = (histogram[bin] ?? 0) + 1
  }
  const range = [0, 1] as const
  const calibrated = evaluator.isJudge
    ? calibratedMean(
        valued.map(({ value, human }) => ({ judge: value, human })),
        {
          confidence,
          seed,
          range,
          suite: input.suite,
          evaluator: evaluator.name,
          threshold: evaluator.threshold,
        },
      )
    : undefined
  const passes = valued.map(({ cell }) => cell.passed / cell.valued)
  return {
    evaluator: evaluator.name,
    n: valued.length,
    notApplicable: cells.filter(cell => cell?.value === undefined && (cell?.notApplicable ?? 0) > 0).length,
    failed: cells.reduce((sum, cell) => sum + (cell?.failed ?? 0), 0),
    mean: calibrated ? calibrated.estimate : estimateMean(values, { confidence, seed, range }),
    // how many people would let pass nobody knows
    passRate: evaluator.isJudge ? undefined : estimateMean(passes, { confidence, seed, range }),
    calibration: calibrated?.calibration,
    histogram,
    flaky:
      input.repeats > 1
        ? valued.filter(({ cell }) => cell.passed > 0 && cell.passed < cell.valued).length
        : undefined,
    classes: input.classes,
  }
}

/** Percentiles by the nearest rank: each is a time that was measured. */
export function latencyOf(values: readonly number[]): Latency | undefined {
  if (values.length === 0) return undefined
  const sorted = values.toSorted((left, right) => left - right)
  const at = (share: number): number => sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] ?? 0
  return {
    n: sorted.length,
    mean: sorted.reduce((sum, value) => sum + value, 0) / sorted.length,
    p50: at(0.5),
    p90: at(0.9),
    p95: at(0.95),
    p99: at(0.99),
  }
}

/** What the answers of a release cost and how long they took. */
export function spendOf(answers: readonly AnswerFigure[]) {
  const priced = answers.flatMap(({ costNanoUsd }) => costNanoUsd ?? [])
  const costNanoUsd = priced.reduce((sum, cost) => sum + cost, 0)
  return {
    latencyMs: latencyOf(answers.map(({ latencyMs }) => latencyMs)),
    firstTokenMs: latencyOf(answers.flatMap(({ firstTokenMs }) => firstTokenMs ?? [])),
    costNanoUsd,
    costPerAnswerNanoUsd: priced.length === 0 ? undefined : costNanoUsd / priced.length,
    unpriced: answers.length - priced.length,
    inputTokens: answers.reduce((sum, { inputTokens }) => sum + (inputTokens ?? 0), 0),
    outputTokens: answers.reduce((sum, { outputTokens }) => sum + (outputTokens ?? 0), 0),
  }
}
