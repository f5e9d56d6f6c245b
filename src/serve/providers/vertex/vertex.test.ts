import { afterEach, describe, expect, it, setSystemTime } from 'bun:test'
import { startFakeTokens } from '../../../../test/fake-provider/google-tokens.ts'
import { until } from '../../../../test/until.ts'
import { generateSchema, predictSchema } from '../../../../test/fake-provider/gemini-schema.ts'
import { usageOf, type ProviderConfig } from '../../../foundation/config/index.ts'
import { Failure } from '../../../foundation/platform/index.ts'
import { chatCall, readFixture } from '../__fixtures__/read.ts'
import type { Dialect } from '../dialect.ts'
import { UpstreamFailures } from '../upstream-failures.ts'
import { createAccessTokens } from './access-token.ts'
import { speakVertex } from './speak-vertex.ts'

const label = 'provider "v"'
const options = () => ({ label, failures: new UpstreamFailures({ label, isEngine: false, secrets: [] }) })
const never = new AbortController().signal

function vertex(
  more: Partial<ProviderConfig> = {},
  secrets: Record<string, string> = { accessToken: 'ya29.t' },
): Dialect {
  const config: ProviderConfig = { kind: 'vertex', project: 'my-project', location: 'europe-west4', ...more }
  return speakVertex({ name: 'v', config, secrets }, options()).dialect
}

const bodyOf = (dialect: Dialect, body: object, model: string): Record<string, unknown> =>
  JSON.parse(dialect.request(chatCall({ ...body }, { model })).body as string) as Record<string, unknown>

afterEach(() => {
  setSystemTime()
})

describe('speakVertex', () => {
  it.each([
    ['europe-west4', 'https://europe-west4-aiplatform.googleapis.com/v1'],
    ['global', 'https://aiplatform.googleapis.com/v1'],
    ['eu', 'https://aiplatform.eu.rep.googleapis.com/v1'],
  ])('asks the models of %s', (location, base) => {
    const { url } = vertex({ location }).request(chatCall({ stream: true }, { model: 'gemini-2.5-flash' }))
    expect(url).toBe(
      `${base}/projects/my-project/locations/${location}/publishers/google/models/gemini-2.5-flash:streamGenerateContent?alt=sse`,
    )
    const proxied = vertex({ location, baseUrl: 'https://proxy.example/v1/' }).request(chatCall())
    expect(proxied.url).toStartWith(`https://proxy.example/v1/projects/my-project/locations/${location}/`)
  })

  it('speaks as the Gemini API but for the ids of calls, which Vertex does not know', () => {
    const messages = [
      { role: 'user', content: 'Hi' },
      {
        role: 'assistant',
        tool_calls: [{ id: 'fc_1', type: 'function', function: { name: 'f', arguments: '{}' } }],
      },
      { role: 'tool', tool_call_id: 'fc_1', content: 'x' },
    ]
    const request = bodyOf(vertex(), { messages }, 'gemini-2.5-flash')
    expect(generateSchema.parse(request).contents.slice(1)).toEqual([
      { role: 'model', parts: [{ functionCall: { name: 'f', args: {} } }] },
      { role: 'user', parts: [{ functionResponse: { name: 'f', response: { output: 'x' } } }] },
    ])
    const { body, observation } = vertex().readReply(
      readFixture('vertex/chat.json'),
      chatCall({}, { model: 'gemini-2.5-flash' }),
    )
    expect(JSON.parse(body as string)).toMatchObject({
      choices: [{ index: 0, message: { content: 'Two.' } }],
    })
    expect(observation.usage).toEqual(usageOf({ inputTokens: 7, outputTokens: 2, reasoningTokens: 32 }))
  })

  it('embeds with predict, which tells the tokens', () => {
    const body = { input: ['a', 'b'], dimensions: 256, task_type: 'CLUSTERING' }
    const call = chatCall({}, { operation: 'embedding', model: 'text-embedding-005', body })
    const { url, body: text } = vertex().request(call)
    expect(url).toEndWith('/publishers/google/models/text-embedding-005:predict')
    expect(predictSchema.parse(JSON.parse(text as string))).toEqual({
      instances: [
        { content: 'a', task_type: 'CLUSTERING' },
        { content: 'b', task_type: 'CLUSTERING' },
      ],
      parameters: { outputDimensionality: 256 },
    })
    const { body: reply, observation } = vertex().readReply(readFixture('vertex/embeddings.json'), call)
    expect(JSON.parse(reply as string)).toMatchObject({
      data: [{ embedding: [-0.5, 0.25, 0.125] }, { embedding: [0.75, -0.25, 0.5] }],
      usage: { prompt_tokens: 11 },
    })
    expect(observation.usage).toEqual(usageOf({ inputTokens: 11 }))
  })

  it('asks Claude in the words of Anthropic, with the model in the address only', () => {
    const dialect = vertex()
    const model = 'claude-sonnet-4-5@20250929'
    const stream = dialect.request(chatCall({ stream: true }, { model }))
    expect(stream.url).toEndWith('/publishers/anthropic/models/claude-sonnet-4-5%4020250929:streamRawPredict')
    expect(JSON.parse(stream.body as string)).toEqual({
      anthropic_version: 'vertex-2023-10-16',
      max_tokens: 8192,
      stream: true,
      messages: [{ role: 'user', content: [{ type: 'text', text: 'Hi' }] }],
    })
    expect(dialect.request(chatCall({}, { model })).url).toEndWith(':rawPredict')
    const { body } = dialect.readReply(readFixture('vertex/claude.json'), chatCall({}, { model }))
    expect(JSON.parse(body as string)).toMatchObject({
      id: 'msg_vrtx_01AbCdEfGhJkLmNpQrStUv',
      choices: [{ message: { content: 'Four.' } }],
    })
    const embedding = chatCall({}, { operation: 'embedding', model, body: { input: 'a' } })
    expect(() => dialect.request(embedding)).toThrow('only has chats')
  })

  it('sends a given token, and says where there is none', async () => {
    const request = vertex().request(chatCall())
    expect(await vertex().authorize?.(request, never)).toEqual({ authorization: 'Bearer ya29.t' })
    const bare = vertex({}, {}).authorize?.(request, never)
    expect(await failureOf(bare)).toMatchObject({ code: 'upstream_unauthorized' })
  })
})

