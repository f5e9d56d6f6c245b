import { setImmediate as breathe } from 'node:timers/promises'
import {
  bootstrapInterval,
  createRandom,
  hashText,
  normalQuantile,
  studentQuantile,
} from '../../../foundation/statistics/index.ts'
import { predictRow, trainSoftmax } from '../labels/classifier/softmax-regression.ts'
import { textFeatures } from '../labels/classifier/text-features.ts'
import { labelGaps, type SliceCount } from './representation.ts'

/** A row as the comparison sees it. */
export interface LearnedRow {
  readonly text: string
  readonly label: string
  readonly slice: string
  /** 1 where the version has no weights. */
  readonly weight: number
  /** The text of the row that it was made of, where it is a form of another. */
  readonly origin?: string | undefined
}

export interface ModelGap {
  readonly before: number
  readonly after: number
}

/** An estimate with its interval at 95 %. */
export interface Change {
  readonly estimate: number
  readonly low: number
  readonly high: number
}

export interface ModelComparison {
  /** What is compared: how much likelier `label` is predicted in `slice` than elsewhere. */
  readonly label: string
  readonly slice: string
  /** Of the labels themselves, in the version before. */
  readonly gapOfLabels: number
  readonly rows: { readonly before: number; readonly after: number }
  /** P(ŷ | slice) − P(ŷ | others): demographic parity difference. */
  readonly parity: ModelGap
  /** The same among rows that have the label (equal opportunity), and among those that do not; `undefined` where one side has no such row. */
  readonly truePositives: ModelGap | undefined
  readonly falsePositives: ModelGap | undefined
  readonly accuracy: ModelGap
  /** Of the rows of the slice alone: what more rows of it are collected for. */
  readonly sliceAccuracy: ModelGap
  readonly sliceAccuracyChange: Change
  /** |before| − |after| of `parity`, paired, by texts: above 0 where the gap became smaller. */
  readonly reduction: Change
  /** after − before. */
  readonly accuracyChange: Change
  /** `parity` of each seed: how much of it is the chance of training. */
  readonly bySeed: readonly ModelGap[]
  readonly verdict: 'smaller' | 'larger' | 'not told'
  readonly costsAccuracy: boolean
  readonly says: string
}

export interface CompareOptions {
  readonly seeds: number
  readonly seed: string
  /** By default the slice and label with the largest gap in the labels before. */
  readonly label?: string | undefined
  readonly slice?: string | undefined
  readonly signal: AbortSignal
  readonly progress: (share: number) => void
}

const folds = 3

/**
 * What a change of the data did to a classifier that learns from it: the same small classifier (of words and letters) is trained on the version before
 * and on the one after, and both predict the same rows of the version before that neither has seen: equal texts, and forms of a
 * text, share a fold. On each of several seeds folds and order are drawn anew, and the texts that are learned from as well, with how often each counts from the
 * Poisson distribution (a bootstrap; the same in both versions), because the texts that were collected are chance too. The interval of a change is Student's, of
 * the deviation over seeds and that of a bootstrap over the texts that are predicted together. Slice and label are chosen by the labels,
 * before anything is trained, so that no largest of many estimates is shown. `undefined` where no slice can be compared.
 */
export async function compareModels(
  before: readonly LearnedRow[],
  after: readonly LearnedRow[],
  options: CompareOptions,
): Promise<ModelComparison | undefined> {
  const gaps = labelGaps(countRows(before))
  const chosen = gaps.find(
    ({ label, slice }) =>
      (options.label === undefined || label === options.label) &&
      (options.slice === undefined || slice === options.slice),
  )
  if (!chosen) return undefined
  const classes = [...new Set([...before, ...after].map(({ label }) => label))].toSorted()
  const place = new Map(classes.map((label, index) => [label, index]))
  const all = [...before, ...after]
  const features = textFeatures(all.map(({ text }) => text))
  const labels = Uint16Array.from(all, ({ label }) => place.get(label) ?? 0)
  const target = place.get(chosen.label) ?? 0
  const hits = { before: tally(before.length, options.seeds), after: tally(before.length, options.seeds) }
  const said = new Float64Array(classes.length)
  let done = 0
  for (let seed = 0; seed < options.seeds; seed += 1) {
    const foldOf = Uint8Array.from(
      all,
      ({ text, origin }) => hashText(`${options.seed} ${seed} ${(origin ?? text).trim()}`) % folds,
    )
    const drawn = Float32Array.from(
      all,
      ({ text, origin, weight }) =>
        weight * drawTimes(`${options.seed} draw ${seed} ${(origin ?? text).trim()}`),
    )
    for (let fold = 0; fold < folds; fold += 1)
      for (const side of ['before', 'after'] as const) {
        await breathe()
        options.signal.throwIfAborted()
        const [from, to] = side === 'before' ? [0, before.length] : [before.length, all.length]
        const members: number[] = []
        for (let row = from; row < to; row += 1)
          if (foldOf[row] !== fold && drawn[row] !== 0) members.push(row)
        const random = createRandom(options.seed, seed, fold)
        const model = trainSoftmax(features, labels, classes.length, members, random, drawn)
        const { isTarget, isRight } = hits[side]
        for (let row = 0; row < before.length; row += 1) {
          if (foldOf[row] !== fold) continue
          predictRow(model, features, row, said)
          const predicted = said.indexOf(Math.max(...said))
          if (predicted === target) (isTarget[seed] as Uint8Array)[row] = 1
          if (predicted === labels[row]) (isRight[seed] as Uint8Array)[row] = 1
        }
        done += 1
        options.progress(done / (options.seeds * folds * 2))
      }
  }
  return summarise(before, after.length, chosen, hits, options)
}

