import { wilsonInterval } from '../../src/foundation/statistics/index.ts'

/** With the ends of its 95 % interval over the runs. */
export interface Estimate {
  readonly estimate: number
  readonly low: number
  readonly high: number
}

export function meanOf(runs: number, measure: (run: number) => number): Estimate {
  const found = Array.from({ length: runs }, (_, run) => measure(run))
  const mean = found.reduce((sum, value) => sum + value, 0) / runs
  const variance = found.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (runs - 1)
  const half = 1.959963984540054 * Math.sqrt(variance / runs)
  return rounded(mean, mean - half, mean + half)
}

export function shareOf(runs: number, happens: (run: number) => boolean): Estimate {
  let hits = 0
  for (let run = 0; run < runs; run += 1) if (happens(run)) hits += 1
  const { share, low, high } = wilsonInterval(hits, runs)
  return rounded(share, low, high)
}

const rounded = (...[estimate, low, high]: readonly [number, number, number]): Estimate => ({
  estimate: digits(estimate),
  low: digits(low),
  high: digits(high),
})

const digits = (value: number): number => Number(value.toPrecision(4))
