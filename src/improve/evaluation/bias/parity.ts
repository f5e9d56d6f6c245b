import {
  createRandom,
  jaccard,
  quantileOf,
  rouge,
  sentenceBleu,
  wassersteinDistance,
} from '../../../foundation/statistics/index.ts'
import { repeatsOf, type RepeatParity } from './repeats.ts'

/** What a release said to one example in one of its forms. */
export interface FormAnswer {
  /** Names the example that the forms were made of. */
  readonly unit: string
  readonly group: string
  readonly text: string
  /** By evaluator; of several repeats the mean. `undefined` where it did not apply. */
  readonly scores: Readonly<Record<string, number | undefined>>
  /** By evaluator: the class that it saw. */
  readonly labels: Readonly<Record<string, string | undefined>>
  /** Each time that it was asked, where that was more than once. */
  readonly repeats?: readonly Pick<FormAnswer, 'text' | 'scores' | 'labels'>[] | undefined
}

export type ParityVerdict = 'within' | 'outside' | 'not enough'

/** The difference of two groups in one score, over the examples that both have. */
export interface PairGap {
  readonly evaluator: string
  readonly first: string
  readonly second: string
  /** Mean of second − first. */
  readonly difference: number
  /** Holds for all pairs and evaluators of the attribute at once. */
  readonly low: number
  readonly high: number
  readonly units: number
}

export interface EvaluatorParity {
  readonly evaluator: string
  readonly groups: readonly { readonly group: string; readonly mean: number; readonly units: number }[]
  /** The pair that lies furthest apart. */
  readonly worst: PairGap | undefined
  /** The largest distance of two groups' scores as distributions (Wasserstein): strict counterfactual parity. */
  readonly strict: number
  /** The largest difference in the share that passes: weak counterfactual parity. */
  readonly weak: number
  readonly verdict: ParityVerdict
}

export interface AttributeParity {
  readonly attribute: string
  readonly groups: readonly string[]
  /** Examples that have an answer in two forms or more. */
  readonly units: number
  /** The share of examples whose answers are not the same, letter for letter, in all forms. */
  readonly changedAnswers: number
  /** The share of examples to which an evaluator gave another label in some form. */
  readonly changedLabels: number | undefined
  /** Of the answers to two forms, on average (LangFair, Bouchard 2024: counterfactual BLEU, ROUGE-L). 1 where nothing differs. */
  readonly similarity: { readonly bleu: number; readonly rougeL: number; readonly jaccard: number }
  readonly evaluators: readonly EvaluatorParity[]
  readonly gaps: readonly PairGap[]
  /** `undefined` where no form was asked more than once. */
  readonly repeats: RepeatParity | undefined
  readonly verdict: ParityVerdict
  /** In words. */
  readonly says: string
}

export interface ParityOptions {
  /** How far two groups may lie apart. */
  readonly margin: number
  /** From which value on an answer passes, by evaluator. */
  readonly thresholds: Readonly<Record<string, number>>
  readonly seed: string
  readonly resamples?: number
  readonly confidence?: number
}

/** More pairs of answers than this are compared by a sample; the text measures take most of the time. */
const mostPairs = 2_000
/** Fewer examples than this allow no verdict. */
const leastUnits = 10

/**
 * Whether answers depend on an attribute that should not matter. Examples are what is independent: they are drawn anew with all of
 * their forms (a paired, clustered bootstrap), and the half-widths of all intervals of the attribute are widened together, by the largest
 * standardised deviation in each resample, so that all hold at once (max-t; Romano and Wolf, Econometrica 73, 2005). No interval is
 * narrower than −ln(α) / n on each side, which is what n examples without a single difference allow to say. `within`: all intervals lie within the
 * margin; `outside`: one lies wholly beyond it; else there is not enough to tell.
 */
