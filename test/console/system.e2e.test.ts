import { afterAll, beforeAll, describe, expect, it, setDefaultTimeout } from 'bun:test'
import { writeFile } from 'node:fs/promises'
import path from 'node:path'
import type { Browser } from 'playwright-core'
import { buildConsole } from '../../console/build.ts'
import { type Product, startProduct } from '../product.ts'
import { chromiumPath, enter, openBrowser, visit } from './browser.ts'
import { flawsOf } from './flaws.ts'

setDefaultTimeout(120_000)

let product: Product
let browser: Browser

const config = (days: number): string => `
services: {}
traces: { retentionDays: ${days} }
`

interface Revisions {
  readonly data: { readonly revision: number }[]
}

async function untilRevision(wanted: number): Promise<void> {
  for (let tries = 0; tries < 600; tries += 1) {
    const response = await fetch(`${product.url}/api/configuration/revisions`, {
      headers: { authorization: `Bearer ${product.adminKey}` },
    })
    const { data } = (await response.json()) as Revisions
    if (data[0]?.revision === wanted) return
    await Bun.sleep(50)
  }
  throw new Error(`there never was a revision ${wanted}`)
}

describe.skipIf(chromiumPath === undefined)('the page of the system', () => {
  beforeAll(async () => {
    await buildConsole({
      outDirectory: path.join(import.meta.dirname, '../../console/dist'),
      isDevelopment: false,
    })
    product = await startProduct({ config: config(7), environment: { SLIPWAY_WORKERS: '2' } })
    await writeFile(product.configFile, config(9))
    await untilRevision(2)
    browser = await openBrowser()
  }, 120_000)

  afterAll(async () => {
    await product?.stop()
  }, 120_000)

  it.each([
    [1280, false],
    [1280, true],
    [380, false],
  ])('can be read and fits at %d pixels, dark: %p', async (width, isDark) => {
    await using visitor = await visit(browser, { url: product.url, width, isDark })
    const { page } = visitor
    await enter(visitor, product.adminKey, '/system')
    await page.getByRole('region', { name: 'Processes' }).getByText('primary').waitFor()
    await page.getByRole('button', { name: 'Look at revision 1' }).click()
    await page.getByLabel('Changes').getByText('retentionDays: 7').waitFor()
    expect(await flawsOf(page, `system-${width}-${isDark ? 'dark' : 'light'}`)).toEqual({
      pale: [],
      isTooWide: false,
    })
    expect(visitor.complaints).toEqual([])
  })

  it('shows what a rollback would change, and rolls back', async () => {
    await using visitor = await visit(browser, { url: product.url })
    const { page } = visitor
    await enter(visitor, product.adminKey, '/system')
    const revisions = page.getByRole('region', { name: 'Revisions of the configuration' })
    await revisions.getByText('in force').waitFor()
    await page.getByRole('button', { name: 'Look at revision 1' }).click()
    const changes = page.getByLabel('Changes')
    await changes.getByText('retentionDays: 7').waitFor()
    expect(await changes.innerText()).toContain('−   retentionDays: 9')
    expect(await changes.innerText()).toContain('+   retentionDays: 7')
    await page.getByRole('button', { name: 'Put it in force on all replicas' }).click()
    await revisions.getByText('rollback to 1').waitFor()
    await page.getByText('A revision is in force, and not the file').waitFor()
    expect(visitor.complaints).toEqual([])
  })
})
