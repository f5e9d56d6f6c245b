import { afterAll, beforeAll, describe, expect, it, setDefaultTimeout } from 'bun:test'
import { createHash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import path from 'node:path'
import type { Browser } from 'playwright-core'
import { buildConsole } from '../../console/build.ts'
import { callControl } from '../clients.ts'
import { type Product, startProduct } from '../product.ts'
import { until } from '../until.ts'
import { chromiumPath, enter, openBrowser, visit } from './browser.ts'
import { flawsOf } from './flaws.ts'

setDefaultTimeout(120_000)

const builtin = path.join(import.meta.dirname, '../../models/support')
const config = `
engines: { mine: { model: "registry:support@production" } }
services: { support: { releases: { v1: { target: { engine: mine } } } } }
`
const rules = `model: support
aliases:
  production:
    approvals: 1
    attachments: [card]
`

describe.skipIf(chromiumPath === undefined)('the pages of models', () => {
  let product: Product
  let browser: Browser
  let bob: string

  const call = <Answer>(method: string, place: string, body?: object): Promise<Answer> =>
    callControl<Answer>(product, method, `/api${place}`, body)

  async function send(file: string, content: Buffer) {
    const sha256 = createHash('sha256').update(content).digest('hex')
    const sent = await fetch(`${product.url}/api/model-files/${sha256}`, {
      method: 'PUT',
      headers: { authorization: `Bearer ${product.adminKey}` },
      body: content as unknown as BodyInit,
    })
    expect(sent.status).toBe(200)
    await call('POST', `/model-files/${sha256}`)
    return { path: file, bytes: content.byteLength, sha256 }
  }

  beforeAll(async () => {
    await buildConsole({
      outDirectory: path.join(import.meta.dirname, '../../console/dist'),
      isDevelopment: false,
    })
    product = await startProduct({ config })
    browser = await openBrowser()
    const key = { name: 'bob', role: 'operator', tenant: 'default' }
    bob = (await call<{ secret: string }>('POST', '/keys', key)).secret
    await call('POST', '/datasets', { name: 'tickets', definition: 'key: id\n' })
    await call('POST', '/datasets/tickets/commits', { message: 'first', upserts: [{ id: 1 }, { id: 2 }] })
    await call('POST', '/models', { name: 'support', description: 'Answers the desk.', definition: rules })
    const weights = await send('support.gguf', await readFile(path.join(builtin, 'support.gguf')))
    const lineage = { datasets: [{ reference: 'tickets@1' }] }
    const metrics = { loss: 0.42, accuracy: 0.95 }
    await call('POST', '/models/support/versions', { files: [weights], lineage, metrics })
    const card = await readFile(path.join(builtin, 'README.md'))
    await call('POST', '/models/support/versions/1/attachments', {
      kind: 'card',
      name: 'card.md',
      media_type: 'text/markdown',
      content: Buffer.concat([card, Buffer.from('\n<script>alert(1)</script>\n')]).toString('base64'),
    })
    const notes = await send('NOTES.md', Buffer.from('# Notes\n'))
    await call('POST', '/models/support/versions', {
      files: [weights, notes],
      lineage: { models: [{ reference: 'support@1', role: 'base' }] },
      metrics: { ...metrics, loss: 0.31 },
      reason: 'With notes.',
    })
  })

  afterAll(async () => {
    await product?.stop()
  })

  it('let a person see what is missing, approve, and move an alias', async () => {
    await using visitor = await visit(browser, { url: product.url })
    const { page } = visitor
    await enter(visitor, bob, '/models')
    await page.getByRole('link', { name: 'support' }).click()
    await page.getByRole('link', { name: '1', exact: true }).click()
    await page.getByRole('tab', { name: 'Release' }).click()
    const asks = page.getByRole('list', { name: 'What production asks' })
    await asks.getByText('It has 0 of 1 approvals for production').waitFor()
    const form = page.getByRole('form', { name: 'Decide on production' })
    expect(await form.getByRole('button', { name: 'Move production here' }).isDisabled()).toBe(true)
    await form.getByLabel('Why').fill('It reads well.')
    await form.getByRole('button', { name: 'Approve' }).click()
    await asks.getByText('bob approved it.').waitFor()
    await form.getByLabel('Why').fill('First one.')
    await form.getByRole('button', { name: 'Move production here' }).click()
    await page.getByRole('region', { name: 'production' }).getByText('is here').waitFor()

    await page.goto('/models/support?view=history')
    const history = page.getByRole('list', { name: 'History' })
    await history.getByText('moved production for the first time, to version 1').waitFor()
    await history.getByText('“First one.”').waitFor()
    await page.getByRole('tab', { name: 'Live at' }).click()
    await page.getByRole('region', { name: 'Aliases now' }).getByText('First one.').waitFor()
    await page.getByLabel('At', { exact: true }).fill('2020-01-01T10:00')
    await page.getByText('No alias was there at that moment').waitFor()
    expect(visitor.complaints).toEqual([])
    await until(
      async () => {
        const { data } = await call<{ data: { state: string }[] }>('GET', '/engines')
        return data[0]?.state === 'ready'
      },
      { limitMs: 60_000 },
    )
  })

  it('draw where a version comes from and what came of it, and compare two', async () => {
    await using visitor = await visit(browser, { url: product.url })
    const { page } = visitor
    await enter(visitor, product.adminKey, '/models/support?version=1&view=lineage')
    const graph = page.getByRole('region', { name: 'Lineage' })
    await graph.getByRole('link', { name: 'tickets@1 dataset · 2 rows' }).waitFor()
    await graph.getByRole('link', { name: /^support@2/ }).waitFor()
    await graph.getByRole('link', { name: /^mine engine · live/ }).waitFor()
    await graph.getByRole('link', { name: /^0 of v1/ }).waitFor()
    await page.goto('/models/support?view=compare')
    await page.getByRole('row', { name: 'loss 0.42 0.31 −0.11' }).waitFor()
    await page.getByRole('row', { name: 'NOTES.md new' }).waitFor()
    // what a card holds is text, whoever wrote it
    await page.goto('/models/support?version=1&view=attachments')
    await page.getByRole('heading', { name: 'How good it is' }).waitFor()
    await page.getByText('<script>alert(1)</script>').waitFor()
    const proofs = page.getByRole('region', { name: 'What is verified' })
    await proofs.getByText('not read', { exact: true }).waitFor()
    await proofs.getByRole('button', { name: 'Read files again' }).click()
    await proofs.getByText('Every file is what its hash says.').waitFor()
    expect(visitor.complaints).toEqual([])
  })

  it.each([
    [1280, false],
    [375, true],
  ])('can be read and fit at %d pixels, dark: %p', async (width, isDark) => {
    await using visitor = await visit(browser, { url: product.url, width, isDark })
    const { page } = visitor
    await enter(visitor, product.adminKey, '/models')
    const theme = `${width}-${isDark ? 'dark' : 'light'}`
    for (const [name, address] of [
      ['list', ''],
      ['model', '/support'],
      ['history', '/support?view=history'],
      ['live', '/support?view=live'],
      ['compare', '/support?view=compare'],
      ['rules', '/support?view=rules'],
      ['facts', '/support?version=1'],
      ['lineage', '/support?version=1&view=lineage'],
      ['release', '/support?version=2&view=release'],
      ['attachments', '/support?version=1&view=attachments'],
      ['engines', '/support?version=1&view=engines'],
    ] as const) {
      await page.goto(`/models${address}`)
      await page.getByRole('heading', { level: 1 }).waitFor()
      await page.locator('.panel').first().waitFor()
      await until(async () => (await page.locator('.mantine-Skeleton-root').count()) === 0)
      expect([name, await flawsOf(page, `models-${name}-${theme}`)]).toEqual([
        name,
        { pale: [], isTooWide: false },
      ])
    }
    expect(visitor.complaints).toEqual([])
  })
})
