/** How often the interval of a label that nobody has given covers the truth, in worlds that keep the assumption: what is asked of the same features stays. */
import {
  createRandom,
  type Random,
  type ShiftedMean,
  shiftedMean,
} from '../../src/foundation/statistics/index.ts'
import { type Estimate, meanOf, shareOf } from './estimate.ts'

interface Row {
  readonly features: readonly number[]
  /** From 0 to 1: what is expected of the label, given the features. */
  readonly mean: number
  readonly label: number
}

export interface QualityWorld {
  readonly name: string
  readonly labelled: number
  readonly others: number
  readonly draw: (random: Random, isCurrent: boolean) => Row
}

const chance = (odds: number): number => 1 / (1 + Math.exp(-odds))

/** A label of yes or no. */
const judged = (random: Random, features: readonly number[], mean: number): Row => ({
  features,
  mean,
  label: random.next() < mean ? 1 : 0,
})

/** A score that is right about how often an answer is good; the current ones lie lower by so much, in log-odds. */
const scored =
  (lower: number): QualityWorld['draw'] =>
  (random, isCurrent) => {
    const score = chance(1 + random.normal() - (isCurrent ? lower : 0))
    return judged(random, [score], score)
  }

/** Answers that are wrong more often the longer the question is, where current questions are longer; the other features tell nothing. */
const asked =
  ({ longer, middle, width }: { readonly longer: number; readonly middle: number; readonly width: number }) =>
  (random: Random, isCurrent: boolean): Row => {
    const length = random.normal() + (isCurrent ? longer : 0)
    const rest = Array.from({ length: width - 1 }, () => random.normal())
    return judged(random, [length, ...rest], chance(middle - length))
  }

/** The largest of so many numbers, more where a feature says so: scores that crowd at 1. */
const crowded: QualityWorld['draw'] = (random, isCurrent) => {
  const feature = random.next() ** (isCurrent ? 2 : 1)
  const most = 30 + 60 * feature
  return { features: [feature], mean: most / (most + 1), label: random.next() ** (1 / most) }
}

/** Good in the middle and bad at both ends, where current rows lie at the ends: a line fits neither the label nor the odds. */
const bent: QualityWorld['draw'] = (random, isCurrent) => {
  const place = (isCurrent ? 1.4 : 1) * random.normal()
  return judged(random, [place], chance(2 - place ** 2))
}

const longer = 0.7
export const qualityWorlds: readonly QualityWorld[] = [
  { name: 'a calibrated score, nothing moved', labelled: 300, others: 300, draw: scored(0) },
  { name: 'a calibrated score, now lower', labelled: 300, others: 300, draw: scored(1) },
  ...[2, 20].map(width => ({
    name: `longer questions, ${width} features`,
    labelled: 600,
    others: 600,
    draw: asked({ longer, middle: 1, width }),
  })),
  {
    name: 'questions far longer',
    labelled: 300,
    others: 300,
    draw: asked({ longer: 1.5, middle: 1, width: 2 }),
  },
  {
    name: '60 labels, nothing moved',
    labelled: 60,
    others: 600,
    draw: asked({ longer: 0, middle: 1, width: 2 }),
  },
  {
    name: '60 labels, longer questions',
    labelled: 60,
    others: 600,
    draw: asked({ longer, middle: 1, width: 2 }),
  },
  {
    name: '150 labels, longer questions',
    labelled: 150,
    others: 600,
    draw: asked({ longer, middle: 1, width: 2 }),
  },
  { name: 'nearly all good', labelled: 300, others: 300, draw: asked({ longer, middle: 4.5, width: 2 }) },
  { name: 'nearly none good', labelled: 300, others: 300, draw: asked({ longer, middle: -3.5, width: 2 }) },
  { name: 'scores that crowd at 1', labelled: 300, others: 300, draw: crowded },
  { name: 'no line fits', labelled: 300, others: 300, draw: bent },
]

export interface Covered {
  /** The mean label of the current world. */
  readonly truth: number
  readonly covered: Estimate
  /** By the same interval before it is widened by what fitting adds. */
  readonly unwidened: Estimate
  /** By the interval of the labelled rows, which knows of no change. */
  readonly labelled: Estimate
  readonly halfWidth: Estimate
  /** What features tell of the label. */
  readonly explained: Estimate
  readonly trusted: Estimate
  /** Of those that are given as trusted; none where none is. */
  readonly coveredWhereTrusted?: Estimate
}

export function coverage(world: QualityWorld, runs: number): Covered {
  const truth = truthOf(world)
  const found = Array.from({ length: runs }, (_, run) => estimated(world, run))
  const covers = ({ low, high }: { readonly low: number; readonly high: number }): boolean =>
    low <= truth && truth <= high
  const mean = (measure: (one: ShiftedMean) => number): Estimate =>
    meanOf(runs, run => measure(found[run] as ShiftedMean))
  const share = (of: readonly ShiftedMean[], happens: (one: ShiftedMean) => boolean): Estimate =>
    shareOf(of.length, run => happens(of[run] as ShiftedMean))
  const trusted = found.filter(({ isTrusted }) => isTrusted)
  return {
    truth: Number(truth.toPrecision(4)),
    covered: share(found, ({ estimate }) => covers(estimate)),
    unwidened: share(found, ({ unwidened }) => covers(unwidened)),
    labelled: share(found, ({ labelled }) => covers(labelled)),
    halfWidth: mean(({ estimate: { low, high } }) => (high - low) / 2),
    explained: mean(({ explained }) => explained),
    trusted: share(found, ({ isTrusted }) => isTrusted),
    ...(trusted.length > 0 && {
      coveredWhereTrusted: share(trusted, ({ estimate }) => covers(estimate)),
    }),
  }
}

function truthOf({ name, draw }: QualityWorld): number {
  const rows = 200_000
  const random = createRandom('quality truth', name)
  let sum = 0
  for (let row = 0; row < rows; row += 1) sum += draw(random, true).mean
  return sum / rows
}

function estimated({ name, labelled, others, draw }: QualityWorld, run: number): ShiftedMean {
  const random = createRandom('quality', name, run)
  const known = Array.from({ length: labelled }, () => draw(random, false))
  const current = Array.from({ length: others }, () => draw(random, true))
  const found = shiftedMean(
    { features: known.map(({ features }) => features), labels: known.map(({ label }) => label) },
    current.map(({ features }) => features),
    { random },
  )
  if (!found) throw new Error(`${name}: too few rows`)
  return found
}
