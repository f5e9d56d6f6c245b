import {
  asymptoticHalfWidth,
  burnIn,
  compareRelatively,
  type Moments,
} from '../sequential/asymptotic-sequence.ts'
import { createMeanSequence } from '../sequential/mean-sequence.ts'
import { proportionDifference } from '../sequential/proportion-difference.ts'
import type { Bounds } from '../sequential/proportion-sequence.ts'
import { quantileSequence } from '../sequential/quantile-sequence.ts'

export type Arm = 'baseline' | 'candidate'

/** How a metric is compared, and on which scale harm is. */
export type HarmKind =
  /** Yes or no, 1 or 0. Harm is a difference of shares; beta-binomial bounds. */
  | 'rate'
  /** Between 0 and 1. Harm is a difference of means; betting on differences of neighbours. */
  | 'score'
  /** Any number above 0, such as a latency. Harm is a share of the baseline's 95th percentile. */
  | 'quantile'
  /** Any number, such as a cost. Harm is a share of the baseline's mean; asymptotic, so it may hold and never decides alone. */
  | 'mean'

export interface HarmOptions {
  readonly kind: HarmKind
  /** Which values are good. */
  readonly better: 'lower' | 'higher'
  /** For the lower end and for the upper one. */
  readonly alpha: { readonly harmful: number; readonly safe: number }
  /** The number of values of an arm at which bounds shall be tightest. */
  readonly tightAt?: number
}

/** By how much the candidate is worse, with bounds that hold at all times: below nothing it is better. */
export interface Harm extends Bounds {
  readonly estimate: number
}

export interface HarmMeter {
  readonly counts: Readonly<Record<Arm, number>>
  /** A value outside of what the kind has is refused with a `RangeError`. */
  observe(arm: Arm, value: number): void
  /** Infinite where nothing can be said yet. `low` is above the true harm with probability `alpha.harmful` at most, `high` below it with `alpha.safe`. */
  harm(): Harm
}

const usualTightAt = 1_000
const percentile = 0.95
const unknown: Harm = { estimate: Number.NaN, low: -Infinity, high: Infinity }

/**
 * Compares the values of two arms as they come. What all of them share from one hour to the next cancels only in `score`, whose
 * differences are of neighbours in time; the other kinds pool an arm's values, so that the ratio of the arms' traffic must not change while
 * one meter measures.
 */
export function createHarmMeter(options: HarmOptions): HarmMeter {
  switch (options.kind) {
    case 'rate':
      return rateMeter(options)
    case 'score':
      return scoreMeter(options)
    case 'quantile':
      return quantileMeter(options)
    case 'mean':
      return meanMeter(options)
  }
}

function rateMeter({ better, alpha, tightAt = usualTightAt }: HarmOptions): HarmMeter {
  const counts = { baseline: 0, candidate: 0 }
  const hits = { baseline: 0, candidate: 0 }
  const boundsOf = (missed: number): Bounds =>
    proportionDifference(
      { hits: hits.baseline, trials: counts.baseline },
      { hits: hits.candidate, trials: counts.candidate },
      { alpha: missed, tightAt },
    )
  return {
    counts,
    observe: (arm, value) => {
      if (value !== 0 && value !== 1)
        throw new RangeError(`A value of a rate is ${value}; it has to be 0 or 1.`)
      counts[arm] += 1
      // what is counted is what is bad
      hits[arm] += better === 'lower' ? value : 1 - value
    },
    harm: () => {
      if (counts.baseline === 0 || counts.candidate === 0) return unknown
      return {
        estimate: hits.candidate / counts.candidate - hits.baseline / counts.baseline,
        low: boundsOf(alpha.harmful).low,
        high: boundsOf(alpha.safe).high,
      }
    },
  }
}

/**
 * Values are taken in blocks that end as soon as they hold some of both arms; a block gives the difference of its means, between −1 and 1. Where
 * a block ends depends on who was assigned what, never on values, so the mean of the difference given the past is the harm at that time.
 */
