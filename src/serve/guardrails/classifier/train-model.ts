import { matchRules } from '../checks/injection-rules.ts'
import { wordsIn } from '../checks/injection-words.ts'
import { normalised } from './linear-model.ts'
import { eachFeature, featureBits } from './text-features.ts'
import { eachWordFeature, wordFeatureCount } from './word-features.ts'

/** A text as the trainer sees it. */
export interface Sample {
  /** Hashes, once for each time that they occur. */
  readonly hashes: Uint32Array
  readonly words: Float32Array
  readonly isAttack: boolean
}

export interface TrainedWeights {
  readonly weights: Float32Array
  readonly wordWeights: Float32Array
  readonly bias: number
}

export function sampleOf(text: string, isAttack: boolean): Sample {
  const hashes: number[] = []
  eachFeature(text, 0, text.length, hash => hashes.push(hash))
  const found = wordsIn(text)
  const matches = matchRules(text, found).sort((one, other) => one.start - other.start)
  const words = new Float32Array(wordFeatureCount)
  eachWordFeature(found, matches, 0, text.length, (place, value) => {
    words[place] = value
  })
  return { hashes: Uint32Array.from(hashes), words, isAttack }
}

export function scoreOf({ weights, wordWeights, bias }: TrainedWeights, { hashes, words }: Sample): number {
  let sum = 0
  for (const hash of hashes) sum += weights[hash] ?? 0
  return words.reduce(
    (score, value, index) => score + value * (wordWeights[index] ?? 0),
    normalised(sum, hashes.length) + bias,
  )
}

const epochs = 4
const rate = 0.05
const wordRate = 0.15
/** How strongly weights are drawn to zero. */
const decay = 1e-6
const wordDecay = 1e-4

/** Logistic regression by AdaGrad (Duchi, Hazan and Singer 2011), both classes counting the same in all. */
export function trainWeights(samples: readonly Sample[], random: () => number): TrainedWeights {
  const hashed = new Slopes(1 << featureBits, rate, decay)
  const worded = new Slopes(wordFeatureCount, wordRate, wordDecay)
  const constant = new Slopes(1, rate, 0)
  const attacks = samples.filter(({ isAttack }) => isAttack).length
  const order = [...samples]
  for (let epoch = 0; epoch < epochs; epoch += 1) {
    shuffle(order, random)
    for (const sample of order) {
      const { hashes, words, isAttack } = sample
      const bias = constant.weights[0] ?? 0
      const score = scoreOf({ weights: hashed.weights, wordWeights: worded.weights, bias }, sample)
      const share = samples.length / 2 / (isAttack ? attacks : samples.length - attacks)
      const slope = (1 / (1 + Math.exp(-score)) - Number(isAttack)) * share
      constant.step(0, slope)
      const each = slope / Math.sqrt(hashes.length)
      for (const hash of hashes) hashed.step(hash, each)
      for (const [index, value] of words.entries()) if (value !== 0) worded.step(index, slope * value)
    }
  }
  return { weights: hashed.weights, wordWeights: worded.weights, bias: constant.weights[0] ?? 0 }
}

/** Weights, each with a rate of its own that falls with the slopes it has seen. */
class Slopes {
  readonly weights: Float32Array
  readonly #squares: Float32Array
  readonly #rate: number
  readonly #decay: number

  constructor(size: number, rateOfAll: number, decayOfAll: number) {
    this.weights = new Float32Array(size)
    this.#squares = new Float32Array(size).fill(1e-3)
    this.#rate = rateOfAll
    this.#decay = decayOfAll
  }

  step(index: number, slope: number): void {
    const gradient = slope + this.#decay * (this.weights[index] ?? 0)
    const square = (this.#squares[index] ?? 0) + gradient * gradient
    this.#squares[index] = square
    this.weights[index] = (this.weights[index] ?? 0) - (this.#rate * gradient) / Math.sqrt(square)
  }
}

function shuffle<T>(list: T[], random: () => number): void {
  for (let at = list.length - 1; at > 0; at -= 1) {
    const other = Math.floor(random() * (at + 1))
    const [one, two] = [list[at], list[other]]
    if (one !== undefined && two !== undefined) [list[at], list[other]] = [two, one]
  }
}

/**
 * Weights as signed bytes, of which each stands for its square: most weights are a thousandth of the largest, and many of them
 * make a sum.
 */
export function quantise(weights: Float32Array): { steps: Int8Array; scale: number } {
  const largest = weights.reduce((most, weight) => Math.max(most, Math.abs(weight)), 0)
  const scale = Math.fround(largest / 127 ** 2)
  const steps = Int8Array.from(
    weights,
    weight => Math.sign(weight) * Math.round(Math.sqrt(Math.abs(weight) / scale)),
  )
  return { steps, scale }
}
