import { classifierTest, createRandom, meanDiscrepancy } from '../../../foundation/statistics/index.ts'
import type { DriftExample, DriftReport } from '../report.ts'
import type { Pair, SampledRow } from '../sample.ts'
import type { Features } from './make-features.ts'

const shownFeatures = 12
const shownExamples = 10
const shownReasons = 3
/** Takes time for the square of it. */
const mostDiscrepant = 400
const permutations = 200
const classifierPermutations = 1_999

/**
 * All columns together: whether a classifier tells the samples apart on rows that it has not seen, by which features, and which current rows
 * are least like the reference; and the maximum mean discrepancy of the standardised features. Nothing where there are too few rows.
 */
export function tellApart(
  { names, indicators, reference, current }: Features,
  sample: Pair<readonly SampledRow[]>,
  seed: string,
): Pick<DriftReport, 'classifier' | 'discrepancy' | 'examples'> {
  const test =
    names.length === 0
      ? undefined
      : classifierTest(reference, current, {
          random: createRandom(seed, 'classifier'),
          permutations: classifierPermutations,
        })
  if (!test) return { classifier: null, discrepancy: null, examples: [] }
  const scale = standardiser([...reference, ...current])
  const features = names
    .map((feature, index) => ({ feature, weight: test.weights[index] ?? 0 }))
    .toSorted((a, b) => Math.abs(b.weight) - Math.abs(a.weight))
    .slice(0, shownFeatures)
  // what speaks for a row may be that something is not there
  const say = (name: string, value: number): string =>
    indicators.has(name) ? (value > 0 ? name : `not: ${name}`) : `${name} ${value > 0 ? 'high' : 'low'}`
  const examples = test.scores
    .map((score, index) => ({ score, index }))
    .toSorted((a, b) => b.score - a.score)
    .slice(0, shownExamples)
    .map(({ score, index }): DriftExample => {
      const because = scale(current[index] ?? [])
        .map((value, at) => ({
          feature: say(names[at] ?? '', value),
          contribution: value * (test.weights[at] ?? 0),
        }))
        .toSorted((a, b) => b.contribution - a.contribution)
        .slice(0, shownReasons)
        .filter(({ contribution }) => contribution > 0)
      return { id: sample.current[index]?.id ?? '', score, because }
    })
  const [first, second] = [
    reference.slice(0, mostDiscrepant).map(scale),
    current.slice(0, mostDiscrepant).map(scale),
  ]
  const distance = meanDiscrepancy(first, second, { permutations, random: createRandom(seed, 'discrepancy') })
  return {
    classifier: {
      rows: { reference: reference.length, current: current.length },
      auc: test.auc,
      p: test.p,
      permutations: classifierPermutations,
      features,
    },
    discrepancy: distance
      ? {
          rows: { reference: first.length, current: second.length },
          squared: distance.unbiased,
          p: distance.p ?? 1,
          bandwidth: distance.bandwidth,
        }
      : null,
    examples,
  }
}

function standardiser(rows: readonly (readonly number[])[]): (row: readonly number[]) => number[] {
  const width = rows[0]?.length ?? 0
  const moments = Array.from({ length: width }, (_, index) => {
    let [sum, squares] = [0, 0]
    for (const row of rows) sum += row[index] ?? 0
    const mean = sum / rows.length
    for (const row of rows) squares += ((row[index] ?? 0) - mean) ** 2
    return { mean, deviation: Math.sqrt(squares / rows.length) }
  })
  return row =>
    moments.map(({ mean, deviation }, index) => (deviation > 0 ? ((row[index] ?? 0) - mean) / deviation : 0))
}
