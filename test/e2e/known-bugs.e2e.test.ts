import { afterAll, beforeAll, describe, expect, it } from 'bun:test'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { readMetrics } from '../../bench/soak/sample.ts'
import { type FakeProvider, startFakeProvider } from '../fake-provider/index.ts'
import { readInference } from '../clients.ts'
import { type Product, startProduct } from '../product.ts'
import { until } from '../until.ts'

/** What other gateways have shipped, and no other test of ours asks. Where such a bug has a test of its own it is there. */
let provider: FakeProvider
let zero: Server
let product: Product

beforeAll(async () => {
  provider = await startFakeProvider()
  const message = { role: 'assistant', content: 'From memory.', refusal: null }
  const choices = [{ index: 0, message, finish_reason: 'stop' }]
  const reply = {
    id: 'chatcmpl-1',
    object: 'chat.completion',
    created: 1_790_000_000,
    model: 'm',
    choices,
  }
  zero = createServer((request, response) => {
    const chunks: Buffer[] = []
    request.on('data', (chunk: Buffer) => chunks.push(chunk))
    request.on('end', () => {
      const text = Buffer.concat(chunks).toString()
      const tokens = text.includes('"boasting"') ? 1e17 : text.includes('"raving"') ? 1e308 : 0
      const usage = { prompt_tokens: tokens, completion_tokens: tokens, total_tokens: tokens }
      response.setHeader('content-type', 'application/json')
      response.end(JSON.stringify({ ...reply, usage }))
    })
  })
  await new Promise<void>(resolve => zero.listen(0, '127.0.0.1', resolve))
  product = await startProduct({
    config: `
providers:
  fake: { kind: vllm, baseUrl: "${provider.url}/v1" }
  zero: { kind: openai-compatible, baseUrl: "http://127.0.0.1:${(zero.address() as AddressInfo).port}/v1" }
services:
  assistant: { releases: { v1: { target: { provider: fake, model: m } } } }
  remembering: { releases: { v1: { target: { provider: zero, model: m } } } }
  boasting: { releases: { v1: { target: { provider: zero, model: boasting } } } }
  raving: { releases: { v1: { target: { provider: zero, model: raving } } } }
  failing: { retries: { attempts: 0 }, releases: { v1: { target: { provider: fake, model: fake-error-500 }, fallbacks: [{ target: { provider: zero, model: m } }] } } }
prices:
  - { provider: zero, from: 2026-01-01, usdPerMillionTokens: { input: 1, output: 2 } }
`,
  })
}, 120_000)

afterAll(async () => {
  await product?.stop()
  await provider?.stop()
  zero?.close()
}, 120_000)

async function post(path: string, body: object): Promise<Response> {
  return await fetch(product.url + path, {
    method: 'POST',
    headers: { authorization: `Bearer ${product.adminKey}`, 'content-type': 'application/json' },
    body: JSON.stringify(body),
  })
}

describe('bodies of coding agents (Envoy AI Gateway answered 413 above 32 KiB)', () => {
  it('pass with two megabytes in one message, byte for byte', async () => {
    const content = 'const answer = 42 // é\n'.repeat(90_000)
    const response = await post('/v1/chat/completions', {
      model: 'assistant',
      messages: [{ role: 'user', content }],
    })
    expect(response.status).toBe(200)
    const { messages } = provider.last.body as { messages: { content: string }[] }
    expect(messages[0]?.content === content).toBe(true)
  })
})

describe('embeddings for vLLM (LiteLLM sent `encoding_format: null`)', () => {
  it('are asked for with what the client said and nothing more', async () => {
    expect((await post('/v1/embeddings', { model: 'assistant', input: 'a' })).status).toBe(200)
    expect(Object.keys(provider.last.body as object).sort()).toEqual(['input', 'model'])
  })
})

describe('usage of zero (LiteLLM put an estimate in its place)', () => {
  it('stays zero, costs nothing and is no estimate', async () => {
    const response = await post('/v1/chat/completions', {
      model: 'remembering',
      messages: [{ role: 'user', content: 'a' }],
    })
    const id = response.headers.get('slipway-inference-id') ?? ''
    await response.arrayBuffer()
    expect(await readInference(product, id)).toMatchObject({ cost_nano_usd: 0, is_cost_estimate: false })
  })
})

describe('a target that only fails (LiteLLM left one in rotation through 25 errors in a row)', () => {
  it('is left alone after five, and everybody is answered by the fallback', async () => {
    provider.requests.length = 0
    for (let call = 0; call < 25; call += 1) {
      const response = await post('/v1/chat/completions', {
        model: 'failing',
        messages: [{ role: 'user', content: 'a' }],
      })
      expect(response.status).toBe(200)
      await response.arrayBuffer()
    }
    expect(provider.requests.length).toBe(5)
  })
})

describe('usage that nobody can have', () => {
  it('stops neither the books nor the metrics of all others', async () => {
    const ids: string[] = []
    for (const model of ['boasting', 'raving', 'remembering']) {
      const response = await post('/v1/chat/completions', {
        model,
        messages: [{ role: 'user', content: 'a' }],
      })
      expect(response.status).toBe(200)
      ids.push(response.headers.get('slipway-inference-id') ?? '')
      await response.arrayBuffer()
    }
    const read = async (name: string): Promise<number> => (await readMetrics(product.url))(name)
    await until(async () => (await read('slipway_ledger_waiting')) === 0)
    expect(await read('slipway_inferences_total')).toBeGreaterThanOrEqual(ids.length)
    for (const id of ids) await readInference(product, id)
  }, 120_000)
})
