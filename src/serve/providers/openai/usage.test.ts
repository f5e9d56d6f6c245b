import { describe, expect, it } from 'bun:test'
import { readUsage } from './usage.ts'

describe('readUsage', () => {
  it('counts no token twice: the buckets add up to the total', () => {
    const usage = readUsage({
      prompt_tokens: 100,
      completion_tokens: 50,
      total_tokens: 150,
      prompt_tokens_details: { cached_tokens: 60, cache_write_tokens: 30 },
      completion_tokens_details: { reasoning_tokens: 20 },
    })
    expect(usage).toEqual({
      inputTokens: 10,
      cacheReadTokens: 60,
      cacheWriteTokens: 30,
      outputTokens: 30,
      reasoningTokens: 20,
    })
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
    expect(Object.values(usage ?? {}).every(count => count >= 0)).toBe(true)
  })
})
