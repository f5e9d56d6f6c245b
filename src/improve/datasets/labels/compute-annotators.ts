import { type DawidSkene, wilsonInterval } from '../../../foundation/statistics/index.ts'
import { adviseOnAnnotators } from './advise.ts'
import type { Annotations } from './annotations.ts'
import { estimateLabels, largest, majorityOf } from './compute-consensus.ts'
import type { AnnotatorsReport } from './label-report.ts'

const mostConsensus = 100_000
/** Below it a consensus is not to be relied on. */
const sure = 0.8

/** How good each annotator is and what each item most likely is, by Dawid and Skene. */
export function computeAnnotators(annotations: Annotations): AnnotatorsReport {
  const { items, annotators, labels, byItem } = annotations
  const given = byItem.reduce((sum, said) => sum + said.length, 0)
  const found = estimateLabels(annotations)
  const consensus = items.map((item, index) => {
    const row = found.posterior[index] ?? []
    const best = largest(row)
    return {
      item,
      label: labels[best] ?? '',
      confidence: row[best] ?? 0,
      majority: majorityOf(byItem[index] ?? [], labels),
    }
  })
  const listed = consensus.toSorted((a, b) => a.confidence - b.confidence).slice(0, mostConsensus)
  const report: Omit<AnnotatorsReport, 'advice'> = {
    kind: 'annotators',
    items: items.length,
    labels: given,
    classes: labels.map((label, index) => ({ label, share: found.prevalence[index] ?? 0 })),
    iterations: found.iterations,
    has_converged: found.hasConverged,
    annotators: annotators
      .map((name, index) => describeAnnotator(name, index, annotations, found))
      .toSorted((a, b) => a.accuracy - b.accuracy || (a.name < b.name ? -1 : 1)),
    changed: consensus.filter(({ label, majority }) => majority !== '' && label !== majority).length,
    unsure: consensus.filter(({ confidence }) => confidence < sure).length,
    consensus: listed,
    is_cut: consensus.length > listed.length,
  }
  return { ...report, advice: adviseOnAnnotators(report) }
}

function describeAnnotator(
  name: string,
  index: number,
  { labels, byItem }: Annotations,
  { posterior, confusion, prevalence }: DawidSkene,
): AnnotatorsReport['annotators'][number] {
  const matrix = confusion[index] ?? []
  let [right, given] = [0, 0]
  const said = labels.map(() => 0)
  for (const [item, all] of byItem.entries())
    for (const { annotator, label } of all) {
      if (annotator !== index) continue
      given += 1
      said[label] = (said[label] ?? 0) + 1
      right += posterior[item]?.[label] ?? 0
    }
  const { share, low, high } = wilsonInterval(right, given)
  const weak = matrix.flatMap((row, truth) =>
    row.flatMap((part, label) =>
      label !== truth && part >= 0.15 && (prevalence[truth] ?? 0) > 0.01
        ? [{ true: labels[truth] ?? '', said: labels[label] ?? '', share: part }]
        : [],
    ),
  )
  return {
    name,
    labels: given,
    accuracy: share,
    low,
    high,
    chance: prevalence.reduce((total, part, k) => total + (part * (said[k] ?? 0)) / Math.max(1, given), 0),
    confusion: matrix.map(row => [...row]),
    weak_spots: weak.toSorted((a, b) => b.share - a.share).slice(0, 5),
  }
}
