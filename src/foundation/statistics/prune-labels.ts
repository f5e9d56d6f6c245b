import type { ConfidentLearning, LabelSuspect } from './confident-learning.ts'

/**
 * Which labels to doubt, given how many of each kind are estimated to be wrong (Northcutt, Jiang and Chuang, Journal of
 * Artificial Intelligence Research 70, 2021, section 3.2; n·Q̂ is the calibrated joint):
 * `class`: of each given class i the Σ_{j≠i} n·Q̂[i][j] examples with the lowest p̂(i);
 * `noise-rate`: of each pair i ≠ j the n·Q̂[i][j] examples given i with the largest p̂(j) − p̂(i);
 * `both`: what either names alone is left out ("C+NR");
 * `joint`: those that the confident joint counts outside of its diagonal;
 * `margin` is not of the paper: as many as are estimated to be wrong in all, those with the lowest margin, below 0.
 */
export const pruneMethods = ['margin', 'noise-rate', 'class', 'both', 'joint'] as const
export type PruneMethod = (typeof pruneMethods)[number]

/** `self-confidence`: p̂(given), the lowest first; `margin`: p̂(given) − the largest of the others, the lowest first. */
export const suspectRankings = ['margin', 'self-confidence'] as const
export type SuspectRanking = (typeof suspectRankings)[number]

export function pruneLabels(
  labels: ArrayLike<number>,
  probabilities: readonly ArrayLike<number>[],
  learned: Pick<ConfidentLearning, 'calibrated' | 'suspects'>,
  method: PruneMethod,
  ranking: SuspectRanking,
): LabelSuspect[] {
  const chosen = chooseBy(labels, probabilities, learned, method)
  const suspects = [...chosen].map(([index, likely]) =>
    describe(index, labels[index] as number, likely, probabilities[index] ?? []),
  )
  const figure = ({ selfConfidence, margin }: LabelSuspect) =>
    ranking === 'margin' ? margin : selfConfidence
  return suspects.toSorted((a, b) => figure(a) - figure(b) || a.index - b.index)
}

/** What is chosen, with the class that it is likelier of where the method says one. */
function chooseBy(
  labels: ArrayLike<number>,
  probabilities: readonly ArrayLike<number>[],
  learned: Pick<ConfidentLearning, 'calibrated' | 'suspects'>,
  method: PruneMethod,
): Map<number, number | undefined> {
  switch (method) {
    case 'joint':
      return new Map(learned.suspects.map(({ index, likely }) => [index, likely]))
    case 'margin':
      return byMargin(labels, probabilities, learned.calibrated)
    case 'class':
      return byClass(labels, probabilities, learned.calibrated)
    case 'noise-rate':
      return byNoiseRate(labels, probabilities, learned.calibrated)
    case 'both': {
      const other = byClass(labels, probabilities, learned.calibrated)
      return new Map(
        [...byNoiseRate(labels, probabilities, learned.calibrated)].filter(([index]) => other.has(index)),
      )
    }
  }
}

function byClass(
  labels: ArrayLike<number>,
  probabilities: readonly ArrayLike<number>[],
  calibrated: readonly (readonly number[])[],
): Map<number, undefined> {
  const chosen = new Map<number, undefined>()
  for (const [given, indices] of membersOf(labels, calibrated.length).entries()) {
    const wrong = (calibrated[given] ?? []).reduce((sum, count, k) => sum + (k === given ? 0 : count), 0)
    const confidence = (index: number): number => probabilities[index]?.[given] ?? 0
    const lowest = indices.toSorted((a, b) => confidence(a) - confidence(b) || a - b)
    for (const index of lowest.slice(0, Math.round(wrong))) chosen.set(index, undefined)
  }
  return chosen
}

function byNoiseRate(
  labels: ArrayLike<number>,
  probabilities: readonly ArrayLike<number>[],
  calibrated: readonly (readonly number[])[],
): Map<number, number> {
  const chosen = new Map<number, number>()
  const chosenBy = new Map<number, number>()
  for (const [given, indices] of membersOf(labels, calibrated.length).entries())
    for (const [other, count] of (calibrated[given] ?? []).entries()) {
      const most = Math.round(count)
      if (other === given || most === 0) continue
      const lead = (index: number): number =>
        (probabilities[index]?.[other] ?? 0) - (probabilities[index]?.[given] ?? 0)
      const largest = indices.toSorted((a, b) => lead(b) - lead(a) || a - b)
      for (const index of largest.slice(0, most)) {
        if (lead(index) <= (chosenBy.get(index) ?? -Infinity)) continue
        chosen.set(index, other)
        chosenBy.set(index, lead(index))
      }
    }
  return chosen
}

function byMargin(
  labels: ArrayLike<number>,
  probabilities: readonly ArrayLike<number>[],
  calibrated: readonly (readonly number[])[],
): Map<number, number> {
  const wrong = calibrated.reduce(
    (sum, row, given) => sum + row.reduce((part, count, k) => part + (k === given ? 0 : count), 0),
    0,
  )
  const doubted = Array.from({ length: labels.length }, (_, index) =>
    describe(index, labels[index] as number, undefined, probabilities[index] ?? []),
  ).filter(({ margin }) => margin < 0)
  const lowest = doubted.toSorted((a, b) => a.margin - b.margin || a.index - b.index)
  return new Map(lowest.slice(0, Math.round(wrong)).map(({ index, likely }) => [index, likely]))
}

function membersOf(labels: ArrayLike<number>, classes: number): number[][] {
  const members = Array.from({ length: classes }, (): number[] => [])
  for (let index = 0; index < labels.length; index += 1) members[labels[index] as number]?.push(index)
  return members
}

function describe(
  index: number,
  given: number,
  named: number | undefined,
  row: ArrayLike<number>,
): LabelSuspect {
  let other: number | undefined
  for (let k = 0; k < row.length; k += 1)
    if (k !== given && (other === undefined || (row[k] ?? 0) > (row[other] ?? 0))) other = k
  const selfConfidence = row[given] ?? 0
  const margin = selfConfidence - (other === undefined ? 0 : (row[other] ?? 0))
  return { index, given, likely: named ?? other ?? given, selfConfidence, margin }
}
