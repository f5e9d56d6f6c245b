import { afterAll, beforeAll, describe, expect, it, setDefaultTimeout } from 'bun:test'
import { type FakeProvider, startFakeProvider } from '../fake-provider/index.ts'
import { type Product, startProduct } from '../product.ts'
import { until } from '../until.ts'

setDefaultTimeout(120_000)

let provider: FakeProvider
let product: Product

interface QueueAnswer {
  readonly data: readonly {
    readonly target: string
    readonly in_flight_requests: number
    readonly queued: Readonly<Record<string, number>>
    readonly tenants: readonly { readonly tenant: string; readonly served_tokens: number }[]
  }[]
}

const config = (): string => `
providers:
  fake: { kind: openai-compatible, baseUrl: '${provider.url}/v1', capacity: { inFlightRequests: 1, maxQueueMs: 60000, maxQueued: 3 } }
  hasty: { kind: openai-compatible, baseUrl: '${provider.url}/v1', capacity: { inFlightRequests: 1, maxQueueMs: 1000 } }
services:
  echo: { releases: { v1: { target: { provider: fake, model: gpt-test } } } }
  stalling: { releases: { v1: { target: { provider: fake, model: fake-stall } } } }
  hasty: { releases: { v1: { target: { provider: hasty, model: gpt-test } } } }
  hasty-stalling: { releases: { v1: { target: { provider: hasty, model: fake-stall } } } }
`

async function call(
  service: string,
  init: { signal?: AbortSignal; priority?: string } = {},
): Promise<Response> {
  return await fetch(`${product.url}/v1/chat/completions`, {
    method: 'POST',
    headers: {
      authorization: `Bearer ${product.adminKey}`,
      'content-type': 'application/json',
      ...(init.priority !== undefined && { 'slipway-priority': init.priority }),
    },
    body: JSON.stringify({ model: service, messages: [{ role: 'user', content: 'Hello' }] }),
    ...(init.signal && { signal: init.signal }),
  })
}

async function queue(target: string): Promise<QueueAnswer['data'][number]> {
  const response = await fetch(`${product.url}/api/queues`, {
    headers: { authorization: `Bearer ${product.adminKey}` },
  })
  const { data } = (await response.json()) as QueueAnswer
  const found = data.find(one => one.target === target)
  if (!found) throw new Error(`there is no queue of ${target}`)
  return found
}

async function untilQueue(
  isTrue: (state: QueueAnswer['data'][number]) => boolean,
  target = 'provider:fake',
): Promise<void> {
  await until(async () => isTrue(await queue(target)))
}

describe('the queue in front of a provider', () => {
  beforeAll(async () => {
    provider = await startFakeProvider({})
    product = await startProduct({ config: config() })
  })

  afterAll(async () => {
    await product?.stop()
    await provider?.stop()
  })

  it('serves what there is room for, and says what each tenant got', async () => {
    expect((await call('echo')).status).toBe(200)
    const state = await queue('provider:fake')
    expect(state).toMatchObject({ in_flight_requests: 0 })
    expect(state.tenants[0]?.served_tokens).toBeGreaterThan(0)
  })

  it('turns away with 429 and Retry-After what waited too long', async () => {
    const stalled = new AbortController()
    const first = call('hasty-stalling', { signal: stalled.signal }).catch(() => undefined)
    await untilQueue(state => state.in_flight_requests === 1, 'provider:hasty')
    const late = await call('hasty')
    expect(late.status).toBe(429)
    expect(late.headers.get('retry-after')).toBe('1')
    expect(await late.json()).toMatchObject({ error: { code: 'rate_limit_exceeded' } })
    stalled.abort()
    await first
  })

  it('lets a request wait, and gives its place free where its client leaves', async () => {
    const stalled = new AbortController()
    const first = call('stalling', { signal: stalled.signal }).catch(() => undefined)
    await untilQueue(state => state.in_flight_requests === 1)
    const waiting = call('echo', { priority: 'interactive' })
    await untilQueue(state => state.queued['standard'] === 1)
    const leaver = new AbortController()
    const left = call('echo', { signal: leaver.signal }).catch(() => undefined)
    await untilQueue(state => state.queued['standard'] === 2)
    leaver.abort()
    await untilQueue(state => state.queued['standard'] === 1)
    stalled.abort()
    expect((await waiting).status).toBe(200)
    await Promise.all([first, left])
    await untilQueue(state => state.in_flight_requests === 0)
  })

  it('refuses a priority that it does not know', async () => {
    const response = await call('echo', { priority: 'urgent' })
    expect(response.status).toBe(400)
  })
})
