import type { TrainingSpec } from '../training-spec.ts'
import type { Weights } from '../model/weights.ts'

/** Mean and mean square of the gradients, per parameter. */
export interface Moments {
  readonly first: Weights
  readonly second: Weights
}

/** Linear warm-up, then linear decay. `step` counts from 1. */
export function learningRate(spec: TrainingSpec, step: number): number {
  const { warmupSteps, steps, finalRateShare } = spec
  if (step <= warmupSteps) return (spec.learningRate * step) / warmupSteps
  const progress = (step - warmupSteps) / Math.max(1, steps - warmupSteps)
  return spec.learningRate * (1 - (1 - finalRateShare) * Math.min(1, progress))
}

/** The Euclidean length of all gradients taken as one vector. */
export function gradientNorm(gradients: Weights): number {
  let sum = 0
  for (const gradient of gradients) for (const value of gradient) sum += value * value
  return Math.sqrt(sum)
}

/**
 * One AdamW step (Loshchilov and Hutter 2019, algorithm 2), in place; gradients are first shortened to `clipNorm`
 * (Pascanu et al. 2013). Vectors (norm gains) do not decay. Returns the norm before clipping.
 */
export function stepAdamW(
  spec: TrainingSpec,
  weights: Weights,
  moments: Moments,
  gradients: Weights,
  isMatrix: readonly boolean[],
  step: number,
): number {
  const norm = gradientNorm(gradients)
  const scale = Math.min(1, spec.clipNorm / (norm + 1e-6))
  const rate = learningRate(spec, step)
  const { beta1, beta2 } = spec
  const correction1 = 1 - beta1 ** step
  const correction2 = 1 - beta2 ** step
  weights.forEach((weight, parameter) => {
    const gradient = gradients[parameter]
    const first = moments.first[parameter]
    const second = moments.second[parameter]
    if (gradient === undefined || first === undefined || second === undefined) {
      throw new RangeError(`Parameter ${parameter} has no gradient or moments.`)
    }
    const decay = isMatrix[parameter] === true ? spec.weightDecay : 0
    for (let index = 0; index < weight.length; index += 1) {
      const slope = (gradient[index] ?? 0) * scale
      const mean = (first[index] ?? 0) * beta1 + slope * (1 - beta1)
      const square = (second[index] ?? 0) * beta2 + slope * slope * (1 - beta2)
      const value = weight[index] ?? 0
      first[index] = mean
      second[index] = square
      weight[index] =
        value - rate * (mean / correction1 / (Math.sqrt(square / correction2) + 1e-8) + decay * value)
    }
  })
  return norm
}
