import { afterAll, beforeAll, describe, expect, it, setDefaultTimeout } from 'bun:test'
import path from 'node:path'
import OpenAI, { toFile } from 'openai'
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

async function submit(...models: string[]): Promise<string> {
  const openai = new OpenAI({ apiKey: product.adminKey, baseURL: `${product.url}/v1` })
  const lines = models.map((model, index) =>
    JSON.stringify({
      custom_id: `line-${index}`,
      method: 'POST',
      url: '/v1/chat/completions',
      body: { model, messages: [{ role: 'user', content: 'Hello' }] },
    }),
  )
  const file = await openai.files.create({
    file: await toFile(Buffer.from(lines.join('\n')), 'in.jsonl'),
    purpose: 'batch',
  })
  const batch = await openai.batches.create({
    input_file_id: file.id,
    endpoint: '/v1/chat/completions',
    completion_window: '24h',
  })
  return batch.id
}

const many = (model: string, count: number) => Array.from({ length: count }, () => model)

describe.skipIf(chromiumPath === undefined)('the page of batches', () => {
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
  echo: { releases: { v1: { target: { provider: fake, model: gpt-test } } } }
  refusing: { releases: { v1: { target: { provider: fake, model: fake-error-400 } } } }
  busy: { releases: { v1: { target: { provider: fake, model: fake-error-429 } } } }
prices:
  - { provider: fake, model: gpt-test, from: 2026-01-01, usdPerMillionTokens: { input: 100, output: 1000 } }
`,
    })
    browser = await openBrowser()
  }, 120_000)

  afterAll(async () => {
    await product?.stop()
    await provider?.stop()
  })

  it('says what a batch is and how to make one while there is none', async () => {
    await using visitor = await visit(browser, { url: product.url })
    const { page } = visitor
    await enter(visitor, product.adminKey, '/')
    await page.getByRole('link', { name: 'Batches' }).click()
    await page.getByText('No batches yet').waitFor()
    await page.getByText('slipway -- batch submit requests.jsonl').waitFor()
    expect(visitor.complaints).toEqual([])
  })

  it('shows how far a batch is, which lines failed, and ends it after asking', async () => {
    const id = await submit(...many('echo', 20), ...many('refusing', 3), ...many('busy', 9))
    await using visitor = await visit(browser, { url: product.url })
    const { page } = visitor
    await enter(visitor, product.adminKey, '/batches')
    const row = page.getByRole('row').filter({ has: page.getByTitle(id) })
    await row.getByText('in progress').waitFor()
    await row.getByText('23 of 32, 3 failed').waitFor()
    await row.getByText(/\$\d/).waitFor()
    await row.getByRole('link').click()
    const detail = page.getByRole('dialog', { name: 'Batch' })
    await detail.getByRole('cell', { name: 'line-20' }).waitFor()
    expect(await detail.getByRole('cell', { name: /^2[1-3]$/ }).count()).toBe(3)
    await detail.getByRole('button', { name: 'Cancel batch' }).click()
    const question = page.getByRole('dialog', { name: 'Cancel this batch?' })
    await question.getByText('9 of 32 lines will not be asked').waitFor()
    await question.getByRole('button', { name: 'Cancel batch' }).click()
    await detail.getByText('cancelled').waitFor()
    await detail.getByRole('button', { name: 'Cancel batch' }).waitFor({ state: 'detached' })
    await page.getByRole('button', { name: 'Close batch' }).click()
    await row.getByText('cancelled').waitFor()
    expect(visitor.complaints).toEqual([])
  })

  it('says on which line an input is wrong', async () => {
    const id = await submit('echo', 'nobody')
    await using visitor = await visit(browser, { url: product.url })
    const { page } = visitor
    await enter(visitor, product.adminKey, `/batches/${id}`)
    const errors = page.getByRole('region', { name: 'Errors of the input' }).first()
    await errors.getByRole('cell', { name: 'model_not_found' }).waitFor()
    await errors.getByText('The service `nobody` does not exist').waitFor()
  })

  it.each([
    ['light', 1280],
    ['dark', 1280],
    ['light', 375],
    ['dark', 375],
  ] as const)('can be read in %s at %d px', async (scheme, width) => {
    const id = await submit(...many('echo', 6), 'refusing', ...many('busy', 3))
    await using visitor = await visit(browser, { url: product.url, width, isDark: scheme === 'dark' })
    const { page } = visitor
    await enter(visitor, product.adminKey, '/batches')
    await page.getByText('7 of 10, 1 failed').first().waitFor()
    expect(await flawsOf(page, `batches-${scheme}-${width}`)).toEqual({ pale: [], isTooWide: false })
    await page.goto(`/batches/${id}`)
    await page.getByRole('cell', { name: 'line-6' }).waitFor()
    expect(await flawsOf(page, `batch-${scheme}-${width}`)).toMatchObject({ pale: [] })
  })
})