describe('createAccessTokens', () => {
  it('exchanges a signed JWT once for all who ask at once, and keeps the token', async () => {
    await using tokens = await startFakeTokens(20)
    const token = createAccessTokens(tokens.credentials, undefined, options())
    const all = await Promise.all(Array.from({ length: 20 }, () => token(never)))
    expect(new Set(all)).toEqual(new Set(['ya29.fake-token-1']))
    expect(await token(never)).toBe('ya29.fake-token-1')
    expect(tokens.count).toBe(1)
  })

  it('renews a token before its end while calls go on with it, and waits when it is over', async () => {
    await using tokens = await startFakeTokens()
    const token = createAccessTokens(tokens.credentials, tokens.url, options())
    await token(never)
    const start = Date.now()
    setSystemTime(start + 56 * 60_000)
    expect(await token(never)).toBe('ya29.fake-token-1')
    await until(async () => (await token(never)) === 'ya29.fake-token-2')
    expect(tokens.count).toBe(2)
    setSystemTime(start + 3 * 60 * 60_000)
    expect(await token(never)).toBe('ya29.fake-token-3')
  })

  it('lives with a renewal that fails while the token is good, and says why when it is not', async () => {
    await using tokens = await startFakeTokens()
    const token = createAccessTokens(tokens.credentials, undefined, options())
    await token(never)
    const start = Date.now()
    tokens.answer({ error: 'internal_failure', status: 503 })
    setSystemTime(start + 57 * 60_000)
    expect(await token(never)).toBe('ya29.fake-token-1')
    setSystemTime(start + 60 * 60_000)
    expect(await failureOf(token(never))).toMatchObject({ code: 'upstream_error' })
    tokens.answer({ error: 'invalid_grant' })
    expect(await failureOf(token(never))).toMatchObject({
      code: 'upstream_unauthorized',
      details: { upstreamCode: 'invalid_grant' },
      message: expect.stringContaining('caller@project.iam.gserviceaccount.com'),
    })
    tokens.answer({})
    expect(await token(never)).toStartWith('ya29.fake-token-')
  })

  it('lets a caller leave without spoiling the token for the others', async () => {
    await using tokens = await startFakeTokens(50)
    const token = createAccessTokens(tokens.credentials, undefined, options())
    const controller = new AbortController()
    const left = token(controller.signal).then(
      () => 'got it',
      () => 'left',
    )
    const stayed = token(never)
    controller.abort()
    expect(await left).toBe('left')
    expect(await stayed).toBe('ya29.fake-token-1')
    expect(tokens.count).toBe(1)
  })

  it('refuses what is no key, without showing it', async () => {
    await using tokens = await startFakeTokens()
    const account = JSON.parse(tokens.credentials) as Record<string, string>
    const broken = { ...account, private_key: '-----BEGIN PRIVATE KEY-----\nsecret-key-material\n' }
    for (const credentials of [
      'secret-key-material',
      '{"private_key":"secret-key-material"}',
      JSON.stringify(broken),
    ]) {
      const failure = await failureOf(createAccessTokens(credentials, undefined, options())(never))
      expect(failure.code).toBe('upstream_unauthorized')
      expect(Bun.inspect(failure)).not.toContain('secret-key-material')
    }
    const stranger = await startFakeTokens()
    const failure = await failureOf(createAccessTokens(tokens.credentials, stranger.url, options())(never))
    expect(failure.details.upstreamCode).toBe('invalid_grant')
    await stranger[Symbol.asyncDispose]()
    const gone = createAccessTokens(tokens.credentials, stranger.url, options())(never)
    expect(await failureOf(gone)).toMatchObject({ code: 'upstream_unreachable' })
  })
})

async function failureOf(work: Promise<unknown> | undefined): Promise<Failure> {
  try {
    await work
  } catch (error) {
    if (error instanceof Failure) return error
    throw error
  }
  throw new Error('must not succeed')
}
