import { afterAll, beforeAll, describe, expect, it, setDefaultTimeout } from 'bun:test'
import path from 'node:path'
import type { Browser } from 'playwright-core'
import { buildConsole } from '../../console/build.ts'
import { type Product, startProduct } from '../product.ts'
import { chromiumPath, enter, openBrowser, visit } from './browser.ts'
import { until } from '../until.ts'
import { flawsOf } from './flaws.ts'

setDefaultTimeout(120_000)

let product: Product
let browser: Browser

async function call(address: string, body: unknown): Promise<Record<string, unknown>> {
  const response = await fetch(`${product.url}${address}`, {
    method: 'POST',
    headers: { authorization: `Bearer ${product.adminKey}`, 'content-type': 'application/json' },
    body: JSON.stringify(body),
  })
  expect(response.ok).toBe(true)
  return (await response.json()) as Record<string, unknown>
}

describe.skipIf(chromiumPath === undefined)('the page of drift', () => {
  beforeAll(async () => {
    await buildConsole({
      outDirectory: path.join(import.meta.dirname, '../../console/dist'),
      isDevelopment: false,
    })
    product = await startProduct({
      config: `
providers: { gone: { kind: openai-compatible, baseUrl: 'http://127.0.0.1:9/v1' } }
services:
  chat: { releases: { v1: { target: { provider: gone, model: gpt } } } }
  desk: { storeContent: true, releases: { v1: { target: { provider: gone, model: gpt } } } }
`,
    })
    const rows = (count: number, longShare: number) =>
      Array.from({ length: count }, (_, index) => {
        const isLong = index % 10 < longShare * 10
        return {
          id: `r${index}`,
          text: isLong ? 'the invoice of my neighbour has come to me again' : 'where is my order',
          words: (isLong ? 30 : 4) + (index % 7),
          language: isLong ? 'de' : 'en',
          region: ['north', 'south', 'west'][index % 3],
          good: isLong && index % 2 === 1 ? 0 : 1,
        }
      })
    for (const [name, share] of [
      ['before', 0.2],
      ['after', 0.6],
    ] as const) {
      await call('/api/datasets', { name, definition: 'key: id\ncolumns: { id: { type: string } }\n' })
      await call(`/api/datasets/${name}/commits`, { message: 'rows', upserts: rows(600, share) })
    }
    browser = await openBrowser()
  }, 120_000)

  afterAll(async () => {
    await product?.stop()
  }, 120_000)

  it('shows what moved, by how much, in which groups, and what it does to quality', async () => {
    const made = await call('/api/drift-reports', {
      reference: { dataset: 'before' },
      current: { dataset: 'after' },
      quality: { label: 'good' },
    })
    for (const isDark of [false, true]) {
      await using visitor = await visit(browser, { url: product.url, isDark })
      const { page } = visitor
      await enter(visitor, product.adminKey, `/drift/${String(made['id'])}`)
      const columns = page.getByRole('region', { name: 'Columns', exact: true })
      await columns.waitFor()
      expect(await columns.getByRole('row').count()).toBeGreaterThan(4)
      await columns.getByText('moved much').first().waitFor()
      await columns.getByText('no more than chance').first().waitFor()
      const groups = page.getByRole('figure', { name: 'Groups that moved, in points of a hundred' })
      await groups.getByText('language is de').waitFor()
      await page.getByRole('region', { name: 'Least like before' }).waitFor()
      await page.getByRole('region', { name: 'Quality by good' }).getByText('Estimated now').waitFor()
      expect(await flawsOf(page, `drift-report-${isDark ? 'dark' : 'light'}`)).toEqual({
        pale: [],
        isTooWide: false,
      })
      expect(visitor.complaints).toEqual([])
    }
  })

  it('shows what an example says when it is asked for', async () => {
    const ask = async (content: string): Promise<void> => {
      const response = await fetch(`${product.url}/v1/chat/completions`, {
        method: 'POST',
        headers: { authorization: `Bearer ${product.adminKey}`, 'content-type': 'application/json' },
        body: JSON.stringify({ model: 'desk', messages: [{ role: 'user', content }] }),
      })
      await response.text()
    }
    const since = new Date(Date.now() - 1_000).toISOString()
    for (let index = 0; index < 40; index += 1) await ask('where is my order')
    await Bun.sleep(5)
    const change = new Date().toISOString()
    await Bun.sleep(5)
    for (let index = 0; index < 40; index += 1) await ask('the invoice of my neighbour has come to me')
    await until(async () => {
      const found = await fetch(`${product.url}/api/inferences?service=desk&limit=100`, {
        headers: { authorization: `Bearer ${product.adminKey}` },
      })
      return ((await found.json()) as { data: unknown[] }).data.length === 80
    })
    const made = await call('/api/drift-reports', {
      reference: { service: 'desk', since, until: change },
      current: { service: 'desk', since: change, until: new Date(Date.now() + 60_000).toISOString() },
      columns: ['question'],
    })
    await using visitor = await visit(browser, { url: product.url })
    const { page } = visitor
    await enter(visitor, product.adminKey, `/drift/${String(made['id'])}`)
    const examples = page.getByRole('region', { name: 'Least like before' })
    await examples.waitFor()
    await page
      .getByRole('figure', { name: 'Words that moved, in points of a hundred' })
      .getByText('question says “invoice”')
      .waitFor()
    expect(await examples.getByText('the invoice of my neighbour').count()).toBe(0)
    await examples.getByRole('button', { name: 'Show text' }).first().click()
    await examples.getByText('the invoice of my neighbour has come to me').waitFor()
    expect(await flawsOf(page, 'drift-example')).toEqual({ pale: [], isTooWide: false })
    expect(visitor.complaints).toEqual([])
  })

  it('lists reports, and begins one over traffic', async () => {
    await using visitor = await visit(browser, { url: product.url })
    const { page } = visitor
    await enter(visitor, product.adminKey, '/drift')
    await page.getByRole('link', { name: /columns have changed much/ }).waitFor()
    expect(await flawsOf(page, 'drift')).toEqual({ pale: [], isTooWide: false })
    await page.getByRole('button', { name: 'Compare traffic' }).click()
    await page.getByRole('dialog').getByRole('button', { name: 'Compare', exact: true }).click()
    await page.getByText('There are no rows in chat').waitFor()
    await page.getByRole('link', { name: 'All reports' }).click()
    await page.getByRole('link', { name: /There are no rows in chat/ }).waitFor()
    expect(visitor.complaints).toEqual([])
  })
})
