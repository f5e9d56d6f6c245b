import Anthropic from '@anthropic-ai/sdk'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'bun:test'
import { expectMessageEvents, messageSchema, parseMessageEvents } from '../anthropic-events.ts'
import { matrixAccount, matrixEnvironment } from '../conformance/upstreams.ts'
import { startFakeProvider } from '../fake-provider/index.ts'
import type { FakeProvider } from '../fake-provider/index.ts'
import { startProduct } from '../product.ts'
import type { Product } from '../product.ts'
import { readInference } from '../clients.ts'

let provider: FakeProvider
let product: Product
let anthropic: Anthropic

beforeAll(async () => {
  provider = await startFakeProvider({
    apiKey: 'sk-upstream-secret-1234',
    chunkDelayMs: 2,
    cachedTokens: 2,
    aws: matrixAccount,
  })
  product = await startProduct({
    environment: { UPSTREAM_KEY: 'sk-upstream-secret-1234', ...matrixEnvironment },
    config: `
providers:
  fake: { kind: openai, baseUrl: '${provider.url}/v1', apiKey: { env: UPSTREAM_KEY } }
  claude: { kind: anthropic, baseUrl: '${provider.url}', apiKey: { env: UPSTREAM_KEY } }
  switching-openai: { kind: openai, baseUrl: '${provider.url}/v1', apiKey: { env: UPSTREAM_KEY } }
  switching-anthropic: { kind: anthropic, baseUrl: '${provider.url}', apiKey: { env: UPSTREAM_KEY } }
  gemini: { kind: gemini, baseUrl: '${provider.url}/v1beta', apiKey: { env: UPSTREAM_KEY } }
  bedrock: { kind: bedrock, region: us-east-1, baseUrl: '${provider.url}', accessKeyId: { env: MATRIX_KEY_ID }, secretAccessKey: { env: MATRIX_SECRET } }
engines:
  support: { model: 'builtin:support' }
services:
  gpt: { releases: { v1: { target: { provider: fake, model: gpt-test } } } }
  claude: { releases: { v1: { target: { provider: claude, model: claude-test } } } }
  gemini: { releases: { v1: { target: { provider: gemini, model: gemini-3-flash } } } }
  bedrock: { releases: { v1: { target: { provider: bedrock, model: anthropic.claude-test } } } }
  support: { releases: { v1: { target: { engine: support } } } }
  cached: { cache: { tenants: all, exact: {} }, releases: { v1: { target: { provider: claude, model: claude-test } } } }
  cached-gpt: { cache: { tenants: all, exact: {} }, releases: { v1: { target: { provider: fake, model: gpt-test } } } }
  from-claude:
    releases: { v1: { target: { provider: switching-anthropic, model: fake-error-500 }, fallbacks: [{ target: { provider: fake, model: gpt-test } }] } }
    retries: { attempts: 0 }
  from-gpt:
    releases: { v1: { target: { provider: switching-openai, model: fake-error-500 }, fallbacks: [{ target: { provider: claude, model: claude-test } }] } }
    retries: { attempts: 0 }
  kept:
    storeContent: true
    releases:
      v1:
        target: { provider: claude, model: claude-test }
        prompt: { system: Be terse. }
        parameters: { temperature: 0.1, stop: STOP }
  kept-gpt:
    storeContent: true
    releases:
      v1:
        target: { provider: fake, model: gpt-test }
        prompt: { system: Be terse. }
        parameters: { temperature: 0.1, seed: 5 }
prices:
  - { provider: claude, model: claude-test, from: 2026-01-01, usdPerMillionTokens: { input: 3, cacheRead: 0.3, output: 15 } }
`,
  })
  anthropic = new Anthropic({ baseURL: product.url, apiKey: product.adminKey, maxRetries: 0 })
  for (let attempt = 0; attempt < 500; attempt += 1) {
    if ((await fetch(`${product.url}/readyz`)).ok) return
    await Bun.sleep(100)
  }
  throw new Error('the engine did not become ready')
}, 120_000)

afterEach(() => provider.behave('answer'))

afterAll(async () => {
  await product?.stop()
  await provider?.stop()
})

