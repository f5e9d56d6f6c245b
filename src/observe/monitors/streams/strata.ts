export const levels = ['hour-of-week', 'hour-of-day', 'none'] as const
export type StrataLevel = (typeof levels)[number]

const hourMs = 3_600_000
/** 1970 began on a Thursday; weeks begin on Monday, all in UTC. */
const thursday = 3

/** The strata of a moment from the finest that is wanted to the one that has everything: `w0` to `w167`, `h0` to `h23`, `all`. */
export function strataOf(timeMs: number, finest: StrataLevel): readonly string[] {
  if (finest === 'none') return ['all']
  const hours = Math.floor(timeMs / hourMs)
  const hourOfDay = `h${hours % 24}`
  return finest === 'hour-of-day'
    ? [hourOfDay, 'all']
    : [`w${(hours + thursday * 24) % 168}`, hourOfDay, 'all']
}

export interface StratumMean {
  readonly count: number
  readonly mean: number
  /** Of the 98 % interval of the mean, for values that are independent. */
  readonly halfWidth: number
}

const normal99 = 2.326

/** Means of values by stratum, as far as they can tell the smallest effect; `all` is there whatever it can tell. */
export function meansByStratum(
  values: Iterable<{ readonly timeMs: number; readonly value: number }>,
  finest: StrataLevel,
  effect: number,
): Record<string, StratumMean> {
  const sums = new Map<string, { count: number; sum: number; squares: number }>()
  for (const { timeMs, value } of values)
    for (const key of strataOf(timeMs, finest)) {
      const one = sums.get(key) ?? { count: 0, sum: 0, squares: 0 }
      sums.set(key, one)
      one.count += 1
      one.sum += value
      one.squares += value * value
    }
  const means: Record<string, StratumMean> = {}
  for (const [key, { count, sum, squares }] of sums) {
    const mean = sum / count
    // a quarter for a value that is not there: few that are alike prove little
    const variance = (squares - count * mean * mean + 0.25) / (count + 1)
    const halfWidth = normal99 * Math.sqrt(variance / count)
    if (key === 'all' || halfWidth <= effect) means[key] = { count, mean, halfWidth }
  }
  return means
}

/** The finest stratum that can tell. */
export function stratumAt(
  means: Readonly<Record<string, StratumMean>>,
  timeMs: number,
  finest: StrataLevel,
): StratumMean | undefined {
  for (const key of strataOf(timeMs, finest)) if (means[key]) return means[key]
  return undefined
}
