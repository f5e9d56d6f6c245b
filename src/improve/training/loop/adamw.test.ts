import { describe, expect, it } from 'bun:test'
import { trainingSpecSchema } from '../training-spec.ts'
import { learningRate, stepAdamW } from './adamw.ts'

const spec = trainingSpecSchema.parse({
  steps: 100,
  warmupSteps: 10,
  learningRate: 0.01,
  finalRateShare: 0.1,
})

describe('learningRate', () => {
  it('rises to the rate and falls to its share', () => {
    expect(learningRate(spec, 5)).toBeCloseTo(0.005)
    expect(learningRate(spec, 10)).toBeCloseTo(0.01)
    expect(learningRate(spec, 55)).toBeCloseTo(0.0055)
    expect(learningRate(spec, 100)).toBeCloseTo(0.001)
  })
})

describe('stepAdamW', () => {
  const start = () => ({
    weights: [Float32Array.of(1, -2)],
    moments: { first: [new Float32Array(2)], second: [new Float32Array(2)] },
  })

  it('moves each weight by the rate against its slope at first, whatever the slope’s size', () => {
    const { weights, moments } = start()
    stepAdamW(
      { ...spec, weightDecay: 0, warmupSteps: 0 },
      weights,
      moments,
      [Float32Array.of(0.5, -0.001)],
      [true],
      1,
    )
    expect(weights[0]![0]).toBeCloseTo(1 - learningRate({ ...spec, warmupSteps: 0 }, 1), 4)
    expect(weights[0]![1]).toBeCloseTo(-2 + learningRate({ ...spec, warmupSteps: 0 }, 1), 4)
  })

  it('shrinks matrices and leaves vectors alone', () => {
    const decaying = { ...spec, weightDecay: 0.5 }
    const zero = [new Float32Array(2)]
    const matrix = start()
    stepAdamW(decaying, matrix.weights, matrix.moments, zero, [true], 10)
    expect(matrix.weights[0]![0]).toBeCloseTo(1 - 0.01 * 0.5)
    const vector = start()
    stepAdamW(decaying, vector.weights, vector.moments, zero, [false], 10)
    expect(vector.weights[0]![0]).toBe(1)
  })

  it('shortens long gradients and tells their length', () => {
    const { weights, moments } = start()
    expect(stepAdamW(spec, weights, moments, [Float32Array.of(30, 40)], [true], 1)).toBeCloseTo(50)
    expect(moments.first[0]![0]).toBeCloseTo(0.1 * 0.6, 4)
  })
})
