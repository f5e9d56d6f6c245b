import { afterAll, beforeAll, describe, expect, it, setDefaultTimeout } from 'bun:test'
import path from 'node:path'
import type { Browser } from 'playwright-core'
import { buildConsole } from '../../console/build.ts'
import { type FakeProvider, startFakeProvider } from '../fake-provider/index.ts'
import { type Product, startProduct } from '../product.ts'
import { until } from '../until.ts'
import { chromiumPath, enter, openBrowser, visit } from './browser.ts'
import { flawsOf } from './flaws.ts'

setDefaultTimeout(120_000)

let product: Product
let provider: FakeProvider
let browser: Browser

async function read<Body>(address: string): Promise<Body> {
  const response = await fetch(`${product.url}${address}`, {
    headers: { authorization: `Bearer ${product.adminKey}` },
  })
  return (await response.json()) as Body
}

async function chat(count: number, service: string): Promise<void> {
  for (let index = 0; index < count; index += 1)
    await fetch(`${product.url}/v1/chat/completions`, {
      method: 'POST',
      headers: { authorization: `Bearer ${product.adminKey}`, 'content-type': 'application/json' },
      body: JSON.stringify({ model: service, messages: [{ role: 'user', content: 'Where is it?' }] }),
    }).then(response => response.text())
}

const stateIs = (wanted: string) => async (): Promise<boolean> =>
  (await read<{ state: string }>('/api/monitors/health')).state === wanted

describe.skipIf(chromiumPath === undefined)('the page of monitors', () => {
  beforeAll(async () => {
    await buildConsole({
      outDirectory: path.join(import.meta.dirname, '../../console/dist'),
      isDevelopment: false,
    })
    provider = await startFakeProvider({})
    product = await startProduct({
      config: `
providers: { fake: { kind: openai-compatible, baseUrl: '${provider.url}/v1' } }
services:
  chat: { retries: { attempts: 1 }, releases: { v1: { target: { provider: fake, model: gpt } } } }
monitors:
  health:
    service: chat
    reference: { window: 1h, rows: 20 }
    batch: 2
    runLength: 1000
    streams: { failing: { kind: errors }, long: { kind: output-length, effect: 0.3 } }
`,
    })
    browser = await openBrowser()
  }, 120_000)

  afterAll(async () => {
    await product?.stop()
    await provider?.stop()
  }, 120_000)

  it('shows what is watched, and an alarm with what raised it, which is an alert too', async () => {
    await chat(40, 'chat')
    await until(stateIs('watching'), { limitMs: 60_000 })
    provider.behave({ status: 500 })
    await chat(40, 'chat')
    await until(stateIs('alarm'), { limitMs: 60_000 })
    for (const isDark of [false, true]) {
      await using visitor = await visit(browser, { url: product.url, isDark })
      const { page } = visitor
      await enter(visitor, product.adminKey, '/monitors')
      await page.getByRole('link', { name: 'Evidence and alarms' }).click()
      await page.getByText('failed inferences have risen').first().waitFor()
      await page
        .getByRole('figure', { name: /Evidence of the last day: 100 % of what/ })
        .first()
        .waitFor()
      await page
        .getByRole('figure', { name: 'Mean of failing beside its reference' })
        .locator('.recharts-line')
        .first()
        .waitFor({ state: 'attached' })
      expect(await flawsOf(page, `monitors-${isDark ? 'dark' : 'light'}`)).toEqual({
        pale: [],
        isTooWide: false,
      })
      expect(visitor.complaints).toEqual([])
    }
    let alert: string | undefined
    await until(async () => {
      const { data } = await read<{ data: { id: string; source: string; state: string }[] }>(
        '/api/alerts?state=open',
      )
      alert = data.find(({ source, state }) => source === 'monitor' && state === 'firing')?.id
      return alert !== undefined
    })
    await using visitor = await visit(browser, { url: product.url })
    await enter(visitor, product.adminKey, `/alerts/${alert}`)
    const drawer = visitor.page.getByRole('dialog', { name: 'Alert' })
    await drawer.locator('summary', { hasText: '40 values of the traffic' }).waitFor()
    expect(await flawsOf(visitor.page, 'alert-of-a-monitor')).toEqual({ pale: [], isTooWide: false })
    await drawer.getByRole('link', { name: 'monitor health' }).click()
    await visitor.page.getByRole('heading', { level: 1, name: 'health' }).waitFor()
    expect(visitor.complaints).toEqual([])
  })
})
