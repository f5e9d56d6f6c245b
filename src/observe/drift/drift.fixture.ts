import { createRandom } from '../../foundation/statistics/index.ts'
import type { DriftColumn, Pair, SampledRow, SampleReader } from './sample.ts'

export type FixtureRow = SampledRow['cells']

/** Two samples that lie in memory, read as data workers read theirs. */
export function memoryReader(samples: Pair<readonly FixtureRow[]>): SampleReader {
  const pairOf = <Value>(read: (rows: readonly FixtureRow[]) => Value): Pair<Value> => ({
    reference: read(samples.reference),
    current: read(samples.current),
  })
  return {
    rows: pairOf(rows => rows.length),
    numbers: async ({ name }) =>
      pairOf(rows =>
        Float64Array.from(rows, row => (typeof row[name] === 'number' ? row[name] : Number.NaN)),
      ),
    categories: async ({ name }) => {
      const all = [...samples.reference, ...samples.current].flatMap(row => row[name] ?? [])
      const values = ['none', ...[...new Set(all.map(String))].toSorted()]
      return {
        values,
        ...pairOf(rows => Uint16Array.from(rows, row => Math.max(0, values.indexOf(String(row[name]))))),
      }
    },
    sample: async (_columns, most, seed, having) =>
      pairOf(rows => {
        const random = createRandom(seed)
        return rows
          .map((cells, index) => ({ id: `row ${index}`, cells, place: random.next() }))
          .filter(({ cells }) => having === undefined || cells[having] !== null)
          .toSorted((a, b) => a.place - b.place)
          .slice(0, most)
      }),
  }
}

export const number = (name: string): DriftColumn => ({ name, kind: 'number' })
export const category = (name: string): DriftColumn => ({ name, kind: 'category' })
