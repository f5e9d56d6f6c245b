import Anthropic from '@anthropic-ai/sdk'
import { afterAll, beforeAll, describe, expect, it, setDefaultTimeout } from 'bun:test'
import { createHmac } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { runCli } from '../../src/operate/cli/run-cli.fixture.ts'
import { callControl, createOpenAi } from '../clients.ts'
import { createTestDatabase, type TestDatabase } from '../database.ts'
import { type FakeProvider, startFakeProvider } from '../fake-provider/index.ts'
import { type Product, startProduct } from '../product.ts'
import { until } from '../until.ts'

setDefaultTimeout(120_000)

interface Review {
  readonly id: string
  readonly state: string
  readonly request_id: string
  readonly content_hash: string
  readonly waits_for: string
  readonly preview: string
  readonly texts: { readonly text: string; readonly marks: { start: number; end: number }[] }[]
  readonly people: { needed: number; have: number }
  readonly deliveries: { state: string; attempts: number }[]
  readonly events: { kind: string }[]
}

const promise = 'We surely refund everything tomorrow.'
const keys = new Map<string, string>()
let provider: FakeProvider
let product: Product
let test: TestDatabase
let dataDirectory: string
const told: { headers: Headers; body: string }[] = []
const receiver = Bun.serve({
  port: 0,
  hostname: '127.0.0.1',
  fetch: async request => {
    told.push({ headers: request.headers, body: await request.text() })
    return new Response('', { status: told.length === 1 ? 503 : 204 })
  },
})
const webhookSecret = `whsec_${Buffer.alloc(24, 5).toString('base64')}`

const policy = (on: string, terms: string) => `
    review: { ${terms} }
    checks:
      - check: deny-list
        on: [${on}]
        mode: enforce
        waived: an end-to-end test of it
        action: escalate
        timeoutMs: 500
        parameters: { terms: [refund, tablets], type: RISKY }`

const config = () => `
providers:
  up: { kind: openai, baseUrl: '${provider.url}/v1', apiKey: { env: FAKE_KEY } }
reviews:
  allowPrivateWebhooks: true
  webhooks:
    asking: { url: '${receiver.url.href}hook', secret: { env: HOOK_SECRET } }
policies:
  answers: ${policy('output', 'waitSeconds: 20')}
  both-eyes: ${policy('output', 'fourEyes: true, client: respond-async')}
  questions: ${policy('input', 'waitSeconds: 20')}
  late: ${policy('output', 'expireMinutes: 0.005, onExpire: fallback-message, fallbackMessage: Ask me later.')}
services:
${Object.entries({ desk: 'answers', careful: 'both-eyes', asking: 'questions', late: 'late' })
  .map(
    ([name, used]) => `
  ${name}:
    policy: ${used}
    releases: { v1: { target: { provider: up, model: gpt-test }, prompt: { system: Be kind. } } }`,
  )
  .join('')}
  stuck:
    policy: questions
    releases: { v1: { target: { provider: up, model: fake-silence } } }
`

async function start(): Promise<Product> {
  return await startProduct({
    config: config(),
    databaseUrl: test.url,
    dataDirectory,
    environment: { FAKE_KEY: 'sk-fake', HOOK_SECRET: webhookSecret },
  })
}

beforeAll(async () => {
  provider = await startFakeProvider({ reply: () => promise })
  test = await createTestDatabase()
  dataDirectory = await mkdtemp(path.join(tmpdir(), 'slipway-reviews-'))
  product = await start()
  for (const [name, role] of [
    ['app', 'service'],
    ['other', 'service'],
    ['ann', 'reviewer'],
    ['ben', 'reviewer'],
  ]) {
    const { secret } = await callControl<{ secret: string }>(product, 'POST', '/api/keys', { name, role })
    keys.set(name!, secret)
  }
}, 120_000)

afterAll(async () => {
  await product?.stop()
  await provider?.stop()
  await receiver.stop(true)
  await test?.[Symbol.asyncDispose]()
  await rm(dataDirectory, { recursive: true, force: true })
}, 120_000)

const keyOf = (name: string): string => keys.get(name) ?? ''

async function as<Body>(name: string, method: string, at: string, body?: object): Promise<Body> {
  return await callControl<Body>({ url: product.url, adminKey: keyOf(name) }, method, at, body)
}

