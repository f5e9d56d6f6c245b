import { afterAll, beforeAll, describe, expect, it } from 'bun:test'
import type OpenAI from 'openai'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { type FakeProvider, startFakeProvider } from '../fake-provider/index.ts'
import { type Product, startProduct } from '../product.ts'
import { callControl, createOpenAi } from '../clients.ts'

let provider: FakeProvider
let embeddings: Server
let product: Product
let acme: OpenAI
let other: OpenAI

/** The meaning of a text is the set of its words, each a dimension. */
function startEmbeddings(): Promise<Server> {
  const words = new Map<string, number>()
  const server = createServer((request, response) => {
    const chunks: Buffer[] = []
    request.on('data', (chunk: Buffer) => chunks.push(chunk))
    request.on('end', () => {
      const { input } = JSON.parse(Buffer.concat(chunks).toString()) as { input: string }
      const embedding = Array.from({ length: 256 }, () => 0)
      for (const word of input.toLowerCase().match(/\w+/g) ?? []) {
        if (!words.has(word)) words.set(word, words.size)
        embedding[words.get(word) ?? 0] = 1
      }
      response.setHeader('content-type', 'application/json')
      const usage = { prompt_tokens: 3, total_tokens: 3 }
      response.end(JSON.stringify({ object: 'list', model: 'words', data: [{ index: 0, embedding }], usage }))
    })
  })
  return new Promise(resolve => server.listen(0, '127.0.0.1', () => resolve(server)))
}

beforeAll(async () => {
  provider = await startFakeProvider()
  embeddings = await startEmbeddings()
  const { port } = embeddings.address() as AddressInfo
  const semantic = (mode: string, more = '') =>
    `semantic: { mode: ${mode}, embedder: words, threshold: 0.8, timeoutMs: 5000${more} }`
  product = await startProduct({
    config: `
providers:
  fake: { kind: openai-compatible, baseUrl: "${provider.url}/v1" }
  claude: { kind: anthropic, baseUrl: "${provider.url}" }
  words: { kind: openai-compatible, baseUrl: "http://127.0.0.1:${port}/v1" }
services:
  exact: { cache: { tenants: [acme], exact: {} }, releases: { v1: { target: { provider: fake, model: m } } } }
  claude: { cache: { tenants: all, exact: {} }, releases: { v1: { target: { provider: claude, model: m } } } }
  words: { releases: { v1: { target: { provider: words, model: words } } } }
  shadow: { cache: { tenants: all, ${semantic('shadow')} }, releases: { v1: { target: { provider: fake, model: m } } } }
  serve: { cache: { tenants: all, ${semantic('serve', ', maxWrongPercent: 50, samplePercent: 1, agreement: 0.5')} }, releases: { v1: { target: { provider: fake, model: m } } } }
tenants:
  acme:
  other:
prices:
  - { provider: fake, from: 2026-01-01, usdPerMillionTokens: { input: 1, output: 2 } }
`,
  })
  acme = await clientOf('acme')
  other = await clientOf('other')
}, 120_000)

afterAll(async () => {
  await product?.stop()
  await provider?.stop()
  embeddings?.close()
})

async function clientOf(tenant: string): Promise<OpenAI> {
  const { secret } = await callControl<{ secret: string }>(product, 'POST', '/api/keys', {
    name: tenant,
    role: 'developer',
    tenant,
  })
  return createOpenAi(product, secret)
}

const asking = (model: string, content: string) => ({ model, messages: [{ role: 'user' as const, content }] })

async function ask(client: OpenAI, model: string, content: string, headers: Record<string, string> = {}) {
  const { data, response } = await client.chat.completions
    .create(asking(model, content), { headers })
    .withResponse()
  return { answer: data, cache: response.headers.get('slipway-cache') }
}

