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

describe.skipIf(chromiumPath === undefined)('the page of rollouts', () => {
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
  chat:
    releases: { v1: { target: { provider: fake, model: gpt } }, v2: { target: { provider: fake, model: gpt } } }
    release: v1
    rollout:
      sticky: request
      every: 1s
      steps: [{ share: 50%, leastValues: 5000, leastDuration: 1h }]
`,
    })
    browser = await openBrowser()
  }, 120_000)

  afterAll(async () => {
    await browser?.close()
    await product?.stop()
    await provider?.stop()
  }, 120_000)

  it('shows a rollout with its verdict, pauses it, and sends all traffic back to a release', async () => {
    const response = await fetch(`${product.url}/api/rollouts`, {
      method: 'POST',
      headers: { authorization: `Bearer ${product.adminKey}`, 'content-type': 'application/json' },
      body: JSON.stringify({ service: 'chat', candidate: 'v2', reason: 'shorter prompt' }),
    })
    expect(response.status).toBe(201)
    const { id } = (await response.json()) as { id: string }
    const rollout = async () =>
      await read<{ state: string; last_verdict: object | null }>(`/api/rollouts/${id}`)
    await chat(40, 'chat')
    await until(async () => (await rollout()).last_verdict !== null, { limitMs: 60_000 })
    for (const isDark of [false, true]) {
      await using visitor = await visit(browser, { url: product.url, isDark })
      const { page } = visitor
      await enter(visitor, product.adminKey, '/rollouts')
      await page.getByRole('link', { name: 'chat: v2 beside v1' }).click()
      await page.getByRole('figure', { name: 'Traffic: v1 50 %, v2 50 %' }).waitFor()
      await page.getByText('errors').first().waitFor()
      expect(await flawsOf(page, `rollouts-${isDark ? 'dark' : 'light'}`)).toEqual({
        pale: [],
        isTooWide: false,
      })
      await page.getByLabel('Reason').fill('lunch')
      await page.getByRole('button', { name: isDark ? 'Resume' : 'Pause' }).click()
      await page.getByRole('button', { name: isDark ? 'Pause' : 'Resume' }).waitFor()
      expect((await rollout()).state).toBe(isDark ? 'running' : 'paused')
      expect(visitor.complaints).toEqual([])
    }
    await using visitor = await visit(browser, { url: product.url, isDark: false })
    const { page } = visitor
    await enter(visitor, product.adminKey, '/services')
    await page.getByText('v1 is live, a rollout is under way').click()
    await page.getByLabel('Reason to leave v1').fill('it is good')
    await page.getByRole('button', { name: 'Back to v2' }).click()
    await page.getByText('v2 is live').waitFor()
    expect((await read<{ live: string }>('/api/services/chat/live-release')).live).toBe('v2')
  })
})
