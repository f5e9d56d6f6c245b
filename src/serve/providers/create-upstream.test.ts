import { afterAll, beforeAll, describe, expect, it } from 'bun:test'
import net from 'node:net'
import { startFakeProvider, type FakeProvider } from '../../../test/fake-provider/index.ts'
import { providerKinds } from '../../foundation/config/index.ts'
import { createMetricsRegistry, Failure } from '../../foundation/platform/index.ts'
import { chatCall } from './__fixtures__/read.ts'
import { createEngineUpstream, createProviderUpstream } from './create-upstream.ts'
import type { Upstream, UpstreamAnswer, UpstreamCall } from './upstream.ts'
import { freePort, until } from '../../../test/until.ts'

const apiKey = 'sk-test-operator-0123456789'
let provider: FakeProvider

beforeAll(async () => {
  provider = await startFakeProvider({ apiKey })
})
afterAll(() => provider.stop())

const never = (): AbortSignal => new AbortController().signal
const openAi = (key = apiKey): Upstream =>
  createProviderUpstream(
    'p',
    { kind: 'openai', baseUrl: `${provider.url}/v1` },
    { secrets: { apiKey: key }, headers: {} },
  )
const anthropic = (): Upstream =>
  createProviderUpstream(
    'a',
    { kind: 'anthropic', baseUrl: provider.url },
    { secrets: { apiKey }, headers: {} },
  )

/** Reads an answer to its end, as the gateway does. */
async function readOut(answer: UpstreamAnswer): Promise<{ text: string; error: unknown }> {
  if (answer.kind === 'reply') {
    return {
      text: typeof answer.body === 'string' ? answer.body : new TextDecoder().decode(answer.body),
      error: undefined,
    }
  }
  const decoder = new TextDecoder()
  let text = ''
  try {
    const reader = answer.body.getReader()
    for (;;) {
      const { done, value } = await reader.read().catch((cause: unknown) => {
        throw answer.translator.interrupted(cause)
      })
      text += decoder.decode(done ? answer.translator.end() : answer.translator.push(value), { stream: true })
      if (done) return { text, error: undefined }
    }
  } catch (error) {
    return { text, error }
  }
}

async function failureOf(answer: Promise<UpstreamAnswer>): Promise<Failure> {
  try {
    const { error } = await readOut(await answer)
    if (error instanceof Failure) return error
  } catch (error) {
    if (error instanceof Failure) return error
    throw error
  }
  throw new Error('must not succeed')
}

const call = (body: Record<string, unknown> = {}, more: Partial<UpstreamCall> = {}): UpstreamCall =>
  chatCall(body, { model: 'gpt-x', ...more })

