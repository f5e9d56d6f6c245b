import { afterAll, beforeAll, describe, expect, it, setDefaultTimeout } from 'bun:test'
import { mkdir, writeFile } from 'node:fs/promises'
import path from 'node:path'
import type { Browser } from 'playwright-core'
import { buildConsole } from '../../console/build.ts'
import { runCli } from '../../src/operate/cli/run-cli.fixture.ts'
import { type FakeProvider, startFakeProvider } from '../fake-provider/index.ts'
import { type Product, startProduct } from '../product.ts'
import { until } from '../until.ts'
import { chromiumPath, enter, openBrowser, visit } from './browser.ts'
import { flawsOf } from './flaws.ts'

setDefaultTimeout(120_000)

const definition = `
description: What customers write, and what they want.
key: id
columns:
  id: { type: string }
  message: { type: string, role: input, length: { min: 3 } }
  intent: { type: string, role: label, values: [refund, repair, order] }
  language: { type: string, role: slice }
  price: { type: number, min: 0 }
splits: { by: id, parts: { train: 80, test: 20 } }
checks:
  - { unique: [message], severity: warn, name: no-message-twice }
`

const rows = Array.from({ length: 200 }, (_, index) => ({
  id: `t-${index}`,
  message:
    index % 40 === 0 ? 'My lamp arrived broken.' : `Message ${index}: where is the order that I paid for?`,
  intent: ['refund', 'repair', 'order'][index % 3],
  language: index % 5 === 0 ? 'de' : 'en',
  price: index * 1.5,
}))

const isNamed = (one: unknown, id: string): boolean => (one as { id: string }).id === id

