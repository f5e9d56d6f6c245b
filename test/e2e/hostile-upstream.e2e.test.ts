import { afterAll, beforeAll, describe, expect, it } from 'bun:test'
import pg from 'pg'
import { createTestDatabase, type TestDatabase } from '../database.ts'
import { bodies, services } from '../malformed/bodies.ts'
import { problemOf } from '../malformed/check-answer.ts'
import { type HostileUpstream, startHostileUpstream } from '../malformed/hostile-upstream.ts'
import { pick, randomFrom } from '../malformed/odd-json.ts'
import { RawClient } from '../malformed/raw-client.ts'
import { type Product, startProduct } from '../product.ts'

const providerKey = 'provider-secret-0451-of-the-operator'
const count = Number(process.env['HOSTILE_COUNT'] ?? 4_000)
/** The service allows 2 s, the machine is shared. */
const limitMs = 40_000
const kinds = {
  chat: 'openai-compatible',
  native: 'openai',
  claude: 'anthropic',
  gemini: 'gemini',
  cohere: 'cohere',
  bedrock: 'bedrock',
} as const
const addresses: Partial<Record<string, string>> = { chat: '/v1', native: '/v1', gemini: '/v1beta' }
const paths = ['/v1/chat/completions', '/v1/messages', '/v1/responses']
let upstream: HostileUpstream
let test: TestDatabase
let product: Product
let key: string
const answered: string[] = []

beforeAll(async () => {
  upstream = await startHostileUpstream()
  test = await createTestDatabase()
  product = await startProduct({
    databaseUrl: test.url,
    environment: { PROVIDER_KEY: providerKey },
    config: `
providers:
${services.map(name => `  ${name}: { kind: ${kinds[name]}, baseUrl: "${upstream.url}${addresses[name] ?? ''}", apiKey: { env: PROVIDER_KEY }, breaker: { failures: 1000, errorPercent: 100 }${name === 'bedrock' ? ', region: eu-central-1' : ''} }`).join('\n')}
services:
${services.map(name => `  ${name}: { timeoutMs: 2000, storeContent: true, retries: { attempts: 0 }, releases: { v1: { target: { provider: ${name}, model: model-${name}, timeouts: { idleMs: 700, firstTokenMs: 1500 } } } } }`).join('\n')}
tenants: { acme: { limits: [{ tokens: 1000000000, per: day }], budgets: [{ usd: 1000, per: month }] } }
prices:
${services.map(name => `  - { provider: ${name}, from: 2026-01-01, usdPerMillionTokens: { input: 1, output: 2 } }`).join('\n')}
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
  await upstream?.stop()
  await test?.[Symbol.asyncDispose]()
}, 120_000)

function requestOf(seed: number): { path: string; bytes: Buffer } {
  const random = randomFrom(seed + 1_000_000)
  const path = pick(random, paths)
  const [, body] = pick(
    random,
    bodies.filter(([at]) => at === path),
  )
  const text = JSON.stringify({
    ...body,
    model: pick(random, services),
    stream: random() < 0.6,
    stream_options: undefined,
  })
  const head = [
    `POST ${path} HTTP/1.1`,
    'host: 127.0.0.1',
    `authorization: Bearer ${key}`,
    'content-type: application/json',
    `x-request-id: hostile-${seed}`,
    `content-length: ${Buffer.byteLength(text)}`,
    '',
    '',
  ]
  return { path, bytes: Buffer.from(head.join('\r\n') + text) }
}

describe('the product on a hostile upstream', () => {
  it('answers each call in bounded time, whole and in the dialect of the client', async () => {
    const problems: string[] = []
    const statuses: Record<string, number> = {}
    let next = Number(process.env['HOSTILE_SEED'] ?? 200_000)
    const end = next + count
    const work = async (): Promise<void> => {
      const client = new RawClient(Number(new URL(product.url).port))
      while (next < end) {
        const seed = next
        next += 1
        const { path, bytes } = requestOf(seed)
        try {
          const answer = await client.send(bytes, { isLast: false, isHead: false, limitMs })
          statuses[answer.status] = (statuses[answer.status] ?? 0) + 1
          answered.push(answer.headers.get('slipway-inference-id') ?? '')
          const problem = problemOf(answer, path, [key, product.adminKey, providerKey])
          if (problem) problems.push(`seed ${seed} ${path}: ${answer.status} ${problem}`)
        } catch (error) {
          problems.push(`seed ${seed} ${path}: ${(error as Error).message}`)
        }
      }
      client.close()
    }
    await Promise.all(Array.from({ length: 60 }, work))
    expect(problems.slice(0, 60)).toEqual([])
    // it was not the breakers that answered
    expect(statuses['503'] ?? 0).toBeLessThan(count / 4)
    expect(statuses['200'] ?? 0).toBeGreaterThan(count / 4)
  }, 120_000)

  it('has logged no bug and no secret', () => {
    const text = product.lines.join('\n')
    expect(product.lines.filter(line => line.includes('A bug')).slice(0, 5)).toEqual([])
    for (const secret of [key, product.adminKey, providerKey]) expect(text.includes(secret)).toBe(false)
  })

  it('has a row and an entry of the ledger for every call, and holds nothing', async () => {
    const client = new pg.Client(test.url)
    await client.connect()
    const ids = async (table: string): Promise<Set<string>> =>
      new Set((await client.query<{ id: string }>(`SELECT id FROM ${table}`)).rows.map(({ id }) => id))
    const isSettled = async (): Promise<boolean> =>
      (await ids('inferences')).size >= answered.length &&
      (await ids('ledger_entries')).size >= answered.length
    for (let attempt = 0; attempt < 80 && !(await isSettled()); attempt += 1) await Bun.sleep(250)
    const rows = await ids('inferences')
    const entries = await ids('ledger_entries')
    await client.end()
    expect(answered.filter(id => !rows.has(id))).toEqual([])
    expect(answered.filter(id => !entries.has(id))).toEqual([])
    const metrics = await (await fetch(`${product.url}/metrics`)).text()
    expect(metrics).toMatch(/^slipway_ledger_waiting 0$/m)
    expect(
      [...metrics.matchAll(/^slipway_inferences_in_flight(?:\{.*\})? (\d+)$/gm)].map(([, value]) => value),
    ).not.toContain('1')
  }, 120_000)
})
