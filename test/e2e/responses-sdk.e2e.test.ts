import { afterAll, beforeAll, describe, expect, it } from 'bun:test'
import { BadRequestError, NotFoundError, type OpenAI, RateLimitError } from 'openai'
import { zodTextFormat } from 'openai/helpers/zod'
import type { ResponseInput, ResponseStreamEvent } from 'openai/resources/responses/responses'
import { z } from 'zod'
import { expectOfficial, expectOfficialEvent } from '../official-responses.ts'
import { createTestDatabase, type TestDatabase } from '../database.ts'
import { startFakeProvider, type FakeProvider } from '../fake-provider/index.ts'
import { startProduct, type Product } from '../product.ts'
import { createOpenAi, thrownBy } from '../clients.ts'
import { until } from '../until.ts'

let provider: FakeProvider
let database: TestDatabase
let product: Product
let openai: OpenAI
let config: string

/** Every way to an answer: OpenAI's own API, chat at an OpenAI-compatible server, Anthropic's, and our own engine. */
const services = ['native', 'chat', 'claude', 'support'] as const
/** The engine calls no tools. */
const toolServices = ['native', 'chat', 'claude'] as const

beforeAll(async () => {
  provider = await startFakeProvider({ chunkDelayMs: 2 })
  database = await createTestDatabase()
  config = `
providers:
  openai: { kind: openai, baseUrl: '${provider.url}/v1' }
  server: { kind: openai, baseUrl: '${provider.url}/v1', operations: [chat] }
  claude: { kind: anthropic, baseUrl: '${provider.url}' }
engines:
  support: { model: 'builtin:support' }
services:
  native: { storeContent: true, releases: { v1: { target: { provider: openai, model: gpt-test } } } }
  chat: { storeContent: true, releases: { v1: { target: { provider: server, model: gpt-test } } } }
  claude: { storeContent: true, releases: { v1: { target: { provider: claude, model: claude-test } } } }
  support: { storeContent: true, releases: { v1: { target: { engine: support } } } }
  cached: { storeContent: true, cache: { tenants: all, exact: {} }, releases: { v1: { target: { provider: openai, model: gpt-test } } } }
  forgetful: { releases: { v1: { target: { provider: server, model: gpt-test } } } }
  secretive:
    storeContent: true
    releases:
      v1:
        target: { provider: openai, model: gpt-test }
        prompt: { system: The secret of the house. }
        parameters: { max_tokens: 900 }
  falls-back:
    releases:
      v1:
        target: { provider: openai, model: fake-error-in-200 }
        fallbacks: [{ on: [rate_limit, outage], target: { provider: claude, model: claude-test } }]
  limited: { releases: { v1: { target: { provider: openai, model: fake-error-429 } } } }
  native-dies: { releases: { v1: { target: { provider: openai, model: fake-die-mid-stream } } } }
  native-breaks: { releases: { v1: { target: { provider: openai, model: fake-error-mid-stream } } } }
  chat-dies: { releases: { v1: { target: { provider: server, model: fake-die-mid-stream } } } }
  claude-breaks: { releases: { v1: { target: { provider: claude, model: fake-error-mid-stream } } } }
`
  product = await startProduct({ config, databaseUrl: database.url })
  openai = createOpenAi(product, product.adminKey)
  for (let attempt = 0; attempt < 500; attempt += 1) {
    if ((await fetch(`${product.url}/readyz`)).ok) return
    await Bun.sleep(100)
  }
  throw new Error('the engine did not become ready')
}, 120_000)

afterAll(async () => {
  await product?.stop()
  await provider?.stop()
  await database?.[Symbol.asyncDispose]()
})

const question = 'My lamp arrived broken, please send a new one.'
const weather = {
  type: 'function' as const,
  name: 'get_weather',
  description: 'The weather',
  parameters: { type: 'object', properties: { city: { type: 'string' } } },
  strict: false,
}
const news = { ...weather, name: 'get_news' }

