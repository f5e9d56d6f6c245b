import { describe, expect, it } from 'bun:test'
import { usageOf } from '../../../foundation/config/index.ts'
import { readServiceTier, readUsage } from './usage.ts'

describe('readUsage (Gemini)', () => {
  it('tells sound and pictures apart, less what of them was cached', () => {
    const usage = readUsage({
      promptTokenCount: 1300,
      cachedContentTokenCount: 1000,
      promptTokensDetails: [
        { modality: 'TEXT', tokenCount: 44 },
        { modality: 'IMAGE', tokenCount: 1000 },
        { modality: 'AUDIO', tokenCount: 256 },
      ],
      cacheTokensDetails: [
        { modality: 'IMAGE', tokenCount: 900 },
        { modality: 'AUDIO', tokenCount: 100 },
      ],
      candidatesTokenCount: 1219,
      candidatesTokensDetails: [{ modality: 'IMAGE', tokenCount: 1120 }],
      thoughtsTokenCount: 244,
      totalTokenCount: 1300 + 1219 + 244,
    })
    expect(usage).toEqual(
      usageOf({
        inputTokens: 44,
        cacheReadTokens: 1000,
        imageInputTokens: 100,
        audioInputTokens: 156,
        outputTokens: 99,
        imageOutputTokens: 1120,
        reasoningTokens: 244,
      }),
    )
  })

  it('adds what tools at Google have read, which comes beside the prompt', () => {
    const usage = readUsage({
      promptTokenCount: 55,
      candidatesTokenCount: 51,
      toolUsePromptTokenCount: 89,
      thoughtsTokenCount: 56,
      totalTokenCount: 251,
    })
    expect(usage).toEqual(usageOf({ inputTokens: 144, outputTokens: 51, reasoningTokens: 56 }))
  })

  it('knows by the total where the thoughts are counted within the answer', () => {
    const usage = readUsage({
      promptTokenCount: 10,
      candidatesTokenCount: 80,
      thoughtsTokenCount: 60,
      totalTokenCount: 90,
    })
    expect(usage).toEqual(usageOf({ inputTokens: 10, outputTokens: 20, reasoningTokens: 60 }))
  })

  it('leaves unknown what was not told, keeps a zero, and never goes below it', () => {
    expect(readUsage(undefined)).toBeUndefined()
    expect(readUsage({ totalTokenCount: 5 })).toBeUndefined()
    expect(readUsage({ promptTokenCount: 0 })).toEqual(usageOf({}))
    const odd = readUsage({
      promptTokenCount: 5,
      cachedContentTokenCount: 9,
      promptTokensDetails: [{ modality: 'IMAGE', tokenCount: 7 }],
      candidatesTokenCount: 1,
      candidatesTokensDetails: [{ modality: 'AUDIO', tokenCount: 4 }],
    })
    expect(odd).toEqual(usageOf({ cacheReadTokens: 5, audioOutputTokens: 1 }))
  })

  it('calls the tier as OpenAI does', () => {
    expect(readServiceTier({ serviceTier: 'standard' })).toBe('default')
    expect(readServiceTier({ serviceTier: 'PRIORITY' })).toBe('priority')
    expect(readServiceTier({})).toBeUndefined()
  })
})
