import type { Random } from './random.ts'
import { normalCdf, normalQuantile } from './special-functions.ts'

export interface Interval {
  readonly estimate: number
  readonly low: number
  readonly high: number
  readonly confidence: number
}

export interface BootstrapOptions {
  readonly random: Random
  /** 2,000 where left out. */
  readonly resamples?: number
  /** 0.95 where left out. */
  readonly confidence?: number
  /** `bca` corrects for bias and skew and takes one more evaluation of the statistic for each unit; `percentile` does not. */
  readonly method?: 'bca' | 'percentile'
}

/**
 * An interval for any statistic of a sample by the bootstrap (Efron, Annals of Statistics 7, 1979): units are drawn anew with
 * replacement. `units` are what is independent of each other: single values, pairs for a paired comparison, all rows of
 * one item or one user for clustered data. `statistic` is given the indices that were drawn; resamples in which it is
 * `NaN` are left out. BCa by Efron, Journal of the American Statistical Association 82, 1987, with the
 * acceleration by the jackknife (eq. 6.6). `undefined` where the statistic of the sample itself is `NaN` or there are fewer than
 * two units.
 */
export function bootstrapInterval(
  units: number,
  statistic: (indices: ArrayLike<number>) => number,
  options: BootstrapOptions,
): Interval | undefined {
  const { random, resamples = 2_000, confidence = 0.95, method = 'bca' } = options
  if (units < 2) return undefined
  const all = Uint32Array.from({ length: units }, (_, index) => index)
  const estimate = statistic(all)
  if (Number.isNaN(estimate)) return undefined
  const drawn = new Uint32Array(units)
  const found: number[] = []
  for (let round = 0; round < resamples; round += 1) {
    for (let index = 0; index < units; index += 1) drawn[index] = random.below(units)
    const value = statistic(drawn)
    if (!Number.isNaN(value)) found.push(value)
  }
  if (found.length === 0) return undefined
  const values = Float64Array.from(found).toSorted()
  const [from, to] =
    method === 'bca'
      ? correctedTails(values, estimate, jackknife(units, statistic), confidence)
      : [(1 - confidence) / 2, (1 + confidence) / 2]
  return { estimate, low: quantileOf(values, from), high: quantileOf(values, to), confidence }
}

/** Where the ends of the interval lie in the resamples. */
function correctedTails(
  values: Float64Array,
  estimate: number,
  left: readonly number[],
  confidence: number,
): readonly [number, number] {
  let below = 0
  for (const value of values) below += value < estimate ? 1 : value === estimate ? 0.5 : 0
  // at the very end a resample is taken to be half on each side, so that the correction stays finite
  const bias = normalQuantile(Math.min(Math.max(below, 0.5), values.length - 0.5) / values.length)
  const mean = left.reduce((sum, value) => sum + value, 0) / left.length
  let [squares, cubes] = [0, 0]
  for (const value of left) {
    squares += (mean - value) ** 2
    cubes += (mean - value) ** 3
  }
  const skew = squares > 0 ? cubes / (6 * squares ** 1.5) : 0
  const tail = (share: number): number => {
    const z = bias + normalQuantile(share)
    return normalCdf(bias + z / Math.max(1e-9, 1 - skew * z))
  }
  return [tail((1 - confidence) / 2), tail((1 + confidence) / 2)]
}

function jackknife(units: number, statistic: (indices: ArrayLike<number>) => number): number[] {
  // of many units, as many groups are left out in turn
  const groups = Math.min(units, 200)
  const values: number[] = []
  for (let group = 0; group < groups; group += 1) {
    const rest = new Uint32Array(units - Math.floor((units - group + groups - 1) / groups))
    let at = 0
    for (let index = 0; index < units; index += 1)
      if (index % groups !== group) {
        rest[at] = index
        at += 1
      }
    const value = statistic(rest)
    if (!Number.isNaN(value)) values.push(value)
  }
  return values
}

/** By linear interpolation between the two nearest (Hyndman and Fan, The American Statistician 50, 1996, type 7). */
export function quantileOf(sortedValues: ArrayLike<number>, share: number): number {
  const place = Math.min(1, Math.max(0, share)) * (sortedValues.length - 1)
  const below = sortedValues[Math.floor(place)] as number
  const above = sortedValues[Math.ceil(place)] as number
  return below + (above - below) * (place - Math.floor(place))
}

/** The mean of some values with its bootstrap interval. */
export function bootstrapMean(values: ArrayLike<number>, options: BootstrapOptions): Interval | undefined {
  return bootstrapInterval(
    values.length,
    indices => {
      let sum = 0
      for (let index = 0; index < indices.length; index += 1)
        sum += values[indices[index] as number] as number
      return sum / indices.length
    },
    options,
  )
}
