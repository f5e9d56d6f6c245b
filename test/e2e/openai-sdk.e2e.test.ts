import { afterAll, beforeAll, describe, expect, it } from 'bun:test'
import OpenAI, { APIError, AuthenticationError, BadRequestError, NotFoundError, RateLimitError } from 'openai'
import { startFakeProvider } from '../fake-provider/index.ts'
import type { FakeProvider } from '../fake-provider/index.ts'
import { startProduct } from '../product.ts'
import type { Product } from '../product.ts'
import { readInference } from '../clients.ts'

let provider: FakeProvider
let product: Product
let openai: OpenAI

beforeAll(async () => {
  provider = await startFakeProvider({ apiKey: 'sk-upstream-secret-1234', chunkDelayMs: 2 })
  product = await startProduct({
    environment: { UPSTREAM_KEY: 'sk-upstream-secret-1234' },
    config: `
providers:
  fake:
    kind: openai
    baseUrl: ${provider.url}/v1
    apiKey: { env: UPSTREAM_KEY }
  claude:
    kind: anthropic
    baseUrl: ${provider.url}
    apiKey: { env: UPSTREAM_KEY }
services:
  assistant:
    releases:
      v1: { target: { provider: fake, model: gpt-test } }
  claude:
    releases:
      v1: { target: { provider: claude, model: claude-test }, parameters: { max_tokens: 200 } }
  # what limits us or refuses our key is left alone for a while, so each has a target of its own
  limited:
    releases:
      v1: { target: { provider: fake, model: gpt-limited } }
  refused:
    releases:
      v1: { target: { provider: fake, model: gpt-refused } }
  terse:
    storeContent: true
    releases:
      v1:
        target: { provider: fake, model: gpt-test }
        prompt: { system: Be terse. }
        parameters: { temperature: 0.1 }
prices:
  - { provider: fake, model: gpt-test, from: 2026-01-01, usdPerMillionTokens: { input: 0.15, cacheRead: 0.075, output: 0.6 } }
`,
  })
  openai = new OpenAI({ baseURL: `${product.url}/v1`, apiKey: product.adminKey, maxRetries: 0 })
}, 120_000)

afterAll(async () => {
  await product?.stop()
  await provider?.stop()
})

const hello = [{ role: 'user' as const, content: 'Hello there' }]

