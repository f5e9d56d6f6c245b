import { afterAll, beforeAll, describe, expect, it, setDefaultTimeout } from 'bun:test'
import { readFile } from 'node:fs/promises'
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

async function call(model: string): Promise<void> {
  const response = await fetch(`${product.url}/v1/chat/completions`, {
    method: 'POST',
    headers: { authorization: `Bearer ${product.adminKey}`, 'content-type': 'application/json' },
    body: JSON.stringify({ model, messages: [{ role: 'user', content: 'What does this cost?' }] }),
  })
  expect(response.status).toBe(200)
  await response.text()
}

describe.skipIf(chromiumPath === undefined)('the page of costs', () => {
  beforeAll(async () => {
    await clearOfTheHour()
    await buildConsole({
      outDirectory: path.join(import.meta.dirname, '../../console/dist'),
      isDevelopment: false,
    })
    provider = await startFakeProvider({ cachedTokens: 2 })
    product = await startProduct({
      config: `
providers:
  fake: { kind: openai-compatible, baseUrl: '${provider.url}/v1' }
services:
  chat: { releases: { v1: { target: { provider: fake, model: gpt-test } } } }
  search: { releases: { v1: { target: { provider: fake, model: gpt-dear } } } }
  odd: { releases: { v1: { target: { provider: fake, model: gpt-odd } } } }
prices:
  - { provider: fake, model: gpt-test, from: 2026-01-01, usdPerMillionTokens: { input: 1000, cacheRead: 100, output: 6000 } }
  - { provider: fake, model: gpt-dear, from: 2026-01-01, usdPerMillionTokens: { input: 9000, output: 60000 } }
`,
    })
    browser = await openBrowser()
    for (const model of ['chat', 'chat', 'search', 'odd']) await call(model)
    for (let tries = 0; tries < 600; tries += 1) {
      const response = await fetch(`${product.url}/api/costs`, {
        headers: { authorization: `Bearer ${product.adminKey}` },
      })
      const { totals } = (await response.json()) as { totals: { calls: number } }
      if (totals.calls === 4) return
      await Bun.sleep(50)
    }
    throw new Error('the calls were never counted')
  }, 120_000)

  afterAll(async () => {
    await product?.stop()
    await provider?.stop()
  }, 120_000)

  it('shows what was spent by service, and by model where asked', async () => {
    await using visitor = await visit(browser, { url: product.url })
    const { page } = visitor
    await enter(visitor, product.adminKey, '/costs')
    const rows = page.getByRole('region', { name: 'By service' }).getByRole('row')
    await rows.getByText('search').waitFor()
    expect(await rows.nth(1).innerText()).toContain('search')
    expect(await rows.nth(2).innerText()).toContain('chat')
    await page.getByRole('figure', { name: /Cost a day/ }).waitFor()
    await page.getByRole('combobox', { name: 'Group by' }).click()
    await page.getByRole('option', { name: 'By model' }).click()
    await page.getByRole('region', { name: 'By model' }).getByText('provider:fake gpt-dear').waitFor()
    expect(page.url()).toContain('by=model')
    expect(visitor.complaints).toEqual([])
  })

  it('says what has no price and how it gets one', async () => {
    await using visitor = await visit(browser, { url: product.url })
    await enter(visitor, product.adminKey, '/costs')
    const notice = visitor.page.getByRole('alert')
    await notice.waitFor()
    expect(await notice.innerText()).toContain('Calls without a price, which count as nothing here: 1')
    expect(await notice.innerText()).toContain('- { provider: fake, model: "gpt-odd", from: ')
  })

  it('gives the figures as CSV', async () => {
    await using visitor = await visit(browser, { url: product.url })
    const { page } = visitor
    await enter(visitor, product.adminKey, '/costs')
    const [download] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('button', { name: 'Export CSV' }).click(),
    ])
    expect(download.suggestedFilename()).toMatch(/^costs-\d{4}-\d{2}-\d{2}-\d{4}-\d{2}-\d{2}\.csv$/)
    const lines = (await readFile(await download.path(), 'utf8')).trim().split('\r\n')
    expect(lines[0]).toStartWith('day,service,calls')
    expect(lines.slice(1).map(line => line.split(',')[1])).toEqual(['chat', 'odd', 'search'])
  })

  it.each([
    [1280, false],
    [1280, true],
    [380, false],
  ])('can be read and fits at %d pixels, dark: %p', async (width, isDark) => {
    await using visitor = await visit(browser, { url: product.url, width, isDark })
    const { page } = visitor
    await enter(visitor, product.adminKey, '/costs')
    await page.getByRole('region', { name: 'By service' }).getByText('search').waitFor()
    await page.locator('.cost-chart .recharts-bar-rectangle').last().waitFor()
    expect(await flawsOf(page, `costs-${width}-${isDark ? 'dark' : 'light'}`)).toEqual({
      pale: [],
      isTooWide: false,
    })
    expect(visitor.complaints).toEqual([])
  })
})