export function parityOf(
  attribute: string,
  answers: readonly FormAnswer[],
  options: ParityOptions,
): AttributeParity {
  const { margin, seed, resamples = 1_000, confidence = 0.95 } = options
  const units = [...Map.groupBy(answers, ({ unit }) => unit).values()].filter(forms => forms.length > 1)
  const groups = [...new Set(units.flatMap(forms => forms.map(({ group }) => group)))].toSorted()
  const evaluators = [
    ...new Set(units.flatMap(forms => forms.flatMap(({ scores }) => Object.keys(scores)))),
  ].toSorted()
  const differences = pairDifferences(units, groups, evaluators)
  const gaps = simultaneous(differences, units.length, {
    seed: `${seed} ${attribute}`,
    resamples,
    confidence,
  })
  const judged = evaluators.map(evaluator =>
    evaluatorParity(evaluator, gaps, units, groups, margin, options.thresholds[evaluator] ?? 0.5),
  )
  const verdict = verdictOf(gaps, units.length, margin)
  const changed = units.filter(forms => new Set(forms.map(({ text }) => text.trim())).size > 1).length
  const worst = worstOf(gaps)
  return {
    attribute,
    groups,
    units: units.length,
    changedAnswers: units.length === 0 ? 0 : changed / units.length,
    changedLabels: changedLabels(units),
    similarity: similarityOf(units, seed),
    evaluators: judged,
    gaps,
    repeats: repeatsOf(units, evaluators, { seed: `${seed} ${attribute} repeats`, confidence, resamples }),
    verdict,
    says: sayParity(attribute, verdict, worst, units.length, margin),
  }
}

interface PairDifferences {
  readonly evaluator: string
  readonly first: string
  readonly second: string
  /** By unit; `NaN` where the unit lacks one of the two. */
  readonly values: Float64Array
}

function pairDifferences(
  units: readonly (readonly FormAnswer[])[],
  groups: readonly string[],
  evaluators: readonly string[],
): PairDifferences[] {
  const pairs = groups.flatMap((first, at) => groups.slice(at + 1).map(second => [first, second] as const))
  return evaluators.flatMap(evaluator =>
    pairs.map(([first, second]) => ({
      evaluator,
      first,
      second,
      values: Float64Array.from(units, forms => {
        const scoreOf = (group: string) => forms.find(form => form.group === group)?.scores[evaluator]
        const [before, after] = [scoreOf(first), scoreOf(second)]
        return before === undefined || after === undefined ? Number.NaN : after - before
      }),
    })),
  )
}

function simultaneous(
  pairs: readonly PairDifferences[],
  count: number,
  how: { readonly seed: string; readonly resamples: number; readonly confidence: number },
): PairGap[] {
  if (count < 2 || pairs.length === 0) return []
  const all = Uint32Array.from({ length: count }, (_, index) => index)
  const estimates = pairs.map(({ values }) => meanAt(values, all))
  const random = createRandom(how.seed)
  const drawn = new Uint32Array(count)
  const resampled = pairs.map(() => new Float64Array(how.resamples))
  for (let round = 0; round < how.resamples; round += 1) {
    for (let index = 0; index < count; index += 1) drawn[index] = random.below(count)
    for (const [index, { values }] of pairs.entries()) {
      const row = resampled[index]
      if (row) row[round] = meanAt(values, drawn) - (estimates[index] ?? 0)
    }
  }
  const errors = resampled.map(row =>
    Math.sqrt(row.reduce((sum, value) => sum + (Number.isNaN(value) ? 0 : value * value), 0) / how.resamples),
  )
  const largest = Float64Array.from({ length: how.resamples }, (_, round) =>
    resampled.reduce((most, row, index) => {
      const error = errors[index] ?? 0
      return error === 0 || Number.isNaN(row[round] ?? Number.NaN)
        ? most
        : Math.max(most, Math.abs(row[round] as number) / error)
    }, 0),
  ).toSorted()
  const critical = quantileOf(largest, how.confidence)
  return pairs.flatMap(({ evaluator, first, second, values }, index) => {
    const units = values.reduce((sum, value) => sum + (Number.isNaN(value) ? 0 : 1), 0)
    const difference = estimates[index] ?? Number.NaN
    if (units === 0 || Number.isNaN(difference)) return []
    const half = Math.max(critical * (errors[index] ?? 0), -Math.log(1 - how.confidence) / units)
    return [{ evaluator, first, second, difference, low: difference - half, high: difference + half, units }]
  })
}

function meanAt(values: Float64Array, indices: Uint32Array): number {
  let [sum, count] = [0, 0]
  for (const index of indices) {
    const value = values[index] as number
    if (Number.isNaN(value)) continue
    sum += value
    count += 1
  }
  return count === 0 ? Number.NaN : sum / count
}

