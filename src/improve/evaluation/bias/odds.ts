import { wilsonInterval } from '../../../foundation/statistics/index.ts'
import type { ParityVerdict } from './parity.ts'

/** What an evaluator called one answer, and what it should have been called. */
export interface ClassifiedAnswer {
  /** Names what is independent of all else: the example, or what its forms were made of. */
  readonly unit: string
  readonly slice: string
  readonly wanted: string
  readonly said: string
  /** 1 over the number of repeats: each example counts once. */
  readonly weight: number
}

/** Equal odds are of what has a label and of what has not; equal opportunity is of the first alone; parity asks nothing of what is right. */
export const oddsMeasures = ['equalisedOdds', 'equalOpportunity', 'demographicParity'] as const
export type OddsMeasure = (typeof oddsMeasures)[number]

/** How often a label is said: of what has it, of what has not, of all. */
export type Rate = 'truePositives' | 'falsePositives' | 'selected'

const ratesOf: Readonly<Record<OddsMeasure, readonly Rate[]>> = {
  equalisedOdds: ['truePositives', 'falsePositives'],
  equalOpportunity: ['truePositives'],
  demographicParity: ['selected'],
}

export interface SliceRate {
  readonly slice: string
  readonly label: string
  readonly rate: Rate
  readonly share: number
  /** Independent examples that it is of. */
  readonly units: number
}

/** The difference of two slices in one rate of one label. */
export interface RateGap {
  readonly label: string
  readonly rate: Rate
  readonly first: string
  readonly second: string
  /** Of second − first. */
  readonly difference: number
  /** Holds for all gaps of the measure at once. */
  readonly low: number
  readonly high: number
  /** In the smaller of the two. */
  readonly units: number
}

export interface MeasuredOdds {
  readonly measure: OddsMeasure
  readonly verdict: ParityVerdict
  /** The largest first. */
  readonly gaps: readonly RateGap[]
  /** Comparisons of which there are too few examples in a slice, or for which there are too many slices. */
  readonly leftOut: number
  readonly says: string
}

export interface OddsOptions {
  readonly margin: number
  readonly confidence?: number
  /** Only of these; all that are wanted somewhere by default. */
  readonly labels?: readonly string[] | undefined
}

/** Fewer examples than this in a slice are compared with nothing. */
export const leastUnits = 10
/** Of more slices the largest are compared. */
const mostSlices = 12

/** The rates of each slice and label. */
export function ratesOfSlices(
  answers: readonly ClassifiedAnswer[],
  labels: readonly string[] = wantedLabels(answers),
): SliceRate[] {
  return [...Map.groupBy(answers, ({ slice }) => slice)].flatMap(([slice, own]) =>
    labels.flatMap(label => {
      const rate = (name: Rate, of: readonly ClassifiedAnswer[]): SliceRate => {
        const total = of.reduce((sum, { weight }) => sum + weight, 0)
        const hits = of.reduce((sum, { said, weight }) => sum + (said === label ? weight : 0), 0)
        const units = new Set(of.map(({ unit }) => unit)).size
        return { slice, label, rate: name, share: total === 0 ? 0 : hits / total, units }
      }
      return [
        rate(
          'truePositives',
          own.filter(({ wanted }) => wanted === label),
        ),
        rate(
          'falsePositives',
          own.filter(({ wanted }) => wanted !== label),
        ),
        rate('selected', own),
      ]
    }),
  )
}

/**
 * Whether a classifier is as often right, and as often wrong, in each slice (equalised odds and equal opportunity: Hardt, Price and Srebro,
 * NeurIPS 2016), pair by pair and label by label. A gap has the interval of Newcombe (Statistics in Medicine 17, 1998, method 10) over so many
 * trials as there are independent examples: repeats and forms of an example are one, which is as wide as needed or wider. All intervals of a
 * measure hold at once (Bonferroni). `within`: all lie within the margin and nothing was left out; `outside`: one lies wholly beyond it.
 */
