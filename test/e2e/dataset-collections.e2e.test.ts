import { afterAll, beforeAll, describe, expect, it, setDefaultTimeout } from 'bun:test'
import { createTestDatabase, type TestDatabase } from '../database.ts'
import { type FakeProvider, startFakeProvider } from '../fake-provider/index.ts'
import { type Product, startProduct } from '../product.ts'
import { until } from '../until.ts'

setDefaultTimeout(120_000)

let provider: FakeProvider
let test: TestDatabase
let product: Product

beforeAll(async () => {
  provider = await startFakeProvider()
  test = await createTestDatabase()
  product = await start()
})

afterAll(async () => {
  await product[Symbol.asyncDispose]()
  await provider[Symbol.asyncDispose]()
  await test[Symbol.asyncDispose]()
})

async function start(): Promise<Product> {
  const release = 'releases: { v1: { target: { provider: up, model: gpt-fake } } }'
  return await startProduct({
    databaseUrl: test.url,
    config: `
providers:
  up: { kind: openai-compatible, baseUrl: '${provider.url}/v1' }
services:
  allowed: { useForTraining: true, storeContent: true, ${release} }
  refused: { useForTraining: false, storeContent: true, ${release} }
  silent: { storeContent: true, ${release} }
  forgetful: { useForTraining: true, ${release} }
`,
  })
}

async function call(
  method: string,
  place: string,
  body?: unknown,
  more: Record<string, string> = {},
): Promise<Record<string, unknown>> {
  const response = await fetch(`${product.url}${place}`, {
    method,
    headers: {
      ...more,
      authorization: `Bearer ${product.adminKey}`,
      ...(body !== undefined && { 'content-type': 'application/json' }),
    },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  })
  const text = await response.text()
  if (!response.ok) throw new Error(`${response.status} ${text}`)
  return text === '' ? {} : (JSON.parse(text) as Record<string, unknown>)
}

async function ended(task: Record<string, unknown>): Promise<Record<string, unknown>> {
  let now = task
  await until(
    async () => {
      now = await call('GET', `/api/dataset-tasks/${String(task['id'])}`).catch(() => now)
      return now['ended_at'] !== null
    },
    { limitMs: 90_000, everyMs: 100 },
  )
  return now
}

describe('a collection of traffic', () => {
  it('takes what was allowed and kept, masked, and says what was left out and why', async () => {
    const since = new Date(Date.now() - 60_000).toISOString()
    const ask = async (model: string, content: string) =>
      await call('POST', '/v1/chat/completions', { model, messages: [{ role: 'user', content }] })
    for (let index = 0; index < 6; index += 1)
      await ask('allowed', `Write to ada.marked@example.org, ${index}`)
    for (const service of ['refused', 'silent', 'forgetful']) await ask(service, 'Hello')
    // a request that refuses wins over a service that allows
    const messages = [{ role: 'user', content: 'Never learn this' }]
    await call('POST', '/v1/chat/completions', { model: 'allowed', messages, store: false })
    await call(
      'POST',
      '/v1/chat/completions',
      { model: 'allowed', messages },
      { 'slipway-no-training': 'true' },
    )
    let found: { id: string; service: string; no_training: string | null }[] = []
    await until(async () => {
      found = (await call('GET', '/api/inferences?limit=50'))['data'] as typeof found
      return found.length >= 11
    })
    expect(found.flatMap(({ no_training: said }) => said ?? []).sort()).toEqual(['header', 'store'])
    const one = found.find(({ service, no_training: said }) => service === 'allowed' && said === null)
    await call('POST', `/api/inferences/${one?.id}/feedback`, {
      score: 0.25,
      corrected_output: 'Write to ada.marked@example.org instead.',
    })
    const filter = { since }
    const counts = await call('POST', '/api/dataset-collections/preview', {
      filter,
      sample: { by: ['service'], each: 4 },
    })
    expect(counts).toMatchObject({
      looked_at: 11,
      matched: 6,
      sampled: 4,
      strata: [{ stratum: 'allowed', matched: 6, sampled: 4 }],
    })
    expect(
      Object.fromEntries(
        (counts['left_out'] as { reason: string; count: number }[]).map(({ reason, count }) => [
          reason,
          count,
        ]),
      ),
    ).toEqual({
      service_refuses: 1,
      nobody_allowed: 1,
      content_not_kept: 1,
      request_refuses: 2,
    })
    const made = await ended(await call('POST', '/api/datasets/traffic/collections', { filter, sample: {} }))
    expect(made).toMatchObject({
      state: 'done',
      result: {
        counts: { sampled: 6 },
        published: { added: 6, version: { key: ['id'], source: { kind: 'inferences', from: since } } },
      },
    })
    const { data } = (await call('GET', '/api/datasets/traffic/versions/main/rows?limit=10')) as {
      data: { row: Record<string, unknown> }[]
    }
    const text = JSON.stringify(data)
    expect(text).not.toContain('ada.marked@example.org')
    expect(text).toContain('EMAIL_ADDRESS')
    expect(text).not.toContain('Never learn this')
    const corrected = data.map(({ row }) => row).filter(({ expected }) => expected !== null)
    expect(corrected).toMatchObject([
      { id: one?.id, feedback_score: 0.25, service: 'allowed', masking: 'stored' },
    ])
    const few = await ended(
      await call('POST', '/api/datasets/corrected/collections', {
        filter: { since, from: 'feedback', feedback: { most: 0.5, corrected: true } },
      }),
    )
    expect(few).toMatchObject({ result: { counts: { sampled: 1 } } })
    const none = await ended(
      await call('POST', '/api/datasets/none/collections', { filter: { since, services: ['refused'] } }),
    )
    expect(none).toMatchObject({ state: 'failed', error: { code: 'not_found' } })
    expect((none['error'] as { message: string }).message).toContain(
      '1 because the service says `useForTraining: false`',
    )
  })
})
