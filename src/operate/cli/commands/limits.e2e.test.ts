import { afterAll, beforeAll, describe, expect, it, setDefaultTimeout } from 'bun:test'
import { startFakeProvider, type FakeProvider } from '../../../../test/fake-provider/index.ts'
import { startProduct, type Product } from '../../../../test/product.ts'
import { clearOfTheHour, until } from '../../../../test/until.ts'
import { runCli } from '../run-cli.fixture.ts'

setDefaultTimeout(120_000)

let provider: FakeProvider
let product: Product

const slipway = (words: string[]) =>
  runCli(words, { environment: { SLIPWAY_URL: product.url, SLIPWAY_KEY: product.adminKey } })

beforeAll(async () => {
  await clearOfTheHour()
  provider = await startFakeProvider({})
  product = await startProduct({
    config: `
providers:
  up: { kind: openai-compatible, baseUrl: '${provider.url}/v1' }
services:
  priced: { releases: { v1: { target: { provider: up, model: gpt-fake } } } }
  odd: { releases: { v1: { target: { provider: up, model: gpt-odd } } } }
tenants:
  acme: { budgets: [{ usd: 1, per: month }, { usd: 0.5, per: month, kind: soft }] }
prices:
  - { provider: up, model: gpt-fake, from: 2026-01-01, source: letter, usdPerMillionTokens: { input: 100, output: 1000 } }
`,
  })
}, 120_000)

afterAll(async () => {
  await product?.stop()
  await provider?.stop()
}, 120_000)

async function call(key: string, maxTokens: number, model = 'priced'): Promise<Response> {
  return await fetch(`${product.url}/v1/chat/completions`, {
    method: 'POST',
    headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
    body: JSON.stringify({
      model,
      max_tokens: maxTokens,
      messages: [{ role: 'user', content: 'What does this cost?' }],
    }),
  })
}

async function createKey(...words: string[]): Promise<{ id: string; secret: string }> {
  const { stdout, stderr } = await slipway(['key', 'create', ...words, '--json'])
  if (stdout === '') throw new Error(stderr)
  return JSON.parse(stdout) as { id: string; secret: string }
}

async function codeOf(response: Response): Promise<string> {
  return ((await response.json()) as { error: { code: string } }).error.code
}

describe('slipway key create --budget', () => {
  it('makes a key that cannot spend more, and tells its clients not to try again', async () => {
    const { id, secret } = await createKey('small', '--tenant', 'acme', '--budget', '0.3/month')
    const answered = await call(secret, 100)
    expect(answered.status).toBe(200)
    const { usage } = (await answered.json()) as {
      usage: { prompt_tokens: number; completion_tokens: number }
    }
    const costNanoUsd = usage.prompt_tokens * 100_000 + usage.completion_tokens * 1_000_000
    const refused = await call(secret, 400)
    expect([refused.status, refused.headers.get('x-should-retry')]).toEqual([429, 'false'])
    expect(await codeOf(refused)).toBe('insufficient_quota')
    // what was set aside for the first call was given back
    expect((await call(secret, 200)).status).toBe(200)
    const unpriced = await call(secret, 10, 'odd')
    expect([unpriced.status, await codeOf(unpriced)]).toEqual([403, 'unpriced_target'])
    interface Limits {
      data: { scope: string; id: string; rules: { spent: number; limit: number }[] }[]
    }
    let data: Limits['data'] = []
    const ruleOf = () => data.find(one => one.scope === 'key' && one.id === id)?.rules[0]
    await until(async () => {
      const { stdout } = await slipway(['limits', '--json'])
      data = (JSON.parse(stdout) as Limits).data
      return (ruleOf()?.spent ?? 0) >= costNanoUsd
    })
    const rule = ruleOf()
    expect(rule?.limit).toBe(300_000_000)
    // two bounds of one month: the calls are counted once
    const tenant = data.find(one => one.scope === 'tenant' && one.id === 'acme')
    expect(tenant?.rules.map(({ spent }) => spent)).toEqual([rule?.spent ?? -1, rule?.spent ?? -1])
  })

  it('says what it does not understand before it makes a key', async () => {
    const { code, stderr } = await slipway(['key', 'create', 'odd', '--budget', '5/fortnight'])
    expect(code).not.toBe(0)
    expect(stderr).toContain('50/month')
    expect((await slipway(['key', 'list'])).stdout).not.toMatch(/\bodd\b/)
  })
})

describe('slipway limits', () => {
  it('sets, shows and removes limits, in force at once', async () => {
    const { id, secret } = await createKey('limited')
    await slipway(['limits', 'set', 'key', id, '--requests', '1/hour'])
    const first = await call(secret, 10)
    expect([first.status, first.headers.get('x-ratelimit-remaining-requests')]).toEqual([200, '0'])
    const second = await call(secret, 10)
    expect([second.status, await codeOf(second)]).toEqual([429, 'rate_limit_exceeded'])
    expect(Number(second.headers.get('retry-after'))).toBeGreaterThan(0)
    expect((await slipway(['limits'])).stdout).toMatch(new RegExp(`key ${id} +requests +1 +hour +`))
    await slipway(['limits', 'remove', 'key', id, '--yes'])
    expect((await call(secret, 10)).status).toBe(200)
  })
})