describe('responses.create', () => {
  for (const model of services) {
    it(`answers whole and streams the same, every event as OpenAI describes it: ${model}`, async () => {
      const response = await openai.responses.create({ model, input: question, max_output_tokens: 60 })
      const { output_text: _, ...plain } = response
      expectOfficial('Response', plain)
      expect(response.id).toMatch(/^resp_[0-9a-f]{32}$/)
      expect(response).toMatchObject({ object: 'response', model, store: true, error: null })
      expect(response.usage?.output_tokens).toBeGreaterThan(0)

      const events = await collect(
        await openai.responses.create({ model, input: question, max_output_tokens: 60, stream: true }),
      )
      for (const event of events) expectOfficialEvent({ ...event })
      expect(events.map(event => event.sequence_number)).toEqual(events.map((_event, index) => index))
      expect(events[0]?.type).toBe('response.created')
      const text = events
        .map(event => (event.type === 'response.output_text.delta' ? event.delta : ''))
        .join('')
      const last = endOf(events)
      expect(text).toBe(textOf(last))
      if (model !== 'support') expect(text).toBe(response.output_text)
      expect(new Set(events.flatMap(event => ('response' in event ? event.response.id : []))).size).toBe(1)
      expect(last.id).not.toBe(response.id)
    }, 120_000)
  }

  for (const model of toolServices) {
    it(`calls parallel tools and takes their results, stateless and from a stored response: ${model}`, async () => {
      const tools = [weather, news]
      const input: ResponseInput = [{ role: 'user', content: 'Weather and news?' }]
      const called = await openai.responses.create({ model, input, tools, tool_choice: 'required' })
      const calls = called.output.filter(item => item.type === 'function_call')
      expect(calls.map(call => call.name)).toEqual(['get_weather', 'get_news'])
      const results = calls.map(call => ({
        type: 'function_call_output' as const,
        call_id: call.call_id,
        output: `${call.name} is fine`,
      }))
      const stateless = await openai.responses.create({
        model,
        input: [...input, ...(called.output as ResponseInput), ...results],
        tools,
        store: false,
      })
      expect(stateless.output_text).toContain('is fine')
      expect(stateless).toMatchObject({ store: false })
      const stored = await openai.responses.create({
        model,
        previous_response_id: called.id,
        input: results,
        tools,
      })
      expect(stored.output_text).toBe(stateless.output_text)
      expect(stored.previous_response_id).toBe(called.id)

      const events = await collect(
        await openai.responses.create({ model, input, tools, tool_choice: 'required', stream: true }),
      )
      for (const event of events) expectOfficialEvent({ ...event })
      const done = events.filter(event => event.type === 'response.function_call_arguments.done')
      expect(done.map(event => [event.name, event.arguments])).toEqual(
        calls.map(call => [call.name, call.arguments]),
      )
    }, 120_000)

    it(`parses structured output: ${model}`, async () => {
      const format = zodTextFormat(z.object({ city: z.string() }), 'place')
      const response = await openai.responses.parse({ model, input: 'Where?', text: { format } })
      expect(response.output_parsed).toEqual({ city: 'Paris' })
    })
  }

  it('is assembled by the streams of the official SDK', async () => {
    for (const model of toolServices) {
      const stream = openai.responses.stream({
        model,
        input: 'Weather?',
        tools: [weather, news],
        tool_choice: 'required',
      })
      const final = await stream.finalResponse()
      expect([
        model,
        final.output.map(item => (item.type === 'function_call' ? item.name : item.type)),
      ]).toEqual([model, ['get_weather', 'get_news']])
      const format = zodTextFormat(z.object({ city: z.string() }), 'place')
      const parsed = openai.responses.stream({ model, input: 'Where?', text: { format } })
      expect((await parsed.finalResponse()).output_parsed).toEqual({ city: 'Paris' })
    }
  })

  it('holds an answer of the engine to a schema', async () => {
    const format = zodTextFormat(z.object({ intent: z.enum(['refund', 'other']) }), 'triage')
    const response = await openai.responses.parse({
      model: 'support',
      input: question,
      text: { format },
      max_output_tokens: 100,
    })
    expect(['refund', 'other']).toContain(response.output_parsed!.intent)
  })

  it('takes reasoning back to the model that wrote it: encrypted, and as signed blocks', async () => {
    for (const model of ['native', 'claude'] as const) {
      const reasoning = { effort: 'low' as const, summary: 'auto' as const }
      const extra = model === 'claude' ? { thinking: { type: 'adaptive' } } : { reasoning }
      const request = { model, ...extra, include: ['reasoning.encrypted_content' as const] }
      const first = await openai.responses.create({ ...request, input: 'Think.' } as never)
      const item = first.output.find(one => one.type === 'reasoning')
      expect([model, item?.encrypted_content?.split('.', 3)]).toEqual([
        model,
        ['slipway', '1', model === 'native' ? 'native' : 'blocks'],
      ])
      const next = [...(first.output as ResponseInput), { role: 'user' as const, content: 'And now?' }]
      const second = await openai.responses.create({
        ...request,
        input: [{ role: 'user', content: 'Think.' }, ...next],
      } as never)
      expect(second.output_text).toContain('And now?')
      const third = await openai.responses.create({
        ...request,
        input: 'Then?',
        previous_response_id: second.id,
      } as never)
      expect(third.output_text).toContain('Then?')
      const sent = JSON.stringify(provider.last.body)
      expect(sent).not.toContain('slipway.1')
      expect(sent).toContain(model === 'native' ? 'fake-encrypted-reasoning' : '"signature"')
    }
  })

  it('takes no reasoning to another model: a stored conversation goes on without it', async () => {
    const extra = { reasoning: { effort: 'low' as const } }
    const first = await openai.responses.create({ model: 'native', input: 'Think.', ...extra })
    const moved = openai.responses.create({
      model: 'claude',
      input: 'Go on.',
      previous_response_id: first.id,
    })
    expect((await moved).output_text).toBe('You said: Go on.')
    const input = [...(first.output as ResponseInput), { role: 'user' as const, content: 'Go on.' }]
    const carried = openai.responses.create({ model: 'claude', input })
    expect(await thrownBy(carried)).toMatchObject({ status: 409 })
  })

  it('asks OpenAI to keep nothing, and shows the client nothing of the release', async () => {
    const response = await openai.responses.create({
      model: 'secretive',
      instructions: 'Be terse.',
      input: 'Hi',
    })
    expect(provider.last.body).toMatchObject({
      store: false,
      instructions: 'The secret of the house.\n\nBe terse.',
      max_output_tokens: 900,
    })
    expect(response.instructions).toBe('Be terse.')
    const items = await openai.responses.inputItems.list(response.id)
    expect(JSON.stringify([response, items.data])).not.toContain('of the house')
  })

  it('refuses with the name of the parameter what an upstream cannot do', async () => {
    const search = { model: 'chat', input: 'Hi', tools: [{ type: 'web_search' as const }] }
    const refused = await thrownBy(openai.responses.create(search))
    expect(refused).toBeInstanceOf(BadRequestError)
    expect(refused).toMatchObject({ param: 'tools[0].type', code: 'unsupported_parameter' })
    const background = openai.responses.create({ model: 'native', input: 'Hi', background: true })
    expect(await thrownBy(background)).toMatchObject({ status: 400, param: 'background' })
    const limited = openai.responses.create({ model: 'limited', input: 'Hi', stream: true })
    expect(await thrownBy(limited)).toBeInstanceOf(RateLimitError)
  })

  it('falls back where the upstream has begun a response and then finds the quota used up', async () => {
    const events = await collect(
      await openai.responses.create({ model: 'falls-back', input: 'Hi there', stream: true }),
    )
    expect(events.map(event => event.sequence_number)).toEqual([...events.keys()])
    expect(events.filter(event => event.type === 'response.created')).toHaveLength(1)
    expect(textOf(endOf(events))).toBe('You said: Hi there')
    const paths = provider.requests.slice(-2).map(request => request.path)
    expect(paths).toEqual(['/v1/responses', '/v1/messages'])
  })

  it('ends a stream that breaks with response.failed and nothing after it', async () => {
    for (const model of ['native-dies', 'native-breaks', 'chat-dies', 'claude-breaks']) {
      const input = 'one two three four five six seven eight nine ten'
      const response = await post({ model, input, stream: true })
      const text = await response.text()
      const events = text
        .split('\n\n')
        .filter(block => block.startsWith('event: '))
        .map(block => JSON.parse(block.slice(block.indexOf('data: ') + 6)) as Record<string, unknown>)
      for (const event of events) expectOfficialEvent(event)
      expect([model, events.map(event => event['sequence_number'])]).toEqual([model, [...events.keys()]])
      expect([model, events[0]?.['type'], events.at(-1)?.['type']]).toEqual([
        model,
        'response.created',
        'response.failed',
      ])
      expect(events.filter(event => event['type'] === 'response.failed')).toHaveLength(1)
    }
  }, 120_000)
})

