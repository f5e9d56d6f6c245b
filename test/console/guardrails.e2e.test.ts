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

async function ask(text: string): Promise<string> {
  const response = await fetch(`${product.url}/v1/chat/completions`, {
    method: 'POST',
    headers: { authorization: `Bearer ${product.adminKey}`, 'content-type': 'application/json' },
    body: JSON.stringify({ model: 'desk', messages: [{ role: 'user', content: text }] }),
  })
  await response.text()
  return response.headers.get('slipway-inference-id') ?? ''
}

describe.skipIf(chromiumPath === undefined)('the page of guardrails', () => {
  beforeAll(async () => {
    await buildConsole({
      outDirectory: path.join(import.meta.dirname, '../../console/dist'),
      isDevelopment: false,
    })
    provider = await startFakeProvider({ text: 'Fine.' })
    product = await startProduct({
      config: `
providers:
  fake: { kind: openai-compatible, baseUrl: '${provider.url}/v1' }
policies:
  public:
    description: For everybody who writes from outside, on
    checks:
      - { check: personal-data, mode: enforce, waived: masking loses nothing that the model needs, action: mask, timeoutMs: 5000 }
      - { check: deny-list, mode: shadow, action: block, timeoutMs: 5000, parameters: { terms: [swordfish] } }
services:
  desk: { policy: public, releases: { v1: { target: { provider: fake, model: m } } } }
`,
    })
    browser = await openBrowser()
  }, 120_000)

  afterAll(async () => {
    await product?.stop()
    await provider?.stop()
  }, 120_000)

  it('shows what checks said, leads to the inference, and writes a report of one in shadow', async () => {
    await ask('Write to jane.doe@example.org, the word is swordfish.')
    await using visitor = await visit(browser, { url: product.url })
    const { page } = visitor
    await enter(visitor, product.adminKey, '/guardrails')
    const card = page.getByRole('region', { name: 'public', exact: true })
    await card.getByRole('row', { name: /personal-data.*enforce.*mask 1/ }).waitFor()
    await card.getByRole('row', { name: /deny-list.*shadow.*block 1/ }).waitFor()
    await card.getByRole('button', { name: 'Write a report of deny-list' }).click()
    await page
      .getByRole('region', { name: 'Reports', exact: true })
      .first()
      .getByText('public / deny-list')
      .waitFor()
    await page.getByRole('region', { name: 'Latest findings' }).first().getByRole('link').first().click()
    const checks = page.getByRole('region', { name: 'Checks', exact: true })
    await checks.getByText('1 of EMAIL_ADDRESS').waitFor()
    await checks.getByText('shadow block').waitFor()
    expect(await page.content()).not.toContain('jane.doe')
    expect(visitor.complaints).toEqual([])
  })

  it.each([
    [1280, false],
    [375, true],
  ])('can be read and fits at %d pixels, dark: %p', async (width, isDark) => {
    await using visitor = await visit(browser, { url: product.url, width, isDark })
    const { page } = visitor
    await enter(visitor, product.adminKey, '/guardrails')
    await page.getByText('public / deny-list').waitFor()
    expect(await flawsOf(page, `guardrails-${width}-${isDark ? 'dark' : 'light'}`)).toEqual({
      pale: [],
      isTooWide: false,
    })
    expect(visitor.complaints).toEqual([])
  })
})