/** The review of the service that has come last, once it is there. */
async function waiting(service: string, known: readonly string[] = []): Promise<Review> {
  let found: Review | undefined
  await until(async () => {
    const { data } = await as<{ data: Review[] }>('ann', 'GET', `/api/reviews?service=${service}`)
    const one = data.find(({ id }) => !known.includes(id))
    if (one) found = await as<Review>('ann', 'GET', `/api/reviews/${one.id}`)
    return found !== undefined
  })
  if (!found) throw new Error('nothing waits')
  return found
}

const decide = (name: string, review: Review, verdict: 'approve' | 'reject') =>
  as<Review>(name, 'POST', `/api/reviews/${review.id}/decision`, {
    verdict,
    content_hash: review.content_hash,
    rationale: 'as the rules say',
  })

async function post(at: string, body: object, headers: Record<string, string> = {}): Promise<Response> {
  return await fetch(product.url + at, {
    method: 'POST',
    headers: { authorization: `Bearer ${keyOf('app')}`, 'content-type': 'application/json', ...headers },
    body: JSON.stringify(body),
  })
}

const own = async (id: string, rest = '', name = 'app'): Promise<Response> =>
  await fetch(`${product.url}/v1/reviews/${id}${rest}`, {
    headers: { authorization: `Bearer ${keyOf(name)}` },
  })

const chat = (model: string, more: object = {}) => ({
  model,
  messages: [{ role: 'user' as const, content: 'May I send it back?' }],
  ...more,
})

describe('an answer that is held', () => {
  it("waits in OpenAI's client, and comes just as it was approved", async () => {
    const asking = createOpenAi(product, keyOf('app')).chat.completions.create(chat('desk'))
    const review = await waiting('desk')
    expect(review.waits_for).toBe('answer')
    const [text] = review.texts
    expect(text?.marks.map(({ start, end }) => text.text.slice(start, end))).toEqual(['refund'])
    expect((await decide('ann', review, 'approve')).state).toBe('approved')
    const answer = await asking
    expect(answer.choices[0]).toMatchObject({ finish_reason: 'stop', message: { content: promise } })
    expect(answer.usage?.completion_tokens).toBeGreaterThan(0)
  })

  it('is held in a stream that is kept alive, and streamed when it is edited and approved by two', async () => {
    const stream = await createOpenAi(product, keyOf('app')).chat.completions.create(
      chat('desk', { stream: true }) as never,
    )
    const reading = (async () => {
      let text = ''
      for await (const chunk of stream as unknown as AsyncIterable<{
        choices: { delta: { content?: string } }[]
      }>)
        text += chunk.choices[0]?.delta.content ?? ''
      return text
    })()
    const review = await waiting('desk')
    const edited = await as<Review>('ann', 'POST', `/api/reviews/${review.id}/edit`, {
      content_hash: review.content_hash,
      texts: [{ index: 0, text: 'We look into a refund.' }],
      rationale: 'no promise',
    })
    expect(edited.people).toEqual({ needed: 2, have: 1 })
    expect(await decide('ann', edited, 'approve').catch((error: unknown) => String(error))).toContain(
      'somebody else has to approve',
    )
    expect((await decide('ben', edited, 'approve')).state).toBe('edited')
    expect(await reading).toBe('We look into a refund.')
  })

  it("ends as a refusal in Anthropic's client when it is rejected, and as filtered in a response", async () => {
    const anthropic = new Anthropic({ baseURL: product.url, apiKey: keyOf('app'), maxRetries: 0 })
    const body = { max_tokens: 99, messages: [{ role: 'user' as const, content: 'And now?' }] }
    const message = anthropic.messages.stream({ model: 'desk', ...body }).finalMessage()
    const first = await waiting('desk')
    await decide('ben', first, 'reject')
    expect((await message).stop_reason).toBe('refusal')
    expect(JSON.stringify(await message)).not.toContain('surely')

    const response = createOpenAi(product, keyOf('app')).responses.create({
      model: 'desk',
      input: 'And now?',
    })
    const second = await waiting('desk', [first.id])
    await decide('ann', second, 'reject')
    const { status, output } = await response
    expect(['incomplete', 'completed']).toContain(status!)
    expect(JSON.stringify(output)).toContain('has decided that this answer is not given')
    expect(JSON.stringify(output)).not.toContain('surely')
  })

  it('is answered 202 where the client wants that, and read later under its own key alone', async () => {
    const accepted = await post('/v1/chat/completions', chat('desk'), { prefer: 'respond-async' })
    expect([accepted.status, accepted.headers.get('preference-applied')]).toEqual([202, 'respond-async'])
    const { id } = (await accepted.json()) as { id: string }
    const streamed = await post(
      '/v1/responses',
      { model: 'desk', input: 'now?', stream: true },
      { prefer: 'respond-async' },
    )
    const later = (await streamed.json()) as { id: string }
    expect([streamed.status, later.id]).toEqual([202, expect.stringMatching(/^[0-9a-f-]{36}$/)])
    await decide('ann', await as<Review>('ann', 'GET', `/api/reviews/${later.id}`), 'approve')
    const whole = (await (await own(later.id, '/response')).json()) as object
    expect(whole).toMatchObject({ object: 'response', status: 'completed' })
    expect(JSON.stringify(whole)).toContain(promise)
    expect(accepted.headers.get('location')).toBe(`/v1/reviews/${id}`)
    expect((await own(id, '', 'other')).status).toBe(404)
    expect((await own(id, '/response')).status).toBe(202)
    expect(await (await own(id)).json()).toMatchObject({ state: 'pending', response: null })
    const polling = own(id, '?wait=20')
    await decide('ann', await as<Review>('ann', 'GET', `/api/reviews/${id}`), 'approve')
    const decided = (await (await polling).json()) as { state: string; response: { body: object } }
    expect(decided.state).toBe('approved')
    expect(decided.response).toMatchObject({
      status: 200,
      body: { choices: [{ message: { content: promise } }] },
    })
    expect(await (await own(id, '/response')).json()).toEqual(decided.response.body as never)
  })

  it('wants two where the policy says four eyes, and answers 202 where it says that', async () => {
    const { id } = (await (await post('/v1/messages', { ...chat('careful'), max_tokens: 50 })).json()) as {
      id: string
    }
    const review = await as<Review>('ann', 'GET', `/api/reviews/${id}`)
    expect((await decide('ann', review, 'approve')).state).toBe('pending')
    expect((await decide('ben', review, 'approve')).state).toBe('approved')
    expect(await (await own(id, '/response')).json()).toMatchObject({
      type: 'message',
      role: 'assistant',
      content: [{ type: 'text', text: promise }],
    })
  })

  it('ends by itself as the policy says where nobody decides', async () => {
    const answer = await createOpenAi(product, keyOf('app')).chat.completions.create(chat('late'))
    expect(answer.choices[0]?.message.content).toBe('Ask me later.')
  })
})

