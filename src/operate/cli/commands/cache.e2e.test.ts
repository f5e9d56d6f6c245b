import { afterAll, beforeAll, describe, expect, it, setDefaultTimeout } from 'bun:test'
import { startFakeProvider, type FakeProvider } from '../../../../test/fake-provider/index.ts'
import { startProduct, type Product } from '../../../../test/product.ts'
import { runCli } from '../run-cli.fixture.ts'

setDefaultTimeout(120_000)

let provider: FakeProvider
let product: Product

const slipway = (words: string[]) =>
  runCli(words, { environment: { SLIPWAY_URL: product.url, SLIPWAY_KEY: product.adminKey } })

beforeAll(async () => {
  provider = await startFakeProvider({})
  product = await startProduct({
    config: `
providers:
  up: { kind: openai-compatible, baseUrl: '${provider.url}/v1' }
services:
  faq: { cache: { tenants: all, exact: {} }, releases: { v1: { target: { provider: up, model: m } } } }
  words: { releases: { v1: { target: { provider: up, model: m } } } }
  desk:
    cache: { tenants: all, semantic: { mode: shadow, embedder: words, threshold: 0.9 } }
    releases: { v1: { target: { provider: up, model: m } } }
`,
  })
}, 120_000)

afterAll(async () => {
  await product?.stop()
  await provider?.stop()
}, 120_000)

async function ask(): Promise<string | null> {
  const response = await fetch(`${product.url}/v1/chat/completions`, {
    method: 'POST',
    headers: { authorization: `Bearer ${product.adminKey}`, 'content-type': 'application/json' },
    body: JSON.stringify({ model: 'faq', messages: [{ role: 'user', content: 'When do you open?' }] }),
  })
  await response.text()
  return response.headers.get('slipway-cache')
}

describe('slipway cache', () => {
  it('shows what is kept and what is only measured', async () => {
    expect([await ask(), await ask()]).toEqual(['miss', 'hit; exact'])
    const { stdout } = await slipway(['cache'])
    expect(stdout).toMatch(/faq +all tenants +1 +\d\.\d +serves +–/)
    expect(stdout).toMatch(/desk +all tenants +0 +0\.0 +– +measures +0 +100\.0 % \/ \d+\.0 %/)
  })

  it('forgets the answers of a service, and asks first', async () => {
    const unsure = await slipway(['cache', 'clear', 'faq'])
    expect(unsure.code).not.toBe(0)
    expect(await ask()).toBe('hit; exact')
    expect((await slipway(['cache', 'clear', 'faq', '--yes'])).stdout).toContain(
      'Forgot 1 answer of the service faq',
    )
    expect(await ask()).toBe('miss')
    const unknown = await slipway(['cache', 'clear', 'words', '--yes'])
    expect([unknown.code, unknown.stderr]).toEqual([1, expect.stringContaining('keeps no answers')])
  })
})
