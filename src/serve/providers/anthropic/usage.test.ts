import { describe, expect, it } from 'bun:test'
import { usageOf } from '../../../foundation/config/index.ts'
import { AnthropicUsage } from './usage.ts'

describe('AnthropicUsage', () => {
  it('tells writes for an hour from writes for five minutes, which are both in the total', () => {
    const usage = new AnthropicUsage()
    usage.update({
      input_tokens: 2048,
      cache_read_input_tokens: 1800,
      cache_creation_input_tokens: 556,
      cache_creation: { ephemeral_5m_input_tokens: 456, ephemeral_1h_input_tokens: 100 },
      output_tokens: 503,
    })
    expect(usage.buckets).toEqual(
      usageOf({
        inputTokens: 2048,
        cacheReadTokens: 1800,
        cacheWriteTokens: 456,
        cacheWriteHourTokens: 100,
        outputTokens: 503,
      }),
    )
    expect(usage.asOpenAi).toMatchObject({ prompt_tokens: 2048 + 1800 + 556, total_tokens: 4907 })
  })

  it('counts the searches that were made on the way, each once however often it is told', () => {
    const usage = new AnthropicUsage()
    usage.update({ input_tokens: 5, output_tokens: 1 })
    expect(usage.buckets?.units).toBeUndefined()
    usage.update({ output_tokens: 9, server_tool_use: { web_search_requests: 2 } })
    usage.update({ output_tokens: 12, server_tool_use: { web_search_requests: 2 } })
    expect(usage.buckets).toEqual(usageOf({ inputTokens: 5, outputTokens: 12, units: { searches: 2 } }))
  })
})
