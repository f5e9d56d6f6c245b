import { describe, expect, it } from 'bun:test'
import { estimateTokens } from './estimate-tokens.ts'

const say = (content: unknown): number => estimateTokens({ messages: [{ role: 'user', content }] })

describe('estimateTokens', () => {
  it('lies above what tokenizers count, and not by much', () => {
    // 9 tokens in o200k_base and 10 in cl100k_base
    const english = 'The quick brown fox jumps over the lazy dog.'
    expect(say(english) - say('')).toBeGreaterThanOrEqual(10)
    expect(say(english) - say('')).toBeLessThan(20)
    // a token per character or less
    const chinese = '今天天气很好我们去公园散步'
    expect(say(chinese) - say('')).toBeGreaterThanOrEqual(chinese.length - 1)
    expect(say(chinese) - say('')).toBeLessThanOrEqual(chinese.length + 1)
  })

  it('counts an image by what images cost and not by its bytes, in either dialect', () => {
    const data = 'A'.repeat(3_000_000)
    const anthropic = say([{ type: 'image', source: { type: 'base64', media_type: 'image/png', data } }])
    const openai = say([{ type: 'image_url', image_url: { url: `data:image/png;base64,${data}` } }])
    expect(anthropic).toBe(openai)
    expect(anthropic).toBeLessThan(1_700)
  })

  it('counts prompts wherever a dialect keeps them, and nothing else', () => {
    const text = 'x'.repeat(300)
    for (const body of [
      { system: text },
      { instructions: text },
      { input: text },
      { prompt: text },
      { tools: [{ name: text }] },
    ]) {
      expect(estimateTokens(body)).toBeGreaterThan(100)
    }
    expect(estimateTokens({ user: text, metadata: { text } })).toBeLessThan(10)
  })
})
