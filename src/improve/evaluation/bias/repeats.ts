import { bootstrapInterval, bootstrapMean, createRandom } from '../../../foundation/statistics/index.ts'
import type { FormAnswer } from './parity.ts'

/** How often two answers are not the same. */
export interface Disagreement {
  /** Of two answers to the same form. */
  readonly same: number
  /** Of one answer each to two forms. */
  readonly other: number
  /** other − same: what the form adds to what comes of asking again. */
  readonly excess: number
  readonly low: number
  readonly high: number
}

export interface ScoreSpread {
  readonly evaluator: string
  /** Standard deviation of the scores of one form, asked again. */
  readonly within: number
  /** Standard deviation between the forms of an example that is left when chance is taken off. */
  readonly between: number
  readonly low: number
  readonly high: number
}

/** What asking the same form again tells of differences between forms. */
export interface RepeatParity {
  /** Examples with two forms or more, of which some was asked more than once. */
  readonly units: number
  readonly texts: Disagreement
  /** `undefined` where nothing was called anything. */
  readonly labels: Disagreement | undefined
  readonly scores: readonly ScoreSpread[]
  readonly says: string
}

type Unit = readonly FormAnswer[]

/**
 * Separates what changes with the form from what changes with asking. Of each example: how often two answers to one form differ, and how
 * often one answer each to two forms; without an effect of the form both are equally often so. Scores are split into components of
 * variance (analysis of variance of forms within examples). Intervals draw examples anew with all of their forms and repeats
 * (clusters, paired). `undefined` where no form was asked twice.
 */
export function repeatsOf(
  units: readonly Unit[],
  evaluators: readonly string[],
  {
    seed,
    confidence,
    resamples,
  }: { readonly seed: string; readonly confidence: number; readonly resamples: number },
): RepeatParity | undefined {
  const usable = units.filter(
    forms => forms.length > 1 && forms.some(({ repeats }) => (repeats?.length ?? 0) > 1),
  )
  if (usable.length === 0) return undefined
  const options = { confidence, resamples }
  const texts = disagreementOf(usable, repeat => repeat.text.trim(), {
    ...options,
    random: createRandom(seed, 'texts'),
  })
  const labels = disagreementOf(
    usable,
    ({ labels: said }) =>
      Object.values(said).some(label => label !== undefined) ? JSON.stringify(said) : undefined,
    { ...options, random: createRandom(seed, 'labels') },
  )
  if (!texts) return undefined
  const scores = evaluators.flatMap(evaluator => {
    const spread = spreadOf(usable, evaluator)
    if (!spread) return []
    const interval = bootstrapInterval(
      usable.length,
      indices =>
        spreadOf(
          Array.from(indices).flatMap(index => [usable[index] ?? []]),
          evaluator,
        )?.between ?? 0,
      { ...options, random: createRandom(seed, evaluator), method: 'percentile' },
    )
    return [{ evaluator, ...spread, low: interval?.low ?? 0, high: interval?.high ?? spread.between }]
  })
  return {
    units: usable.length,
    texts,
    labels,
    scores,
    says: sayRepeats(labels ?? texts, labels !== undefined),
  }
}

type Repeat = NonNullable<FormAnswer['repeats']>[number]

function disagreementOf(
  units: readonly Unit[],
  wordOf: (repeat: Repeat) => string | undefined,
  {
    confidence,
    ...how
  }: {
    readonly confidence: number
    readonly resamples: number
    readonly random: ReturnType<typeof createRandom>
  },
): Disagreement | undefined {
  const found = units.flatMap(forms => {
    const words = forms.map(({ repeats = [] }) => repeats.flatMap(repeat => wordOf(repeat) ?? []))
    const same = meanOf(
      words.flatMap(own =>
        own.length < 2
          ? []
          : [shareOf(own.flatMap((word, at) => own.slice(at + 1).map(next => word !== next)))],
      ),
    )
    const other = meanOf(
      words.flatMap((own, at) =>
        words
          .slice(at + 1)
          .flatMap(next =>
            own.length === 0 || next.length === 0
              ? []
              : [shareOf(own.flatMap(word => next.map(second => word !== second)))],
          ),
      ),
    )
    return same === undefined || other === undefined ? [] : [{ same, other }]
  })
  if (found.length < 2) return undefined
  const excesses = found.map(({ same, other }) => other - same)
  const excess = meanOf(excesses) ?? 0
  const interval = bootstrapMean(excesses, { ...how, confidence })
  // so much can be said from so many examples without one difference
  const least = -Math.log(1 - confidence) / found.length
  return {
    same: meanOf(found.map(({ same }) => same)) ?? 0,
    other: meanOf(found.map(({ other }) => other)) ?? 0,
    excess,
    low: Math.min(interval?.low ?? excess, excess - least),
    high: Math.max(interval?.high ?? excess, excess + least),
  }
}

function spreadOf(
  units: readonly Unit[],
  evaluator: string,
): { readonly within: number; readonly between: number } | undefined {
  let [squares, freedom, ofMeans, freedomOfMeans, inverse, forms] = [0, 0, 0, 0, 0, 0]
  for (const unit of units) {
    const groups = unit.flatMap(({ repeats = [] }) => {
      const values = repeats.flatMap(({ scores }) => scores[evaluator] ?? [])
      return values.length === 0 ? [] : [values]
    })
    const means = groups.map(values => meanOf(values) ?? 0)
    const middle = meanOf(means) ?? 0
    for (const [at, values] of groups.entries()) {
      squares += values.reduce((sum, value) => sum + (value - (means[at] ?? 0)) ** 2, 0)
      freedom += values.length - 1
      inverse += 1 / values.length
      forms += 1
    }
    ofMeans += means.reduce((sum, mean) => sum + (mean - middle) ** 2, 0)
    freedomOfMeans += Math.max(0, means.length - 1)
  }
  if (freedom === 0 || freedomOfMeans === 0) return undefined
  const within = squares / freedom
  const between = ofMeans / freedomOfMeans - within * (inverse / forms)
  return { within: Math.sqrt(within), between: Math.sqrt(Math.max(0, between)) }
}

function meanOf(values: readonly number[]): number | undefined {
  return values.length === 0 ? undefined : values.reduce((sum, value) => sum + value, 0) / values.length
}

function shareOf(differs: readonly boolean[]): number {
  return differs.filter(Boolean).length / differs.length
}

function sayRepeats({ same, other, excess, low, high }: Disagreement, isOfLabels: boolean): string {
  const points = (value: number): string => `${value < 0 ? '−' : ''}${Math.abs(value * 100).toFixed(1)}`
  const what = isOfLabels ? 'the label changes' : 'the words change'
  const sure =
    low > 0 ? 'the form adds' : high < 0 ? 'the form takes' : 'whether the form adds to it cannot be told:'
  return `Asked the same again, ${what} in ${points(same)} % of pairs; asked in another form, in ${points(other)} %: ${sure} ${points(excess)} points (${points(low)} to ${points(high)}).`
}