describe('POST /v1/chat/completions through the official SDK', () => {
  it('answers and records tokens, cost and trace', async () => {
    const { data, response } = await openai.chat.completions
      .create({ model: 'assistant', messages: hello })
      .withResponse()
    expect(data.object).toBe('chat.completion')
    expect(data.choices[0]?.message.content).toContain('Hello there')
    const inference = await readInference(product, response.headers.get('slipway-inference-id'))
    const usage = inference['usage'] as { input_tokens: number; output_tokens: number }
    expect(usage.input_tokens).toBe(data.usage!.prompt_tokens)
    expect(usage.output_tokens).toBe(data.usage!.completion_tokens)
    expect(inference['cost_nano_usd']).toBe(usage.input_tokens * 150 + usage.output_tokens * 600)
    expect(inference).toMatchObject({
      service: 'assistant',
      release: 'v1',
      target: 'provider:fake',
      outcome: 'ok',
    })
    expect(inference['content']).toBeNull()
  })

  it('streams the same text that it answers, with usage only where it was asked for', async () => {
    const whole = await openai.chat.completions.create({ model: 'assistant', messages: hello })
    let text = ''
    let usageChunks = 0
    for await (const chunk of await openai.chat.completions.create({
      model: 'assistant',
      messages: hello,
      stream: true,
    })) {
      text += chunk.choices[0]?.delta.content ?? ''
      if (chunk.usage) usageChunks += 1
    }
    expect(text).toBe(whole.choices[0]!.message.content!)
    expect(usageChunks).toBe(0)
    const withUsage = []
    for await (const chunk of await openai.chat.completions.create({
      model: 'assistant',
      messages: hello,
      stream: true,
      stream_options: { include_usage: true },
    })) {
      if (chunk.usage) withUsage.push(chunk.usage.completion_tokens)
    }
    expect(withUsage).toEqual([whole.usage!.completion_tokens])
  })

  it('forwards the very bytes of the client apart from the model', async () => {
    const body =
      '{"model":"assistant",  "messages":[{"role":"user","content":"caf\\u00e9 1.0"}],"seed":1e2,"x_unknown":[1.50]}'
    await fetch(`${product.url}/v1/chat/completions`, {
      method: 'POST',
      headers: { authorization: `Bearer ${product.adminKey}`, 'content-type': 'application/json' },
      body,
    })
    expect(provider.last.text).toBe(body.replace('"assistant"', '"gpt-test"'))
  })

  it('puts the prompt and the parameters of the release in, and keeps content where the service says so', async () => {
    const { response } = await openai.chat.completions
      .create({ model: 'terse', messages: hello, temperature: 0.9 })
      .withResponse()
    expect(provider.last.body).toMatchObject({
      temperature: 0.9,
      messages: [{ role: 'system', content: 'Be terse.' }, ...hello],
    })
    const inference = await readInference(product, response.headers.get('slipway-inference-id'))
    expect(JSON.stringify(inference['content'])).toContain('Hello there')
  })

  it('carries tool calls there and back, streamed and whole', async () => {
    const tools = [
      {
        type: 'function' as const,
        function: {
          name: 'get_weather',
          parameters: { type: 'object', properties: { city: { type: 'string' } }, required: ['city'] },
        },
      },
    ]
    for (const model of ['assistant', 'claude']) {
      const request = { model, messages: hello, tools, tool_choice: 'required' as const }
      const answer = await openai.chat.completions.create(request)
      const call = answer.choices[0]!.message.tool_calls![0]!
      expect(call.type === 'function' && call.function.name).toBe('get_weather')
      expect(answer.choices[0]!.finish_reason).toBe('tool_calls')
      const streamed = await openai.chat.completions.stream(request).finalChatCompletion()
      const streamedCall = streamed.choices[0]!.message.tool_calls![0]!
      expect(streamedCall.type === 'function' && JSON.parse(streamedCall.function.arguments)).toEqual(
        call.type === 'function' && JSON.parse(call.function.arguments),
      )
    }
  })

  it('speaks to Anthropic for a client that speaks OpenAI', async () => {
    const answer = await openai.chat.completions.create({ model: 'claude', messages: hello })
    expect(answer.choices[0]?.message.content).toContain('Hello there')
    expect(answer.usage!.total_tokens).toBe(answer.usage!.prompt_tokens + answer.usage!.completion_tokens)
    expect(provider.last.path).toBe('/v1/messages')
  })

  it('aborts the upstream when the client leaves, and records it', async () => {
    provider.behave('stall')
    const stream = await openai.chat.completions.create({ model: 'assistant', messages: hello, stream: true })
    for await (const _chunk of stream) break
    stream.controller.abort()
    const call = provider.last
    for (let attempt = 0; attempt < 1_500 && call.state !== 'aborted'; attempt += 1) await Bun.sleep(20)
    provider.behave('answer')
    expect(call.state).toBe('aborted')
  })
})

describe('the other endpoints through the official SDK', () => {
  it('lists the services as models', async () => {
    const { data } = await openai.models.list()
    expect(data.map(model => model.id).toSorted()).toEqual([
      'assistant',
      'claude',
      'limited',
      'refused',
      'terse',
    ])
    expect((await openai.models.retrieve('terse')).object).toBe('model')
  })

  it('embeds text', async () => {
    const { data, usage } = await openai.embeddings.create({ model: 'assistant', input: ['one', 'two'] })
    expect(data).toHaveLength(2)
    expect(data[0]!.embedding.length).toBeGreaterThan(2)
    expect(usage.prompt_tokens).toBeGreaterThan(0)
  })

  it('completes text', async () => {
    const answer = await openai.completions.create({ model: 'assistant', prompt: 'Once upon' })
    expect(answer.choices[0]!.text.length).toBeGreaterThan(0)
  })
})

