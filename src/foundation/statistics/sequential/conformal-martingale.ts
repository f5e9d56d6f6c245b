import type { Random } from '../random.ts'
import { advance, type DetectorForm } from './e-detector.ts'

/** What a jumper goes on from: the capital of those who bet on small, on no and on large p-values. */
export type JumperState = readonly [number, number, number]

export const firstJumperState: JumperState = [1 / 3, 1 / 3, 1 / 3]

/** Of each capital this share is dealt out anew at every step, so that a bet that has failed can win again. */
const jump = 0.01

/**
 * One step of the Simple Jumper martingale (Vovk, Petej, Nouretdinov, Ahlberg, Carlsson and Gammerman 2021, arXiv 2102.10439, algorithm 1) with
 * the conformal p-value `p`: bets 1 + ε(p − ½) with ε = −1, 0, 1. Capital is scaled to one before the step, and `ratio` is what it has grown to.
 */
export function jumpOnce(
  state: JumperState,
  p: number,
): { readonly state: JumperState; readonly ratio: number } {
  const total = state[0] + state[1] + state[2]
  const [down, flat, up] = state.map(capital => (1 - jump) * (capital / total) + jump / 3) as [
    number,
    number,
    number,
  ]
  const next = [down * (1 - (p - 0.5)), flat, up * (1 + (p - 0.5))] as const
  return { state: next, ratio: next[0] + next[1] + next[2] }
}

export interface MartingaleOptions {
  readonly averageRunLength: number
  readonly form?: DetectorForm
  /** How many scores are kept for each stratum; of more, later ones take the place of random earlier ones. */
  readonly kept?: number
  /** For ties and for what is kept; seeded, so that a run can be done again. */
  readonly random: Random
}

/**
 * A conformal test martingale for whether scores still come as those before them did (Vovk, Nouretdinov and Gammerman 2003). Each score gets its rank among those
 * of its stratum, a p-value that is uniform while scores of a stratum are exchangeable; the jumper bets against that, and its steps make
 * a Shiryaev–Roberts or CUSUM statistic, which reaches the run length after that many scores on average, or later. Scores may be of anything
 * that says how strange an input is, such as the distance to its nearest neighbours in the reference.
 *
 * Strata (hours of the week) take care of what comes back each day and week. A reservoir (`kept`) makes the ranks approximate once it is full.
 */
export function createConformalMartingale({
  averageRunLength,
  form = 'shiryaev-roberts',
  kept = 2_000,
  random,
}: MartingaleOptions) {
  const strata = new Map<string, { readonly scores: number[]; seen: number }>()
  let jumper = firstJumperState
  let value = 0

  function keep(score: number, stratum: string): void {
    const found = strata.get(stratum) ?? { scores: [], seen: 0 }
    strata.set(stratum, found)
    found.seen += 1
    if (found.scores.length < kept) found.scores.push(score)
    else {
      const place = Math.floor(random.next() * found.seen)
      if (place < kept) found.scores[place] = score
    }
  }

  return {
    /** Scores of the reference: they are ranked against, and no bet is made on them. */
    learn: (score: number, stratum = ''): void => keep(score, stratum),
    /** True when this score raises an alarm; the martingale then begins anew. */
    observe: (score: number, stratum = ''): boolean => {
      const p = rankOf(score, strata.get(stratum)?.scores ?? [], random.next())
      keep(score, stratum)
      const step = jumpOnce(jumper, p)
      jumper = step.state
      value = advance(form, value, step.ratio)
      if (value < averageRunLength) return false
      value = 0
      jumper = firstJumperState
      return true
    },
    /** The evidence, as a share of what raises an alarm. */
    get level() {
      return value / averageRunLength
    },
  }
}

/** The smoothed conformal p-value: the share of scores that are larger, with itself among those that are equal. */
export function rankOf(score: number, earlier: readonly number[], draw: number): number {
  let larger = 0
  let equal = 1
  for (const other of earlier)
    if (other > score) larger += 1
    else if (other === score) equal += 1
  return (larger + draw * equal) / (earlier.length + 1)
}