const hello = [{ role: 'user' as const, content: 'Hello there' }]
const basic = { max_tokens: 200, messages: hello }
const hosted = ['gpt', 'claude'] as const
const all = [...hosted, 'support'] as const

const tools: Anthropic.Tool[] = [
  {
    name: 'get_weather',
    description: 'The weather now',
    input_schema: { type: 'object', properties: { city: { type: 'string' } } },
  },
  { name: 'get_time', input_schema: { type: 'object', properties: { zone: { type: 'string' } } } },
]

function textOf(message: Anthropic.Message): string {
  return message.content.map(block => (block.type === 'text' ? block.text : '')).join('')
}

describe('POST /v1/messages through the official SDK', () => {
  it('answers on every upstream, in the shape of a message', async () => {
    for (const model of all) {
      const { data, response } = await anthropic.messages.create({ model, ...basic }).withResponse()
      messageSchema.parse(data)
      expect([model, textOf(data).length > 0, data.stop_reason]).toEqual([model, true, 'end_turn'])
      expect(data.usage.input_tokens + (data.usage.cache_read_input_tokens ?? 0)).toBeGreaterThan(0)
      expect(data.usage.output_tokens).toBeGreaterThan(0)
      expect(response.headers.get('request-id')).toBeTruthy()
    }
  })

  it('streams the same message that it answers, every event valid and in its order', async () => {
    for (const model of all) {
      const request = { model, ...basic, temperature: 0 }
      const whole = await anthropic.messages.create(request)
      const streamed = await anthropic.messages.stream(request).finalMessage()
      expect(textOf(streamed)).toBe(textOf(whole))
      expect(streamed.stop_reason).toBe(whole.stop_reason)
      expect(streamed.usage.output_tokens).toBe(whole.usage.output_tokens)
      // our engine has the prompt of the first call still in its cache
      const read = ({ usage }: Anthropic.Message): number =>
        usage.input_tokens + (usage.cache_read_input_tokens ?? 0)
      expect(read(streamed)).toBe(read(whole))
      const raw = await post('messages', { ...request, stream: true })
      const events = parseMessageEvents(await raw.text())
      expectMessageEvents(events)
    }
  })

  it('names the stop sequence where the upstream does', async () => {
    for (const model of ['claude', 'support']) {
      const request = { model, max_tokens: 60, temperature: 0, messages: hello }
      const [stop = ''] = /[a-z]{3}/.exec(textOf(await anthropic.messages.create(request))) ?? []
      const stopped = await anthropic.messages.create({ ...request, stop_sequences: [stop] })
      const streamed = await anthropic.messages.stream({ ...request, stop_sequences: [stop] }).finalMessage()
      for (const message of [stopped, streamed]) {
        expect([model, message.stop_reason]).toEqual([model, 'stop_sequence'])
        if (model === 'support') expect(message.stop_sequence).toBe(stop)
      }
    }
  })

  it("counts what came from a cache apart, in Anthropic's buckets", async () => {
    for (const model of hosted) {
      const { usage } = await anthropic.messages.create({ model, ...basic })
      expect(usage.cache_read_input_tokens).toBe(2)
      const streamed = await anthropic.messages.stream({ model, ...basic }).finalMessage()
      expect(streamed.usage.cache_read_input_tokens).toBe(2)
      expect(streamed.usage.input_tokens).toBe(usage.input_tokens)
    }
  })

  it('calls tools, also several at once and streamed, and takes their results', async () => {
    for (const model of hosted) {
      const request = { model, ...basic, tools, tool_choice: { type: 'any' as const } }
      const asked = await anthropic.messages.create(request)
      const streamed = await anthropic.messages.stream(request).finalMessage()
      const calls = (message: Anthropic.Message): unknown[] =>
        message.content.map(block => block.type === 'tool_use' && [block.name, block.input])
      expect([model, calls(asked)]).toEqual([
        model,
        [
          ['get_weather', { city: 'Paris' }],
          ['get_time', { zone: 'Paris' }],
        ],
      ])
      expect(calls(streamed)).toEqual(calls(asked))
      expect([asked.stop_reason, streamed.stop_reason]).toEqual(['tool_use', 'tool_use'])

      const results = streamed.content.map(block => ({
        type: 'tool_result' as const,
        tool_use_id: block.type === 'tool_use' ? block.id : '',
        content: 'sunny',
      }))
      const followed = await anthropic.messages.create({
        model,
        max_tokens: 100,
        tools,
        messages: [
          ...hello,
          { role: 'assistant', content: streamed.content },
          { role: 'user', content: [...results, { type: 'text', text: 'Well?' }] },
        ],
      })
      expect(followed.content.length).toBeGreaterThan(0)
    }
  })

  it('asks for a single call where parallel ones are switched off', async () => {
    for (const model of hosted) {
      const message = await anthropic.messages.create({
        model,
        ...basic,
        tools,
        tool_choice: { type: 'any', disable_parallel_tool_use: true },
      })
      expect(message.content).toHaveLength(1)
      const none = await anthropic.messages.create({ model, ...basic, tools, tool_choice: { type: 'none' } })
      expect(none.content[0]?.type).toBe('text')
    }
  })

  it('shows a tool failure and an image that a tool gave to the model', async () => {
    const image = {
      type: 'image' as const,
      source: { type: 'base64' as const, media_type: 'image/png' as const, data: 'iVBORw0KGgo=' },
    }
    for (const model of hosted) {
      const message = await anthropic.messages.create({
        model,
        max_tokens: 100,
        messages: [
          ...hello,
          { role: 'assistant', content: [{ type: 'tool_use', id: 'toolu_1', name: 'look', input: {} }] },
          {
            role: 'user',
            content: [
              {
                type: 'tool_result',
                tool_use_id: 'toolu_1',
                is_error: true,
                content: [{ type: 'text', text: 'no light' }, image],
              },
            ],
          },
        ],
      })
      expect(message.type).toBe('message')
    }
    const sent = JSON.stringify(provider.requests.at(-2)?.body)
    expect(sent).toContain('The tool failed:')
    expect(sent).toContain('data:image/png;base64,iVBORw0KGgo=')
  })

  it('keeps thinking and its signature, streamed too, through the next turn', async () => {
    for (const model of ['claude', 'bedrock']) {
      const request = {
        model,
        max_tokens: 2000,
        messages: hello,
        thinking: { type: 'enabled' as const, budget_tokens: 1024 },
      }
      for (const message of [
        await anthropic.messages.create(request),
        await anthropic.messages.stream(request).finalMessage(),
      ]) {
        const [thought] = message.content
        if (thought?.type !== 'thinking') throw new Error(`no thinking came of ${model}`)
        expect(thought.thinking).toBe('Let me think about that.')
        expect(thought.signature).toMatch(/.{20}/)
        const next = [...hello, { role: 'assistant' as const, content: message.content }, ...hello]
        await anthropic.messages.create({ ...request, messages: next })
        const sent = JSON.stringify(provider.last.body)
        expect(sent).toContain(JSON.stringify(thought.thinking))
        expect(sent).toContain(JSON.stringify(thought.signature))
        expect(sent).toContain('"budget_tokens":1024')
        // the same conversation can go on where nobody can read the signature
        await anthropic.messages.create({ ...request, model: 'gpt', messages: next })
        expect(JSON.stringify(provider.last.body)).not.toContain('signature')
        expect(provider.last.body).toMatchObject({ reasoning_effort: 'low' })
      }
    }
  })

  it('takes a conversation from one maker to another, each with the signatures that it can read', async () => {
    const thinking = { type: 'enabled' as const, budget_tokens: 1024 }
    const asked = { model: 'gemini', max_tokens: 2000, messages: hello, thinking, tools }
    const streamed = await anthropic.messages.stream(asked).finalMessage()
    const whole = await anthropic.messages.create(asked)
    for (const { content } of [streamed, whole]) {
      expect(JSON.stringify(content)).toContain('"signature":"gemini:')
      const results = content.flatMap(block =>
        block.type === 'tool_use'
          ? [{ type: 'tool_result' as const, tool_use_id: block.id, content: 'sunny' }]
          : [],
      )
      expect(results.length).toBeGreaterThan(0)
      const messages = [
        ...hello,
        { role: 'assistant' as const, content },
        { role: 'user' as const, content: results },
      ]
      await anthropic.messages.create({ ...asked, messages })
      expect(JSON.stringify(provider.last.body)).toContain('thoughtSignature')
      for (const model of ['claude', 'bedrock', 'gpt']) {
        await anthropic.messages.create({ ...asked, model, messages })
        expect(JSON.stringify(provider.last.body)).not.toContain('gemini:')
      }
    }
  })

  it('reads images, documents, cached prompts and system blocks', async () => {
    for (const model of hosted) {
      const message = await anthropic.messages.create({
        model,
        max_tokens: 100,
        system: [{ type: 'text', text: 'Be kind.', cache_control: { type: 'ephemeral' } }],
        metadata: { user_id: 'u1' },
        stop_sequences: ['END'],
        messages: [
          {
            role: 'user',
            content: [
              { type: 'image', source: { type: 'base64', media_type: 'image/png', data: 'iVBORw0KGgo=' } },
              { type: 'image', source: { type: 'url', url: 'https://example.com/a.jpg' } },
              {
                type: 'document',
                title: 'a.pdf',
                source: { type: 'base64', media_type: 'application/pdf', data: 'JVBERi0=' },
              },
              { type: 'text', text: 'What is it?', cache_control: { type: 'ephemeral' } },
            ],
          },
        ],
      })
      expect(textOf(message)).toContain('What is it?')
    }
  })

  it('gives answers that follow a schema', async () => {
    const schema = {
      type: 'object',
      properties: { city: { type: 'string' } },
      required: ['city'],
      additionalProperties: false,
    }
    for (const model of all) {
      const message = await anthropic.messages.create({
        model,
        ...basic,
        output_config: { format: { type: 'json_schema', schema } },
      })
      expect(Object.keys(JSON.parse(textOf(message)) as object)).toEqual(['city'])
    }
  })

  it('forwards the beta headers and the very text of the client to Anthropic', async () => {
    const body =
      '{ "model" : "claude",  "max_tokens": 50, "messages": [{"role": "user", "content": "spaced   out"}] }'
    const response = await fetch(`${product.url}/v1/messages`, {
      method: 'POST',
      headers: {
        'x-api-key': product.adminKey,
        'content-type': 'application/json',
        'anthropic-beta': 'some-beta-2026',
        'anthropic-version': '2023-06-01',
      },
      body,
    })
    expect(response.status).toBe(200)
    expect(provider.last.headers['anthropic-beta']).toBe('some-beta-2026')
    expect(provider.last.text).toBe(body.replace('"claude"', '"claude-test"'))
    // the SDK's own way to say it, which adds `?beta=true` to the path
    await anthropic.beta.messages.create({ model: 'claude', ...basic, betas: ['other-beta-2026'] })
    expect(provider.last.headers['anthropic-beta']).toContain('other-beta-2026')
    // nobody else is told of Anthropic's betas
    await anthropic.beta.messages.create({ model: 'gpt', ...basic, betas: ['other-beta-2026'] })
    expect(provider.last.headers['anthropic-beta']).toBeUndefined()
  })

  it("puts the release's prompt and parameters in, and keeps the content in one shape", async () => {
    for (const model of ['kept', 'kept-gpt']) {
      const { response } = await anthropic.messages
        .create({ model, ...basic, system: 'Be kind.' })
        .withResponse()
      const sent = JSON.stringify(provider.last.body)
      expect(sent.indexOf('Be terse.')).toBeLessThan(sent.indexOf('Be kind.'))
      expect(provider.last.body).toMatchObject({ temperature: 0.1 })
      const streamed = await post('messages', { model, ...basic, stream: true })
      await streamed.text()
      for (const id of [response, streamed].map(({ headers }) => headers.get('slipway-inference-id'))) {
        const inference = await readInference(product, id)
        expect(inference).toMatchObject({ service: model, operation: 'messages', outcome: 'ok' })
        expect(JSON.stringify(inference['content'])).toContain('"role":"assistant"')
        expect(JSON.stringify(inference['content'])).toContain('You said: Hello there')
      }
    }
  })

  it('records tokens and cost', async () => {
    const { data, response } = await anthropic.messages.create({ model: 'claude', ...basic }).withResponse()
    const { usage } = data
    const inference = await readInference(product, response.headers.get('slipway-inference-id'))
    expect(inference['cost_nano_usd']).toBe(
      usage.input_tokens * 3_000 + 2 * 300 + usage.output_tokens * 15_000,
    )
  })

  it('goes over to an upstream of the other make, with the thinking that only one of them can read', async () => {
    const thought = { type: 'thinking' as const, thinking: 'Hm.', signature: '' }
    for (const model of ['from-claude', 'from-gpt']) {
      const messages = [
        ...hello,
        { role: 'assistant' as const, content: [thought, { type: 'text' as const, text: 'Yes?' }] },
        ...hello,
      ]
      const request = { model, max_tokens: 100, messages }
      const whole = await anthropic.messages.create(request)
      expect([model, textOf(whole)]).toEqual([model, 'You said: Hello there'])
      const response = await post('messages', { ...request, stream: true })
      const events = parseMessageEvents(await response.text())
      expectMessageEvents(events)
      expect(provider.requests.at(-2)?.path).not.toBe(provider.last.path)
    }
  })

  it('gives a kept answer again, whole and streamed, as the message that it was', async () => {
    for (const model of ['cached', 'cached-gpt']) {
      const request = { model, ...basic, tools }
      const first = await anthropic.messages.create(request)
      const calls = provider.requests.length
      const { data, response } = await anthropic.messages.create(request).withResponse()
      expect(response.headers.get('slipway-cache')).toBe('hit; exact')
      messageSchema.parse(data)
      const streamed = await post('messages', { ...request, stream: true })
      expectMessageEvents(parseMessageEvents(await streamed.text()))
      const again = await anthropic.messages.stream(request).finalMessage()
      const essence = ({ content, stop_reason }: Anthropic.Message): unknown => [
        content.map(block => (block.type === 'tool_use' ? [block.name, block.input] : block)),
        stop_reason,
      ]
      expect(essence(data)).toEqual(essence(first))
      expect(essence(again)).toEqual(essence(first))
      expect(provider.requests.length).toBe(calls)
    }
  })

  it('aborts the upstream when the client leaves', async () => {
    for (const model of hosted) {
      provider.behave('stall')
      const stream = anthropic.messages.stream({ model, ...basic })
      stream.on('error', () => undefined).on('abort', () => undefined)
      await stream.emitted('streamEvent')
      stream.abort()
      const call = provider.last
      for (let attempt = 0; attempt < 1_500 && call.state !== 'aborted'; attempt += 1) await Bun.sleep(20)
      expect([model, call.state]).toEqual([model, 'aborted'])
    }
  })
})

