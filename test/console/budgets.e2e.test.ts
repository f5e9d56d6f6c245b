import { afterAll, beforeAll, describe, expect, it, setDefaultTimeout } from 'bun:test'
import path from 'node:path'
import type { Browser } from 'playwright-core'
import { buildConsole } from '../../console/build.ts'
import { type FakeProvider, startFakeProvider } from '../fake-provider/index.ts'
import { type Product, startProduct } from '../product.ts'
import { clearOfTheHour } from '../until.ts'
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
    body: JSON.stringify({ model: 'chat', max_tokens: 50, messages: [{ role: 'user', content: 'Hello' }] }),
  })
  await response.text()
  return response.status
}

describe.skipIf(chromiumPath === undefined)('the page of limits and budgets', () => {
  beforeAll(async () => {
    await clearOfTheHour()
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
  chat:
    limits: [{ requests: 100, per: month }]
    budgets: [{ usd: 0.002, per: month, kind: soft }]
    releases: { v1: { target: { provider: fake, model: gpt-test } } }
tenants:
  acme: { budgets: [{ usd: 50, per: month }, { usd: 20, per: month, kind: soft }] }
prices:
  - { provider: fake, model: gpt-test, from: 2026-01-01, usdPerMillionTokens: { input: 100, output: 600 } }
`,
    })
    browser = await openBrowser()
    for (let times = 0; times < 3; times += 1) expect(await call()).toBe(200)
  }, 120_000)

  afterAll(async () => {
    await product?.stop()
    await provider?.stop()
  }, 120_000)

  it('shows what is spent and left, and follows while it is open', async () => {
    await using visitor = await visit(browser, { url: product.url })
    await enter(visitor, product.adminKey, '/limits')
    const row = visitor.page.getByRole('row').filter({ hasText: '100 requests a month' })
    // it follows while it is open
    await row.getByRole('cell').nth(3).getByText('3', { exact: true }).waitFor()
    expect(await visitor.page.getByText('$20.00 a month, soft').count()).toBe(1)
    // what a soft budget lets pass beyond itself is marked as such
    const over = visitor.page.getByRole('row').filter({ hasText: '$0.002 a month, soft' })
    await over.locator('.window-bar-spent[data-tone="full"]').waitFor()
    await call()
    await row.getByRole('cell', { name: '4', exact: true }).waitFor()
    expect(visitor.complaints).toEqual([])
  })

  it('sets a limit that holds at once, and takes it away again', async () => {
    await using visitor = await visit(browser, { url: product.url })
    const { page } = visitor
    await enter(visitor, product.adminKey, '/limits')
    await page.getByRole('button', { name: 'Set limits' }).click()
    await page.getByRole('combobox', { name: 'Of a' }).click()
    await page.getByRole('option', { name: 'service' }).click()
    await page.getByRole('combobox', { name: 'Which' }).click()
    await page.getByRole('option', { name: 'chat' }).click()
    await page.getByRole('combobox', { name: 'What' }).click()
    await page.getByRole('option', { name: 'Requests', exact: true }).click()
    await page.getByRole('textbox', { name: 'How much' }).fill('1')
    await page.getByRole('button', { name: 'Put in force' }).click()
    const change = page.getByRole('button', { name: 'Change the limits of chat' })
    await change.waitFor()
    expect(await call()).toBe(429)
    await change.click()
    await page.getByRole('button', { name: 'Remove all' }).click()
    await page.getByText('The service chat is no longer bound by 1 requests a month').waitFor()
    expect(await call()).toBe(429)
    await page.getByRole('button', { name: 'Remove the limits' }).click()
    await change.waitFor({ state: 'detached' })
    expect(await call()).toBe(200)
    expect(visitor.complaints).toEqual([])
  })

  it('is linked to by what it is about, and says why the server refused', async () => {
    await using visitor = await visit(browser, { url: product.url })
    const { page } = visitor
    await enter(visitor, product.adminKey, '/limits?edit=service:chat')
    await page.getByRole('dialog', { name: 'Limits of service chat' }).waitFor()
    await page.getByRole('textbox', { name: 'How much' }).fill('100000001')
    await page.getByRole('button', { name: 'Put in force' }).click()
    await page.getByRole('dialog').getByText('That did not work').waitFor()
    await page.keyboard.press('Escape')
    await page.waitForURL(url => url.search === '')
    await page.goto('/limits?tenant=acme')
    await page.getByText('$50.00 a month, hard').waitFor()
    expect(await page.getByText('100 requests a month').count()).toBe(0)
    await page.getByText('Only of tenant acme').waitFor()
    await page.getByRole('button', { name: 'Show all' }).click()
    await page.getByText('100 requests a month').waitFor()
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
    await enter(visitor, product.adminKey, '/limits')
    await page.getByText('100 requests a month').waitFor()
    await page.getByRole('button', { name: 'Set limits' }).click()
    await page.getByRole('dialog').getByText('Say how much in each row').waitFor()
    expect(await flawsOf(page, `set-limits-${width}`)).toMatchObject({ pale: [] })
    await page.keyboard.press('Escape')
    await page.getByRole('dialog').waitFor({ state: 'detached' })
    expect(await flawsOf(page, `limits-${width}-${isDark ? 'dark' : 'light'}`)).toEqual({
      pale: [],
      isTooWide: false,
    })
    expect(visitor.complaints).toEqual([])
  })
})
