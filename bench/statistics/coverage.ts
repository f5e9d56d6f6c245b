/** How often bounds that claim to hold at all times do not, when they are looked at after every value. */
import {
  asymptoticHalfWidth,
  burnIn,
  createMeanSequence,
  createRandom,
  proportionSequence,
  quantileSequence,
  type Random,
  sampleRatioEvidence,
  goodnessOfFit,
} from '../../src/foundation/statistics/index.ts'
import { type Estimate, shareOf } from './estimate.ts'

interface Options {
  readonly runs: number
  readonly values: number
  readonly alpha: number
}

const isOutside = ({ low, high }: { readonly low: number; readonly high: number }, truth: number): boolean =>
  truth < low || truth > high

export const bounded = {
  'yes or no, 0.5': { truth: 0.5, next: (random: Random) => (random.next() < 0.5 ? 1 : 0) },
  'yes or no, 0.05': { truth: 0.05, next: (random: Random) => (random.next() < 0.05 ? 1 : 0) },
  'scores, mean 0.9': {
    truth: 0.9,
    next: (random: Random) => Math.max(...Array.from({ length: 9 }, () => random.next())),
  },
} as const

export const missedByBetting = (name: keyof typeof bounded, { runs, values, alpha }: Options): Estimate =>
  shareOf(runs, run => {
    const { truth, next } = bounded[name]
    const random = createRandom('betting', name, run)
    const sequence = createMeanSequence({ alpha, parts: 200 })
    for (let index = 0; index < values; index += 1) {
      sequence.observe(next(random))
      if (isOutside(sequence.bounds(), truth)) return true
    }
    return false
  })

export const missedByProportion = (truth: number, { runs, values, alpha }: Options): Estimate =>
  shareOf(runs, run => {
    const random = createRandom('proportion', truth, run)
    let hits = 0
    for (let trials = 1; trials <= values; trials += 1) {
      if (random.next() < truth) hits += 1
      // bounds change little from one value to the next, and cost a search
      if (trials % 10 === 0 && isOutside(proportionSequence(hits, trials, { alpha, tightAt: 500 }), truth))
        return true
    }
    return false
  })

export const missedByQuantile = (quantile: number, { runs, values, alpha }: Options): Estimate =>
  shareOf(runs, run => {
    const random = createRandom('quantile', quantile, run)
    // uniform values: whatever the distribution, only the ranks matter
    const seen: number[] = []
    for (let index = 0; index < values; index += 1) {
      seen.push(random.next())
      if ((index + 1) % 25 !== 0) continue
      const sorted = Float64Array.from(seen).toSorted()
      if (isOutside(quantileSequence(sorted, { quantile, alpha, tightAt: 500 }), quantile)) return true
    }
    return false
  })

/** Costs and tokens: from a distribution with a long tail. */
export const missedByAsymptotic = (spread: number, { runs, values, alpha }: Options): Estimate =>
  missedWith('asymptotic', spread, { runs, values }, (sigma, count) =>
    asymptoticHalfWidth(sigma, count, { alpha, tightAt: 1_000 }),
  )

/** The interval of a test for one look, looked at after every value. */
export const missedByPeeking = (spread: number, { runs, values }: Options): Estimate =>
  missedWith('peeking', spread, { runs, values }, (sigma, count) => (1.96 * sigma) / Math.sqrt(count))

function missedWith(
  name: string,
  spread: number,
  { runs, values }: Pick<Options, 'runs' | 'values'>,
  halfWidth: (sigma: number, count: number) => number,
): Estimate {
  const truth = Math.exp(spread ** 2 / 2)
  return shareOf(runs, run => {
    const random = createRandom(name, spread, run)
    let [sum, squares] = [0, 0]
    for (let count = 1; count <= values; count += 1) {
      const value = Math.exp(spread * random.normal())
      sum += value
      squares += value * value
      if (count < burnIn) continue
      const mean = sum / count
      const sigma = Math.sqrt((squares - count * mean * mean) / (count - 1))
      if (Math.abs(mean - truth) > halfWidth(sigma, count)) return true
    }
    return false
  })
}

/** Splits of traffic that are called uneven, looked at after every hundred. */
export const calledUneven = (
  share: number,
  by: 'sequential' | 'chi-squared',
  { runs, values, alpha }: Options,
): Estimate =>
  shareOf(runs, run => {
    const random = createRandom('split', share, by, run)
    const counts: [number, number] = [0, 0]
    for (let index = 1; index <= values; index += 1) {
      counts[random.next() < share ? 0 : 1] += 1
      if (index % 100 !== 0) continue
      const isCalled =
        by === 'sequential'
          ? sampleRatioEvidence(counts, [1, 1]) >= -Math.log(alpha)
          : (goodnessOfFit(counts, [1, 1])?.p ?? 1) < alpha
      if (isCalled) return true
    }
    return false
  })
