import { afterAll, beforeAll, describe, expect, it } from 'bun:test'
import { type OpenAI, toFile } from 'openai'
import type { Batch } from 'openai/resources/batches'
import { createTestDatabase, type TestDatabase } from '../database.ts'
import { startFakeProvider, type FakeProvider } from '../fake-provider/index.ts'
import { startProduct, type Product } from '../product.ts'
import { createOpenAi } from '../clients.ts'

let provider: FakeProvider
let slow: FakeProvider
let narrow: ReturnType<typeof startNarrowUpstream>
let database: TestDatabase
let product: Product
let openai: OpenAI
let config: string

beforeAll(async () => {
  provider = await startFakeProvider({})
  slow = await startFakeProvider({ firstTokenDelayMs: 400 })
  narrow = startNarrowUpstream(20)
  database = await createTestDatabase()
  config = `
engines:
  support: { model: 'builtin:support' }
providers:
  openai: { kind: openai, baseUrl: '${provider.url}/v1' }
  anthropic: { kind: anthropic, baseUrl: '${provider.url}' }
  slow: { kind: openai, baseUrl: '${slow.url}/v1' }
  narrow: { kind: openai-compatible, baseUrl: '${narrow.url}/v1' }
  declared: { kind: openai-compatible, baseUrl: '${narrow.url}/v1', capacity: { inFlightRequests: 3 } }
services:
  chat: { releases: { v1: { target: { provider: openai, model: gpt-test } } } }
  claude: { releases: { v1: { target: { provider: anthropic, model: claude-test } } } }
  slow: { releases: { v1: { target: { provider: slow, model: gpt-test } } } }
  support: { releases: { v1: { target: { engine: support } } } }
  narrow: { releases: { v1: { target: { provider: narrow, model: m } } } }
  declared: { releases: { v1: { target: { provider: declared, model: m } } } }
`
  product = await startProduct({ config, databaseUrl: database.url })
  openai = createOpenAi(product, product.adminKey)
}, 120_000)

afterAll(async () => {
  await product?.stop()
  await Promise.all([provider?.stop(), slow?.stop(), narrow?.stop()])
  await database?.[Symbol.asyncDispose]()
})

/**
 * Answers one call at a time, each in that many milliseconds: whatever comes more waits for its turn. It notes how many
 * a client's own call finds there.
 */
function startNarrowUpstream(serviceMs: number) {
  let turn: Promise<unknown> = Promise.resolve()
  let waiting = 0
  const found: number[] = []
  const server = Bun.serve({
    hostname: '127.0.0.1',
    port: 0,
    idleTimeout: 0,
    fetch: async request => {
      if ((await request.text()).includes('Quick?')) found.push(waiting)
      waiting += 1
      turn = turn.then(() => Bun.sleep(serviceMs))
      await turn
      waiting -= 1
      const message = { role: 'assistant', content: 'Yes.', refusal: null }
      return Response.json({
        id: 'chatcmpl-narrow',
        object: 'chat.completion',
        created: 1_790_000_000,
        model: 'm',
        choices: [{ index: 0, message, finish_reason: 'stop' }],
        usage: { prompt_tokens: 5, completion_tokens: 2, total_tokens: 7 },
      })
    },
  })
  return { url: `http://127.0.0.1:${server.port}`, found, stop: () => server.stop(true) }
}

async function submit(
  client: OpenAI,
  count: number,
  endpoint: string,
  bodyOf: (index: number) => object,
): Promise<string> {
  const lines = Array.from({ length: count }, (_, index) =>
    JSON.stringify({ custom_id: `line-${index}`, method: 'POST', url: endpoint, body: bodyOf(index) }),
  )
  const file = await client.files.create({
    file: await toFile(Buffer.from(lines.join('\n')), 'in.jsonl'),
    purpose: 'batch',
  })
  const batch = await client.batches.create({
    input_file_id: file.id,
    endpoint: endpoint as '/v1/embeddings',
    completion_window: '24h',
  })
  return batch.id
}

const chat = (model: string) => (index: number) => ({
  model,
  messages: [{ role: 'user', content: `Say ${index}` }],
})

async function until(id: string, isReached: (batch: Batch) => boolean, seconds = 30): Promise<Batch> {
  for (let look = 0; look < seconds * 20; look += 1) {
    const batch = await openai.batches.retrieve(id)
    if (isReached(batch)) return batch
    await Bun.sleep(50)
  }
  throw new Error(`The batch ${id} did not get there: ${JSON.stringify(await openai.batches.retrieve(id))}`)
}

const isEnded = ({ status }: Batch) => ['completed', 'failed', 'expired', 'cancelled'].includes(status)
const doneOf = ({ request_counts: counts }: Batch) => (counts?.completed ?? 0) + (counts?.failed ?? 0)

