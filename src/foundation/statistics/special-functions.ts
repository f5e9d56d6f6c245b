/** Functions that probabilities are made of. Exact to 12 digits or more over the ranges that tests use. */

const lanczos = [
  0.99999999999980993, 676.5203681218851, -1259.1392167224028, 771.32342877765313, -176.61502916214059,
  12.507343278686905, -0.13857109526572012, 9.9843695780195716e-6, 1.5056327351493116e-7,
] as const

/** ln Γ(x) for x ≥ 0.5 (Lanczos, SIAM Journal on Numerical Analysis B 1, 1964; g = 7, 9 terms: 15 digits). */
export function logGamma(x: number): number {
  const [first, ...terms] = lanczos
  const sum = terms.reduce<number>((total, term, index) => total + term / (x + index), first)
  const base = x + 6.5
  return 0.5 * Math.log(2 * Math.PI) + (x - 0.5) * Math.log(base) - base + Math.log(sum)
}

export function logBeta(a: number, b: number): number {
  return logGamma(a) + logGamma(b) - logGamma(a + b)
}

const tiny = 1e-300
const most = 10_000

/**
 * The upper regularised incomplete gamma function Q(a, x), a ≥ 0.5, x ≥ 0: the series below x = a + 1, the continued fraction
 * of Lentz above (Numerical Recipes, 3rd edition, 6.2; Abramowitz and Stegun 6.5.29 and 6.5.31).
 */
export function upperGamma(a: number, x: number): number {
  if (x <= 0) return 1
  const scale = Math.exp(a * Math.log(x) - x - logGamma(a))
  if (x < a + 1) {
    let term = 1 / a
    let sum = term
    for (let n = 1; n < most && Math.abs(term) > Math.abs(sum) * 1e-16; n += 1) {
      term *= x / (a + n)
      sum += term
    }
    return Math.max(0, 1 - sum * scale)
  }
  let b = x + 1 - a
  let c = 1 / tiny
  let d = 1 / b
  let fraction = d
  for (let n = 1; n < most; n += 1) {
    const step = -n * (n - a)
    b += 2
    d = 1 / nonZero(step * d + b)
    c = nonZero(b + step / c)
    const change = d * c
    fraction *= change
    if (Math.abs(change - 1) < 1e-16) break
  }
  return Math.min(1, scale * fraction)
}

/**
 * The regularised incomplete beta function I_x(a, b), a and b ≥ 0.5 (Numerical Recipes 6.4, the continued fraction of
 * Abramowitz and Stegun 26.5.8 by Lentz's method).
 */
export function incompleteBeta(a: number, b: number, x: number): number {
  if (x <= 0) return 0
  if (x >= 1) return 1
  const scale = Math.exp(a * Math.log(x) + b * Math.log1p(-x) - logBeta(a, b))
  return x < (a + 1) / (a + b + 2)
    ? (scale * betaFraction(a, b, x)) / a
    : 1 - (scale * betaFraction(b, a, 1 - x)) / b
}

function betaFraction(a: number, b: number, x: number): number {
  let c = 1
  let d = 1 / nonZero(1 - ((a + b) * x) / (a + 1))
  let fraction = d
  for (let n = 1; n < most; n += 1) {
    const even = (n * (b - n) * x) / ((a + 2 * n - 1) * (a + 2 * n))
    d = 1 / nonZero(1 + even * d)
    c = nonZero(1 + even / c)
    fraction *= d * c
    const odd = (-(a + n) * (a + b + n) * x) / ((a + 2 * n) * (a + 2 * n + 1))
    d = 1 / nonZero(1 + odd * d)
    c = nonZero(1 + odd / c)
    const change = d * c
    fraction *= change
    if (Math.abs(change - 1) < 1e-16) break
  }
  return fraction
}

function nonZero(value: number): number {
  return Math.abs(value) < tiny ? tiny : value
}

/** Φ(z), the standard normal distribution: half of Q(½, z²/2), which keeps its digits far out in the tails. */
export function normalCdf(z: number): number {
  const tail = upperGamma(0.5, (z * z) / 2) / 2
  return z < 0 ? tail : 1 - tail
}

/** Φ⁻¹(p), 0 < p < 1: Acklam's rational approximation (2003), then one step of Halley's method, to 1e-14. */
export function normalQuantile(p: number): number {
  if (!(p > 0 && p < 1)) return p <= 0 ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY
  const rough = acklam(p)
  const error = (p < 0.5 ? normalCdf(rough) - p : 1 - p - normalCdf(-rough)) * Math.sqrt(2 * Math.PI)
  const step = error * Math.exp((rough * rough) / 2)
  return rough - step / (1 + (rough * step) / 2)
}

function acklam(p: number): number {
  const far = 0.02425
  if (p < far) return farFrom(Math.sqrt(-2 * Math.log(p)))
  if (p > 1 - far) return -farFrom(Math.sqrt(-2 * Math.log1p(-p)))
  const q = p - 0.5
  const r = q * q
  const a = [-39.69683028665376, 220.9460984245205, -275.9285104469687, 138.357751867269, -30.66479806614716]
  const b = [-54.47609879822406, 161.5858368580409, -155.6989798598866, 66.80131188771972, -13.28068155288572]
  const above = [...a, 2.506628277459239].reduce((sum, term) => sum * r + term, 0) * q
  return above / [...b, 1].reduce((sum, term) => sum * r + term, 0)
}

function farFrom(q: number): number {
  const c = [-0.007784894002430293, -0.3223964580411365, -2.400758277161838, -2.549732539343734]
  const d = [0.007784695709041462, 0.3224671290700398, 2.445134137142996, 3.754408661907416, 1]
  const above = [...c, 4.374664141464968, 2.938163982698783].reduce((sum, term) => sum * q + term, 0)
  return above / d.reduce((sum, term) => sum * q + term, 0)
}

/** P(X ≥ x) of χ² with `degrees` of freedom. */
export function chiSquaredTail(x: number, degrees: number): number {
  return upperGamma(degrees / 2, x / 2)
}

/** P(|T| ≥ |t|) of Student's t with `degrees` of freedom. */
export function studentTail(t: number, degrees: number): number {
  return incompleteBeta(degrees / 2, 0.5, degrees / (degrees + t * t))
}

/** ln of the binomial coefficient n over k. */
export function logChoose(n: number, k: number): number {
  return logGamma(n + 1) - logGamma(k + 1) - logGamma(n - k + 1)
}

/** The quantile of Student's t with `degrees` of freedom, 0 < p < 1: by bisection of its tail, to 1e-10. */
export function studentQuantile(p: number, degrees: number): number {
  if (p === 0.5) return 0
  const upper = p > 0.5 ? 1 - p : p
  let [low, high] = [0, 1]
  while (studentTail(high, degrees) / 2 > upper && high < 1e12) high *= 2
  while (high - low > 1e-10 * Math.max(1, high)) {
    const middle = (low + high) / 2
    if (studentTail(middle, degrees) / 2 > upper) low = middle
    else high = middle
  }
  return p > 0.5 ? high : -high
}
