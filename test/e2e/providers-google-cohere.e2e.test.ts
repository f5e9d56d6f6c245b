import { afterAll, beforeAll, describe, expect, it } from 'bun:test'
import OpenAI, { APIError } from 'openai'
import type { ChatCompletionMessageParam, ChatCompletionTool } from 'openai/resources/chat/completions'
import { thoughtSignature } from '../fake-provider/gemini.ts'
import { startFakeTokens, type FakeTokens } from '../fake-provider/google-tokens.ts'
import { startFakeProvider, type FakeProvider } from '../fake-provider/index.ts'
import { startProduct, type Product } from '../product.ts'
import { thrownBy } from '../clients.ts'

const googleKey = 'AIzaFakeKeyOfGemini0123456789'
const cohereKey = 'co-fake-key-0123456789'

let gemini: FakeProvider
let vertex: FakeProvider
let cohere: FakeProvider
let tokens: FakeTokens
let product: Product
let openai: OpenAI

beforeAll(async () => {
  gemini = await startFakeProvider({ apiKey: googleKey, cachedTokens: 1 })
  vertex = await startFakeProvider({ apiKey: 'ya29.fake-token-1' })
  cohere = await startFakeProvider({ apiKey: cohereKey })
  tokens = await startFakeTokens()
  const place = `project: my-project, location: europe-west4, baseUrl: '${vertex.url}/v1'`
  product = await startProduct({
    environment: {
      GEMINI_API_KEY: googleKey,
      COHERE_API_KEY: cohereKey,
      GOOGLE_KEY: tokens.credentials,
      WRONG_KEY: 'AIzaWrongKeyOfGemini0123456789',
    },
    config: `
providers:
  gemini: { kind: gemini, baseUrl: '${gemini.url}/v1beta', apiKey: { env: GEMINI_API_KEY } }
  wrong: { kind: gemini, baseUrl: '${gemini.url}/v1beta', apiKey: { env: WRONG_KEY } }
  vertex: { kind: vertex, ${place}, credentials: { env: GOOGLE_KEY } }
  cohere: { kind: cohere, baseUrl: '${cohere.url}', apiKey: { env: COHERE_API_KEY } }
services:
  gemini: { storeContent: true, releases: { v1: { target: { provider: gemini, model: gemini-3-pro } } } }
  gemini-old: { releases: { v1: { target: { provider: gemini, model: gemini-2.5-flash } } } }
  vertex: { storeContent: true, releases: { v1: { target: { provider: vertex, model: gemini-3-pro } } } }
  claude: { storeContent: true, releases: { v1: { target: { provider: vertex, model: claude-sonnet-4-5 } } } }
  cohere: { storeContent: true, releases: { v1: { target: { provider: cohere, model: command-a } } } }
  queries:
    releases: { v1: { target: { provider: cohere, model: embed-v4 }, parameters: { input_type: search_query } } }
  wrong: { retries: { attempts: 0 }, releases: { v1: { target: { provider: wrong, model: gemini-3-pro } } } }
  limited: { retries: { attempts: 0 }, releases: { v1: { target: { provider: gemini, model: fake-error-429 } } } }
  dying: { retries: { attempts: 0 }, releases: { v1: { target: { provider: cohere, model: fake-die-mid-stream } } } }
`,
  })
  openai = new OpenAI({ baseURL: `${product.url}/v1`, apiKey: product.adminKey, maxRetries: 0 })
}, 120_000)

afterAll(async () => {
  await product?.stop()
  await gemini?.stop()
  await vertex?.stop()
  await cohere?.stop()
  await tokens?.[Symbol.asyncDispose]()
})

const schema = {
  type: 'object',
  properties: { city: { type: 'string' }, days: { type: 'integer' } },
  required: ['city', 'days'],
  additionalProperties: false,
}
const tools: ChatCompletionTool[] = ['get_weather', 'get_time'].map(name => ({
  type: 'function',
  function: { name, parameters: schema },
}))

