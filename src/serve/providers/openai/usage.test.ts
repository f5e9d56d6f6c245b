import { describe, expect, it } from 'bun:test'
import {
  tokenBuckets,
  totalInputTokens,
  totalOutputTokens,
  usageOf,
} from '../../../foundation/config/index.ts'
import { readUsage, reportedCostInAnswer } from './usage.ts'

describe('readUsage', () => {
  it('counts no token twice: the buckets add up to the total', () => {
    const usage = readUsage({
      prompt_tokens: 100,
      completion_tokens: 50,
      total_tokens: 150,
      prompt_tokens_details: { cached_tokens: 60, cache_write_tokens: 30 },
      completion_tokens_details: { reasoning_tokens: 20 },
    })
    expect(usage).toEqual(
      usageOf({
        inputTokens: 10,
        cacheReadTokens: 60,
        cacheWriteTokens: 30,
        outputTokens: 30,
        reasoningTokens: 20,
      }),
    )
  })

  it('takes sound and pictures out of the prompt and the completion', () => {
    const usage = readUsage({
      prompt_tokens: 100,
      completion_tokens: 50,
      total_tokens: 150,
      prompt_tokens_details: { cached_tokens: 10, audio_tokens: 40, image_tokens: 20 },
      completion_tokens_details: { reasoning_tokens: 5, audio_tokens: 30, image_tokens: 1 },
    })
    expect(usage).toEqual(
      usageOf({
        inputTokens: 30,
        cacheReadTokens: 10,
        audioInputTokens: 40,
        imageInputTokens: 20,
        outputTokens: 14,
        reasoningTokens: 5,
        audioOutputTokens: 30,
        imageOutputTokens: 1,
      }),
    )
  })

  it('adds up to the total whatever the parts say', () => {
    const random = () => Math.floor(Math.random() * 60)
    for (let round = 0; round < 2_000; round += 1) {
      const prompt = random()
      const completion = random()
      const usage = readUsage({
        prompt_tokens: prompt,
        completion_tokens: completion,
        total_tokens: prompt + completion,
        prompt_tokens_details: {
          cached_tokens: random(),
          cache_write_tokens: random(),
          audio_tokens: random(),
          image_tokens: random(),
        },
        completion_tokens_details: {
          reasoning_tokens: random(),
          audio_tokens: random(),
          image_tokens: random(),
        },
      })!
      expect(totalInputTokens(usage)).toBe(prompt)
      expect(totalOutputTokens(usage)).toBe(completion)
      expect(tokenBuckets.every(bucket => usage[bucket] >= 0)).toBe(true)
    }
  })

  it('knows reasoning that is counted beside the completion by the total', () => {
    const usage = readUsage({
      prompt_tokens: 10,
      completion_tokens: 5,
      total_tokens: 45,
      completion_tokens_details: { reasoning_tokens: 30 },
    })
    expect(usage).toMatchObject({ outputTokens: 5, reasoningTokens: 30 })
  })

  it.each([{ prompt_cache_hit_tokens: 4 }, { cached_tokens: 4 }])('reads cached tokens from %p', cached => {
    expect(readUsage({ prompt_tokens: 6, completion_tokens: 1, ...cached })).toMatchObject({
      inputTokens: 2,
      cacheReadTokens: 4,
    })
  })

  it('keeps an explicit zero, and is undefined where nothing was said', () => {
    expect(readUsage({ prompt_tokens: 0, completion_tokens: 0 })).toMatchObject({
      inputTokens: 0,
      outputTokens: 0,
    })
    for (const nothing of [undefined, null, {}, { prompt_tokens: null }, { prompt_tokens: '7' }, 'x', []]) {
      expect(readUsage(nothing)).toBeUndefined()
    }
  })

  it('never makes a bucket negative of counts that contradict each other', () => {
    const usage = readUsage({
      prompt_tokens: 5,
      completion_tokens: 2,
      prompt_tokens_details: { cached_tokens: 9, cache_write_tokens: 9 },
      completion_tokens_details: { reasoning_tokens: 9 },
    })
    expect(usage).toEqual(usageOf({ cacheReadTokens: 5, reasoningTokens: 2 }))
  })
})

describe('reportedCostInAnswer', () => {
  it('reads dollars (OpenRouter) and ticks (xAI) as nano-dollars, and nothing else', () => {
    expect(reportedCostInAnswer({ usage: { cost: 0.00014, prompt_tokens: 1 } })).toBe(140_000)
    expect(reportedCostInAnswer({ usage: { cost: 0 } })).toBe(0)
    expect(reportedCostInAnswer({ usage: { cost_in_usd_ticks: 37_756_000 } })).toBe(3_775_600)
    for (const usage of [{}, { cost: '1' }, { cost: -1 }, { cost: null }, undefined])
      expect(reportedCostInAnswer({ usage })).toBeUndefined()
  })
})