describe('POST /v1/messages/count_tokens', () => {
  it('counts exactly where the upstream can, and says where it only estimates', async () => {
    for (const model of ['claude', 'support']) {
      const request = { model, messages: hello }
      const counted = await anthropic.messages.countTokens(request)
      const { usage } = await anthropic.messages.create({ ...request, max_tokens: 10 })
      const read = usage.input_tokens + (usage.cache_read_input_tokens ?? 0)
      expect([model, counted]).toEqual([model, { input_tokens: read }])
    }
    const calls = provider.requests.length
    const estimated = await anthropic.messages.countTokens({ model: 'gpt', messages: hello })
    expect(estimated).toMatchObject({ input_tokens: expect.any(Number), is_estimate: true })
    expect(provider.requests.length).toBe(calls)
  })

  it("counts the release's prompt too", async () => {
    await anthropic.messages.countTokens({ model: 'kept', messages: hello })
    expect(JSON.stringify(provider.last.body)).toContain('Be terse.')
  })
})

describe('GET /v1/models', () => {
  it('lists the services as models of Anthropic to its clients', async () => {
    const { data } = await anthropic.models.list()
    expect(data.map(({ id, type }) => [id, type])).toContainEqual(['claude', 'model'])
    expect((await anthropic.models.retrieve('gpt')).display_name).toBe('gpt')
  })
})

async function post(path: string, body: object): Promise<Response> {
  return await fetch(`${product.url}/v1/${path}`, {
    method: 'POST',
    headers: { 'x-api-key': product.adminKey, 'content-type': 'application/json' },
    body: JSON.stringify(body),
  })
}
