import { describe, expect, it } from 'bun:test'
import { logProbabilities } from './log-probabilities.ts'

describe('logProbabilities', () => {
  it('takes the temperature back out', () => {
    const model = [0.7, 0.2, 0.1]
    const temperature = 0.5
    const heated = model.map(probability => probability ** (1 / temperature))
    const sum = heated.reduce((total, value) => total + value, 0)
    const seen = new Map(heated.map((value, token) => [token, value / sum]))
    const result = logProbabilities(1, seen, { temperature, topLogProbabilities: 2 }, String)
    expect(result.logprob).toBeCloseTo(Math.log(0.2), 6)
    expect(result.top_logprobs.map(entry => entry.token)).toEqual(['0', '1'])
    expect(result.top_logprobs[0]!.logprob).toBeCloseTo(Math.log(0.7), 6)
  })

  it('gives a token without a chance a finite number', () => {
    expect(
      logProbabilities(9, new Map([[1, 1]]), { temperature: 1, topLogProbabilities: 0 }, String).logprob,
    ).toBe(-9999)
  })
})
