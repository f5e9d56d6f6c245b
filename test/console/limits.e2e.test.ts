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

let provider: FakeProvider
let product: Product
let browser: Browser

async function call(service: string, signal?: AbortSignal): Promise<unknown> {
  const response = await fetch(`${product.url}/v1/chat/completions`, {
    method: 'POST',
    headers: { authorization: `Bearer ${product.adminKey}`, 'content-type': 'application/json' },
    body: JSON.stringify({ model: service, messages: [{ role: 'user', content: 'Hello' }] }),
    ...(signal && { signal }),
  })
  return await response.text()
}

describe.skipIf(chromiumPath === undefined)('the page of limits', () => {
  beforeAll(async () => {
    await buildConsole({
      outDirectory: path.join(import.meta.dirname, '../../console/dist'),
      isDevelopment: false,
    })
    provider = await startFakeProvider({})
    product = await startProduct({
      config: `
providers:
  fake: { kind: openai-compatible, baseUrl: '${provider.url}/v1', capacity: { inFlightRequests: 1 } }
services:
  echo: { releases: { v1: { target: { provider: fake, model: gpt-test } } } }
  stalling: { releases: { v1: { target: { provider: fake, model: fake-stall } } } }
`,
    })
    browser = await openBrowser()
  }, 120_000)

  afterAll(async () => {
    await product?.stop()
    await provider?.stop()
  })

  it('shows live who waits, what is under way and what each tenant got', async () => {
    await call('echo')
    const leaving = new AbortController()
    const stalling = call('stalling', leaving.signal).catch(() => '')
    await until(() => provider.requests.some(({ body }) => JSON.stringify(body).includes('fake-stall')))
    const calls = [stalling, call('echo', leaving.signal).catch(() => '')]
    await using visitor = await visit(browser, { url: product.url, isDark: process.env['DARK'] === '1' })
    const { page } = visitor
    await enter(visitor, product.adminKey, '/limits')
    const panel = page.getByRole('region', { name: 'provider:fake' })
    await panel.getByText('1 of 1 requests').waitFor()
    await panel.getByText('1 wait (0 interactive, 1 standard, 0 batch)').waitFor()
    await panel.getByRole('cell', { name: 'default' }).waitFor()
    const screenshot = process.env['SCREENSHOT']
    if (screenshot !== undefined) await page.screenshot({ path: screenshot })
    expect(await flawsOf(page, 'limits')).toEqual({ pale: [], isTooWide: false })
    leaving.abort()
    await Promise.all(calls)
    await panel.getByText('Nobody waits.').waitFor()
    expect(visitor.complaints).toEqual([])
  })
})