describe.skipIf(chromiumPath === undefined)('the pages of datasets', () => {
  let product: Product
  let provider: FakeProvider
  let browser: Browser

  async function call<Answer>(method: string, place: string, body: unknown): Promise<Answer> {
    const response = await fetch(`${product.url}/api/datasets${place}?tenant=default`, {
      method,
      headers: { authorization: `Bearer ${product.adminKey}`, 'content-type': 'application/json' },
      body: JSON.stringify(body),
    })
    const text = await response.text()
    if (!response.ok) throw new Error(text)
    return JSON.parse(text) as Answer
  }

  async function read(place: string): Promise<{ data: unknown[] }> {
    const headers = { authorization: `Bearer ${product.adminKey}` }
    const response = await fetch(`${product.url}/api/datasets${place}?tenant=default`, { headers })
    return (await response.json()) as { data: unknown[] }
  }

  beforeAll(async () => {
    await buildConsole({
      outDirectory: path.join(import.meta.dirname, '../../console/dist'),
      isDevelopment: false,
    })
    provider = await startFakeProvider()
    product = await startProduct({
      config: `
providers: { up: { kind: openai-compatible, baseUrl: '${provider.url}/v1' } }
services:
  line: { useForTraining: true, storeContent: true, releases: { v1: { target: { provider: up, model: gpt-fake } } } }
`,
    })
    browser = await openBrowser()
    await call('POST', '', { name: 'tickets', definition })
    await call('POST', '/tickets/commits', { message: 'First tickets', upserts: rows })
    await call('POST', '/tickets/refs', { name: 'cleaning', kind: 'branch' })
    await call('POST', '/tickets/commits', {
      branch: 'cleaning',
      message: 'Say which lamp',
      upserts: [{ ...rows[0], message: 'My blue lamp arrived broken.' }],
      deletes: [JSON.stringify(['t-7'])],
    })
    await call('POST', '/tickets/commits', {
      message: 'One more',
      upserts: [
        { id: 't-new', message: 'Please repair my chair.', intent: 'repair', language: 'en', price: 3 },
      ],
    })
    await call('POST', '/tickets/merges', { from: 'cleaning', message: 'Take the cleaning in' })
    await call('POST', '/tickets/refs', { name: 'v1', kind: 'tag', at: '1' })
  })

  afterAll(async () => {
    await product?.stop()
    await provider?.stop()
  })

  it('lead from the list to what a column holds', async () => {
    await using visitor = await visit(browser, { url: product.url })
    const { page } = visitor
    await enter(visitor, product.adminKey, '/datasets')
    await page.getByRole('link', { name: 'tickets' }).click()
    const language = page.getByRole('region', { name: 'Column language' })
    await language.getByText('80 %').waitFor()
    await page.getByRole('figure', { name: /^Values of price/ }).waitFor()
    await page.getByRole('region', { name: 'Splits' }).getByText('train').waitFor()
    expect(visitor.complaints).toEqual([])
  })

  it('show rows of a condition and of a split, and say what is wrong with a condition', async () => {
    await using visitor = await visit(browser, { url: product.url })
    const { page } = visitor
    await enter(visitor, product.adminKey, '/datasets/tickets?tenant=default&view=rows')
    const table = page.getByRole('region', { name: 'Rows' })
    await table.getByText('t-1', { exact: true }).waitFor()
    await page.getByLabel('Condition').fill("message LIKE '%chair%'")
    await page.getByRole('button', { name: 'Filter' }).click()
    await table.getByText('Please repair my chair.').waitFor()
    await table.getByText('t-1', { exact: true }).waitFor({ state: 'detached' })
    await page.getByLabel('Condition').fill('mesage = 1')
    await page.getByRole('button', { name: 'Filter' }).click()
    await page
      .getByRole('alert')
      .getByText(/mesage/)
      .waitFor()
  })

  it('show pictures of a dataset of files, and lead to each file', async () => {
    const folder = path.join(product.dataDirectory, 'pictures')
    await mkdir(folder)
    // one red pixel
    const png =
      'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mP8z8BQDwAEhQGAhKmMIQAAAABJRU5ErkJggg=='
    await writeFile(path.join(folder, 'red.png'), Buffer.from(png, 'base64'))
    await writeFile(path.join(folder, 'note.txt'), 'What is in the picture.')
    const environment = { SLIPWAY_URL: product.url, SLIPWAY_KEY: product.adminKey }
    const imported = await runCli(['dataset', 'import', 'pictures', folder], { environment })
    expect(`${imported.code} ${imported.code === 0 ? '' : imported.stderr}`).toBe('0 ')
    await using visitor = await visit(browser, { url: product.url })
    const { page } = visitor
    await enter(visitor, product.adminKey, '/datasets/pictures?tenant=default&view=rows')
    const table = page.getByRole('region', { name: 'Rows' })
    await table.getByRole('link', { name: 'note.txt' }).waitFor()
    const picture = table.locator('img')
    expect(await picture.count()).toBe(1)
    await until(async () => (await picture.evaluate((image: HTMLImageElement) => image.naturalWidth)) === 1)
    const saved = page.waitForEvent('download')
    await table.getByRole('link', { name: 'red.png' }).click()
    expect((await saved).suggestedFilename()).toBe('red.png')
    expect(visitor.complaints).toEqual([])
  })

  it('draw how versions came of each other, and what each has changed', async () => {
    await using visitor = await visit(browser, { url: product.url })
    const { page } = visitor
    await enter(visitor, product.adminKey, '/datasets/tickets?tenant=default&view=versions')
    const made = page.getByRole('region', { name: 'How version 4 was made' })
    await made.getByText('merge', { exact: true }).waitFor()
    await made.getByRole('link', { name: '2', exact: true }).waitFor()
    const versions = page.getByRole('region', { name: 'Versions' })
    await versions.getByText('Take the cleaning in').waitFor()
    expect(await versions.locator('circle[data-merge="true"]').count()).toBe(1)
    await versions.getByText('v1', { exact: true }).waitFor()
    await versions.locator('li', { hasText: 'Say which lamp' }).getByText('what it changed').click()
    const changes = page.getByRole('region', { name: 'Rows that differ' })
    await changes.locator('ins', { hasText: 'blue' }).waitFor()
    await changes.getByText('removed').waitFor()
    await page.getByText('Choose another').waitFor({ state: 'detached' })
    expect(visitor.complaints).toEqual([])
  })

  it('say which version gave a cell its value, and which took a row away', async () => {
    await using visitor = await visit(browser, { url: product.url, width: 1280 })
    const { page } = visitor
    const condition = encodeURIComponent("id = 't-0'")
    await enter(visitor, product.adminKey, `/datasets/tickets?tenant=default&view=rows&where=${condition}`)
    await page.getByRole('link', { name: 'history' }).click()
    const row = page.getByRole('dialog', { name: 'Row' })
    await row
      .getByRole('row', { name: /^message/ })
      .getByText('Say which lamp')
      .waitFor()
    await row
      .getByRole('row', { name: /^price/ })
      .getByText('First tickets')
      .waitFor()
    expect(await flawsOf(page, 'datasets-row')).toEqual({ pale: [], isTooWide: false })
    const removed = encodeURIComponent('["t-7"]')
    await page.goto(`/datasets/tickets?tenant=default&view=rows&row=${removed}`)
    await row.getByText('removed it').waitFor()
    await row.getByText('Say which lamp').waitFor()
    expect(visitor.complaints).toEqual([])
  })

  it('say which rows break which rule', async () => {
    await using visitor = await visit(browser, { url: product.url })
    const { page } = visitor
    await enter(visitor, product.adminKey, '/datasets/tickets?tenant=default&view=checks&at=1')
    const row = page.getByRole('row', { name: /no-message-twice/ })
    await row.getByText('failed').waitFor()
    await row.getByText('Rows', { exact: true }).last().click()
    await row
      .getByText(/row \d+/)
      .first()
      .waitFor()
  })

  it('show labels that look wrong once they were looked for, and what hangs on slices', async () => {
    await using visitor = await visit(browser, { url: product.url })
    const { page } = visitor
    await enter(visitor, product.adminKey, '/datasets/tickets?tenant=default&view=bias')
    await page.getByRole('figure', { name: /^Gaps of intent/ }).waitFor()
    await page.getByRole('tab', { name: 'Labels' }).click()
    await page.getByText('Nobody has looked at the labels yet').waitFor()
    await call('POST', '/tickets/versions/main/labels/suspects', {})
    await until(async () => (await read('/tickets/label-reports')).data.length > 0)
    await page.reload()
    await page.getByRole('region', { name: 'Labels that look wrong' }).waitFor()
    expect(visitor.complaints).toEqual([])
  })

  it('publish what annotators agree on, and say how far people are with what is lacking', async () => {
    for (const content of ['Wo ist die Bestellung, die ich bezahlt habe?', 'Please repair my chair.'])
      await fetch(`${product.url}/v1/chat/completions`, {
        method: 'POST',
        headers: { authorization: `Bearer ${product.adminKey}`, 'content-type': 'application/json' },
        body: JSON.stringify({ model: 'line', messages: [{ role: 'user', content }] }),
      })
    const started = { filter: { since: new Date(Date.now() - 3_600_000).toISOString() }, least: 0.01 }
    const { id } = await call<{ id: string }>('POST', '/tickets/versions/main/labels/annotators', {
      annotators: ['intent', 'language'],
    })
    await until(async () => (await read('/tickets/label-reports')).data.some(one => isNamed(one, id)))
    await until(async () => {
      const headers = { authorization: `Bearer ${product.adminKey}` }
      const found = await fetch(`${product.url}/api/inferences?limit=10`, { headers })
      return ((await found.json()) as { data: unknown[] }).data.length === 2
    })
    await call('POST', '/tickets/drives', started)
    await until(async () => (await read('/tickets/drives')).data.length > 0)
    await using visitor = await visit(browser, { url: product.url })
    const { page } = visitor
    await enter(visitor, product.adminKey, '/datasets/tickets?tenant=default&view=bias')
    const drive = page.getByRole('region', { name: /^1 example that people are asked about/ }).first()
    await drive.getByText('2 questions wait').first().waitFor()
    await page.getByRole('tab', { name: 'Labels' }).click()
    await page.getByRole('button', { name: /^Publish the consensus of \d+ items/ }).click()
    await page.getByText(`It becomes a version on the branch consensus-${id.slice(-8)}.`).waitFor()
    await until(async () =>
      ((await read('/tickets/versions')).data as { message: string }[]).some(({ message }) =>
        message.startsWith('The consensus of'),
      ),
    )
    expect(visitor.complaints).toEqual([])
  })

  it.each([
    [1280, false],
    [375, true],
  ])('can be read and fit at %d pixels, dark: %p', async (width, isDark) => {
    await using visitor = await visit(browser, { url: product.url, width, isDark })
    const { page } = visitor
    await enter(visitor, product.adminKey, '/datasets')
    await page.getByRole('link', { name: 'tickets' }).waitFor()
    const theme = `${width}-${isDark ? 'dark' : 'light'}`
    expect(await flawsOf(page, `datasets-${theme}`)).toEqual({ pale: [], isTooWide: false })
    for (const view of ['profile', 'rows', 'versions', 'diff', 'checks', 'labels', 'bias', 'definition']) {
      await page.goto(`/datasets/tickets?tenant=default&view=${view}`)
      await page.getByRole('tab', { selected: true }).waitFor()
      await page.locator('.panel').first().waitFor()
      expect([view, await flawsOf(page, `datasets-${view}-${theme}`)]).toEqual([
        view,
        { pale: [], isTooWide: false },
      ])
    }
    expect(visitor.complaints).toEqual([])
  })
})