describe('a request that is held', () => {
  it('reaches the model only when it is approved, once, and the webhook is told until it takes it', async () => {
    const question = { role: 'user' as const, content: 'How many tablets may I take?' }
    const before = provider.requests.length
    const asking = createOpenAi(product, keyOf('app')).chat.completions.create({
      model: 'asking',
      messages: [question],
    })
    const review = await waiting('asking')
    expect(review.waits_for).toBe('request')
    expect(review.texts.map(({ text }) => text)).toEqual([question.content])
    expect(provider.requests.length).toBe(before)
    await decide('ann', review, 'approve')
    expect((await asking).choices[0]?.message.content).toBe(promise)
    expect(provider.requests.length).toBe(before + 1)
    expect(JSON.stringify(provider.last.body).match(/Be kind/g)).toHaveLength(1)

    await until(
      async () => {
        const { deliveries } = await as<Review>('ann', 'GET', `/api/reviews/${review.id}`)
        return deliveries[0]?.state === 'delivered'
      },
      { limitMs: 30_000 },
    )
    expect(told).toHaveLength(2)
    const { headers, body } = told[1]!
    const signed = `${headers.get('webhook-id')}.${headers.get('webhook-timestamp')}.${body}`
    const key = Buffer.from(webhookSecret.slice(6), 'base64')
    expect(headers.get('webhook-signature')).toBe(
      `v1,${createHmac('sha256', key).update(signed).digest('base64')}`,
    )
    expect(JSON.parse(body)).toMatchObject({ type: 'review.approved', data: { review_id: review.id } })
    expect(body).not.toContain('tablets')
  })

  it('is never sent where it is rejected', async () => {
    const before = provider.requests.length
    const body = { model: 'asking', messages: [{ role: 'user', content: 'tablets?' }], stream: true }
    const stream = await post('/v1/chat/completions', body)
    expect(stream.headers.get('slipway-review-id')).toMatch(/^[0-9a-f-]{36}$/)
    await decide('ann', await waiting('asking'), 'reject')
    const text = await stream.text()
    expect(text).toContain('"finish_reason":"content_filter"')
    expect(text.trimEnd().endsWith('data: [DONE]')).toBe(true)
    expect(provider.requests.length).toBe(before)
  })
})

