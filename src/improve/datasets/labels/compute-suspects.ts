import {
  confidentLearning,
  type PruneMethod,
  pruneLabels,
  type SuspectRanking,
} from '../../../foundation/statistics/index.ts'
import { adviseOnSuspects } from './advise.ts'
import type { SuspectsReport } from './label-report.ts'

const mostSuspects = 20_000

/** Which labels are probably wrong, from what a model that has not seen each row says of it. */
export function computeSuspects(
  sample: {
    readonly keys: readonly string[]
    /** Distinct labels. */
    readonly classes: readonly string[]
    /** Of each row, as an index into the classes. */
    readonly given: ArrayLike<number>
    /** rows × classes. */
    readonly probabilities: Float32Array
    readonly leftOut: number
    /** Of asking a service. */
    readonly costNanoUsd?: number | undefined
  },
  options: {
    readonly label: string
    readonly from: SuspectsReport['from']
    readonly columns: readonly string[]
    readonly method: PruneMethod
    readonly ranking: SuspectRanking
  },
): SuspectsReport {
  const { keys, classes, given, probabilities } = sample
  const size = classes.length
  const rows = keys.map((_, row) => probabilities.subarray(row * size, (row + 1) * size))
  const learned = confidentLearning(given, rows, size)
  const found = pruneLabels(given, rows, learned, options.method, options.ranking)
  const counts = classes.map(() => 0)
  let agreeing = 0
  for (const [row, said] of rows.entries()) {
    const label = given[row] as number
    counts[label] = (counts[label] ?? 0) + 1
    if (isLargest(said, label)) agreeing += 1
  }
  const suspected = classes.map(() => 0)
  for (const suspect of found) suspected[suspect.given] = (suspected[suspect.given] ?? 0) + 1
  const report: Omit<SuspectsReport, 'advice'> = {
    kind: 'suspects',
    label_column: options.label,
    from: options.from,
    columns: [...options.columns],
    rows: keys.length,
    left_out: sample.leftOut,
    cost_nano_usd: sample.costNanoUsd ?? null,
    method: options.method,
    ranking: options.ranking,
    agreement: keys.length === 0 ? 0 : agreeing / keys.length,
    error_rate: learned.errorRate,
    classes: classes.map((label, index) => ({
      label,
      given: counts[index] ?? 0,
      threshold: learned.thresholds[index] ?? 1,
      estimated_wrong: (learned.calibrated[index] ?? []).reduce(
        (total, count, other) => total + (other === index ? 0 : count),
        0,
      ),
      suspects: suspected[index] ?? 0,
    })),
    joint: learned.calibrated.map(row => [...row]),
    total: found.length,
    suspects: found.slice(0, mostSuspects).map(suspect => ({
      key: keys[suspect.index] ?? '',
      given: classes[suspect.given] ?? '',
      likely: classes[suspect.likely] ?? '',
      self_confidence: suspect.selfConfidence,
      margin: suspect.margin,
    })),
  }
  return { ...report, advice: adviseOnSuspects(report) }
}

function isLargest(row: ArrayLike<number>, label: number): boolean {
  for (let k = 0; k < row.length; k += 1) if ((row[k] ?? 0) > (row[label] ?? 0)) return false
  return true
}
