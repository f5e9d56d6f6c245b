import {
  type Alpha,
  cohenKappa,
  createRandom,
  fleissInterval,
  fleissKappa,
  type Interval,
  krippendorffAlpha,
  krippendorffInterval,
  type MeasurementLevel,
  type Random,
  weightedKappa,
} from '../../../foundation/statistics/index.ts'
import { adviseOnAgreement } from './advise.ts'
import type { Annotations } from './annotations.ts'
import type { AgreementReport } from './label-report.ts'

const mostPairs = 300
const mostSliceValues = 20
const mostDisputed = 100
/** Above this many items an interval is so narrow that fewer resamples say as much. */
const resampledItems = 10_000_000

/** All that is said of how far annotators agree. The values of labels are their places where the level is no more. */
export function computeAgreement(
  annotations: Annotations,
  options: { readonly level: MeasurementLevel; readonly slices: readonly string[]; readonly seed: string },
): AgreementReport {
  const { level, seed } = options
  const { labels, byItem, annotators, items } = annotations
  const values = valuesOf(labels, level)
  const random = createRandom(seed, 'agreement')
  const rated = byItem.map(said => said.map(({ label }) => values[label] ?? 0))
  const counted = byItem.map(said => countsOf(said, labels.length)).filter(row => sum(row) > 1)
  const given = annotators.map(() => 0)
  for (const said of byItem) for (const { annotator } of said) given[annotator] = (given[annotator] ?? 0) + 1
  const alpha = alphaInterval(rated, level, random)
  const report: Omit<AgreementReport, 'advice'> = {
    kind: 'agreement',
    level,
    items: items.length,
    compared: counted.length,
    labels: sum(given),
    alpha: alpha ?? null,
    fleiss:
      fleissInterval(counted, { random, resamples: resamplesFor(counted.length), method: 'percentile' }) ??
      null,
    observed: fleissKappa(counted)?.observed ?? (counted.length > 0 ? 1 : null),
    annotators: annotators
      .map((name, index) => ({
        name,
        labels: given[index] ?? 0,
        alpha_without: alphaWithout(annotations, index, values, level)?.alpha ?? null,
      }))
      .toSorted((a, b) => b.labels - a.labels || (a.name < b.name ? -1 : 1)),
    pairs: comparePairs(annotations, level),
    per_label: labels.map((label, index) => {
      const one = byItem.map(said => said.map(({ label: said_ }) => (said_ === index ? 1 : 0)))
      return {
        label,
        labels: sum(one.map(row => sum(row))),
        alpha: alphaInterval(one, 'nominal', random) ?? null,
      }
    }),
    confusions: confusionsOf(annotations),
    slices: options.slices.flatMap((column, at) =>
      sliceAgreement(annotations, rated, level, column, at, random),
    ),
    disputed: disputedItems(annotations),
  }
  return { ...report, advice: adviseOnAgreement(report, annotations.repeated) }
}

function valuesOf(labels: readonly string[], level: MeasurementLevel): number[] {
  return labels.map((label, place) => (level === 'interval' || level === 'ratio' ? Number(label) : place))
}

function resamplesFor(items: number): number {
  return Math.min(1_000, Math.max(200, Math.floor(resampledItems / Math.max(1, items))))
}

function alphaInterval(
  rated: readonly (readonly number[])[],
  level: MeasurementLevel,
  random: Random,
): Interval | undefined {
  return krippendorffInterval(rated, level, {
    random,
    resamples: resamplesFor(rated.length),
    method: 'percentile',
  })
}

function alphaWithout(
  { byItem, annotators }: Annotations,
  annotator: number,
  values: readonly number[],
  level: MeasurementLevel,
): Alpha | undefined {
  if (annotators.length < 3 || annotators.length > 100) return undefined
  const rest = byItem.map(said =>
    said.filter(({ annotator: who }) => who !== annotator).map(({ label }) => values[label] ?? 0),
  )
  return krippendorffAlpha(rest, level)
}

