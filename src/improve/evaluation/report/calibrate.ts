import {
  activeMean,
  cohenKappa,
  type DrawnItem,
  leastLabels,
  normalQuantile,
  studentQuantile,
} from '../../../foundation/statistics/index.ts'
import { type Estimate, estimateMean } from './estimate.ts'
import type { Calibration } from './report.ts'

/** What a judge said of an example, and what people did, where they have. */
export interface JudgedExample {
  readonly judge: number
  readonly human: HumanLabel | undefined
}

/** What people say of an answer. */
export interface HumanLabel {
  readonly value: number
  /** With which it was drawn for them; `undefined` where they spoke of themselves. */
  readonly probability: number | undefined
}

/** As few labels as that make an interval that is worth having. */
export const labelsNeeded = Math.max(20, leastLabels)

/**
 * The mean of what people would say, from a judge's opinion of all and people's of some (active statistical inference, which
 * is prediction-powered inference with known odds of each label). Where enough labels were drawn the others are left out, since nobody knows how
 * they were chosen; where there are too few, all are taken for a plain sample. There is none
 * without people: a judge that nobody has checked may be off by anything.
 */
export function calibratedMean(
  examples: readonly JudgedExample[],
  options: {
    readonly confidence: number
    readonly seed: string | number
    readonly range: readonly [number, number]
    readonly suite: string
    readonly evaluator: string
    /** From which opinion on the judge lets pass: for how far people agree with it. */
    readonly threshold?: number | undefined
  },
): { readonly estimate: Estimate | undefined; readonly calibration: Calibration } {
  const { confidence, range } = options
  const drawnCount = examples.filter(({ human }) => human?.probability !== undefined).length
  const areDrawn = drawnCount >= labelsNeeded
  const items = examples.map(({ judge, human }): DrawnItem =>
    human === undefined || (areDrawn && human.probability === undefined)
      ? { judge }
      : { judge, human: human.value, probability: areDrawn ? human.probability : 1 },
  )
  const labelled = items.flatMap(({ judge, human, probability = 1 }) =>
    human === undefined ? [] : [{ judge, human, probability }],
  )
  const base = { labels: labelled.length, labelsNeeded }
  if (labelled.length < labelsNeeded) {
    const missing = labelsNeeded - labelled.length
    const next = `People have labelled ${labelled.length} of these answers, and ${labelsNeeded} are needed: gather ${missing} more with \`slipway eval label\`, which puts answers drawn at random into the review queue.`
    return { estimate: undefined, calibration: { ...base, ...nothing, state: 'uncalibrated', next } }
  }
  const bias = biasOf(labelled, confidence)
  const calibration: Calibration = {
    ...base,
    state: 'calibrated',
    next: undefined,
    bias: bias.mean,
    biasLow: bias.low,
    biasHigh: bias.high,
    agreement: agreementOf(labelled, options.threshold, confidence),
    labelsToHalve: undefined,
  }
  if (labelled.length === items.length)
    return {
      estimate: estimateMean(
        labelled.map(one => one.human),
        options,
      ),
      calibration,
    }
  const found = activeMean(items, confidence)
  if (!found) return { estimate: undefined, calibration }
  const estimate: Estimate = {
    n: examples.length,
    mean: Math.min(range[1], Math.max(range[0], found.estimate)),
    low: Math.max(range[0], found.low),
    high: Math.min(range[1], found.high),
    confidence,
    method: 'prediction-powered',
  }
  return { estimate, calibration: { ...calibration, labelsToHalve: found.labelsToHalve } }
}

const nothing = {
  bias: undefined,
  biasLow: undefined,
  biasHigh: undefined,
  agreement: undefined,
  labelsToHalve: undefined,
}

type Labelled = Required<{ [Key in keyof DrawnItem]: Exclude<DrawnItem[Key], undefined> }>

/** Judge minus people, each label counting by its inverse probability, with Student's interval of the linearised ratio. */
function biasOf(labelled: readonly Labelled[], confidence: number) {
  const n = labelled.length
  const total = labelled.reduce((sum, { probability }) => sum + 1 / probability, 0)
  const mean = labelled.reduce((sum, one) => sum + (one.judge - one.human) / one.probability, 0) / total
  const squares = labelled.reduce(
    (sum, one) => sum + ((one.judge - one.human - mean) / one.probability / total) ** 2,
    0,
  )
  const half = studentQuantile((1 + confidence) / 2, n - 1) * Math.sqrt((squares * n) / (n - 1))
  return { mean, low: mean - half, high: mean + half }
}

/** Cohen's κ of what judge and people let pass, of the labelled as if they were a plain sample. */
function agreementOf(
  labelled: readonly Labelled[],
  threshold: number | undefined,
  confidence: number,
): Calibration['agreement'] {
  if (threshold === undefined) return undefined
  const table = [
    [0, 0],
    [0, 0],
  ]
  for (const { judge, human } of labelled) {
    const row = table[judge >= threshold ? 1 : 0]
    const column = human >= threshold ? 1 : 0
    if (row) row[column] = (row[column] ?? 0) + 1
  }
  const found = cohenKappa(table)
  if (!found) return undefined
  const half = normalQuantile((1 + confidence) / 2) * found.standardError
  return {
    kappa: found.kappa,
    low: Math.max(-1, found.kappa - half),
    high: Math.min(1, found.kappa + half),
    same: found.observed,
  }
}
