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

async function ask(): Promise<string | null> {
  const response = await fetch(`${product.url}/v1/chat/completions`, {
    method: 'POST',
    headers: { authorization: `Bearer ${product.adminKey}`, 'content-type': 'application/json' },
    body: JSON.stringify({ model: 'faq', messages: [{ role: 'user', content: 'When do you open?' }] }),
  })
  await response.text()
  return response.headers.get('slipway-cache')
}

describe.skipIf(chromiumPath === undefined)('the page of caches', () => {
  beforeAll(async () => {
    await buildConsole({
      outDirectory: path.join(import.meta.dirname, '../../console/dist'),
      isDevelopment: false,
    })
    provider = await startFakeProvider({})
    product = await startProduct({
      config: `
providers:
  fake: { kind: openai-compatible, baseUrl: '${provider.url}/v1' }
services:
  faq: { cache: { tenants: all, exact: {} }, releases: { v1: { target: { provider: fake, model: m } } } }
  words: { releases: { v1: { target: { provider: fake, model: m } } } }
  desk:
    cache: { tenants: all, semantic: { mode: serve, embedder: words, threshold: 0.9, maxWrongPercent: 5 } }
    releases: { v1: { target: { provider: fake, model: m } } }
`,
    })
    browser = await openBrowser()
  }, 120_000)

  afterAll(async () => {
    await product?.stop()
    await provider?.stop()
  }, 120_000)

  it('shows what is kept, follows it, and forgets it when asked and confirmed', async () => {
    await using visitor = await visit(browser, { url: product.url })
    const { page } = visitor
    await enter(visitor, product.adminKey, '/cache')
    const card = page.getByRole('region', { name: 'faq' })
    await card.getByText('0 answers').waitFor()
    expect([await ask(), await ask()]).toEqual(['miss', 'hit; exact'])
    await card.getByText('1 answer,').waitFor()
    await card.getByRole('button', { name: 'Clear the cache of faq' }).click()
    await page.getByRole('dialog').getByText('forgets 1 answer, of all tenants').waitFor()
    expect(await ask()).toBe('hit; exact')
    await page.getByRole('button', { name: 'Clear cache' }).click()
    await card.getByText('0 answers').waitFor()
    expect(await ask()).toBe('miss')
    expect(visitor.complaints).toEqual([])
  })

  it('says why a semantic cache does not serve yet', async () => {
    await using visitor = await visit(browser, { url: product.url })
    const { page } = visitor
    await enter(visitor, product.adminKey, '/cache?service=desk')
    const card = page.getByRole('region', { name: 'desk' })
    await card.getByText('It does not serve yet').waitFor()
    await card.getByRole('img', { name: '5 % are allowed' }).waitFor()
    expect(await page.getByRole('region', { name: 'faq' }).count()).toBe(0)
    expect(visitor.complaints).toEqual([])
  })

  it.each([
    [1280, false],
    [1280, true],
    [375, false],
    [375, true],
  ])('can be read and fits at %d pixels, dark: %p', async (width, isDark) => {
    await using visitor = await visit(browser, { url: product.url, width, isDark })
    const { page } = visitor
    await enter(visitor, product.adminKey, '/cache')
    await page.getByText('It does not serve yet').waitFor()
    expect(await flawsOf(page, `cache-${width}-${isDark ? 'dark' : 'light'}`)).toEqual({
      pale: [],
      isTooWide: false,
    })
    expect(visitor.complaints).toEqual([])
  })
})
