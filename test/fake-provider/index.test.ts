import Anthropic from '@anthropic-ai/sdk'
import { describe, expect, it } from 'bun:test'
import OpenAI from 'openai'
import { startFakeProvider } from './index.ts'

const messages = [{ role: 'user' as const, content: 'Hi there' }]

describe('startFakeProvider', () => {
  it('is an OpenAI to its official client', async () => {
    await using provider = await startFakeProvider({ apiKey: 'k', cachedTokens: 1 })
    const client = new OpenAI({ baseURL: `${provider.url}/v1`, apiKey: 'k', maxRetries: 0 })
    const reply = await client.chat.completions.create({ model: 'gpt-x', messages })
    expect(reply.choices[0]?.message.content).toBe('You said: Hi there')
    expect(reply.usage?.prompt_tokens_details?.cached_tokens).toBe(1)
    let text = ''
    for await (const chunk of await client.chat.completions.create({
      model: 'gpt-x',
      messages,
      stream: true,
    })) {
      text += chunk.choices[0]?.delta.content ?? ''
    }
    expect(text).toBe('You said: Hi there')
    const { data } = await client.embeddings.create({ model: 'e', input: ['a', 'b'] })
    expect(data.map(row => row.embedding.length)).toEqual([8, 8])
    const limited = client.chat.completions.create({ model: 'fake-error-429', messages })
    expect(await thrownBy(limited)).toBeInstanceOf(OpenAI.RateLimitError)
    const unknown = client.chat.completions.create({ model: 'm', messages, invented: 1 } as never)
    expect(await thrownBy(unknown)).toMatchObject({ status: 400, param: 'invented' })
    const stranger = new OpenAI({ baseURL: `${provider.url}/v1`, apiKey: 'x', maxRetries: 0 })
    const refused = stranger.chat.completions.create({ model: 'm', messages })
    expect(await thrownBy(refused)).toBeInstanceOf(OpenAI.AuthenticationError)
  })

  it('is an Anthropic to its official client', async () => {
    await using provider = await startFakeProvider({ apiKey: 'k' })
    const client = new Anthropic({ baseURL: provider.url, apiKey: 'k', maxRetries: 0 })
    const request = { model: 'claude-x', max_tokens: 100, messages }
    const message = await client.messages
      .stream({ ...request, thinking: { type: 'adaptive' } })
      .finalMessage()
    expect(message.content.map(block => block.type)).toEqual(['thinking', 'text'])
    const tools = [
      { name: 'f', input_schema: { type: 'object' as const, properties: { n: { type: 'integer' } } } },
    ]
    const called = await client.messages.create({ ...request, tools })
    expect(called).toMatchObject({ stop_reason: 'tool_use', content: [{ name: 'f', input: { n: 7 } }] })
    const overloaded = client.messages.create({ ...request, model: 'fake-error-529' })
    expect(await thrownBy(overloaded)).toMatchObject({ status: 529 })
    const orphan = [{ type: 'tool_result' as const, tool_use_id: 'nobody', content: 'x' }]
    const refused = client.messages.create({ ...request, messages: [{ role: 'user', content: orphan }] })
    expect(await thrownBy(refused)).toMatchObject({ status: 400 })
  })

  it('sees when its caller leaves', async () => {
    await using provider = await startFakeProvider({ chunkDelayMs: 20 })
    const client = new OpenAI({ baseURL: `${provider.url}/v1`, apiKey: 'k' })
    const stream = await client.chat.completions.create({ model: 'm', messages, stream: true })
    for await (const _chunk of stream) break
    for (let waited = 0; provider.last.state === 'open' && waited < 5_000; waited += 1) {
      await new Promise(resolve => setTimeout(resolve, 5))
    }
    expect(provider.last.state).toBe('aborted')
  })
})

/** The promises of the SDKs are lazy, which `expect(…).rejects` does not know. */
async function thrownBy(promise: PromiseLike<unknown>): Promise<unknown> {
  try {
    await promise
  } catch (error) {
    return error
  }
  return undefined
}