describe('createProviderUpstream', () => {
  it('answers through either dialect with the same words', async () => {
    for (const upstream of [openAi(), anthropic()]) {
      const answer = await upstream.send(call(), never())
      const reply = JSON.parse((await readOut(answer)).text) as {
        choices: [{ message: { content: string } }]
      }
      expect(reply.choices[0].message.content).toBe('You said: Hi')
      const { text } = await readOut(await upstream.send(call({ stream: true }), never()))
      expect(text).toContain('" said:"')
      expect(text).toContain('data: [DONE]')
      expect(text).not.toContain('prompt_tokens')
    }
  })

  it('sends trace context, request id and our key, and takes no compression', async () => {
    const upstream = createProviderUpstream(
      'p',
      { kind: 'openai', baseUrl: `${provider.url}/v1/` },
      { secrets: { apiKey }, headers: { 'OpenAI-Organization': 'org-1', 'User-Agent': 'ours' } },
    )
    await upstream.send(call(), never())
    expect(provider.last.headers).toMatchObject({
      authorization: `Bearer ${apiKey}`,
      traceparent: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01',
      'x-request-id': 'req-1',
      'content-type': 'application/json',
      'accept-encoding': 'identity',
      'openai-organization': 'org-1',
      'user-agent': 'ours',
    })
    await anthropic().send(call(), never())
    expect(provider.last.headers).toMatchObject({ 'x-api-key': apiKey, 'anthropic-version': '2023-06-01' })
    expect(provider.last.headers['authorization']).toBeUndefined()
  })

  it('forwards the original text as it is', async () => {
    const original = '{ "model": "gpt-x",\n"messages":[{"role":"user","content":"é\\u00e9"}] }'
    const body = JSON.parse(original) as Record<string, unknown>
    await openAi().send(call({}, { body, original }), never())
    expect(provider.last.text).toBe(original)
  })

  it('reaches Azure by deployment, version and its own header', async () => {
    const upstream = createProviderUpstream(
      'az',
      { kind: 'azure-openai', baseUrl: provider.url, apiVersion: '2024-10-21' },
      { secrets: { apiKey }, headers: {} },
    )
    await upstream.send(call(), never())
    expect(provider.last).toMatchObject({
      path: '/openai/deployments/gpt-x/chat/completions',
      query: 'api-version=2024-10-21',
      refused: undefined,
    })
    expect(provider.last.headers['api-key']).toBe(apiKey)
  })

  it('can be made for every kind, and says where an address is missing', () => {
    for (const kind of providerKinds) {
      const baseUrl = 'http://127.0.0.1:9'
      const more = { region: 'us-east-1', project: 'my-project', location: 'global' }
      expect(
        createProviderUpstream('x', { kind, baseUrl, ...more }, { secrets: {}, headers: {} }),
      ).toBeDefined()
    }
    const bare = { kind: 'azure-openai' } as const
    expect(() => createProviderUpstream('x', bare, { secrets: { apiKey }, headers: {} })).toThrow(
      'providers.x.baseUrl',
    )
  })

  it('answers embeddings and completions, and refuses what a dialect lacks', async () => {
    const body = { model: 's', input: ['a', 'b'] }
    const embedding = await openAi().send(call({}, { body, operation: 'embedding' }), never())
    expect(embedding).toMatchObject({
      kind: 'reply',
      observation: { usage: { inputTokens: 2, outputTokens: 0 } },
    })
    const completion = call(
      {},
      { body: { model: 's', prompt: 'x', stream: true }, operation: 'completion', isStream: true },
    )
    expect((await readOut(await openAi().send(completion, never()))).text).toContain('text_completion')
    expect(await failureOf(anthropic().send(call({}, { operation: 'embedding' }), never()))).toMatchObject({
      code: 'unsupported_parameter',
    })
  })

  it('carries tools, results, images and schemas to Anthropic and back, streaming too', async () => {
    const tools = ['get_weather', 'get_time'].map(name => ({
      type: 'function',
      function: { name, parameters: { type: 'object', properties: { city: { type: 'string' } } } },
    }))
    for (const stream of [false, true]) {
      const first = await anthropic().send(call({ tools, stream }, { isContentWanted: true }), never())
      await readOut(first)
      const observation = first.kind === 'stream' ? first.translator.observation : first.observation
      const message = observation.content as { tool_calls: { id: string; function: { arguments: string } }[] }
      expect(message.tool_calls.map(({ function: { arguments: text } }) => text)).toEqual([
        '{"city":"Paris"}',
        '{"city":"Paris"}',
      ])
      expect(observation.finishReason).toBe('tool_calls')
      const results = message.tool_calls.map(({ id }) => ({
        role: 'tool',
        tool_call_id: id,
        content: 'fine',
      }))
      const messages = [{ role: 'user', content: 'Hi' }, message, ...results]
      const { text } = await readOut(await anthropic().send(call({ tools, messages }), never()))
      expect(text).toContain('You said: fine fine')
    }
    const schema = { type: 'object', properties: { city: { type: 'string' } } }
    const format = { type: 'json_schema', json_schema: { name: 'x', schema } }
    const { text } = await readOut(await anthropic().send(call({ response_format: format }), never()))
    expect(text).toContain('{\\"city\\":\\"Paris\\"}')
  })

  it('refuses n > 1 for Anthropic before anything is sent', async () => {
    const before = provider.requests.length
    const failure = await failureOf(anthropic().send(call({ n: 2 }), never()))
    expect(failure).toMatchObject({ code: 'unsupported_parameter', details: { parameter: 'n' } })
    expect(provider.requests.length).toBe(before)
  })

  it('counts calls by outcome', async () => {
    const metrics = createMetricsRegistry()
    const config = { kind: 'openai', baseUrl: `${provider.url}/v1` } as const
    for (const name of ['one', 'two']) {
      const upstream = createProviderUpstream(name, config, { secrets: { apiKey }, headers: {}, metrics })
      await upstream.send(call(), never())
      await failureOf(upstream.send(call({}, { model: 'fake-error-500' }), never()))
    }
    const text = await metrics.metrics()
    expect(text).toContain('slipway_upstream_calls_total{upstream="two",outcome="ok"} 1')
    expect(text).toContain('slipway_upstream_calls_total{upstream="one",outcome="upstream_error"} 1')
  })
})