export function measureOdds(
  answers: readonly ClassifiedAnswer[],
  measure: OddsMeasure,
  { margin, confidence = 0.95, labels = wantedLabels(answers) }: OddsOptions,
): MeasuredOdds {
  const sizes = Map.groupBy(answers, ({ slice }) => slice)
  const slices = [...sizes.keys()].toSorted(
    (left, right) =>
      (sizes.get(right)?.length ?? 0) - (sizes.get(left)?.length ?? 0) || (left < right ? -1 : 1),
  )
  const compared = new Set(slices.slice(0, mostSlices))
  const rates = ratesOfSlices(
    answers.filter(({ slice }) => compared.has(slice)),
    labels,
  ).filter(({ rate }) => ratesOf[measure].includes(rate))
  const pairs = [...Map.groupBy(rates, ({ label, rate }) => JSON.stringify([label, rate])).values()].flatMap(
    own => {
      const sorted = own.toSorted((left, right) => (left.slice < right.slice ? -1 : 1))
      return sorted.flatMap((first, at) => sorted.slice(at + 1).map(second => ({ first, second })))
    },
  )
  const told = pairs.filter(({ first, second }) => Math.min(first.units, second.units) >= leastUnits)
  const each = 1 - (1 - confidence) / Math.max(1, told.length)
  const gaps = told
    .map(({ first, second }) => gapOf(first, second, each))
    .toSorted((left, right) => Math.abs(right.difference) - Math.abs(left.difference))
  const beyond = slices.length - compared.size
  const leftOut = pairs.length - told.length + beyond
  const verdict = gaps.some(({ low, high }) => low > margin || high < -margin)
    ? 'outside'
    : gaps.length > 0 && leftOut === 0 && gaps.every(({ low, high }) => low >= -margin && high <= margin)
      ? 'within'
      : 'not enough'
  return { measure, verdict, gaps, leftOut, says: sayOdds(measure, verdict, gaps, leftOut, margin) }
}

export function wantedLabels(answers: readonly ClassifiedAnswer[]): string[] {
  return [...new Set(answers.map(({ wanted }) => wanted))].toSorted()
}

function gapOf(first: SliceRate, second: SliceRate, confidence: number): RateGap {
  const [one, two] = [first, second].map(({ share, units }) =>
    wilsonInterval(share * units, units, confidence),
  )
  if (!one || !two) throw new Error('A gap is of two rates.')
  const difference = second.share - first.share
  return {
    label: first.label,
    rate: first.rate,
    first: first.slice,
    second: second.slice,
    difference,
    low: difference - Math.hypot(two.share - two.low, one.high - one.share),
    high: difference + Math.hypot(two.high - two.share, one.share - one.low),
    units: Math.min(first.units, second.units),
  }
}

const names: Readonly<Record<OddsMeasure, string>> = {
  equalisedOdds: 'odds',
  equalOpportunity: 'opportunity',
  demographicParity: 'shares of labels',
}
const among: Readonly<Record<Rate, string>> = {
  truePositives: 'where it is right',
  falsePositives: 'where it is wrong',
  selected: 'of all',
}

function sayOdds(
  measure: OddsMeasure,
  verdict: ParityVerdict,
  gaps: readonly RateGap[],
  leftOut: number,
  margin: number,
): string {
  const points = (value: number): string => `${value < 0 ? '−' : ''}${Math.abs(value * 100).toFixed(1)}`
  const few = leftOut === 0 ? '' : ` ${leftOut} comparisons have too few examples to be made.`
  const surely = gaps.find(({ low, high }) => low > margin || high < -margin)
  const worst = surely ?? gaps[0]
  if (!worst) return `No two slices have ${leastUnits} examples to compare.${few}`
  const gap = `\`${worst.label}\` is said ${points(worst.difference)} points more often in ${worst.second} than in ${worst.first}, ${among[worst.rate]} (${points(worst.low)} to ${points(worst.high)})`
  if (verdict === 'outside') return `The ${names[measure]} of slices differ: ${gap}.${few}`
  if (verdict === 'within')
    return `The ${names[measure]} of no two slices lie further apart than ${points(margin)} points: at most, ${gap}.`
  return `Not enough to tell whether the ${names[measure]} of slices differ: ${gap}, where ${points(margin)} points are allowed.${few}`
}
