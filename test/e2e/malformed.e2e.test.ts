import { afterAll, beforeAll, describe, expect, it } from 'bun:test'
import { readMetrics } from '../../bench/soak/sample.ts'
import { type FakeProvider, startFakeProvider } from '../fake-provider/index.ts'
import { canary } from '../malformed/bodies.ts'
import { problemOf } from '../malformed/check-answer.ts'
import { RawClient } from '../malformed/raw-client.ts'
import { malformedRequest } from '../malformed/requests.ts'
import { type Product, startProduct } from '../product.ts'
import { until } from '../until.ts'

const providerKey = 'provider-secret-0451-of-the-operator'
const bodyLimitBytes = 1_048_576
const count = 10_000
let provider: FakeProvider
let product: Product
let key: string

beforeAll(async () => {
  provider = await startFakeProvider()
  const kinds = {
    chat: 'openai-compatible',
    native: 'openai',
    claude: 'anthropic',
    gemini: 'gemini',
    cohere: 'cohere',
    bedrock: 'bedrock',
  }
  const addresses: Record<string, string> = { chat: '/v1', native: '/v1', gemini: '/v1beta' }
  const names = Object.keys(kinds) as (keyof typeof kinds)[]
  product = await startProduct({
    environment: { PROVIDER_KEY: providerKey, SLIPWAY_BODY_LIMIT_MB: '1' },
    config: `
providers:
${names.map(name => `  ${name}: { kind: ${kinds[name]}, baseUrl: "${provider.url}${addresses[name] ?? ''}", apiKey: { env: PROVIDER_KEY }, breaker: { failures: 1000, errorPercent: 100 }${name === 'bedrock' ? ', region: eu-central-1' : ''} }`).join('\n')}
services:
${names.map(name => `  ${name}: { timeoutMs: 4000, retries: { attempts: 0 }, releases: { v1: { target: { provider: ${name}, model: model-${name} } } } }`).join('\n')}
tenants: { acme: { limits: [{ requests: 1000000, per: hour }], budgets: [{ usd: 1000, per: month }] } }
prices:
${names.map(name => `  - { provider: ${name}, from: 2026-01-01, usdPerMillionTokens: { input: 1, output: 2 } }`).join('\n')}
`,
  })
  const made = await fetch(`${product.url}/api/keys`, {
    method: 'POST',
    headers: { authorization: `Bearer ${product.adminKey}`, 'content-type': 'application/json' },
    body: JSON.stringify({ name: 'acme', role: 'developer', tenant: 'acme' }),
  })
  key = ((await made.json()) as { secret: string }).secret
}, 120_000)

afterAll(async () => {
  await product?.stop()
  await provider?.stop()
})

describe('the product under malformed requests', () => {
  it('answers each with an error that the client can read, or closes what is no HTTP', async () => {
    const port = Number(new URL(product.url).port)
    const problems: string[] = []
    const statuses: Record<string, number> = {}
    let next = Number(process.env['MALFORMED_SEED'] ?? 1)
    const end = next + Number(process.env['MALFORMED_COUNT'] ?? count)
    const secrets = [key, product.adminKey, providerKey]
    const work = async (): Promise<void> => {
      const client = new RawClient(port)
      while (next < end) {
        const seed = next
        next += 1
        const request = malformedRequest(seed, { key, bodyLimitBytes })
        try {
          const answer = await client.send(request.bytes, { ...request, limitMs: 40_000 })
          const what = `${answer.status}`
          statuses[what] = (statuses[what] ?? 0) + 1
          const isClosed =
            request.isFramingBroken &&
            (answer.status === 0 || (answer.status >= 400 && answer.status < 500) || answer.status === 505)
          const problem =
            isClosed || (request.isHead && answer.status !== 500)
              ? undefined
              : problemOf(answer, request.path, secrets)
          if (problem) problems.push(`seed ${seed} ${request.path}: ${answer.status} ${problem}`)
        } catch (error) {
          problems.push(`seed ${seed} ${request.path}: ${(error as Error).message}`)
        }
        if (provider.requests.length > 200) provider.requests.length = 0
      }
      client.close()
    }
    await Promise.all(Array.from({ length: 24 }, work))
    expect(problems.slice(0, 60)).toEqual([])
  }, 120_000)

  it('has logged no bug, no secret and nothing that a person said', () => {
    const text = product.lines.join('\n')
    expect(product.lines.filter(line => line.includes('A bug')).slice(0, 5)).toEqual([])
    for (const secret of [key, product.adminKey, providerKey, canary])
      expect(text.includes(secret)).toBe(false)
  })

  it('serves on, with nothing under way and its memory back', async () => {
    const headers = { authorization: `Bearer ${key}`, 'content-type': 'application/json' }
    const ask = async (content: string): Promise<number> => {
      const body = JSON.stringify({ model: 'chat', messages: [{ role: 'user', content }] })
      const response = await fetch(`${product.url}/v1/chat/completions`, { method: 'POST', headers, body })
      await response.arrayBuffer()
      return response.status
    }
    expect(await ask('Are you well?')).toBe(200)
    const read = async (name: string): Promise<number> => (await readMetrics(product.url))(name)
    await until(async () => (await read('slipway_inferences_in_flight')) === 0, { everyMs: 250 })
    // thousands of requests of which some have a megabyte; what was theirs is collected when others need room
    await until(
      async () => {
        await Promise.all(Array.from({ length: 32 }, () => ask('well '.repeat(150_000))))
        return (await read('process_heap_used_bytes')) < 200 * 1_048_576
      },
      { limitMs: 50_000, everyMs: 250 },
    )
    expect(await read('process_resident_memory_bytes')).toBeLessThan(600 * 1_048_576)
    expect(await read('process_open_fds')).toBeLessThan(200)
  }, 120_000)
})
