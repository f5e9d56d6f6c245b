import { afterAll, beforeAll, describe, expect, it } from 'bun:test'
import { createOpenAICompatible } from '@ai-sdk/openai-compatible'
import { embed, generateText, jsonSchema, streamText } from 'ai'
import { Ajv2020 } from 'ajv/dist/2020.js'
import { startFakeProvider } from '../fake-provider/index.ts'
import type { FakeProvider } from '../fake-provider/index.ts'
import description from '../fixtures/openai-responses.json' with { type: 'json' }
import { startProduct } from '../product.ts'
import type { Product } from '../product.ts'

let provider: FakeProvider
let product: Product

/** Every service that a client could reach: hosted in both dialects, and the built-in model on its engine. */
const services = ['hosted', 'claude', 'support'] as const

beforeAll(async () => {
  provider = await startFakeProvider()
  product = await startProduct({
    config: `
providers:
  fake: { kind: openai, baseUrl: '${provider.url}/v1' }
  claude: { kind: anthropic, baseUrl: '${provider.url}' }
engines:
  support: { model: 'builtin:support' }
services:
  hosted: { releases: { v1: { target: { provider: fake, model: gpt-test } } } }
  claude: { releases: { v1: { target: { provider: claude, model: claude-test } } } }
  support: { releases: { v1: { target: { engine: support } } } }
`,
  })
  for (let attempt = 0; attempt < 500; attempt += 1) {
    if ((await fetch(`${product.url}/readyz`)).ok) return
    await Bun.sleep(100)
  }
  throw new Error('the engine did not become ready')
}, 120_000)

afterAll(async () => {
  await product?.stop()
  await provider?.stop()
})

const ajv = new Ajv2020({ strict: false, validateFormats: false })
ajv.addSchema(description, 'openai')

function expectValid(name: keyof (typeof description)['components']['schemas'], value: unknown): void {
  const validate = ajv.getSchema(`openai#/components/schemas/${name}`)
  if (!validate) throw new Error(`there is no schema ${name}`)
  void validate(value)
  expect({ name, errors: validate.errors, value: validate.errors && value }).toEqual({
    name,
    errors: null,
    value: null,
  })
}

async function post(path: string, body: object): Promise<Response> {
  return await fetch(`${product.url}/v1/${path}`, {
    method: 'POST',
    headers: { authorization: `Bearer ${product.adminKey}`, 'content-type': 'application/json' },
    body: JSON.stringify(body),
  })
}

const messages = [{ role: 'user', content: 'My lamp arrived broken, please send a new one.' }]

describe("answers against OpenAI's own description", () => {
  it('holds for chat completions, whole and streamed, of every service', async () => {
    for (const model of services) {
      const whole = await post('chat/completions', { model, messages, max_tokens: 60 })
      expect([model, whole.status]).toEqual([model, 200])
      expectValid('CreateChatCompletionResponse', await whole.json())

      const streamed = await post('chat/completions', {
        model,
        messages,
        max_tokens: 60,
        stream: true,
        stream_options: { include_usage: true },
      })
      expect(streamed.headers.get('content-type')).toContain('text/event-stream')
      const events = (await streamed.text()).split('\n\n').filter(event => event !== '')
      expect(events.pop()).toBe('data: [DONE]')
      const chunks = events.map(event => JSON.parse(event.slice('data: '.length)) as { usage?: unknown })
      for (const chunk of chunks) expectValid('CreateChatCompletionStreamResponse', chunk)
      expect(chunks.at(-1)?.usage).toBeTruthy()
    }
  }, 120_000)

  it('holds for completions, embeddings and models', async () => {
    for (const model of ['hosted', 'support']) {
      const completion = await post('completions', { model, prompt: 'Once upon', max_tokens: 20 })
      expectValid('CreateCompletionResponse', await completion.json())
      const embedding = await post('embeddings', { model, input: ['one', 'two'] })
      expectValid('CreateEmbeddingResponse', await embedding.json())
    }
    const headers = { authorization: `Bearer ${product.adminKey}` }
    expectValid('ListModelsResponse', await (await fetch(`${product.url}/v1/models`, { headers })).json())
    expectValid('Model', await (await fetch(`${product.url}/v1/models/support`, { headers })).json())
  })

  it('holds for errors', async () => {
    const bodies = [
      { messages },
      { model: 'nope', messages },
      { model: 'hosted', messages: [] },
      { model: 'hosted', messages: 'hi' },
      { model: 'support', messages, temperature: 'hot' },
      { model: 'support', messages: [{ role: 'user', content: 'far too long '.repeat(2_000) }] },
    ]
    for (const body of bodies) {
      const response = await post('chat/completions', body)
      expect(response.status).toBeGreaterThanOrEqual(400)
      expect(response.status).toBeLessThan(500)
      expectValid('ErrorResponse', await response.json())
    }
  })
})

describe('the built-in model', () => {
  it('answers a support message with one line of JSON whose fields are right', async () => {
    const response = await post('chat/completions', { model: 'support', messages, temperature: 0 })
    const { choices } = (await response.json()) as { choices: { message: { content: string } }[] }
    const answer = JSON.parse(choices[0]!.message.content) as Record<string, string>
    expect(answer['product']).toContain('lamp')
    expect(Object.keys(answer)).toEqual(['intent', 'product', 'urgency', 'reply'])
  })
})

describe('the Vercel AI SDK', () => {
  const slipway = (): ReturnType<typeof createOpenAICompatible> =>
    createOpenAICompatible({
      name: 'slipway',
      baseURL: `${product.url}/v1`,
      apiKey: product.adminKey,
      includeUsage: true,
    })

  it('generates and streams the same text', async () => {
    const prompt = 'Hello there'
    const { text } = await generateText({ model: slipway()('hosted'), prompt })
    expect(text).toContain('Hello there')
    const streamed = streamText({ model: slipway()('hosted'), prompt })
    expect(await streamed.text).toBe(text)
    expect((await streamed.usage).outputTokens).toBeGreaterThan(0)
  })

  it('calls tools', async () => {
    const inputSchema = jsonSchema({ type: 'object', properties: { city: { type: 'string' } } })
    const { toolCalls } = await generateText({
      model: slipway()('claude'),
      prompt: 'How is the weather?',
      tools: { get_weather: { description: 'The weather', inputSchema } },
      toolChoice: 'required',
    })
    expect(toolCalls[0]?.toolName).toBe('get_weather')
  })

  it('embeds', async () => {
    const { embedding } = await embed({ model: slipway().textEmbeddingModel('support'), value: 'a lamp' })
    expect(embedding.length).toBeGreaterThan(16)
  })
})