interface Tally {
  /** By seed and row: whether the label was predicted, and whether the prediction was the label of the row. */
  readonly isTarget: readonly Uint8Array[]
  readonly isRight: readonly Uint8Array[]
}

function tally(rows: number, seeds: number): Tally {
  const empty = () => Array.from({ length: seeds }, () => new Uint8Array(rows))
  return { isTarget: empty(), isRight: empty() }
}

function countRows(rows: readonly LearnedRow[]): SliceCount[] {
  return [...Map.groupBy(rows, ({ slice }) => slice)].map(([slice, own]) => {
    const labels: Record<string, number> = {}
    for (const { label } of own) labels[label] = (labels[label] ?? 0) + 1
    return { slice, rows: own.length, labels }
  })
}

function summarise(
  before: readonly LearnedRow[],
  afterRows: number,
  chosen: { readonly label: string; readonly slice: string; readonly difference: number },
  hits: { readonly before: Tally; readonly after: Tally },
  options: CompareOptions,
): ModelComparison {
  const { label, slice } = chosen
  const isIn = Uint8Array.from(before, row => (row.slice === slice ? 1 : 0))
  const every = Uint32Array.from(before, (_, row) => row)
  const share = (of: readonly Uint8Array[]): Float64Array =>
    Float64Array.from(before, (_, row) => of.reduce((sum, one) => sum + (one[row] ?? 0), 0) / of.length)
  const said = { before: share(hits.before.isTarget), after: share(hits.after.isTarget) }
  const right = { before: share(hits.before.isRight), after: share(hits.after.isRight) }
  const gapOf = (values: ArrayLike<number>, rows: ArrayLike<number>): number => {
    const sums = [0, 0]
    const counts = [0, 0]
    for (let at = 0; at < rows.length; at += 1) {
      const row = rows[at] as number
      const side = isIn[row] as 0 | 1
      sums[side] = (sums[side] ?? 0) + (values[row] as number)
      counts[side] = (counts[side] ?? 0) + 1
    }
    return (sums[1] ?? 0) / (counts[1] ?? 0) - (sums[0] ?? 0) / (counts[0] ?? 0)
  }
  const meanOf = (values: ArrayLike<number>, rows: ArrayLike<number>): number => {
    let sum = 0
    for (let at = 0; at < rows.length; at += 1) sum += values[rows[at] as number] as number
    return sum / rows.length
  }
  const among = (isOf: (row: LearnedRow) => boolean): ModelGap | undefined => {
    const rows = every.filter(row => isOf(before[row] as LearnedRow))
    const gap = { before: gapOf(said.before, rows), after: gapOf(said.after, rows) }
    return Number.isNaN(gap.before) ? undefined : gap
  }
  const clusters = [
    ...Map.groupBy(every, row => (before[row]?.origin ?? before[row]?.text ?? '').trim()).values(),
  ]
  const bySeed = hits.before.isTarget.map((values, seed) => ({
    before: gapOf(values, every),
    after: gapOf(hits.after.isTarget[seed] ?? [], every),
  }))
  const interval = (
    name: string,
    ofSeeds: readonly number[],
    statistic: (rows: number[]) => number,
  ): Change => {
    const found = bootstrapInterval(
      clusters.length,
      indices => statistic(Array.from(indices).flatMap(index => clusters[index] ?? [])),
      { random: createRandom(options.seed, name), resamples: 1_000, method: 'percentile' },
    )
    if (!found) return { estimate: 0, low: -1, high: 1 }
    const ofTexts = (found.high - found.low) / (2 * normalQuantile(0.975))
    const half = studentQuantile(0.975, ofSeeds.length - 1) * Math.hypot(ofTexts, deviation(ofSeeds))
    return { estimate: found.estimate, low: found.estimate - half, high: found.estimate + half }
  }
  const reduction = interval(
    'reduction',
    bySeed.map(gap => Math.abs(gap.before) - Math.abs(gap.after)),
    rows => Math.abs(gapOf(said.before, rows)) - Math.abs(gapOf(said.after, rows)),
  )
  const accuracyChange = interval(
    'accuracy',
    bySeed.map(
      (_, seed) =>
        meanOf(hits.after.isRight[seed] ?? [], every) - meanOf(hits.before.isRight[seed] ?? [], every),
    ),
    rows => meanOf(right.after, rows) - meanOf(right.before, rows),
  )
  const ofSlice = (rows: ArrayLike<number>): number[] => Array.from(rows).filter(row => isIn[row] === 1)
  const own = ofSlice(every)
  const sliceAccuracyChange = interval(
    'slice accuracy',
    bySeed.map(
      (_, seed) => meanOf(hits.after.isRight[seed] ?? [], own) - meanOf(hits.before.isRight[seed] ?? [], own),
    ),
    rows => {
      const drawn = ofSlice(rows)
      // none of the slice was drawn: nothing is said of it
      return drawn.length === 0 ? 0 : meanOf(right.after, drawn) - meanOf(right.before, drawn)
    },
  )
  const parity = { before: gapOf(said.before, every), after: gapOf(said.after, every) }
  const verdict = reduction.low > 0 ? 'smaller' : reduction.high < 0 ? 'larger' : 'not told'
  const costsAccuracy = accuracyChange.high < 0
  return {
    label,
    slice,
    gapOfLabels: chosen.difference,
    rows: { before: before.length, after: afterRows },
    parity,
    truePositives: among(row => row.label === label),
    falsePositives: among(row => row.label !== label),
    accuracy: { before: meanOf(right.before, every), after: meanOf(right.after, every) },
    sliceAccuracy: { before: meanOf(right.before, own), after: meanOf(right.after, own) },
    sliceAccuracyChange,
    reduction,
    accuracyChange,
    bySeed,
    verdict,
    costsAccuracy,
    says: sayComparison({
      label,
      slice,
      parity,
      reduction,
      accuracyChange,
      sliceAccuracyChange,
      verdict,
      costsAccuracy,
    }),
  }
}