describe('slipway reviews', () => {
  it('lists, shows, decides, measures and exports', async () => {
    const slipway = async (key: string, ...words: string[]) => {
      const environment = { SLIPWAY_URL: product.url, SLIPWAY_KEY: key }
      return await runCli(['reviews', ...words], { environment })
    }
    const accepted = await post('/v1/chat/completions', chat('desk'), { prefer: 'respond-async' })
    const { id } = (await accepted.json()) as { id: string }
    expect((await slipway(keyOf('ann'), 'list')).stdout).toContain(id)
    expect((await slipway(keyOf('ann'), 'show', id)).stdout).toContain(promise)
    const mine = await slipway(keyOf('app'), 'approve', id, '--because', 'I want it')
    expect([mine.code, mine.stderr]).toEqual([4, expect.stringContaining('lacks the permission')])
    const done = await slipway(keyOf('ann'), 'approve', id, '--because', 'as the rules say')
    expect(done.stdout).toContain(`${id}: approved.`)
    expect((await slipway(keyOf('ann'), 'stats')).stdout).toMatch(/ben +2/)
    const known = ['known', 'add', '--service', 'desk', '--prompt', 'May I?', '--answer', 'Never.']
    const added = await slipway(product.adminKey, ...known, '--expected', 'reject', '--because', 'too short')
    expect(added.stdout).toContain('is mixed in from now on')
    const { stdout } = await slipway(product.adminKey, 'export', '--service', 'desk')
    const lines = stdout
      .trim()
      .split('\n')
      .map(line => JSON.parse(line) as { id: string; verdict: string })
    expect(lines.find(line => line.id === id)?.verdict).toBe('approved')
  })
})

describe('a server that is killed in the middle', () => {
  it('loses nothing in any state, and asks no model twice for what it has', async () => {
    const held = async (model: string): Promise<string> =>
      (
        (await (await post('/v1/chat/completions', chat(model), { prefer: 'respond-async' })).json()) as {
          id: string
        }
      ).id
    const see = (id: string) => as<Review>('ann', 'GET', `/api/reviews/${id}`)
    const ids = {
      pending: await held('desk'),
      claimed: await held('desk'),
      approved: await held('desk'),
      edited: await held('desk'),
      rejected: await held('desk'),
    }
    await as('ann', 'POST', `/api/reviews/${ids.claimed}/claim`)
    await decide('ann', await see(ids.approved), 'approve')
    await decide('ann', await see(ids.rejected), 'reject')
    await as<Review>('ann', 'POST', `/api/reviews/${ids.edited}/edit`, {
      content_hash: (await see(ids.edited)).content_hash,
      texts: [{ index: 0, text: 'A refund, maybe.' }],
      rationale: 'softer',
    })
    const question = { messages: [{ role: 'user', content: 'tablets' }] }
    const stuck = await post(
      '/v1/chat/completions',
      { model: 'stuck', ...question },
      { prefer: 'respond-async' },
    )
    const { id: running } = (await stuck.json()) as { id: string }
    await decide('ann', await see(running), 'approve')
    await until(() => JSON.stringify(provider.last.body).includes('fake-silence'))
    const calls = provider.requests.length
    // a client that waits, in a stream, when everything ends
    const waits = await post('/v1/chat/completions', chat('desk', { stream: true }), {
      'x-request-id': 'mine-1',
    })
    const reader = waits.body!.getReader()
    const { value } = await reader.read()
    const streaming = /reviews\/([0-9a-f-]{36})/.exec(new TextDecoder().decode(value))?.[1] ?? ''

    process.kill(product.pid, 'SIGKILL')
    await product.exited
    await reader.read().catch(() => 'broken off')
    product = await start()

    expect(provider.requests.length).toBe(calls + 1)
    const response = async (id: string): Promise<object> =>
      (await (await own(id, '/response')).json()) as object
    expect(await response(ids.approved)).toMatchObject({ choices: [{ message: { content: promise } }] })
    expect(await response(ids.rejected)).toMatchObject({ choices: [{ finish_reason: 'content_filter' }] })
    for (const id of [ids.pending, streaming]) await decide('ben', await see(id), 'approve')
    await decide('ben', await see(ids.edited), 'approve')
    await decide('ann', await see(ids.claimed), 'approve')
    for (const id of [ids.pending, streaming, ids.claimed])
      expect(await response(id)).toMatchObject({ choices: [{ message: { content: promise } }] })
    expect(await response(ids.edited)).toMatchObject({
      choices: [{ message: { content: 'A refund, maybe.' } }],
    })
    // the answers were there: nobody was asked again
    expect(provider.requests.length).toBe(calls + 1)
    expect((await own(running, '/response')).status).toBe(202)
  })
})