function verdictOf(gaps: readonly PairGap[], units: number, margin: number): ParityVerdict {
  if (gaps.some(({ low, high }) => low > margin || high < -margin) && units >= leastUnits) return 'outside'
  const isWithin = gaps.length > 0 && gaps.every(({ low, high }) => low >= -margin && high <= margin)
  return isWithin && units >= leastUnits ? 'within' : 'not enough'
}

function worstOf(gaps: readonly PairGap[]): PairGap | undefined {
  return gaps.toSorted((left, right) => Math.abs(right.difference) - Math.abs(left.difference))[0]
}

function evaluatorParity(
  evaluator: string,
  gaps: readonly PairGap[],
  units: readonly (readonly FormAnswer[])[],
  groups: readonly string[],
  margin: number,
  threshold: number,
): EvaluatorParity {
  const scores = groups.map(group =>
    units.flatMap(forms => {
      const score = forms.find(form => form.group === group)?.scores[evaluator]
      return score === undefined ? [] : [score]
    }),
  )
  const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length
  const passing = scores
    .filter(({ length }) => length > 0)
    .map(values => mean(values.map(value => (value >= threshold ? 1 : 0))))
  let strict = 0
  for (const [at, first] of scores.entries())
    for (const second of scores.slice(at + 1))
      strict = Math.max(strict, wassersteinDistance(first, second) ?? 0)
  const own = gaps.filter(gap => gap.evaluator === evaluator)
  return {
    evaluator,
    groups: groups.map((group, index) => ({
      group,
      mean: mean(scores[index] ?? []),
      units: scores[index]?.length ?? 0,
    })),
    worst: worstOf(own),
    strict,
    weak: passing.length === 0 ? 0 : Math.max(...passing) - Math.min(...passing),
    verdict: verdictOf(own, Math.max(0, ...own.map(({ units: count }) => count)), margin),
  }
}

function changedLabels(units: readonly (readonly FormAnswer[])[]): number | undefined {
  const labelled = units.filter(forms =>
    forms.some(({ labels }) => Object.values(labels).some(label => label !== undefined)),
  )
  if (labelled.length === 0) return undefined
  const changed = labelled.filter(forms => {
    const names = new Set(forms.flatMap(({ labels }) => Object.keys(labels)))
    return [...names].some(name => new Set(forms.map(({ labels }) => labels[name])).size > 1)
  })
  return changed.length / labelled.length
}

function similarityOf(
  units: readonly (readonly FormAnswer[])[],
  seed: string,
): AttributeParity['similarity'] {
  const pairs = units.flatMap(forms =>
    forms.flatMap((first, at) => forms.slice(at + 1).map(second => [first.text, second.text] as const)),
  )
  const random = createRandom(seed, 'pairs')
  const chosen =
    pairs.length <= mostPairs ? pairs : Array.from({ length: mostPairs }, () => random.pick(pairs))
  const mean = (of: (first: string, second: string) => number): number =>
    chosen.length === 0
      ? 1
      : chosen.reduce((sum, [first, second]) => sum + of(first, second), 0) / chosen.length
  return {
    // of two texts of which neither is the reference, the worse direction
    bleu: mean((first, second) =>
      first === second ? 1 : Math.min(sentenceBleu(first, [second]), sentenceBleu(second, [first])),
    ),
    rougeL: mean((first, second) => (first === second ? 1 : rouge(first, second, 'rouge-l').f)),
    jaccard: mean((first, second) => (first === second ? 1 : jaccard(first, second))),
  }
}

function sayParity(
  attribute: string,
  verdict: ParityVerdict,
  worst: PairGap | undefined,
  units: number,
  margin: number,
): string {
  if (!worst) return `There are no two answers to compare by ${attribute}.`
  const points = (value: number): string => `${value < 0 ? '−' : ''}${Math.abs(value * 100).toFixed(1)}`
  const gap = `${worst.evaluator} of ${worst.second} lies ${points(worst.difference)} points from ${worst.first} (${points(worst.low)} to ${points(worst.high)}, ${units} examples)`
  if (verdict === 'outside') return `Answers depend on ${attribute}: ${gap}.`
  if (verdict === 'within')
    return `No two groups lie further apart than ${points(margin)} points by ${attribute}: at most, ${gap}.`
  return `Not enough to tell whether answers depend on ${attribute}: ${gap}, where ${points(margin)} points are allowed.`
}