describe('errors, as the official SDK sees them', () => {
  const failure = async (work: Promise<unknown>): Promise<APIError> => {
    const outcome: unknown = await work.then(
      () => undefined,
      (error: unknown) => error,
    )
    if (!(outcome instanceof APIError)) throw new Error(`expected an APIError, got ${String(outcome)}`)
    return outcome
  }

  it('turns a wrong key away', async () => {
    const stranger = new OpenAI({ baseURL: `${product.url}/v1`, apiKey: 'sk-slip-wrong', maxRetries: 0 })
    const error = await failure(stranger.chat.completions.create({ model: 'assistant', messages: hello }))
    expect(error).toBeInstanceOf(AuthenticationError)
    expect(error.code).toBe('invalid_api_key')
  })

  it('names an unknown model', async () => {
    const error = await failure(openai.chat.completions.create({ model: 'nope', messages: hello }))
    expect(error).toBeInstanceOf(NotFoundError)
    expect(error).toMatchObject({ code: 'model_not_found', type: 'invalid_request_error' })
    expect(error.message).toContain('`nope`')
  })

  it('names the parameter at fault', async () => {
    const error = await failure(openai.chat.completions.create({ model: 'assistant', messages: [] }))
    expect(error).toBeInstanceOf(BadRequestError)
    expect(error.param).toBe('messages')
  })

  it('passes a rate limit on with when to come back', async () => {
    provider.behave({ status: 429, headers: { 'retry-after': '7' } })
    const error = await failure(openai.chat.completions.create({ model: 'limited', messages: hello }))
    provider.behave('answer')
    expect(error).toBeInstanceOf(RateLimitError)
    expect(error.headers?.get('retry-after')).toBe('7')
  })

  it('ends a broken stream with an error, never as if it were whole', async () => {
    provider.behave('end-early')
    const stream = await openai.chat.completions.create({ model: 'assistant', messages: hello, stream: true })
    let finish: string | null | undefined
    const error = await failure(
      (async () => {
        for await (const chunk of stream) finish = chunk.choices[0]?.finish_reason
      })(),
    )
    provider.behave('answer')
    expect(finish ?? null).toBeNull()
    expect(error.message).toContain('broke off')
  })

  it('answers an error in place of the first event as an ordinary error', async () => {
    provider.behave('error-in-200')
    const error = await failure(
      openai.chat.completions.create({ model: 'assistant', messages: hello, stream: true }),
    )
    provider.behave('answer')
    expect(error.status).toBeGreaterThanOrEqual(400)
  })

  it('never shows the key of the provider', async () => {
    provider.behave({ status: 401 })
    const error = await failure(openai.chat.completions.create({ model: 'refused', messages: hello }))
    provider.behave('answer')
    expect(error.status).toBe(502)
    expect(JSON.stringify(error.error) + error.message).not.toContain('sk-upstream-secret')
    expect(product.lines.join('\n')).not.toContain('sk-upstream-secret')
  })

  it('answers an unknown path and a wrong method in the same dialect', async () => {
    const headers = { authorization: `Bearer ${product.adminKey}` }
    const unknown = await fetch(`${product.url}/v1/nothing`, { method: 'POST', headers })
    expect(unknown.status).toBe(404)
    expect(await unknown.json()).toMatchObject({ error: { type: 'invalid_request_error' } })
    const wrong = await fetch(`${product.url}/v1/chat/completions`, { headers })
    expect(wrong.status).toBe(405)
  })

  it('refuses a body over the limit and one that is not JSON', async () => {
    const send = (body: string): Promise<Response> =>
      fetch(`${product.url}/v1/chat/completions`, {
        method: 'POST',
        headers: { authorization: `Bearer ${product.adminKey}`, 'content-type': 'application/json' },
        body,
      })
    expect((await send('{"model": ')).status).toBe(400)
    expect((await send(`{"model":"assistant","messages":"${'x'.repeat(33 * 1_048_576)}"}`)).status).toBe(413)
  })
})
