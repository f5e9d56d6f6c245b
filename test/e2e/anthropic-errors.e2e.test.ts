import Anthropic, {
  APIError,
  AuthenticationError,
  BadRequestError,
  NotFoundError,
  RateLimitError,
} from '@anthropic-ai/sdk'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'bun:test'
import { errorSchema, expectMessageEvents, parseMessageEvents } from '../anthropic-events.ts'
import { startFakeProvider } from '../fake-provider/index.ts'
import type { FakeProvider } from '../fake-provider/index.ts'
import { startProduct } from '../product.ts'
import type { Product } from '../product.ts'

const kinds = ['openai', 'anthropic'] as const
/** A provider of its own for each way to break: one that has failed is spared for a while. */
const failures = [
  'limited',
  'overloaded',
  'end-early',
  'error-mid-stream',
  'die-mid-stream',
  'error-in-200',
] as const
const broken = failures.flatMap(failure => kinds.map(kind => ({ name: `${failure}-${kind}`, kind })))

let provider: FakeProvider
let product: Product
let anthropic: Anthropic

beforeAll(async () => {
  // apart, so that what breaks off has begun: until then it would be an ordinary error
  provider = await startFakeProvider({ chunkDelayMs: 20 })
  const address = { openai: `${provider.url}/v1`, anthropic: provider.url }
  product = await startProduct({
    config: `
providers:
  fake: { kind: openai, baseUrl: '${address.openai}' }
${broken.map(({ name, kind }) => `  ${name}: { kind: ${kind}, baseUrl: '${address[kind]}' }`).join('\n')}
services:
  gpt: { releases: { v1: { target: { provider: fake, model: gpt-test } } } }
${broken.map(({ name }) => `  ${name}: { releases: { v1: { target: { provider: ${name}, model: a-model } } } }`).join('\n')}
`,
  })
  anthropic = new Anthropic({ baseURL: product.url, apiKey: product.adminKey, maxRetries: 0 })
}, 120_000)

afterEach(() => provider.behave('answer'))

afterAll(async () => {
  await product?.stop()
  await provider?.stop()
})

const hello = [{ role: 'user' as const, content: 'Hello there' }]
const basic = { max_tokens: 200, messages: hello }

describe("errors in Anthropic's words", () => {
  const failure = async (work: Promise<unknown>): Promise<APIError> => {
    const outcome: unknown = await work.then(
      () => undefined,
      (error: unknown) => error,
    )
    if (!(outcome instanceof APIError)) throw new Error(`expected an APIError, got ${String(outcome)}`)
    return outcome
  }

  it('turns a wrong key away, and takes a right one in either header', async () => {
    const stranger = new Anthropic({ baseURL: product.url, apiKey: 'sk-slip-wrong', maxRetries: 0 })
    const error = await failure(stranger.messages.create({ model: 'gpt', ...basic }))
    expect(error).toBeInstanceOf(AuthenticationError)
    expect(errorSchema.parse(error.error).error.type).toBe('authentication_error')
    expect(error.requestID).toBeTruthy()
    const bearer = new Anthropic({
      baseURL: product.url,
      apiKey: null,
      authToken: product.adminKey,
      maxRetries: 0,
    })
    expect((await bearer.messages.create({ model: 'gpt', ...basic })).type).toBe('message')
  })

  it('names an unknown model and the field at fault', async () => {
    const unknown = await failure(anthropic.messages.create({ model: 'nope', ...basic }))
    expect(unknown).toBeInstanceOf(NotFoundError)
    const path = await failure(anthropic.messages.batches.list())
    expect(path).toBeInstanceOf(NotFoundError)
    expect(errorSchema.parse(path.error).error.type).toBe('not_found_error')
    const empty = await failure(anthropic.messages.create({ model: 'gpt', max_tokens: 5, messages: [] }))
    expect(empty).toBeInstanceOf(BadRequestError)
    expect(empty.message).toContain('messages:')
    const foreign = await failure(
      anthropic.messages.create({
        model: 'gpt',
        ...basic,
        tools: [{ type: 'web_search_20250305', name: 'web_search' }],
      }),
    )
    expect(foreign.message).toContain('`tools.0.type`')
    const odd = await failure(anthropic.messages.create({ model: 'gpt', ...basic, container: 'c1' }))
    expect(odd.message).toContain('`container`')
  })

  it('passes a rate limit and an overload on, with when to come back', async () => {
    for (const kind of kinds) {
      provider.behave({ status: 429, headers: { 'retry-after': '7' } })
      const limited = await failure(anthropic.messages.create({ model: `limited-${kind}`, ...basic }))
      expect(limited).toBeInstanceOf(RateLimitError)
      expect(limited.headers?.get('retry-after')).toBe('7')
      provider.behave({ status: 503 })
      const overloaded = await failure(anthropic.messages.create({ model: `overloaded-${kind}`, ...basic }))
      expect(overloaded.status).toBe(529)
      expect(errorSchema.parse(overloaded.error).error.type).toBe('overloaded_error')
    }
  }, 120_000)

  it('ends a broken stream with one error event, and nothing after it', async () => {
    for (const kind of kinds) {
      for (const behaviour of ['end-early', 'error-mid-stream', 'die-mid-stream'] as const) {
        const model = `${behaviour}-${kind}`
        provider.behave(behaviour)
        const response = await post('messages', { model, ...basic, stream: true })
        const events = parseMessageEvents(await response.text())
        expectMessageEvents(events)
        expect([model, events.at(-1)?.type]).toEqual([model, 'error'])
        expect(events.filter(({ type }) => type === 'message_start')).toHaveLength(1)
      }
      provider.behave('end-early')
      await failure(anthropic.messages.stream({ model: `end-early-${kind}`, ...basic }).finalMessage())
    }
  }, 120_000)

  it('answers an error in place of the first event as an ordinary error', async () => {
    for (const kind of kinds) {
      provider.behave('error-in-200')
      const response = await post('messages', { model: `error-in-200-${kind}`, ...basic, stream: true })
      expect(response.status).toBeGreaterThanOrEqual(400)
      errorSchema.parse(await response.json())
    }
  }, 120_000)
})

async function post(path: string, body: object): Promise<Response> {
  return await fetch(`${product.url}/v1/${path}`, {
    method: 'POST',
    headers: { 'x-api-key': product.adminKey, 'content-type': 'application/json' },
    body: JSON.stringify(body),
  })
}