function comparePairs(
  { annotators, labels, byItem }: Annotations,
  level: MeasurementLevel,
): AgreementReport['pairs'] {
  const tables = new Map<number, number[][]>()
  for (const said of byItem)
    for (const [at, one] of said.entries())
      for (const other of said.slice(at + 1)) {
        const [first, second] = one.annotator < other.annotator ? [one, other] : [other, one]
        const pair = first.annotator * annotators.length + second.annotator
        let table = tables.get(pair)
        if (!table) {
          table = labels.map(() => labels.map(() => 0))
          tables.set(pair, table)
        }
        const row = table[first.label]
        if (row) row[second.label] = (row[second.label] ?? 0) + 1
      }
  const pairs = [...tables].map(([pair, table]) => {
    const cohen = cohenKappa(table)
    const weighted = level === 'nominal' ? undefined : weightedKappa(table, 'quadratic')
    const count = sum(table.map(row => sum(row)))
    const half = 1.959963984540054 * (cohen?.standardError ?? 0)
    const isPlain = cohen !== undefined && level === 'nominal'
    return {
      first: annotators[Math.floor(pair / annotators.length)] ?? '',
      second: annotators[pair % annotators.length] ?? '',
      items: count,
      kappa: (level === 'nominal' ? cohen?.kappa : weighted?.kappa) ?? null,
      low: isPlain ? Math.max(-1, cohen.kappa - half) : null,
      high: isPlain ? Math.min(1, cohen.kappa + half) : null,
      observed: sum(table.map((row, index) => row[index] ?? 0)) / count,
    }
  })
  return pairs.toSorted((a, b) => b.items - a.items || (a.first < b.first ? -1 : 1)).slice(0, mostPairs)
}

function confusionsOf({ labels, byItem }: Annotations): AgreementReport['confusions'] {
  const counts = new Map<number, number>()
  let all = 0
  for (const said of byItem)
    for (const [at, one] of said.entries())
      for (const other of said.slice(at + 1)) {
        if (one.label === other.label) continue
        const pair = Math.min(one.label, other.label) * labels.length + Math.max(one.label, other.label)
        counts.set(pair, (counts.get(pair) ?? 0) + 1)
        all += 1
      }
  return [...counts]
    .toSorted(([, a], [, b]) => b - a)
    .slice(0, 20)
    .map(([pair, count]) => ({
      first: labels[Math.floor(pair / labels.length)] ?? '',
      second: labels[pair % labels.length] ?? '',
      count,
      share: count / all,
    }))
}

function sliceAgreement(
  annotations: Annotations,
  rated: readonly (readonly number[])[],
  level: MeasurementLevel,
  column: string,
  at: number,
  random: Random,
): AgreementReport['slices'] {
  const places = annotations.slices[at] ?? []
  const groups = Map.groupBy(
    rated.flatMap((row, item) => (row.length > 1 ? [item] : [])),
    item => places[item] ?? -1,
  )
  return [...groups]
    .toSorted(([, a], [, b]) => b.length - a.length)
    .slice(0, mostSliceValues)
    .map(([value, members]) => ({
      column,
      value: value === -1 ? '' : (annotations.sliceValues[at]?.[value] ?? ''),
      items: members.length,
      alpha:
        alphaInterval(
          members.map(item => rated[item] ?? []),
          level,
          random,
        ) ?? null,
    }))
}

/** Those of which the most pairs differ. */
function disputedItems({ items, annotators, labels, byItem }: Annotations): AgreementReport['disputed'] {
  return byItem
    .map((said, item) => {
      const counts = countsOf(said, labels.length)
      const same = sum(counts.map(count => count * (count - 1)))
      const pairs = said.length * (said.length - 1)
      return { item, said, differing: pairs === 0 ? 0 : 1 - same / pairs }
    })
    .filter(({ differing }) => differing > 0)
    .toSorted((a, b) => b.differing - a.differing || b.said.length - a.said.length || a.item - b.item)
    .slice(0, mostDisputed)
    .map(({ item, said }) => ({
      item: items[item] ?? '',
      labels: said.map(({ annotator, label }) => ({
        annotator: annotators[annotator] ?? '',
        label: labels[label] ?? '',
      })),
    }))
}

function countsOf(said: readonly { readonly label: number }[], classes: number): number[] {
  const counts = Array.from({ length: classes }, () => 0)
  for (const { label } of said) counts[label] = (counts[label] ?? 0) + 1
  return counts
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0)
}
