import { setImmediate as breathe } from 'node:timers/promises'
import { createRandom, hashText } from '../../../../foundation/statistics/index.ts'
import { predictRow, trainSoftmax } from './softmax-regression.ts'
import { textFeatures } from './text-features.ts'

/**
 * What a classifier that has not seen a text would say of it: as many classifiers as folds, each trained on the others. Equal
 * texts share a fold, so that a copy with another label does not give its label away. p̂ of row n and class k is at
 * `n × classes + k`. The same seed gives the same.
 */
export async function crossValidate(
  texts: readonly string[],
  labels: ArrayLike<number>,
  classes: number,
  options: {
    readonly folds: number
    readonly seed: string
    readonly signal: AbortSignal
    readonly progress: (share: number) => void
  },
): Promise<Float32Array> {
  const { folds, seed, signal, progress } = options
  const rows = textFeatures(texts)
  const fold = assignFolds(texts, labels, classes, folds, seed)
  const probabilities = new Float32Array(texts.length * classes)
  const said = new Float64Array(classes)
  for (let held = 0; held < folds; held += 1) {
    // a word from outside is heard here
    await breathe()
    signal.throwIfAborted()
    const members: number[] = []
    for (let row = 0; row < texts.length; row += 1) if (fold[row] !== held) members.push(row)
    const model = trainSoftmax(rows, labels, classes, members, createRandom(seed, held))
    for (let row = 0; row < texts.length; row += 1) {
      if (fold[row] !== held) continue
      predictRow(model, rows, row, said)
      probabilities.set(said, row * classes)
    }
    progress((held + 1) / folds)
  }
  return probabilities
}

/** Of each label as many into each fold as go, equal texts together. */
function assignFolds(
  texts: readonly string[],
  labels: ArrayLike<number>,
  classes: number,
  folds: number,
  seed: string,
): Uint8Array {
  const groups = Map.groupBy(
    texts.map((_, row) => row),
    row => (texts[row] as string).trim(),
  )
  const ordered = [...groups]
    .map(([text, members]) => ({ members, place: hashText(`${seed}\n${text}`) }))
    .toSorted((a, b) => a.place - b.place)
  const fold = new Uint8Array(texts.length)
  const counts = Array.from({ length: classes }, () => 0)
  for (const { members } of ordered) {
    const label = labels[members[0] as number] as number
    const next = (counts[label] ?? 0) % folds
    counts[label] = (counts[label] ?? 0) + 1
    for (const row of members) fold[row] = next
  }
  return fold
}
