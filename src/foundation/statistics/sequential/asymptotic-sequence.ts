import { tunedRho } from './mixtures.ts'

/** n, the sum and the sum of squares of one arm's values. */
export interface Moments {
  readonly count: number
  readonly sum: number
  readonly squares: number
}

export interface AsymptoticInterval {
  readonly estimate: number
  readonly standardError: number
  readonly low: number
  readonly high: number
}

/** Below this many values of an arm the central limit is not to be relied on. */
export const burnIn = 100

/**
 * The half-width of an asymptotic confidence sequence of a mean at n values with standard deviation σ, in the form with σ outside (Waudby-Smith, Arbour,
 * Sinha, Kennedy and Ramdas, Annals of Statistics 52(6), 2024, arXiv 2103.06476, theorem 2.2): σ·√(2(nρ²+1)/(n²ρ²)·ln(√(nρ²+1)/α)), with the ρ that makes it
 * tightest near n = `tightAt`. It holds at all times at once in the limit of many values, and is no bound for few.
 */
export function asymptoticHalfWidth(
  sigma: number,
  count: number,
  { alpha, tightAt }: { readonly alpha: number; readonly tightAt: number },
): number {
  const rho2 = 1 / tunedRho(tightAt, alpha)
  const grown = count * rho2 + 1
  return sigma * Math.sqrt(((2 * grown) / (count * count * rho2)) * Math.log(Math.sqrt(grown) / alpha))
}

/**
 * The same in the form with the variance inside (proposition 2.5 there): √(2(nσ²ρ²+1)/(n²ρ²)·ln(√(nσ²ρ²+1)/α)). For one sample with a ρ
 * that is chosen beforehand; the two forms differ in width at the same n.
 */
export function asymptoticHalfWidthInside(
  variance: number,
  count: number,
  rho: number,
  alpha: number,
): number {
  const grown = count * variance * rho * rho + 1
  return Math.sqrt(((2 * grown) / (count * count * rho * rho)) * Math.log(Math.sqrt(grown) / alpha))
}

interface ComparisonOptions {
  readonly alpha: number
  /** The number of values of both arms together at which it is tightest. */
  readonly tightAt: number
}

/** Mean of the second arm less that of the first. `undefined` before an arm has two values. */
export function compareMeans(
  first: Moments,
  second: Moments,
  options: ComparisonOptions,
): AsymptoticInterval | undefined {
  const [a, b] = [summarise(first), summarise(second)]
  if (!a || !b) return undefined
  return around(b.mean - a.mean, a.variance / first.count + b.variance / second.count, first, second, options)
}

/**
 * By which share the mean of the second arm is above that of the first, its variance by the delta method. `undefined` before an arm has two
 * values or where the first mean is nothing.
 */
export function compareRelatively(
  first: Moments,
  second: Moments,
  options: ComparisonOptions,
): AsymptoticInterval | undefined {
  const [a, b] = [summarise(first), summarise(second)]
  if (!a || !b || a.mean === 0) return undefined
  const variance =
    b.variance / (second.count * a.mean ** 2) + (a.variance * b.mean ** 2) / (first.count * a.mean ** 4)
  return around((b.mean - a.mean) / a.mean, variance, first, second, options)
}

function around(
  estimate: number,
  variance: number,
  first: Moments,
  second: Moments,
  options: ComparisonOptions,
): AsymptoticInterval {
  const count = first.count + second.count
  const standardError = Math.sqrt(variance)
  const half = asymptoticHalfWidth(standardError * Math.sqrt(count), count, options)
  return { estimate, standardError, low: estimate - half, high: estimate + half }
}

function summarise({ count, sum, squares }: Moments): { mean: number; variance: number } | undefined {
  if (count < 2) return undefined
  const mean = sum / count
  return { mean, variance: Math.max(0, (squares - count * mean * mean) / (count - 1)) }
}
