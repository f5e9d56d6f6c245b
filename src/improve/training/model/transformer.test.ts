import { describe, expect, it } from 'bun:test'
import type { ModelShape } from './model-shape.ts'
import { referenceLogits } from './reference-transformer.ts'
import { openTransformerSession } from './transformer-session.ts'
import { initialWeights } from './weights.ts'

const shape: ModelShape = {
  vocabularySize: 40,
  width: 16,
  layers: 2,
  heads: 4,
  keyValueHeads: 2,
  hiddenWidth: 24,
  contextLength: 32,
  ropeBase: 10_000,
  normEpsilon: 1e-5,
}
// larger than at the start of a training, so that attention is far from uniform
const weights = initialWeights(shape, 3).map(values =>
  values.map((value, index) => (value === 1 ? 1 + 0.2 * Math.sin(index) : value * 15)),
)
const tokens = Int32Array.from([1, 5, 39, 0, 7, 7, 20, 3, 11, 2])
// compiling takes seconds where the machine is busy
const timeoutMs = 60_000

describe('transformerLogits', () => {
  it(
    'agrees with the plain loops',
    async () => {
      const session = await openTransformerSession(shape)
      const logits = await session.logits(weights, tokens, 1)
      const wanted = referenceLogits(shape, weights, [...tokens]).flatMap(row => [...row])
      const largest = Math.max(...wanted.map(Math.abs))
      expect(largest).toBeGreaterThan(1)
      const difference = Math.max(...wanted.map((value, index) => Math.abs(value - logits[index]!)))
      expect(difference).toBeLessThan(1e-4 * largest)
    },
    timeoutMs,
  )

  it(
    'sees nothing of what comes later',
    async () => {
      const session = await openTransformerSession(shape)
      const changed = tokens.with(9, 30)
      const before = await session.logits(weights, tokens, 1)
      const after = await session.logits(weights, changed, 1)
      const upTo = 9 * shape.vocabularySize
      expect(after.slice(0, upTo)).toEqual(before.slice(0, upTo))
      expect(after.slice(upTo)).not.toEqual(before.slice(upTo))
    },
    timeoutMs,
  )
})

describe('TransformerSession.gradients', () => {
  it(
    'is the slope of the loss',
    async () => {
      const session = await openTransformerSession(shape)
      const batch = {
        rows: 2,
        rowLength: 5,
        tokens,
        targets: tokens.map(token => (token * 7 + 1) % shape.vocabularySize),
        weights: Float32Array.from([0, 1, 1, 0.1, 1, 1, 1, 0, 0, 1]),
      }
      const { gradients, loss } = await session.gradients(weights, batch)
      expect(loss).toBeCloseTo(await session.loss(weights, batch), 5)
      for (const parameter of [0, 1, 2, 3, 6, 9, 14, weights.length - 1]) {
        const slopes = gradients[parameter]!
        const length = Math.hypot(...slopes)
        const moved = (by: number) =>
          weights.map((values, index) =>
            index === parameter ? values.map((value, at) => value + (by * slopes[at]!) / length) : values,
          )
        const step = 1e-2
        const slope =
          ((await session.loss(moved(step), batch)) - (await session.loss(moved(-step), batch))) / (2 * step)
        expect(Math.abs(slope / length - 1)).toBeLessThan(0.05)
      }
    },
    timeoutMs,
  )
})