interface Line {
  readonly custom_id: string
  readonly response: { readonly status_code: number; readonly body: Record<string, unknown> }
}

async function linesOf(id: string | null | undefined): Promise<Line[]> {
  if (!id) return []
  const text = await (await openai.files.content(id)).text()
  return text
    .trimEnd()
    .split('\n')
    .map(line => JSON.parse(line) as Line)
}

describe('a batch', () => {
  it.each([
    ['/v1/chat/completions', chat('chat'), { object: 'chat.completion' }],
    ['/v1/completions', () => ({ model: 'chat', prompt: 'Once' }), { object: 'text_completion' }],
    ['/v1/embeddings', () => ({ model: 'chat', input: 'Once' }), { object: 'list' }],
    ['/v1/responses', () => ({ model: 'chat', input: 'Once' }), { object: 'response' }],
    [
      '/v1/messages',
      () => ({ model: 'claude', max_tokens: 20, messages: [{ role: 'user', content: 'Once' }] }),
      { type: 'message' },
    ],
  ] as const)(
    'takes lines of %s',
    async (endpoint, bodyOf, answer) => {
      const id = await submit(openai, 5, endpoint, bodyOf)
      const batch = await until(id, isEnded)
      expect(batch).toMatchObject({ status: 'completed', request_counts: { completed: 5, failed: 0 } })
      for (const line of await linesOf(batch.output_file_id)) expect(line.response.body).toMatchObject(answer)
    },
    120_000,
  )

  it('is answered by the engine that comes with Slipway', async () => {
    const id = await submit(openai, 3, '/v1/chat/completions', index => ({
      ...chat('support')(index),
      max_tokens: 8,
    }))
    const batch = await until(id, isEnded, 60)
    expect(batch.request_counts).toEqual({ total: 3, completed: 3, failed: 0 })
  }, 120_000)

  it('ends the lines of a key that is revoked in the middle with 401, and keeps what was answered', async () => {
    const headers = { authorization: `Bearer ${product.adminKey}`, 'content-type': 'application/json' }
    const created = await fetch(`${product.url}/api/keys`, {
      method: 'POST',
      headers,
      body: JSON.stringify({ name: 'brief', role: 'service' }),
    })
    const key = (await created.json()) as { id: string; secret: string }
    const id = await submit(createOpenAi(product, key.secret), 60, '/v1/chat/completions', chat('slow'))
    await until(id, batch => doneOf(batch) > 0)
    await fetch(`${product.url}/api/keys/${key.id}`, { method: 'DELETE', headers })
    const batch = await until(id, isEnded)
    expect(batch.status).toBe('completed')
    const errors = await linesOf(batch.error_file_id)
    expect(new Set(errors.map(({ response }) => response.status_code))).toEqual(new Set([401]))
    const output = await linesOf(batch.output_file_id)
    expect([output.length > 0, errors.length > 0, output.length + errors.length]).toEqual([true, true, 60])
  }, 120_000)

  it('goes on where it stopped when the server is stopped in order, and pays for no line twice', async () => {
    slow.requests.length = 0
    const id = await submit(openai, 40, '/v1/chat/completions', chat('slow'))
    await until(id, batch => doneOf(batch) > 4)
    const { dataDirectory } = product
    process.kill(product.pid, 'SIGTERM')
    await product.exited
    product = await startProduct({ config, databaseUrl: database.url, dataDirectory })
    openai = createOpenAi(product, product.adminKey)
    const batch = await until(id, isEnded, 40)
    expect(batch.request_counts).toEqual({ total: 40, completed: 40, failed: 0 })
    expect((await linesOf(batch.output_file_id)).map(line => line.custom_id).sort()).toEqual(
      Array.from({ length: 40 }, (_, index) => `line-${index}`).sort(),
    )
    expect(slow.requests).toHaveLength(40)
  }, 120_000)

  it.each(['narrow', 'declared'])(
    'leaves the %s target fast enough for others while it runs',
    async service => {
      const id = await submit(openai, 5_000, '/v1/chat/completions', chat(service))
      await until(id, batch => doneOf(batch) > 100)
      narrow.found.length = 0
      for (let call = 0; call < 40; call += 1) {
        await ask(service)
        await Bun.sleep(20)
      }
      await openai.batches.cancel(id)
      await until(id, isEnded)
      expect(narrow.found).toHaveLength(40)
      // without giving way it is all 16 that a batch may have under way
      expect(narrow.found.toSorted((one, other) => one - other)[20]).toBeLessThan(5)
    },
    90_000,
  )
})

async function ask(service: string): Promise<void> {
  await openai.chat.completions.create({ model: service, messages: [{ role: 'user', content: 'Quick?' }] })
}