describe('stored responses', () => {
  it('are read again, listed with their input, and deleted', async () => {
    const first = await openai.responses.create({ model: 'chat', input: 'I am Ada.', metadata: { a: 'b' } })
    const second = await openai.responses.create({
      model: 'native',
      input: [{ role: 'user', content: [{ type: 'input_text', text: 'Who am I?' }] }],
      previous_response_id: first.id,
    })
    expect(provider.last.body).toMatchObject({
      input: [
        { role: 'user', content: 'I am Ada.' },
        { role: 'assistant', content: [{ type: 'output_text', text: 'You said: I am Ada.' }] },
        { role: 'user' },
      ],
    })
    expect(provider.last.body).not.toHaveProperty('previous_response_id')
    const read = await openai.responses.retrieve(second.id)
    expect(read).toEqual(second)
    const list = await openai.responses.inputItems.list(second.id, { order: 'asc' })
    expect(list.data.map(item => item.type)).toEqual(['message', 'message', 'message'])
    const raw = await fetch(`${product.url}/v1/responses/${second.id}/input_items?limit=2`, {
      headers: headers(),
    })
    const page = (await raw.json()) as { has_more: boolean; last_id: string; data: { id: string }[] }
    expectOfficial('ResponseItemList', page)
    expect(page).toMatchObject({ has_more: true, data: [{ id: list.data[2]!.id }, { id: list.data[1]!.id }] })
    const rest = await openai.responses.inputItems.list(second.id, { after: page.last_id })
    expect(rest.data.map(item => item.id)).toEqual([list.data[0]!.id])

    const cancelled = openai.responses.cancel(second.id)
    expect(await thrownBy(cancelled)).toMatchObject({ status: 400 })
    await openai.responses.delete(second.id)
    for (const call of [
      () => openai.responses.retrieve(second.id),
      () => openai.responses.delete(second.id),
      () => openai.responses.inputItems.list(second.id),
    ]) {
      expect(await thrownBy(call())).toBeInstanceOf(NotFoundError)
    }
    const gone = openai.responses.create({ model: 'chat', input: 'x', previous_response_id: second.id })
    expect(await thrownBy(gone)).toMatchObject({ status: 400, code: 'previous_response_not_found' })
    expect((await openai.responses.retrieve(first.id)).metadata).toEqual({ a: 'b' })
  })

  it('can be gone on from by reference to an item', async () => {
    const first = await openai.responses.create({ model: 'chat', input: 'Remember me.' })
    const [item] = first.output
    await openai.responses.create({
      model: 'chat',
      input: [
        { type: 'item_reference', id: item!.id! },
        { role: 'user', content: 'And?' },
      ],
    })
    expect(provider.last.body).toMatchObject({
      messages: [
        { role: 'assistant', content: 'You said: Remember me.' },
        { role: 'user', content: 'And?' },
      ],
    })
    const unknown = openai.responses.create({
      model: 'chat',
      input: [{ type: 'item_reference', id: 'msg_1' }],
    })
    expect(await thrownBy(unknown)).toMatchObject({ status: 400, param: 'input[0].id' })
  })

  it('are made of answers from the cache too, which are whole answers with ids of their own', async () => {
    const request = { model: 'cached', input: 'Is this kept?', reasoning: { effort: 'low' as const } }
    const first = await openai.responses.create(request)
    const asked = provider.requests.length
    const second = await openai.responses.create(request)
    const events = await collect(await openai.responses.create({ ...request, stream: true }))
    expect(provider.requests.length).toBe(asked)
    for (const event of events) expectOfficialEvent({ ...event })
    const third = endOf(events)
    expect(new Set([first.id, second.id, third.id]).size).toBe(3)
    expect([second.output_text, textOf(third)]).toEqual([first.output_text, first.output_text])
    const next = await openai.responses.create({ ...request, input: 'So?', previous_response_id: third.id })
    expect(next.output_text).toContain('So?')
    expect((await openai.responses.retrieve(second.id)).output_text).toBe(first.output_text)
  })

  it('are not made where the client or the service does not want them', async () => {
    for (const request of [{ model: 'chat', store: false }, { model: 'forgetful' }]) {
      const response = await openai.responses.create({ ...request, input: 'Hi' })
      expect(response).toMatchObject({ store: false })
      expect(await thrownBy(openai.responses.retrieve(response.id))).toBeInstanceOf(NotFoundError)
    }
    const refused = openai.responses.create({ model: 'forgetful', store: true, input: 'Hi' })
    expect(await thrownBy(refused)).toMatchObject({ status: 400, param: 'store' })
  })

  it('are not found by another tenant, nor by a key that may not call the service', async () => {
    await control('POST', '/api/tenants', { id: 'acme' })
    const acme = createOpenAi(product, await createKey({ tenant: 'acme', role: 'service' }))
    const narrow = createOpenAi(
      product,
      await createKey({ tenant: 'acme', role: 'service', services: ['native'] }),
    )
    const { id } = await acme.responses.create({ model: 'chat', input: 'Ours.' })
    expect((await acme.responses.retrieve(id)).id).toBe(id)
    for (const stranger of [openai, narrow]) {
      expect(await thrownBy(stranger.responses.retrieve(id))).toBeInstanceOf(NotFoundError)
      expect(await thrownBy(stranger.responses.delete(id))).toBeInstanceOf(NotFoundError)
      expect(await thrownBy(stranger.responses.inputItems.list(id))).toBeInstanceOf(NotFoundError)
      const next = stranger.responses.create({ model: 'native', input: 'x', previous_response_id: id })
      expect(await thrownBy(next)).toMatchObject({ status: 400, code: 'previous_response_not_found' })
    }
    expect((await acme.responses.retrieve(id)).id).toBe(id)
    const anonymous = await fetch(`${product.url}/v1/responses/${id}`)
    expect(anonymous.status).toBe(401)
  })

  it('outlive a kill, and are found by other replicas, which hear of a deletion', async () => {
    const streamed = await collect(
      await openai.responses.create({ model: 'claude', input: 'Streamed.', stream: true }),
    )
    const { id } = endOf(streamed)
    const other = await startProduct({
      config,
      databaseUrl: database.url,
      environment: { SLIPWAY_OBJECT_STORE: `${product.dataDirectory}/objects` },
    })
    try {
      const there = createOpenAi(other, other.adminKey)
      expect((await there.responses.retrieve(id)).output_text).toContain('Streamed.')
      const { id: doomed } = await openai.responses.create({ model: 'chat', input: 'Forget me.' })
      await there.responses.delete(doomed)
      // the one that did not delete it has it in memory until it hears
      await until(() =>
        openai.responses.retrieve(doomed).then(
          () => false,
          (error: { status?: number }) => error.status === 404,
        ),
      )
      process.kill(product.pid, 'SIGKILL')
      await product.exited
      product = other
      openai = there
      const next = await openai.responses.create({
        model: 'claude',
        input: 'More.',
        previous_response_id: id,
      })
      expect(next.output_text).toContain('More.')
      expect(JSON.stringify(provider.last.body)).toContain('Streamed.')
    } catch (error) {
      if (product !== other) await other.stop()
      throw error
    }
  }, 120_000)
})

