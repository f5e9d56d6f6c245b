import { normalQuantile, studentQuantile } from './special-functions.ts'

export interface PredictionPowered {
  /** The mean of what people say, estimated from their labels and the judge's opinion of all. */
  readonly estimate: number
  readonly standardError: number
  readonly low: number
  readonly high: number
  readonly confidence: number
  /** How much the judge was listened to: 0 not at all, 1 as in the paper of 2023. */
  readonly power: number
  /** The mean of the judge alone, which is off by `bias`. */
  readonly judgeMean: number
  /** Judge minus people, on what both have seen. */
  readonly bias: number
  readonly labelled: number
  readonly unlabelled: number
}

/** Fewer labels than this say nothing about the judge's error. */
export const leastLabels = 8

/**
 * The mean of human labels from few of them and many opinions of a judge (prediction-powered inference; Angelopoulos, Bates,
 * Fannjiang, Jordan and Zrnic, Science 382, 2023, eq. for means: θ̂ = λ·mean(judge, unlabelled) + mean(human − λ·judge,
 * labelled), variance λ²σ²_f / N + σ²_{y−λf} / n). `power` λ: 1 as there, or `tuned` to the smallest variance (PPI++, Angelopoulos,
 * Duchi and Zrnic, arXiv 2311.01453, eq. 6, held within 0 and 1), which is never worse than people alone for large samples.
 * `correction` 1 divides variances by n − 1, 0 by n. The interval is Student's with n − 1 degrees of freedom, which is a little wider
 * than the normal one where labels are few. The labelled items have to be a random sample of all; `weights` are the inverse probabilities
 * with which they were chosen, where some were likelier (Horvitz and Thompson), scaled to a mean of 1.
 * `undefined` with fewer than `leastLabels` labels or no unlabelled items.
 */
export function predictionPoweredMean(
  sample: {
    readonly human: readonly number[]
    /** Of the same items, in the same order. */
    readonly judgeOnHuman: readonly number[]
    readonly judgeUnlabelled: readonly number[]
    readonly weights?: readonly number[]
  },
  options: {
    readonly confidence?: number
    readonly power?: number | 'tuned'
    readonly correction?: 0 | 1
  } = {},
): PredictionPowered | undefined {
  const { human, judgeOnHuman, judgeUnlabelled } = sample
  const { confidence = 0.95, correction = 1 } = options
  const [n, many] = [human.length, judgeUnlabelled.length]
  if (n < leastLabels || many === 0) return undefined
  const scale = n / (sample.weights?.reduce((sum, weight) => sum + weight, 0) ?? n)
  const weight = (index: number): number => (sample.weights?.[index] ?? 1) * scale
  const weighted = (values: readonly number[]) => values.map((value, index) => value * weight(index))
  const judgeMean = mean(judgeUnlabelled)
  const power = options.power === undefined || options.power === 'tuned' ? tunedPower() : options.power
  const rectifiers = human.map((value, index) => (value - power * (judgeOnHuman[index] ?? 0)) * weight(index))
  const estimate = power * judgeMean + mean(rectifiers)
  const variance =
    (power ** 2 * varianceOf(judgeUnlabelled, correction)) / many + varianceOf(rectifiers, correction) / n
  const standardError = Math.sqrt(variance)
  const half = studentQuantile((1 + confidence) / 2, n - 1) * standardError
  return {
    estimate,
    standardError,
    low: estimate - half,
    high: estimate + half,
    confidence,
    power,
    judgeMean,
    bias: mean(weighted(judgeOnHuman)) - mean(weighted(human)),
    labelled: n,
    unlabelled: many,
  }

  function tunedPower(): number {
    const [y, f] = [weighted(human), weighted(judgeOnHuman)]
    const [yMean, fMean] = [mean(y), mean(f)]
    const covariance =
      y.reduce((sum, value, index) => sum + (value - yMean) * ((f[index] ?? 0) - fMean), 0) / (n - 1)
    const spread = varianceOf([...judgeOnHuman, ...judgeUnlabelled], 1)
    return spread === 0 ? 0 : Math.min(1, Math.max(0, covariance / ((1 + n / many) * spread)))
  }
}

/** How many labels would make the interval as wide as `halfWidth` on each side, all else being as it is. */
export function labelsForHalfWidth(
  found: PredictionPowered,
  rectifierVariance: number,
  judgeVariance: number,
  halfWidth: number,
): number | undefined {
  const z = normalQuantile((1 + found.confidence) / 2)
  const left = (halfWidth / z) ** 2 - (found.power ** 2 * judgeVariance) / found.unlabelled
  return left <= 0 ? undefined : Math.ceil(rectifierVariance / left)
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length
}

function varianceOf(values: readonly number[], correction: 0 | 1): number {
  const middle = mean(values)
  const squares = values.reduce((sum, value) => sum + (value - middle) ** 2, 0)
  return values.length > correction ? squares / (values.length - correction) : 0
}
