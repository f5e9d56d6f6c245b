import {
  bootstrapMean,
  createRandom,
  studentQuantile,
  wilsonInterval,
} from '../../../foundation/statistics/index.ts'

/** A mean with its interval. */
export interface Estimate {
  /** Units: examples, however often each was asked. */
  readonly n: number
  readonly mean: number
  readonly low: number
  readonly high: number
  readonly confidence: number
  readonly method: 'wilson' | 'bootstrap' | 'normal' | 'exact' | 'prediction-powered'
}

/** Above so many the mean of values between −1 and 1 is normal enough, and resampling takes long. */
const mostResampled = 2_000

/**
 * The mean of values, one of each independent example, with an interval: Wilson's where all are 0 or 1; else the
 * bootstrap (BCa), or Student's above 2,000. Where all values are the same neither knows how sure that is: then
 * the interval says how many others there may be unseen, from the exact binomial bound 1 − α^(1/n) for none in n (Clopper
 * and Pearson, Biometrika 26, 1934), with `span` what a value may be away. `undefined` without values.
 */
export function estimateMean(
  values: readonly number[],
  options: {
    readonly confidence: number
    readonly seed: string | number
    /** From the least to the most that a value can be. */
    readonly range: readonly [number, number]
  },
): Estimate | undefined {
  const n = values.length
  if (n === 0) return undefined
  const { confidence, range } = options
  const [least, most] = range
  const mean = values.reduce((sum, value) => sum + value, 0) / n
  const clamp = (low: number, high: number, method: Estimate['method']): Estimate => ({
    n,
    mean,
    low: Math.max(least, low),
    high: Math.min(most, high),
    confidence,
    method,
  })
  const isBinary = least === 0 && most === 1 && values.every(value => value === 0 || value === 1)
  if (isBinary) {
    const { low, high } = wilsonInterval(values.filter(value => value === 1).length, n, confidence)
    return clamp(low, high, 'wilson')
  }
  const [first = 0] = values
  if (values.every(value => value === first)) {
    const unseen = 1 - ((1 - confidence) / 2) ** (1 / n)
    return clamp(mean - unseen * (mean - least), mean + unseen * (most - mean), 'exact')
  }
  if (n > mostResampled) {
    const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (n - 1)
    const half = studentQuantile((1 + confidence) / 2, n - 1) * Math.sqrt(variance / n)
    return clamp(mean - half, mean + half, 'normal')
  }
  const random = createRandom('evaluation', options.seed)
  const found = bootstrapMean(values, { random, confidence })
  return found ? clamp(found.low, found.high, 'bootstrap') : undefined
}

/**
 * How many examples would move the nearer end of the interval past a bound, all else being as it is: half widths shrink with √n.
 * `undefined` where the estimate lies on the bound, which no number decides.
 */
export function examplesToDecide({ n, mean, low, high }: Estimate, bound: number): number | undefined {
  const distance = Math.abs(mean - bound)
  if (distance < 1e-9) return undefined
  const half = bound < mean ? mean - low : high - mean
  return Math.max(n + 1, Math.ceil(n * (half / distance) ** 2 - 1e-6))
}

/** As many wider as they are looked at together (Bonferroni): the chance that any misses stays what it was. */
export function widened(confidence: number, count: number): number {
  return count <= 1 ? confidence : 1 - (1 - confidence) / count
}