function scoreMeter({ better, alpha }: HarmOptions): HarmMeter {
  const counts = { baseline: 0, candidate: 0 }
  const block = { baseline: { count: 0, sum: 0 }, candidate: { count: 0, sum: 0 } }
  const sequenceOf = (missed: number) => createMeanSequence({ alpha: 2 * missed, from: -1, to: 1 })
  const forHarmful = sequenceOf(alpha.harmful)
  // one sequence has both ends, where they may miss equally often
  const forSafe = alpha.safe === alpha.harmful ? forHarmful : sequenceOf(alpha.safe)
  const sequences = new Set([forHarmful, forSafe])
  return {
    counts,
    observe: (arm, value) => {
      if (!(value >= 0 && value <= 1)) throw new RangeError(`A score is ${value}; it has to lie in 0 to 1.`)
      counts[arm] += 1
      block[arm].count += 1
      block[arm].sum += value
      const { baseline, candidate } = block
      if (baseline.count === 0 || candidate.count === 0) return
      const rise = candidate.sum / candidate.count - baseline.sum / baseline.count
      for (const sequence of sequences) sequence.observe(better === 'lower' ? rise : -rise)
      for (const one of [baseline, candidate]) {
        one.count = 0
        one.sum = 0
      }
    },
    harm: () => ({
      estimate: forSafe.mean,
      low: forHarmful.bounds().low,
      high: forSafe.bounds().high,
    }),
  }
}

function quantileMeter({ better, alpha, tightAt = usualTightAt }: HarmOptions): HarmMeter {
  const values: Record<Arm, number[]> = { baseline: [], candidate: [] }
  // of what is better when it is higher, the low end of the distribution is the bad one
  const quantile = better === 'lower' ? percentile : 1 - percentile
  const sorted = (arm: Arm): Float64Array => Float64Array.from(values[arm]).sort()
  const worse = (candidate: number, baseline: number): number => {
    const share = candidate / baseline - 1
    return better === 'lower' ? share : -share
  }
  return {
    get counts() {
      return { baseline: values.baseline.length, candidate: values.candidate.length }
    },
    observe: (arm, value) => {
      if (!(value > 0)) throw new RangeError(`A value is ${value}; it has to be above 0.`)
      values[arm].push(value)
    },
    harm: () => {
      const [baseline, candidate] = [sorted('baseline'), sorted('candidate')]
      if (baseline.length === 0 || candidate.length === 0) return unknown
      const boundsOf = (missed: number) => {
        const given = { quantile, alpha: missed / 2, tightAt }
        return [baseline, candidate].map(values => {
          const { low, high } = quantileSequence(values, given)
          // nothing is below nothing
          return { low: Math.max(0, low), high }
        }) as [Bounds, Bounds]
      }
      const [harmfulBefore, harmfulNow] = boundsOf(alpha.harmful)
      const [safeBefore, safeNow] = boundsOf(alpha.safe)
      const middle = (of: Float64Array): number => of[Math.max(0, Math.ceil(quantile * of.length) - 1)] ?? 0
      const [least, most] =
        better === 'lower'
          ? [worse(harmfulNow.low, harmfulBefore.high), worse(safeNow.high, safeBefore.low)]
          : [worse(harmfulNow.high, harmfulBefore.low), worse(safeNow.low, safeBefore.high)]
      return { estimate: worse(middle(candidate), middle(baseline)), low: least, high: most }
    },
  }
}

function meanMeter({ better, alpha, tightAt = usualTightAt }: HarmOptions): HarmMeter {
  const moments: Record<Arm, { -readonly [Name in keyof Moments]: Moments[Name] }> = {
    baseline: { count: 0, sum: 0, squares: 0 },
    candidate: { count: 0, sum: 0, squares: 0 },
  }
  return {
    get counts() {
      return { baseline: moments.baseline.count, candidate: moments.candidate.count }
    },
    observe: (arm, value) => {
      if (!Number.isFinite(value)) throw new RangeError(`A value is ${value}; it has to be a number.`)
      const one = moments[arm]
      one.count += 1
      one.sum += value
      one.squares += value * value
    },
    harm: () => {
      const { baseline, candidate } = moments
      if (baseline.count < burnIn || candidate.count < burnIn) return unknown
      const found = compareRelatively(baseline, candidate, { alpha: 0.05, tightAt })
      if (!found) return unknown
      const count = baseline.count + candidate.count
      const half = (missed: number): number =>
        asymptoticHalfWidth(found.standardError * Math.sqrt(count), count, { alpha: 2 * missed, tightAt })
      const estimate = better === 'lower' ? found.estimate : -found.estimate
      return { estimate, low: estimate - half(alpha.harmful), high: estimate + half(alpha.safe) }
    },
  }
}
