import { describe, expect, it } from 'bun:test'
import { buildBatch, planBatches } from './plan-batches.ts'

const lengths = Array.from({ length: 300 }, (_, index) => 5 + ((index * 7) % 40))
const options = { rowLengths: [16, 32], batchTokens: 64, seed: 1, pass: 0 }

describe('planBatches', () => {
  const plan = planBatches(lengths, options)

  it('shows each example that fits once', () => {
    const shown = plan.flatMap(({ examples }) => examples).sort((a, b) => a - b)
    const fitting = lengths.flatMap((length, index) => (length - 1 <= 32 ? [index] : []))
    expect(shown).toEqual(fitting)
  })

  it('keeps the same tokens in every batch, in rows that hold their examples', () => {
    for (const { rowLength, rows, examples } of plan) {
      expect(rows * rowLength).toBe(64)
      expect(examples.length).toBeLessThanOrEqual(rows)
      for (const index of examples) expect(lengths[index]! - 1).toBeLessThanOrEqual(rowLength)
    }
  })

  it('draws another order for another pass or seed, and the same for the same', () => {
    expect(planBatches(lengths, options)).toEqual(plan)
    expect(planBatches(lengths, { ...options, pass: 1 })).not.toEqual(plan)
    expect(planBatches(lengths, { ...options, seed: 2 })).not.toEqual(plan)
  })
})

describe('buildBatch', () => {
  it('shifts the targets by one and counts input, output and padding differently', () => {
    const examples = [{ ids: [10, 11, 12, 13, 9], outputFrom: 3, weight: 1 }]
    const batch = buildBatch({ rows: 2, rowLength: 6, examples: [0] }, examples, {
      padding: 9,
      inputLossWeight: 0.25,
    })
    expect([...batch.tokens]).toEqual([10, 11, 12, 13, 9, 9, 9, 9, 9, 9, 9, 9])
    expect([...batch.targets].slice(0, 6)).toEqual([11, 12, 13, 9, 9, 9])
    expect([...batch.weights]).toEqual([0.25, 0.25, 1, 1, 0, 0, 0, 0, 0, 0, 0, 0])
  })
})