function deviation(values: readonly number[]): number {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length
  return Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (values.length - 1))
}

/** A draw from the Poisson distribution with mean 1 that depends on the text alone. */
function drawTimes(text: string): number {
  const share = hashText(text) / 2 ** 32
  let [times, chance] = [0, Math.exp(-1)]
  for (let upTo = chance; share >= upTo && times < 10; upTo += chance) {
    times += 1
    chance /= times
  }
  return times
}

function sayComparison(
  found: Pick<
    ModelComparison,
    | 'label'
    | 'slice'
    | 'parity'
    | 'reduction'
    | 'accuracyChange'
    | 'sliceAccuracyChange'
    | 'verdict'
    | 'costsAccuracy'
  >,
): string {
  const { label, slice, parity, reduction, accuracyChange, verdict, costsAccuracy } = found
  const points = (value: number): string => `${value < 0 ? '−' : ''}${Math.abs(value * 100).toFixed(1)}`
  const range = ({ low, high }: Change): string => `${points(low)} to ${points(high)}`
  const gap = `\`${label}\` is predicted ${points(parity.before)} points from elsewhere in \`${slice}\` before and ${points(parity.after)} after`
  const helped = {
    smaller: `It helped: ${gap}; the gap is ${points(reduction.estimate)} points smaller (${range(reduction)}).`,
    larger: `It made things worse: ${gap}; the gap is ${points(-reduction.estimate)} points larger (${points(-reduction.high)} to ${points(-reduction.low)}).`,
    'not told': `It did not help, as far as can be told: ${gap} (smaller by ${range(reduction)}).`,
  }[verdict]
  const cost = costsAccuracy
    ? `It costs accuracy: ${points(accuracyChange.estimate)} points (${range(accuracyChange)}).`
    : `Accuracy changed by ${points(accuracyChange.estimate)} points (${range(accuracyChange)}).`
  const { low, high, estimate } = found.sliceAccuracyChange
  const moved = low > 0 ? 'rose' : high < 0 ? 'fell' : 'changed'
  const ofSlice =
    moved === 'fell'
      ? `${points(-estimate)} points (${points(-high)} to ${points(-low)})`
      : `${points(estimate)} points (${points(low)} to ${points(high)})`
  return `${helped} ${cost} In \`${slice}\` accuracy ${moved} by ${ofSlice}.`
}
