import type { Bounds } from './proportion-sequence.ts'

export interface MeanSequenceOptions {
  readonly alpha: number
  /** Between which the values lie; 0 and 1 unless given. */
  readonly from?: number
  readonly to?: number
  /** How finely means are told apart: parts of the range. */
  readonly parts?: number
}

/** What a sequence goes on from: plain, so that it can be kept. */
export interface MeanSequenceState {
  readonly count: number
  readonly sum: number
  readonly squares: number
  readonly up: readonly number[]
  readonly down: readonly number[]
}

export interface MeanSequence {
  /** Values outside of the range are refused with a `RangeError`. */
  observe(value: number): void
  readonly count: number
  readonly mean: number
  bounds(): Bounds
  state(): MeanSequenceState
}

/** Of the capital at most this much is bet at once: the truncation of Waudby-Smith and Ramdas, section 4.2. */
const mostOfCapital = 0.5
const usualParts = 400

/** The bet on the value that comes after `count` (ibid., eq. 26): from what has been seen before it, and from nothing else. */
export function nextBet(count: number, variance: number, alpha: number): number {
  const t = count + 1
  return Math.sqrt((2 * Math.log(2 / alpha)) / (variance * t * Math.log(1 + t)))
}

/**
 * Bounds of the mean of values in a range that hold at all numbers of values at once with probability 1 − `alpha`: the hedged capital of bets
 * against each mean (Waudby-Smith and Ramdas, JRSS B 86, 2024, arXiv 2010.09686, theorem 3). Nothing is assumed but the range and that
 * each value has the same mean given those before it; where that moves, what is bounded is no longer one number, but a mean that
 * is refuted was not the mean all the time. A value costs time in proportion to `parts`.
 */
export function createMeanSequence(options: MeanSequenceOptions, before?: MeanSequenceState): MeanSequence {
  const { alpha, from = 0, to = 1, parts = usualParts } = options
  const range = to - from
  const up = Float64Array.from(before?.up ?? new Float64Array(parts + 1))
  const down = Float64Array.from(before?.down ?? new Float64Array(parts + 1))
  let { count, sum, squares } = before ?? { count: 0, sum: 0, squares: 0 }
  const limit = Math.log(2 / alpha)

  return {
    observe: given => {
      if (!(given >= from && given <= to))
        throw new RangeError(`A value is ${given}; this sequence has values from ${from} to ${to}.`)
      const value = (given - from) / range
      const bet = nextBet(count, (0.25 + squares) / (count + 1), alpha)
      for (let part = 0; part <= parts; part += 1) {
        const mean = part / parts
        up[part] = (up[part] ?? 0) + Math.log1p(Math.min(bet, mostOfCapital / mean) * (value - mean))
        down[part] =
          (down[part] ?? 0) + Math.log1p(Math.min(bet, mostOfCapital / (1 - mean)) * (mean - value))
      }
      count += 1
      sum += value
      squares += (value - (0.5 + sum) / (count + 1)) ** 2
    },
    get count() {
      return count
    },
    get mean() {
      return count === 0 ? Number.NaN : from + (range * sum) / count
    },
    bounds: () => {
      const isKept = (part: number): boolean => (up[part] ?? 0) < limit && (down[part] ?? 0) < limit
      let [low, high] = [0, parts]
      while (low < parts && !isKept(low)) low += 1
      while (high > 0 && !isKept(high)) high -= 1
      // all refuted: values whose mean has moved; the ends meet where they would cross
      if (low > high) low = high = Math.round((parts * sum) / Math.max(1, count))
      // the true end lies between the last that is refuted and the first that is not
      return {
        low: from + (range * Math.max(0, low - 1)) / parts,
        high: from + (range * Math.min(parts, high + 1)) / parts,
      }
    },
    state: () => ({ count, sum, squares, up: [...up], down: [...down] }),
  }
}
