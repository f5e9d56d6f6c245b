import type { DriftSlice } from '../report.ts'
import type { DriftColumn, Pair, SampledRow } from '../sample.ts'
import { differenceP, measureSlices, mostMoved, type SliceCandidate } from './find-slices.ts'
import { commonWords, wordsOfTexts } from './words.ts'

/** The words of texts whose share of the sampled rows has changed most, of all that are common enough to be told; as slices are. */
export function findWords(
  columns: readonly DriftColumn[],
  sample: Pair<readonly SampledRow[]>,
): DriftSlice[] {
  const rows = { reference: sample.reference.length, current: sample.current.length }
  if (rows.reference === 0 || rows.current === 0) return []
  const candidates = columns
    .filter(({ kind }) => kind === 'text')
    .flatMap(({ name }): SliceCandidate[] => {
      const [before, now] = [sample.reference, sample.current].map(side =>
        wordsOfTexts(side.map(row => row.cells[name])),
      ) as [ReadonlySet<string>[], ReadonlySet<string>[]]
      return commonWords([...before, ...now]).map(word => {
        const has = (words: ReadonlySet<string>): boolean => words.has(word)
        const counts = { reference: before.filter(has).length, current: now.filter(has).length }
        return {
          conditions: [{ column: name, value: `says “${word}”` }],
          counts,
          p: differenceP(counts, rows),
          beyond: null,
        }
      })
    })
  return mostMoved(measureSlices(candidates, rows))
}
