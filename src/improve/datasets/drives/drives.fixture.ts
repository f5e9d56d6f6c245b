import { createRandom, type Random } from '../../../foundation/statistics/index.ts'
import type { LearnedRow } from '../slices/compare-models.ts'
import { chooseCandidates } from './choose-candidates.ts'
import { predictValues } from './predict-values.ts'

/** Words of a group that share no letters on purpose, so that one is not told from another. */
function invent(group: string, count: number): string[] {
  const random = createRandom('words', group)
  const letters = 'abcdefghijklmnoprstuvwz'.split('')
  return Array.from({ length: count }, () => Array.from({ length: 7 }, () => random.pick(letters)).join(''))
}

/** Each slice has its own words for what it wants: many, so that few messages hold few of them. */
const own = (slice: string) => ({
  every: invent(`${slice} every`, 12),
  refund: invent(`${slice} refund`, 40),
  repair: invent(`${slice} repair`, 40),
})
const words = { both: invent('both', 20), north: own('north'), south: own('south') }
type Slice = 'north' | 'south'
type Label = 'refund' | 'repair'

/** Messages of people of whom few are of the south and use other words: what they want is `label`. */
function messages(random: Random, count: number, south: number, from: number): LearnedRow[] {
  return Array.from({ length: count }, (_, index) => {
    const slice: Slice = random.next() < south ? 'south' : 'north'
    const label: Label = random.next() < 0.5 ? 'refund' : 'repair'
    const text = Array.from({ length: 7 }, () => {
      const drawn = random.next()
      if (drawn < 0.4) return random.pick(words.both)
      return random.pick(drawn < 0.7 ? words[slice].every : words[slice][label])
    })
    return { text: `${text.join(' ')} ${from + index}`, label, slice, weight: 1 }
  })
}

export interface Planted {
  readonly before: LearnedRow[]
  /** With what a drive collects, and with as many rows that were drawn at random. */
  readonly targeted: LearnedRow[]
  readonly random: LearnedRow[]
  /** The share of what was asked about that is of the south. */
  readonly precision: number
  readonly expected: number
}

/** A version that knows little of the south, traffic in which it is as rare, and people who are wrong of every twentieth label. */
export async function planted(
  seed: string,
  { rows, pool, budget, south = 0.06 }: { rows: number; pool: number; budget: number; south?: number },
): Promise<Planted> {
  const random = createRandom(seed)
  const before = messages(random, rows, south, 0)
  const traffic = messages(random, pool, south, rows)
  const predictions = await predictValues(
    before.map(({ text }) => text),
    traffic.map(({ text }) => text),
    [{ name: 'region', values: before.map(({ slice }) => slice) }],
    { seed, signal: new AbortController().signal },
  )
  const prediction = predictions.get('region')
  const at = prediction?.classes.indexOf('south') ?? 0
  const size = prediction?.classes.length ?? 1
  const chosen = chooseCandidates(
    traffic.map((_, row) => [prediction?.probabilities[row * size + at] ?? 0]),
    [10 * budget],
    { most: budget, least: 0 },
  )
  const told = (row: LearnedRow | undefined): LearnedRow[] => {
    if (!row) return []
    const isWrong = random.next() < 0.05
    return [{ ...row, label: isWrong === (row.label === 'repair') ? 'refund' : 'repair' }]
  }
  const asked = chosen.map(({ candidate }) => traffic[candidate])
  return {
    before,
    targeted: [...before, ...asked.flatMap(told)],
    random: [...before, ...traffic.slice(0, budget).flatMap(told)],
    precision: asked.filter(row => row?.slice === 'south').length / asked.length,
    expected: chosen.reduce((sum, { probability }) => sum + probability, 0) / chosen.length,
  }
}
