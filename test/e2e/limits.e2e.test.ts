import { afterAll, beforeAll, describe, expect, it } from 'bun:test'
import OpenAI from 'openai'
import { type FakeProvider, startFakeProvider } from '../fake-provider/index.ts'
import { type Product, startProduct } from '../product.ts'
import { apiErrorOf, callControl, createOpenAi } from '../clients.ts'
import { clearOfTheHour, until } from '../until.ts'

let provider: FakeProvider
let product: Product

beforeAll(async () => {
  await clearOfTheHour()
  provider = await startFakeProvider()
  product = await startProduct({
    config: `
providers:
  fake: { kind: openai-compatible, baseUrl: "${provider.url}/v1" }
  free: { kind: openai-compatible, baseUrl: "${provider.url}/v1" }
services:
  assistant: { releases: { v1: { target: { provider: fake, model: m } } } }
  unpriced: { releases: { v1: { target: { provider: free, model: m } } } }
  narrow: { limits: [{ concurrent: 2 }], releases: { v1: { target: { provider: fake, model: fake-stall } } } }
tenants:
  few: { limits: [{ requests: 2, per: month }] }
  poor: { budgets: [{ usd: 0.001, per: month }] }
  open:
prices:
  - { provider: fake, from: 2026-01-01, usdPerMillionTokens: { input: 1, output: 2 } }
`,
  })
}, 120_000)

afterAll(async () => {
  await product?.stop()
  await provider?.stop()
})

async function clientOf(tenant: string): Promise<{ id: string; client: OpenAI }> {
  const made = await callControl<{ id: string; secret: string }>(product, 'POST', '/api/keys', {
    name: tenant,
    role: 'service',
    tenant,
  })
  return {
    id: made.id,
    client: createOpenAi(product, made.secret),
  }
}

const ask = (client: OpenAI, model = 'assistant', more: object = {}) =>
  client.chat.completions.create({ model, messages: [{ role: 'user', content: 'Hello' }], ...more })

describe('a limit of requests', () => {
  it('is told in the headers that SDKs read, and then refuses until the window ends', async () => {
    const { client } = await clientOf('few')
    const { response } = await ask(client).withResponse()
    expect(response.headers.get('x-ratelimit-limit-requests')).toBe('2')
    expect(response.headers.get('x-ratelimit-remaining-requests')).toBe('1')
    const message = await fetch(`${product.url}/v1/messages`, {
      method: 'POST',
      headers: { 'x-api-key': String(client.apiKey), 'content-type': 'application/json' },
      body: JSON.stringify({
        model: 'assistant',
        max_tokens: 9,
        messages: [{ role: 'user', content: 'Hi' }],
      }),
    })
    expect(message.headers.get('anthropic-ratelimit-requests-remaining')).toBe('0')
    expect(Date.parse(message.headers.get('anthropic-ratelimit-requests-reset') ?? '')).toBeGreaterThan(
      Date.now(),
    )
    const error = await apiErrorOf(ask(client))
    expect(error).toBeInstanceOf(OpenAI.RateLimitError)
    expect(error.code).toBe('rate_limit_exceeded')
    expect(error.message).toContain('2 requests a month')
    const now = new Date()
    const left = (Date.UTC(now.getUTCFullYear(), now.getUTCMonth() + 1) - now.getTime()) / 1_000
    expect(Math.abs(Number(error.headers?.get('retry-after')) - left)).toBeLessThan(60)
  })
})

describe('a hard budget', () => {
  it('refuses what could exceed it, says so as a quota, and asks SDKs not to try again', async () => {
    const { client } = await clientOf('poor')
    await ask(client, 'assistant', { max_tokens: 20 })
    const error = await apiErrorOf(ask(client, 'assistant', { max_tokens: 2_000 }))
    expect([error.status, error.code, error.headers?.get('x-should-retry')]).toEqual([
      429,
      'insufficient_quota',
      'false',
    ])
    expect(error.message).toContain('$0.001 a month')
    // what fits is still served
    await ask(client, 'assistant', { max_tokens: 20 })
  })

  it('bounds an answer that the client leaves open, since the reservation rests on it', async () => {
    const { client } = await clientOf('open')
    const { id } = await clientOf('open')
    const mistyped = callControl(product, 'PUT', '/api/limits/tenant/opem', {
      limits: [{ requests: 1, per: 'day' }],
    })
    expect(await mistyped.catch(String)).toContain('Did you mean')
    await callControl(product, 'PUT', `/api/limits/tenant/open`, { budgets: [{ usd: 1, per: 'day' }] })
    await ask(client)
    expect(provider.last.body).toMatchObject({ max_completion_tokens: 4_096 })
    expect(id).not.toBe('')
  })

  it('sends nothing to a target without a price', async () => {
    const { client } = await clientOf('poor')
    const before = provider.requests.length
    const error = await apiErrorOf(ask(client, 'unpriced'))
    expect(error.status).toBe(403)
    expect(error.message).toContain('without a price')
    expect(provider.requests).toHaveLength(before)
  })
})

describe('a limit of a key', () => {
  it('set through the API holds at once, is shown with what is left, and goes when it is removed', async () => {
    const { id, client } = await clientOf('open')
    await callControl(product, 'PUT', `/api/limits/key/${id}`, { limits: [{ requests: 1, per: 'day' }] })
    await ask(client)
    await apiErrorOf(ask(client))
    let found: { spent: number; remaining: number } | undefined
    for (let attempt = 0; attempt < 600 && found?.spent !== 1; attempt += 1) {
      await Bun.sleep(50)
      const { data } = await callControl<{
        data: { id: string; rules: { spent: number; remaining: number }[] }[]
      }>(product, 'GET', '/api/limits')
      found = data.find(scope => scope.id === id)?.rules[0]
    }
    expect(found).toMatchObject({ spent: 1, remaining: 0 })
    await callControl(product, 'DELETE', `/api/limits/key/${id}`)
    await ask(client)
  })
})

describe('a limit of what is under way', () => {
  it('lets the next one in when one has ended', async () => {
    const { client } = await clientOf('open')
    const streams = await Promise.all([1, 2].map(() => ask(client, 'narrow', { stream: true })))
    const error = await apiErrorOf(ask(client, 'narrow', { stream: true }))
    expect(error.message).toContain('2 requests of the service')
    for (const stream of streams as unknown as { controller: AbortController }[]) stream.controller.abort()
    let next: { controller: AbortController } | undefined
    await until(async () => {
      next = (await ask(client, 'narrow', { stream: true }).catch(() => undefined)) as typeof next
      return next !== undefined
    })
    next?.controller.abort()
  })
})
