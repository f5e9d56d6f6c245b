import { normalCdf } from './special-functions.ts'

/** A test of whether two samples come from one distribution. */
export interface TestResult {
  readonly statistic: number
  /** Two-sided. */
  readonly p: number
}

/**
 * The Mann–Whitney U test (Annals of Mathematical Statistics 18, 1947): U of the first sample, p by the normal
 * approximation with the correction for ties and, by half, for continuity. For 8 or more of each.
 */
export function mannWhitney(first: ArrayLike<number>, second: ArrayLike<number>): TestResult | undefined {
  const [n, m] = [first.length, second.length]
  if (n === 0 || m === 0) return undefined
  const { ranks, ties } = ranked([...Array.from(first), ...Array.from(second)])
  let rankSum = 0
  for (let index = 0; index < n; index += 1) rankSum += ranks[index] as number
  const statistic = rankSum - (n * (n + 1)) / 2
  const total = n + m
  const variance = ((n * m) / 12) * (total + 1 - ties / (total * (total - 1)))
  if (variance <= 0) return { statistic, p: 1 }
  const away = Math.max(statistic, n * m - statistic) - (n * m) / 2 - 0.5
  return { statistic, p: Math.min(1, 2 * normalCdf(-away / Math.sqrt(variance))) }
}

/**
 * Wilcoxon's signed-rank test of paired differences (Biometrics Bulletin 1, 1945): zeros are left out, W is the sum of
 * the ranks of the positive ones. Exact (the distribution by counting subsets) for 25 pairs or fewer without ties, else normal with
 * corrections for ties and continuity.
 */
export function wilcoxonSignedRank(differences: readonly number[]): TestResult | undefined {
  const moved = differences.filter(difference => difference !== 0)
  const n = moved.length
  if (n === 0) return undefined
  const { ranks, ties } = ranked(moved.map(Math.abs))
  let statistic = 0
  for (const [index, difference] of moved.entries()) if (difference > 0) statistic += ranks[index] as number
  const least = Math.min(statistic, (n * (n + 1)) / 2 - statistic)
  if (n <= 25 && ties === 0) return { statistic, p: Math.min(1, 2 * subsetShare(n, least)) }
  const variance = (n * (n + 1) * (2 * n + 1)) / 24 - ties / 48
  const away = (n * (n + 1)) / 4 - least - 0.5
  return { statistic, p: Math.min(1, 2 * normalCdf(-Math.max(0, away) / Math.sqrt(variance))) }
}

/** The share of subsets of the ranks 1 … n whose sum is `least` or less. */
function subsetShare(n: number, least: number): number {
  const sums = new Float64Array((n * (n + 1)) / 2 + 1)
  sums[0] = 1
  for (let rank = 1; rank <= n; rank += 1)
    for (let sum = sums.length - 1; sum >= rank; sum -= 1)
      sums[sum] = (sums[sum] as number) + (sums[sum - rank] as number)
  let below = 0
  for (let sum = 0; sum <= Math.floor(least); sum += 1) below += sums[sum] as number
  return below / 2 ** n
}

/**
 * The k-sample Anderson–Darling test, midrank form (Scholz and Stephens, Journal of the American Statistical Association
 * 82, 1987, eq. 7), standardised by eq. 4; p interpolated between the critical points of their table 2 by a quadratic in
 * the significance's logarithm, which holds within 0.1 % to 25 %: beyond it p is the nearer end.
 */
export function andersonDarling(samples: readonly ArrayLike<number>[]): TestResult | undefined {
  const parts = samples.map(sorted)
  const k = parts.length
  if (k < 2 || parts.some(part => part.length === 0)) return undefined
  const all = sorted(parts.flatMap(part => Array.from(part)))
  const total = all.length
  const values = [...new Set(all)]
  if (values.length < 2) return undefined
  let statistic = 0
  for (const part of parts) {
    let inner = 0
    let [below, belowAll] = [0, 0]
    for (const value of values) {
      const [here, hereAll] = [countFrom(part, below, value), countFrom(all, belowAll, value)]
      const middle = below + here / 2
      const middleAll = belowAll + hereAll / 2
      const weight = middleAll * (total - middleAll) - (total * hereAll) / 4
      if (weight > 0) inner += ((hereAll / total) * (total * middle - part.length * middleAll) ** 2) / weight
      below += here
      belowAll += hereAll
    }
    statistic += inner / part.length
  }
  statistic *= (total - 1) / total
  return significanceOf(statistic, parts, total)
}

