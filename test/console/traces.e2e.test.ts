import { afterAll, beforeAll, describe, expect, it, setDefaultTimeout } from 'bun:test'
import type { Browser } from 'playwright-core'
import { readInference } from '../clients.ts'
import { type FakeProvider, startFakeProvider } from '../fake-provider/index.ts'
import { type Product, startProduct } from '../product.ts'
import { chromiumPath, enter, openBrowser, visit } from './browser.ts'
import { flawsOf } from './flaws.ts'

setDefaultTimeout(120_000)

const traceId = '4bf92f3577b34da6a3ce929d0e0e4736'
let provider: FakeProvider
let product: Product
let browser: Browser
let second: string

async function call(content: string, headers: Record<string, string>): Promise<string> {
  const response = await fetch(`${product.url}/v1/chat/completions`, {
    method: 'POST',
    headers: { authorization: `Bearer ${product.adminKey}`, 'content-type': 'application/json', ...headers },
    body: JSON.stringify({ model: 'falling', stream: true, messages: [{ role: 'user', content }] }),
  })
  await response.text()
  const id = response.headers.get('slipway-inference-id') ?? ''
  await readInference(product, id)
  return id
}

/** What an agent says of its own work, around the call with that span. */
async function sendSpans(startMs: number): Promise<void> {
  const text = (key: string, stringValue: string) => ({ key, value: { stringValue } })
  const span = (
    spanId: string,
    parentSpanId: string,
    name: string,
    fromMs: number,
    forMs: number,
    kind: string,
  ) => ({
    traceId,
    spanId,
    parentSpanId,
    name,
    startTimeUnixNano: `${Math.round(startMs + fromMs)}000000`,
    endTimeUnixNano: `${Math.round(startMs + fromMs + forMs)}000000`,
    attributes: [text('openinference.span.kind', kind), text('input.value', 'a prompt that is not kept')],
    status: { code: name === 'look up the order' ? 2 : 1 },
  })
  const spans = [
    span('aaaaaaaaaaaaaaaa', '', 'shopping agent', -60, 400, 'AGENT'),
    span('bbbbbbbbbbbbbbbb', 'aaaaaaaaaaaaaaaa', 'look up the order', -50, 40, 'RETRIEVER'),
    span('00f067aa0ba902b7', 'aaaaaaaaaaaaaaaa', 'chat falling', -2, 330, 'LLM'),
  ]
  const resource = { attributes: [text('service.name', 'shop')] }
  const response = await fetch(`${product.url}/otlp/v1/traces`, {
    method: 'POST',
    headers: { authorization: `Bearer ${product.adminKey}`, 'content-type': 'application/json' },
    body: JSON.stringify({
      resourceSpans: [{ resource, scopeSpans: [{ scope: { name: 'agent' }, spans }] }],
    }),
  })
  if (!response.ok) throw new Error(await response.text())
}

describe.skipIf(chromiumPath === undefined)('traces and conversations in the console', () => {
  beforeAll(async () => {
    provider = await startFakeProvider({ firstTokenDelayMs: 60, chunkDelayMs: 15 })
    product = await startProduct({
      config: `
providers:
  fake: { kind: openai-compatible, baseUrl: '${provider.url}/v1' }
services:
  falling:
    storeContent: true
    cache: { tenants: all, exact: {} }
    retries: { attempts: 0 }
    releases:
      v1:
        target: { provider: fake, model: fake-error-500 }
        fallbacks: [{ target: { provider: fake, model: gpt-test } }]
prices:
  - { provider: fake, from: 2026-01-01, usdPerMillionTokens: { input: 0.15, output: 0.6 } }
`,
    })
    const named = { 'slipway-conversation-id': 'order-4711' }
    await call('Where is my parcel?', named)
    const startMs = Date.now()
    second = await call('And the other one?', { ...named, traceparent: `00-${traceId}-00f067aa0ba902b7-01` })
    await sendSpans(startMs)
    browser = await openBrowser()
  }, 120_000)

  afterAll(async () => {
    await product?.stop()
    await provider?.stop()
  })

  it.each([
    ['light', 1280],
    ['dark', 375],
  ] as const)(
    'draws an inference among the spans of its application, in %s at %d px',
    async (scheme, width) => {
      await using visitor = await visit(browser, { ...product, width, isDark: scheme === 'dark' })
      const { page } = visitor
      await enter(visitor, product.adminKey, `/inferences/${second}`)
      const chart = page.getByRole('list', { name: 'Where the time went' })
      await chart.getByText('shopping agent').waitFor()
      const rows = chart.getByRole('button')
      expect(await rows.first().textContent()).toContain('shop')
      expect(await rows.count()).toBeGreaterThan(8)
      // each row says what it is when the keyboard reaches it, and opens to all that is known
      await rows.first().focus()
      await page.keyboard.press('ArrowDown')
      await page.getByRole('tooltip').getByText('look up the order').waitFor()
      await page.keyboard.press('Enter')
      await chart.getByText('attributes not kept').waitFor()
      expect(await page.getByText('a prompt that is not kept').count()).toBe(0)
      expect(await flawsOf(page, `trace-open-${scheme}-${width}`)).toEqual({ pale: [], isTooWide: false })
      const decisions = page.getByRole('region', { name: 'Decisions' })
      await decisions.getByText('Attempt 2 went to provider:fake gpt-test.').waitFor()
      await decisions.getByText('The cache had no answer to give.').waitFor()
      await decisions.locator('summary').first().click()
      await decisions.getByText('"tenant": "default"').waitFor()
      expect(await flawsOf(page, `trace-${scheme}-${width}`)).toEqual({ pale: [], isTooWide: false })
      expect(visitor.complaints).toEqual([])
    },
  )

  it('lists conversations and shows one turn by turn, with what was said when it is asked for', async () => {
    await using visitor = await visit(browser, product)
    const { page } = visitor
    await enter(visitor, product.adminKey, '/conversations')
    expect(await flawsOf(page, 'conversations')).toEqual({ pale: [], isTooWide: false })
    await page.getByRole('link', { name: 'order-4711' }).click()
    const turns = page.getByRole('list', { name: 'Turns' })
    await turns.getByText('Show what was said').first().click()
    await turns.getByText('Where is my parcel?', { exact: true }).waitFor()
    expect(await turns.locator('> li').count()).toBe(2)
    expect(await flawsOf(page, 'conversation')).toEqual({ pale: [], isTooWide: false })
    await page.getByRole('link', { name: 'Its inferences as a list' }).click()
    await page.getByRole('heading', { name: 'Inferences', level: 1 }).waitFor()
    await page.locator('.inference-link').nth(1).waitFor()
    expect(await page.locator('.inference-link').count()).toBe(2)
    expect(visitor.complaints).toEqual([])
  })
})
