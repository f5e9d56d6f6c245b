/** Finds labels that are probably wrong, from what a model that has not seen them would have said. */

export interface LabelSuspect {
  /** Into the labels that were given. */
  readonly index: number
  readonly given: number
  /** The class that it is more likely of. */
  readonly likely: number
  /** p̂(given): the lower, the more suspect. */
  readonly selfConfidence: number
  /** p̂(given) − the largest of the others, from −1 to 1: the lower, the more suspect. */
  readonly margin: number
}

export interface ConfidentLearning {
  /** t_j: the mean p̂(j) of the examples that were given label j; 1 where none was. */
  readonly thresholds: readonly number[]
  /** C[i][j]: examples given i that are confidently of j. */
  readonly joint: readonly (readonly number[])[]
  /** The same, scaled to what was given: the estimated joint distribution of given and true labels, times the examples. */
  readonly calibrated: readonly (readonly number[])[]
  /** The share of labels that are estimated to be wrong. */
  readonly errorRate: number
  /** Those outside of the diagonal of C, the least self-confident first. */
  readonly suspects: readonly LabelSuspect[]
  /** Of those, the ones that remain when each class pair is pruned to its estimated number, by margin (prune by noise rate). */
  readonly pruned: readonly LabelSuspect[]
}

/**
 * Confident learning (Northcutt, Jiang and Chuang, Journal of Artificial Intelligence Research 70, 2021): thresholds by eq. 2, the
 * confident joint by eq. 1 (an example counts for the likeliest class among those whose threshold it reaches, and for none
 * where it reaches none), calibrated by eq. 3, suspects by "confident joint" and "prune by noise rate" of section 3.2.
 * `labels[n]` in 0 … K − 1; `probabilities[n][k]` from a model that was not trained on example n (cross-validation), or the
 * suspects are only what it failed to memorise. Rows are taken as they are.
 */
export function confidentLearning(
  labels: ArrayLike<number>,
  probabilities: readonly ArrayLike<number>[],
  classes: number,
): ConfidentLearning {
  const counts = Array.from<number>({ length: classes }).fill(0)
  const sums = Array.from<number>({ length: classes }).fill(0)
  for (let n = 0; n < labels.length; n += 1) {
    const given = labels[n] as number
    counts[given] = (counts[given] ?? 0) + 1
    sums[given] = (sums[given] ?? 0) + (probabilities[n]?.[given] ?? 0)
  }
  const thresholds = counts.map((count, k) => (count === 0 ? 1 : (sums[k] ?? 0) / count))
  const joint = Array.from({ length: classes }, () => Array.from<number>({ length: classes }).fill(0))
  const suspects: LabelSuspect[] = []
  for (let n = 0; n < labels.length; n += 1) {
    const given = labels[n] as number
    const row = probabilities[n] ?? []
    const likely = likeliest(row, classes, k => (row[k] ?? 0) >= (thresholds[k] ?? 1))
    if (likely === undefined) continue
    const line = joint[given]
    if (line) line[likely] = (line[likely] ?? 0) + 1
    if (likely === given) continue
    const other = likeliest(row, classes, k => k !== given)
    const selfConfidence = row[given] ?? 0
    const margin = selfConfidence - (other === undefined ? 0 : (row[other] ?? 0))
    suspects.push({ index: n, given, likely, selfConfidence, margin })
  }
  suspects.sort((a, b) => a.selfConfidence - b.selfConfidence || a.index - b.index)
  const calibrated = joint.map((row, given) => {
    const total = row.reduce((sum, count) => sum + count, 0)
    const share = counts[given] ?? 0
    // where nothing is confident, what was given is believed
    return row.map((count, k) => (total === 0 ? (k === given ? share : 0) : (count / total) * share))
  })
  const wrong = calibrated.reduce(
    (sum, row, given) => sum + row.reduce((part, count, k) => part + (k === given ? 0 : count), 0),
    0,
  )
  return {
    thresholds,
    joint,
    calibrated,
    errorRate: labels.length === 0 ? 0 : wrong / labels.length,
    suspects,
    pruned: prune(suspects, calibrated),
  }
}

function likeliest(
  row: ArrayLike<number>,
  classes: number,
  isAllowed: (k: number) => boolean,
): number | undefined {
  let best: number | undefined
  for (let k = 0; k < classes; k += 1)
    if (isAllowed(k) && (best === undefined || (row[k] ?? 0) > (row[best] ?? 0))) best = k
  return best
}

/** Of each pair of classes, as many as the calibrated joint says, those with the lowest margin. */
function prune(
  suspects: readonly LabelSuspect[],
  calibrated: readonly (readonly number[])[],
): LabelSuspect[] {
  const byPair = Map.groupBy(suspects, ({ given, likely }) => `${given} ${likely}`)
  const kept = [...byPair.values()].flatMap(pair => {
    const [first] = pair
    const most = first ? Math.round(calibrated[first.given]?.[first.likely] ?? 0) : 0
    return pair.toSorted((a, b) => a.margin - b.margin || a.index - b.index).slice(0, most)
  })
  return kept.toSorted((a, b) => a.selfConfidence - b.selfConfidence || a.index - b.index)
}