function significanceOf(a2: number, parts: readonly ArrayLike<number>[], total: number): TestResult {
  const k = parts.length
  const h = parts.reduce((sum, part) => sum + 1 / part.length, 0)
  let harmonic = 0
  let g = 0
  let tail = 0
  // h = Σ 1/i; g = Σ_{i=1}^{N−2} Σ_{j=i+1}^{N−1} 1/((N−i) j)
  for (let i = 1; i < total; i += 1) harmonic += 1 / i
  for (let i = total - 2; i >= 1; i -= 1) {
    tail += 1 / (i + 1)
    g += tail / (total - i)
  }
  const a = (4 * g - 6) * (k - 1) + (10 - 6 * g) * h
  const b =
    (2 * g - 4) * k * k + 8 * harmonic * k + (2 * g - 14 * harmonic - 4) * h - 8 * harmonic + 4 * g - 6
  const c =
    (6 * harmonic + 2 * g - 2) * k * k +
    (4 * harmonic - 4 * g + 6) * k +
    (2 * harmonic - 6) * h +
    4 * harmonic
  const d = (2 * harmonic + 6) * k * k - 4 * harmonic * k
  const variance =
    (a * total ** 3 + b * total ** 2 + c * total + d) / ((total - 1) * (total - 2) * (total - 3))
  const m = k - 1
  const standardised = (a2 - m) / Math.sqrt(variance)
  const significances = [0.25, 0.1, 0.05, 0.025, 0.01, 0.005, 0.001]
  const b0 = [0.675, 1.281, 1.645, 1.96, 2.326, 2.573, 3.085]
  const b1 = [-0.245, 0.25, 0.678, 1.149, 1.822, 2.364, 3.615]
  const b2 = [-0.105, -0.305, -0.362, -0.391, -0.396, -0.345, -0.154]
  const critical = b0.map((base, index) => base + (b1[index] ?? 0) / Math.sqrt(m) + (b2[index] ?? 0) / m)
  const [constant, slope, bend] = quadraticFit(critical, significances.map(Math.log))
  const p = Math.exp(constant + slope * standardised + bend * standardised ** 2)
  return { statistic: standardised, p: Math.min(0.25, Math.max(0.001, p)) }
}

/** Least squares of y on 1, x, x². */
function quadraticFit(x: readonly number[], y: readonly number[]): readonly [number, number, number] {
  const power = (n: number) => x.reduce((sum, value) => sum + value ** n, 0)
  const moment = (n: number) => x.reduce((sum, value, index) => sum + value ** n * (y[index] ?? 0), 0)
  const matrix = [0, 1, 2].map(row => [power(row), power(row + 1), power(row + 2), moment(row)])
  const at = (row: number, column: number): number => matrix[row]?.[column] ?? 0
  for (let pivot = 0; pivot < 3; pivot += 1)
    for (let row = 0; row < 3; row += 1) {
      if (row === pivot) continue
      const factor = at(row, pivot) / at(pivot, pivot)
      matrix[row] = [0, 1, 2, 3].map(column => at(row, column) - factor * at(pivot, column))
    }
  return [at(0, 3) / at(0, 0), at(1, 3) / at(1, 1), at(2, 3) / at(2, 2)]
}

function countFrom(values: ArrayLike<number>, from: number, value: number): number {
  let index = from
  while (index < values.length && values[index] === value) index += 1
  return index - from
}

function sorted(values: ArrayLike<number>): Float64Array {
  return (values instanceof Float64Array ? values : Float64Array.from(values)).toSorted()
}

/** Ranks from 1, the mean of their places where values are equal, and Σ (t³ − t) over the ties. */
function ranked(values: readonly number[]): { readonly ranks: Float64Array; readonly ties: number } {
  const order = values.map((_, index) => index).toSorted((a, b) => (values[a] ?? 0) - (values[b] ?? 0))
  const ranks = new Float64Array(values.length)
  let ties = 0
  for (let from = 0; from < order.length;) {
    let to = from + 1
    while (to < order.length && values[order[to] as number] === values[order[from] as number]) to += 1
    for (let place = from; place < to; place += 1) ranks[order[place] as number] = (from + to + 1) / 2
    const size = to - from
    ties += size ** 3 - size
    from = to
  }
  return { ranks, ties }
}