/** Without a client, where its promises would be in the way. */
function post(path: string, body: object): Promise<Response> {
  return fetch(product.url + path, {
    method: 'POST',
    headers: { authorization: `Bearer ${product.adminKey}`, 'content-type': 'application/json' },
    body: JSON.stringify(body),
  })
}

const received = (): FakeProvider[] => [gemini, vertex, cohere]
const refusals = (): (string | undefined)[] =>
  received().flatMap(fake => fake.requests.filter(one => one.refused !== undefined).map(one => one.refused))

describe.each(['gemini', 'vertex', 'claude', 'cohere'])('%s, by the official OpenAI client', model => {
  it('chats, whole and streamed, with the usage', async () => {
    const request = {
      model,
      messages: [
        { role: 'system' as const, content: 'Be brief.' },
        { role: 'user' as const, content: 'Grüße aus Łódź 🌍' },
      ],
      max_completion_tokens: 50,
      temperature: 0.5,
    }
    const reply = await openai.chat.completions.create(request)
    expect(reply.choices[0]).toMatchObject({
      finish_reason: 'stop',
      message: { role: 'assistant', content: 'You said: Grüße aus Łódź 🌍' },
    })
    expect(reply.usage?.total_tokens).toBeGreaterThan(6)
    const stream = openai.chat.completions.stream({ ...request, stream_options: { include_usage: true } })
    const whole = await stream.finalChatCompletion()
    expect(whole.choices[0]?.message.content).toBe('You said: Grüße aus Łódź 🌍')
    expect(whole.usage).toEqual(reply.usage)
    const cut = await openai.chat.completions.create({ ...request, max_completion_tokens: 2 })
    expect(cut.choices[0]).toMatchObject({ finish_reason: 'length', message: { content: 'You said:' } })
    expect(refusals()).toEqual([])
  })

  it('calls tools in parallel, whole and streamed, and takes their answers in any order', async () => {
    for (const isStreamed of [false, true]) {
      const messages: ChatCompletionMessageParam[] = [{ role: 'user', content: 'Oslo?' }]
      const asked = { model, messages, tools }
      const { choices } = isStreamed
        ? await openai.chat.completions.stream(asked).finalChatCompletion()
        : await openai.chat.completions.create(asked)
      const { message, finish_reason: reason } = choices[0]!
      expect(reason).toBe('tool_calls')
      const calls = message.tool_calls ?? []
      expect(calls.map(call => call.type === 'function' && call.function.name)).toEqual([
        'get_weather',
        'get_time',
      ])
      expect(calls.map(call => call.type === 'function' && JSON.parse(call.function.arguments))).toEqual(
        Array(2).fill({ city: 'Paris', days: 7 }),
      )
      const answers = calls.map(
        (call, index) => ({ role: 'tool', tool_call_id: call.id, content: `answer ${index}` }) as const,
      )
      // whole answers keep Google's field on the call; a client that lost it is helped out
      const next = await openai.chat.completions.create({
        model,
        messages: [...messages, message, ...answers.toReversed()],
        tools,
      })
      expect(next.choices[0]?.message.content).toContain('You said:')
    }
    expect(refusals()).toEqual([])
  })

  it('answers in a schema, and thinks aloud where it is asked to', async () => {
    const structured = await openai.chat.completions.parse({
      model,
      messages: [{ role: 'user', content: 'Where?' }],
      response_format: { type: 'json_schema', json_schema: { name: 'place', schema, strict: true } },
    })
    const parsed: unknown = structured.choices[0]?.message.parsed
    expect(parsed).toEqual({ city: 'Paris', days: 7 })
    const thought = await openai.chat.completions.create({
      model,
      messages: [{ role: 'user', content: 'Hi' }],
      reasoning_effort: 'high',
    })
    if (model !== 'claude') {
      expect(thought.choices[0]?.message).toMatchObject({ reasoning_content: 'Let me think about that.' })
    }
    expect(refusals()).toEqual([])
  })
})