describe('createProviderUpstream, when the upstream fails', () => {
  const modes = [false, true]
  const upstreams = [
    ['OpenAI', openAi],
    ['Anthropic', anthropic],
  ] as const

  describe.each(upstreams)('%s', (_name, create) => {
    it.each([
      [{ model: 'fake-error-401' }, 'upstream_unauthorized', 502],
      [{ model: 'fake-error-403' }, 'upstream_unauthorized', 502],
      [{ model: 'fake-error-429' }, 'upstream_rate_limited', 429],
      [{ model: 'fake-error-400' }, 'upstream_rejected', 400],
      [{ model: 'fake-error-404' }, 'upstream_rejected', 404],
      [{ model: 'fake-error-500' }, 'upstream_error', 502],
      [{ model: 'fake-garbage' }, 'upstream_error', 502],
      [{ model: 'fake-error-in-200' }, undefined, undefined],
      [{ model: 'fake-redirect' }, 'upstream_error', 502],
      [{ model: 'fake-die-mid-stream' }, 'upstream_error', 502],
      [{ model: 'fake-end-early' }, 'upstream_error', 502],
    ] as const)('maps %p, streaming and not', async ({ model }, code, status) => {
      for (const stream of modes) {
        const failure = await failureOf(create().send(call({ stream }, { model }), never()))
        if (code) expect([failure.code, failure.status] as unknown[]).toEqual([code, status])
        expect(failure.message).not.toContain('sk-fake')
        expect(String(failure.cause)).not.toContain('0123456789')
      }
    })

    it('says an error in the middle of a stream after what came before', async () => {
      const { text, error } = await readOut(
        await create().send(call({ stream: true }, { model: 'fake-error-mid-stream' }), never()),
      )
      expect(text).toContain('data: {')
      expect(text).not.toContain('[DONE]')
      expect(error).toMatchObject({ code: 'upstream_error' })
    })

    it('stops the upstream at once when the client leaves: before the head, and in the middle of the body', async () => {
      for (const [model, stream] of [
        ['fake-silence', true],
        ['fake-silence', false],
        ['fake-stall', false],
      ] as const) {
        const client = new AbortController()
        const sent = failureOf(create().send(call({ stream }, { model }), client.signal))
        await until(() => provider.requests.at(-1)?.state === 'open', { everyMs: 5 })
        client.abort()
        expect((await sent).code).toBe('client_closed')
        await until(() => provider.last.state === 'aborted', { everyMs: 5 })
      }
      const client = new AbortController()
      const answer = await create().send(call({ stream: true }, { model: 'fake-stall' }), client.signal)
      const out = readOut(answer)
      client.abort()
      expect((await out).error).toMatchObject({ code: 'client_closed' })
      await until(() => provider.last.state === 'aborted', { everyMs: 5 })
    })

    it('says when the time is up', async () => {
      const failure = await failureOf(
        create().send(call({}, { model: 'fake-silence' }), AbortSignal.timeout(30)),
      )
      expect(failure.code).toBe('upstream_timeout')
      const reason = new Failure('shutting_down', 'The server stops.')
      expect(await failureOf(create().send(call(), AbortSignal.abort(reason)))).toBe(reason)
    })
  })

  it('never shows our key, which the upstream quotes', async () => {
    const failure = await failureOf(openAi('sk-wrong-0123456789').send(call(), never()))
    expect(failure.code).toBe('upstream_unauthorized')
    expect(failure.message + String(failure.cause)).not.toContain('sk-wrong-0123456789')
  })

  it('names an upstream that is not there', async () => {
    const port = await freePort()
    const config = { kind: 'vllm', baseUrl: `http://127.0.0.1:${port}/v1` } as const
    const upstream = createProviderUpstream('gone', config, { secrets: {}, headers: {} })
    const failure = await failureOf(upstream.send(call(), never()))
    expect(failure.code).toBe('upstream_unreachable')
    expect(failure.message).toContain('gone')
    expect(failure.cause).toBeDefined()
  })

  it('sends a call once, even where a kept connection dies under it', async () => {
    let calls = 0
    const server = net.createServer(socket => {
      socket.on('error', () => undefined)
      socket.on('data', () => {
        calls += 1
        const body = '{"choices":[]}'
        if (calls === 1) socket.write(`HTTP/1.1 200 OK\r\ncontent-length: ${body.length}\r\n\r\n${body}`)
        else socket.destroy()
      })
    })
    await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
    const { port } = server.address() as net.AddressInfo
    const config = { kind: 'openai', baseUrl: `http://127.0.0.1:${port}/v1` } as const
    const upstream = createProviderUpstream('p', config, { secrets: { apiKey }, headers: {} })
    await upstream.send(call(), never())
    expect((await failureOf(upstream.send(call(), never()))).code).toBe('upstream_unreachable')
    expect(calls).toBe(2)
    server.close()
  })
})

describe('createEngineUpstream', () => {
  it('asks for the endpoint before every call, and speaks to the one that is there now', async () => {
    await using first = await startFakeProvider({ apiKey: 'token-1', text: 'first' })
    await using second = await startFakeProvider({ apiKey: 'token-2', text: 'second' })
    let endpoint = { url: first.url, token: 'token-1' }
    const engine = createEngineUpstream('support', () => endpoint)
    expect((await readOut(await engine.send(call(), never()))).text).toContain('first')
    endpoint = { url: `${second.url}/v1/`, token: 'token-2' }
    expect((await readOut(await engine.send(call(), never()))).text).toContain('second')
  })

  it('calls a lost connection a crash, before and within the answer', async () => {
    const port = await freePort()
    const gone = createEngineUpstream('support', () => ({ url: `http://127.0.0.1:${port}`, token: 't' }))
    expect((await failureOf(gone.send(call(), never()))).code).toBe('engine_crashed')
    const dying = createEngineUpstream('support', () => ({ url: provider.url, token: apiKey }))
    for (const stream of [true, false]) {
      const failure = await failureOf(dying.send(call({ stream }, { model: 'fake-die-mid-stream' }), never()))
      expect(failure.code).toBe('engine_crashed')
    }
  })

  it('passes on that the engine is not ready', async () => {
    const notReady = new Failure('engine_not_ready', 'Loading.')
    const engine = createEngineUpstream('support', () => {
      throw notReady
    })
    expect(await failureOf(engine.send(call(), never()))).toBe(notReady)
  })
})