describe('an exact cache', () => {
  it('answers the same request again without asking the model, and says so', async () => {
    const first = await ask(acme, 'exact', 'Where is my lamp?')
    const before = provider.requests.length
    const second = await ask(acme, 'exact', 'Where is my lamp?')
    expect([first.cache, second.cache]).toEqual(['miss', 'hit; exact'])
    expect(provider.requests).toHaveLength(before)
    expect(second.answer.choices).toEqual(first.answer.choices)
    expect(second.answer.id).not.toBe(first.answer.id)
    expect((await ask(acme, 'exact', 'Where is my table?')).cache).toBe('miss')
  })

  it('replays as a stream what was whole, and whole what was a stream', async () => {
    const whole = await ask(acme, 'exact', 'Replay me.')
    const streamed = await acme.chat.completions.stream(asking('exact', 'Replay me.')).finalChatCompletion()
    expect(streamed.choices[0]?.message.content).toBe(whole.answer.choices[0]?.message.content as string)
    const first = await acme.chat.completions.stream(asking('exact', 'Stream me.')).finalChatCompletion()
    const again = await ask(acme, 'exact', 'Stream me.')
    expect(again.cache).toBe('hit; exact')
    expect(again.answer.choices[0]?.message.content).toBe(first.choices[0]?.message.content as string)
  })

  it('gives nothing to another tenant, nor where the client or the configuration does not want it', async () => {
    await ask(acme, 'exact', 'Ours alone.')
    expect((await ask(other, 'exact', 'Ours alone.')).cache).toBeNull()
    await ask(acme, 'claude', 'Ours alone.')
    expect((await ask(other, 'claude', 'Ours alone.')).cache).toBe('miss')
    expect((await ask(acme, 'exact', 'Ours alone.', { 'cache-control': 'no-store' })).cache).toBeNull()
    expect((await ask(acme, 'exact', 'Ours alone.', { 'cache-control': 'no-cache' })).cache).toBe('miss')
  })

  it('records what was saved, and that nothing was spent', async () => {
    await ask(acme, 'exact', 'What does it cost?')
    await ask(acme, 'exact', 'What does it cost?')
    let found: { cache: string | null; saved_nano_usd: number; cost_nano_usd: number | null } | undefined
    for (let attempt = 0; attempt < 600 && !found; attempt += 1) {
      await Bun.sleep(50)
      const { data } = await callControl<{ data: (typeof found & {})[] }>(
        product,
        'GET',
        '/api/inferences?service=exact&limit=1',
      )
      found = data.find(({ cache }) => cache === 'exact')
    }
    expect(found?.saved_nano_usd).toBeGreaterThan(0)
    expect(found?.cost_nano_usd).toBe(0)
  })

  it('forgets a service when it is told to', async () => {
    await ask(acme, 'exact', 'Forget me.')
    const { forgotten } = await callControl<{ forgotten: number }>(product, 'DELETE', '/api/caches/exact')
    expect(forgotten).toBeGreaterThan(0)
    expect((await ask(acme, 'exact', 'Forget me.')).cache).toBe('miss')
  })
})

interface Caches {
  data: {
    service: string
    semantic: { trials: number; wrong: number; serving: boolean; reason: string } | null
  }[]
}

async function semanticOf(service: string, trials: number) {
  for (let attempt = 0; attempt < 1_500; attempt += 1) {
    const { data } = await callControl<Caches>(product, 'GET', '/api/caches')
    const found = data.find(one => one.service === service)?.semantic
    if (found && found.trials >= trials) return found
    await Bun.sleep(20)
  }
  throw new Error(`${service} never had ${trials} trials`)
}

describe('a semantic cache', () => {
  it('in shadow always asks the model, and counts where the old answer would have been wrong', async () => {
    // what the fake says repeats the question, so its answers differ by a word too
    const questions = ['please tell me where my lamp is now', 'please tell me where my table is now']
    const caches = []
    for (const question of questions) caches.push((await ask(acme, 'shadow', question)).cache)
    expect(caches).toEqual(['miss', 'miss'])
    const semantic = await semanticOf('shadow', 1)
    expect(semantic).toMatchObject({ trials: 1, wrong: 1, serving: false })
    expect(semantic.reason).toContain('It is in shadow mode and only measures: 1 of 1 hits were wrong')
  })

  it('serves nothing before enough was measured, and then what means the same', async () => {
    let hit: string | null = null
    let asked = 0
    for (; asked < 60 && hit === null; asked += 1) {
      const { cache } = await ask(acme, 'serve', `could you tell me where my new lamp is, number ${asked}`)
      if (cache !== 'miss') hit = cache
      await Bun.sleep(5)
    }
    expect(hit).toBe('hit; semantic')
    // 50 % are allowed: no bound of fewer trials than this is that low
    expect(asked).toBeGreaterThan(4)
    expect(await semanticOf('serve', 4)).toMatchObject({ serving: true, wrong: 0 })
    const streamed = await acme.chat.completions
      .stream(asking('serve', 'could you tell me where my new lamp is, please'))
      .finalChatCompletion()
    expect(streamed.choices[0]?.message.content).toBeTruthy()
  })
})
