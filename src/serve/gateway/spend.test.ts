import { describe, expect, it } from 'bun:test'
import { type Usage, usageOf } from '../../foundation/config/index.ts'
import type { Attempt } from '../routing/index.ts'
import { spendOf } from './spend.ts'

interface Given {
  readonly outcome?: string
  readonly isStream?: boolean
  readonly mayHaveCost?: boolean
  /** `undefined` where no answer had begun. */
  readonly seen?: { usage?: Usage; outputEvents?: number; finishReason?: string }
}

/** What `spendOf` reads of an attempt, at one nano-dollar a token of input and ten of output. */
function attempt({ outcome = 'ok', isStream = true, mayHaveCost = true, seen }: Given): Attempt {
  return {
    mayHaveCost,
    isStream,
    record: { outcome },
    observation: seen && { usage: undefined, finishReason: undefined, outputEvents: 0, ...seen },
    target: {
      name: 'provider:p',
      model: 'm',
      cost: (usage: Usage) => usage.inputTokens + 10 * (usage.outputTokens + usage.reasoningTokens),
    },
  } as unknown as Attempt
}

const guess = { inputTokens: () => 100, outputTokens: 500 }
const spend = (...attempts: Given[]) => {
  const { usage, costNanoUsd, isEstimate } = spendOf(attempts.map(attempt), 0, guess)
  return { input: usage?.inputTokens, output: usage?.outputTokens, costNanoUsd, isEstimate }
}

describe('spendOf', () => {
  it('is what the upstream told, to the token, also where that is nothing', () => {
    const told = usageOf({ inputTokens: 7, outputTokens: 3 })
    expect(spend({ seen: { usage: told, finishReason: 'stop' } })).toEqual({
      input: 7,
      output: 3,
      costNanoUsd: 37,
      isEstimate: false,
    })
    expect(spend({ seen: { usage: usageOf({}), finishReason: 'stop', outputEvents: 9 } })).toMatchObject({
      costNanoUsd: 0,
      isEstimate: false,
    })
  })

  it('takes the usage of a stream that was left after it was told', () => {
    const usage = usageOf({ inputTokens: 7, outputTokens: 3 })
    const left = { outcome: 'client_closed', seen: { usage, finishReason: 'stop' } }
    expect(spend(left)).toMatchObject({ costNanoUsd: 37, isEstimate: false })
  })

  it('guesses upwards for a stream that broke off: what was seen and a little more, never over the bound', () => {
    expect(spend({ outcome: 'client_closed', seen: { outputEvents: 10 } })).toEqual({
      input: 100,
      output: 42,
      costNanoUsd: 520,
      isEstimate: true,
    })
    expect(spend({ outcome: 'upstream_error', seen: { outputEvents: 490 } })).toMatchObject({ output: 500 })
    const early = usageOf({ inputTokens: 7, outputTokens: 1 })
    expect(spend({ outcome: 'client_closed', seen: { usage: early, outputEvents: 4 } })).toMatchObject({
      input: 7,
      output: 36,
      isEstimate: true,
    })
  })

  it('takes the bound of a whole answer that nobody saw', () => {
    expect(spend({ outcome: 'upstream_timeout', isStream: false })).toMatchObject({
      output: 500,
      isEstimate: true,
    })
  })

  it('pays for every attempt that may have cost something, and not for those that were refused', () => {
    const usage = usageOf({ inputTokens: 7, outputTokens: 3 })
    const refused = { outcome: 'upstream_rate_limited', mayHaveCost: false }
    const answered = { seen: { usage, finishReason: 'stop' } }
    expect(spend(refused, answered)).toMatchObject({ costNanoUsd: 37, isEstimate: false })
    expect(spend({ outcome: 'abandoned' }, answered)).toMatchObject({
      input: 107,
      output: 35,
      costNanoUsd: 457,
      isEstimate: true,
    })
  })

  it('is nothing where nothing was sent, or where the upstream counts nothing', () => {
    expect(spend()).toMatchObject({ costNanoUsd: undefined, isEstimate: false })
    expect(spend({ isStream: false, seen: {} })).toMatchObject({ costNanoUsd: undefined, isEstimate: false })
  })
})
