import type { ScoreFigure } from '../runs/score-store.ts'
import type { ClassReport } from './report.ts'

/** Of more than so many labels the rest is left out: they are no classes then. */
const mostLabels = 30

/** What an evaluator called the answers of a release, and what they should have been called. */
export function classesOf(scores: readonly Pick<ScoreFigure, 'label' | 'wanted'>[]): ClassReport | undefined {
  const counts = new Map<string, number>()
  const pairs = new Map<string, { wanted: string; said: string; answers: number }>()
  let [wantedCount, right] = [0, 0]
  for (const { label, wanted } of scores) {
    if (label === undefined) continue
    counts.set(label, (counts.get(label) ?? 0) + 1)
    if (wanted === undefined) continue
    wantedCount += 1
    if (wanted === label) right += 1
    const key = JSON.stringify([wanted, label])
    const pair = pairs.get(key)
    if (pair) pair.answers += 1
    else pairs.set(key, { wanted, said: label, answers: 1 })
  }
  if (counts.size === 0) return undefined
  const confusion = [...pairs.values()].toSorted((a, b) => b.answers - a.answers)
  const sum = (of: (pair: (typeof confusion)[number]) => boolean): number =>
    confusion.reduce((total, pair) => total + (of(pair) ? pair.answers : 0), 0)
  const classes = [...new Set(confusion.map(({ wanted }) => wanted))]
  const scoresOfClasses = classes.map(name => {
    const met = sum(({ wanted, said }) => wanted === name && said === name)
    const all = sum(({ wanted }) => wanted === name) + sum(({ said }) => said === name)
    return (2 * met) / all
  })
  return {
    labels: [...counts]
      .map(([label, answers]) => ({ label, answers }))
      .toSorted((a, b) => b.answers - a.answers || (a.label < b.label ? -1 : 1))
      .slice(0, mostLabels),
    confusion: confusion.slice(0, mostLabels ** 2),
    accuracy: wantedCount === 0 ? undefined : right / wantedCount,
    macroF1:
      classes.length === 0 ? undefined : scoresOfClasses.reduce((total, f) => total + f, 0) / classes.length,
  }
}
