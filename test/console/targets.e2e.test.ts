import { afterAll, beforeAll, describe, expect, it, setDefaultTimeout } from 'bun:test'
import path from 'node:path'
import type { Browser } from 'playwright-core'
import { buildConsole } from '../../console/build.ts'
import { type FakeProvider, startFakeProvider } from '../fake-provider/index.ts'
import { type Product, startProduct } from '../product.ts'
import { chromiumPath, enter, openBrowser, visit } from './browser.ts'
import { flawsOf } from './flaws.ts'

setDefaultTimeout(120_000)

let provider: FakeProvider
let product: Product
let browser: Browser

async function call(): Promise<number> {
  const response = await fetch(`${product.url}/v1/chat/completions`, {
    method: 'POST',
    headers: { authorization: `Bearer ${product.adminKey}`, 'content-type': 'application/json' },
    body: JSON.stringify({ model: 'chat', messages: [{ role: 'user', content: 'Hello' }] }),
  })
  await response.text()
  return response.status
}

describe.skipIf(chromiumPath === undefined)('the targets on the page of services', () => {
  beforeAll(async () => {
    await buildConsole({
      outDirectory: path.join(import.meta.dirname, '../../console/dist'),
      isDevelopment: false,
    })
    provider = await startFakeProvider({})
    product = await startProduct({
      config: `
providers:
  away: { kind: openai-compatible, baseUrl: 'http://127.0.0.1:9/v1', breaker: { failures: 1, openMs: 600000 } }
  fake: { kind: openai-compatible, baseUrl: '${provider.url}/v1' }
services:
  chat:
    releases:
      v1:
        target: { provider: away, model: gpt-away }
        fallbacks: [{ on: [outage], target: { provider: fake, model: gpt-test } }]
`,
    })
    browser = await openBrowser()
  }, 120_000)

  afterAll(async () => {
    await product?.stop()
    await provider?.stop()
  }, 120_000)

  it('say live which one is left alone, why and until when, and who serves instead', async () => {
    await using visitor = await visit(browser, { url: product.url })
    const { page } = visitor
    await enter(visitor, product.adminKey, '/services')
    const item = (name: string) => page.getByRole('listitem').filter({ hasText: name })
    await item('provider:away').getByText('takes calls').waitFor()
    expect(await call()).toBe(200)
    await item('provider:away').getByText('left alone').waitFor()
    await item('provider:away').getByText('A failure: upstream_unreachable').waitFor()
    await item('provider:away')
      .getByText(/tried again in \d+ (s|min)/)
      .waitFor()
    await item('provider:fake').getByText('takes calls').waitFor()
    await item('provider:fake').getByText('fallback on outage · answers after').waitFor()
    expect(visitor.complaints).toEqual([])
  })

  it.each([
    [1280, false],
    [1280, true],
    [375, false],
    [375, true],
  ])('can be read and fit at %d pixels, dark: %p', async (width, isDark) => {
    await using visitor = await visit(browser, { url: product.url, width, isDark })
    const { page } = visitor
    await enter(visitor, product.adminKey, '/services')
    await page.getByText('left alone').waitFor()
    expect(await flawsOf(page, `services-${width}-${isDark ? 'dark' : 'light'}`)).toEqual({
      pale: [],
      isTooWide: false,
    })
    expect(visitor.complaints).toEqual([])
  })
})