describe('Gemini', () => {
  it('gets back what it signed, through the chat of the client', async () => {
    const messages: ChatCompletionMessageParam[] = [{ role: 'user', content: 'Oslo?' }]
    const { choices } = await openai.chat.completions.create({ model: 'gemini', messages, tools })
    const message = choices[0]!.message
    expect(message.tool_calls?.[0]).toMatchObject({
      extra_content: { google: { thought_signature: thoughtSignature } },
    })
    const answers = (message.tool_calls ?? []).map(
      call => ({ role: 'tool', tool_call_id: call.id, content: 'cold' }) as const,
    )
    await openai.chat.completions.create({
      model: 'gemini',
      messages: [...messages, message, ...answers],
      tools,
    })
    expect(gemini.last.text).toContain(`"thoughtSignature":"${thoughtSignature}"`)
    expect(gemini.last.text).not.toContain('skip_thought_signature_validator')
    expect(gemini.last.headers['x-goog-api-key']).toBe(googleKey)
    expect(gemini.last.query).toBe('')
  })

  it('embeds, on Vertex with its tokens', async () => {
    const { data } = await openai.embeddings.create({ model: 'gemini-old', input: ['a', 'bb'] })
    expect(data.map(one => one.embedding.length)).toEqual([8, 8])
    expect(gemini.last.path).toEndWith(':batchEmbedContents')
    const { usage } = await openai.embeddings.create({ model: 'vertex', input: ['a b c', 'd'] })
    expect(usage.prompt_tokens).toBe(4)
  })

  it('says when to come again, and nothing of the key', async () => {
    const limited = await thrownBy(
      openai.chat.completions.create({ model: 'limited', messages: [{ role: 'user', content: 'Hi' }] }),
    )
    expect(limited).toMatchObject({ status: 429 })
    expect((limited as APIError).headers?.get('retry-after')).toBe('35')
    const wrong = await thrownBy(
      openai.chat.completions.create({ model: 'wrong', messages: [{ role: 'user', content: 'Hi' }] }),
    )
    expect(wrong).toMatchObject({ status: 502, message: expect.stringContaining('refused our credentials') })
    const log = product.lines.join('\n')
    for (const secret of [googleKey, 'AIzaWrongKey', cohereKey, 'PRIVATE KEY', 'ya29.']) {
      expect(log).not.toContain(secret)
    }
  })
})

describe('Vertex AI', () => {
  it('is asked with one token for all calls', () => {
    expect(tokens.count).toBe(1)
    expect(new Set(vertex.requests.map(one => one.headers['authorization']))).toEqual(
      new Set(['Bearer ya29.fake-token-1']),
    )
    expect(
      vertex.requests.some(one =>
        one.path.endsWith('/publishers/anthropic/models/claude-sonnet-4-5:rawPredict'),
      ),
    ).toBe(true)
  })
})

describe('Cohere', () => {
  it('embeds for what it is told, by the client or the release', async () => {
    const { data } = await openai.embeddings.create({ model: 'queries', input: ['a', 'b'] })
    expect(data).toHaveLength(2)
    expect(cohere.last.body).toMatchObject({ input_type: 'search_query' })
    const untold = await post('/v1/embeddings', { model: 'cohere', input: 'a' })
    expect(untold.status).toBe(400)
    expect(await untold.json()).toMatchObject({ error: { param: 'input_type' } })
  })

  it('ranks, charged by the search', async () => {
    const documents = ['Berlin', 'capital']
    const response = await post('/v1/rerank', { model: 'cohere', query: 'capital of France', documents })
    const ranked = (await response.json()) as { results: { index: number }[] }
    expect(ranked.results.map(one => one.index)).toEqual([1, 0])
    expect(cohere.last.path).toBe('/v2/rerank')
  })

  it('ends a stream that was cut with an error', async () => {
    const stream = openai.chat.completions.stream({
      model: 'dying',
      messages: [{ role: 'user', content: 'a b c d e f g' }],
    })
    expect(await thrownBy(stream.finalChatCompletion())).toBeInstanceOf(APIError)
  })
})