function headers(): Record<string, string> {
  return { authorization: `Bearer ${product.adminKey}`, 'content-type': 'application/json' }
}

async function post(body: object): Promise<Response> {
  const init = { method: 'POST', headers: headers(), body: JSON.stringify(body) }
  return await fetch(`${product.url}/v1/responses`, init)
}

async function control(method: string, path: string, body: object): Promise<Record<string, unknown>> {
  const response = await fetch(product.url + path, { method, headers: headers(), body: JSON.stringify(body) })
  const answer = (await response.json()) as Record<string, unknown>
  expect([path, response.status < 300, answer['error']]).toEqual([path, true, undefined])
  return answer
}

async function createKey(fields: object): Promise<string> {
  const answer = await control('POST', '/api/keys', { name: 'test', ...fields })
  return String(answer['secret'])
}

async function collect(stream: AsyncIterable<ResponseStreamEvent>): Promise<ResponseStreamEvent[]> {
  const events: ResponseStreamEvent[] = []
  for await (const event of stream) events.push(event)
  return events
}

function endOf(events: readonly ResponseStreamEvent[]): OpenAI.Responses.Response {
  const last = events.at(-1)
  if (last?.type !== 'response.completed' && last?.type !== 'response.incomplete') {
    throw new Error(`the stream ended with ${last?.type}`)
  }
  return last.response
}

function textOf(response: OpenAI.Responses.Response): string {
  const parts = response.output.flatMap(item => (item.type === 'message' ? item.content : []))
  return parts.map(part => (part.type === 'output_text' ? part.text : '')).join('')
}

/** The promises of the SDK are lazy, which `expect(…).rejects` does not know. */
