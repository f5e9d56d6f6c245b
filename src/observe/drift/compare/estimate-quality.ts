import {
  bootstrapMean,
  createRandom,
  predictionPoweredMean,
  shiftedMean,
} from '../../../foundation/statistics/index.ts'
import type { DriftQuality } from '../report.ts'
import type { DriftColumn, Pair, SampledRow, SampleReader } from '../sample.ts'
import { makeFeatures } from './make-features.ts'

export interface QualityColumns {
  /** From 0 to 1. */
  readonly label: DriftColumn
  /** A judge's score, from 0 to 1 as well. */
  readonly judge?: DriftColumn | undefined
}

const mostRows = 3_000

/**
 * How good the current rows are by a label that the reference has: the mean where it is known, an estimate for all from features
 * (`shiftedMean`), and by a judge corrected with the labels that there are (`predictionPoweredMean`). Labels are taken as a random
 * share of their rows.
 */
export async function estimateQuality(
  reader: SampleReader,
  columns: readonly DriftColumn[],
  { label, judge }: QualityColumns,
  seed: string,
): Promise<DriftQuality> {
  const told = columns.filter(({ name }) => name !== label.name && name !== judge?.name)
  const read = [...told, label, ...(judge ? [judge] : [])]
  const known = await reader.sample(read, mostRows, seed, label.name)
  const all = await reader.sample(read, mostRows, `${seed} all`)
  const sample: Pair<readonly SampledRow[]> = {
    reference: known.reference,
    current: all.current,
  }
  const features = makeFeatures(told, sample, seed)
  const random = createRandom(seed, 'quality')
  const labelsOf = (rows: readonly SampledRow[]): number[] =>
    rows.map(row => Number(row.cells[label.name])).filter(value => value >= 0 && value <= 1)
  const labels = labelsOf(known.reference)
  const isUnit = labels.length === known.reference.length
  const found = isUnit
    ? shiftedMean({ features: features.reference, labels }, features.current, { random })
    : undefined
  const meanOf = (rows: readonly SampledRow[]): DriftQuality['labelled']['reference'] => {
    const values = labelsOf(rows)
    const mean = bootstrapMean(values, { random, resamples: 1_000 })
    return mean ? { ...endsOf(mean), count: values.length } : null
  }
  return {
    label: label.name,
    labelled: { reference: meanOf(known.reference), current: meanOf(known.current) },
    estimated: found ? endsOf(found.estimate) : null,
    explained: found?.explained ?? null,
    effective_rows: found?.effectiveRows ?? null,
    outside: found?.outside ?? null,
    is_trusted: found?.isTrusted ?? false,
    reasons: found
      ? [...found.reasons]
      : [
          isUnit
            ? 'fewer than 50 labelled rows of the reference, or fewer than 16 current ones'
            : `\`${label.name}\` is not from 0 to 1`,
        ],
    judged: judge ? judged(known.current, all.current, label, judge) : null,
  }
}

function judged(
  labelled: readonly SampledRow[],
  all: readonly SampledRow[],
  label: DriftColumn,
  judge: DriftColumn,
): DriftQuality['judged'] {
  const number = (row: SampledRow, column: DriftColumn): number | undefined => {
    const cell = row.cells[column.name]
    return typeof cell === 'number' ? cell : undefined
  }
  const both = labelled.flatMap(row => {
    const [human, opinion] = [number(row, label), number(row, judge)]
    return human === undefined || opinion === undefined ? [] : [{ human, opinion }]
  })
  const seen = new Set(labelled.map(({ id }) => id))
  const found = predictionPoweredMean({
    human: both.map(({ human }) => human),
    judgeOnHuman: both.map(({ opinion }) => opinion),
    judgeUnlabelled: all.flatMap(row => (seen.has(row.id) ? [] : (number(row, judge) ?? []))),
  })
  return found
    ? {
        judge: judge.name,
        ...endsOf(found),
        labelled: found.labelled,
        unlabelled: found.unlabelled,
        bias: found.bias,
      }
    : null
}

function endsOf({
  estimate,
  low,
  high,
}: {
  readonly estimate: number
  readonly low: number
  readonly high: number
}): { estimate: number; low: number; high: number } {
  return { estimate, low, high }
}
