import { afterAll, beforeAll, describe, expect, it, setDefaultTimeout } from 'bun:test'
import { createHash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import path from 'node:path'
import type { Browser } from 'playwright-core'
import { buildConsole } from '../../console/build.ts'
import { createId } from '../../src/foundation/platform/index.ts'
import { callControl } from '../clients.ts'
import { createTestDatabase, type TestDatabase } from '../database.ts'
import { type Product, startProduct } from '../product.ts'
import { until } from '../until.ts'
import { chromiumPath, enter, openBrowser, visit } from './browser.ts'
import { flawsOf } from './flaws.ts'

setDefaultTimeout(120_000)

const config = `
engines: { mine: { model: "registry:support@live" } }
services:
  support: { releases: { v1: { target: { engine: mine } } } }
  other: { releases: { v1: { target: { engine: mine } } } }
`
const pipeline = `pipeline: look
stages:
  check: { use: dataset-check, with: { dataset: tickets } }
`

describe.skipIf(chromiumPath === undefined)('the timeline of a service', () => {
  let test: TestDatabase
  let product: Product
  let browser: Browser
  let run: string
  const alert = createId()

  const call = <Answer>(method: string, place: string, body?: object): Promise<Answer> =>
    callControl<Answer>(product, method, `/api${place}`, body)

  /** A version that the run has made, behind the alias that the engine follows. */
  async function makeVersion(): Promise<void> {
    const weights = await readFile(path.join(import.meta.dirname, '../../models/support/support.gguf'))
    const sha256 = createHash('sha256').update(weights).digest('hex')
    await fetch(`${product.url}/api/model-files/${sha256}`, {
      method: 'PUT',
      headers: { authorization: `Bearer ${product.adminKey}` },
      body: weights as unknown as BodyInit,
    })
    await call('POST', `/model-files/${sha256}`)
    await call('POST', '/models/support/versions', {
      files: [{ path: 'support.gguf', bytes: weights.byteLength, sha256 }],
      lineage: { runs: [{ kind: 'pipeline', id: run }] },
    })
    await call('PUT', '/models/support/aliases/live', { version: 1, reason: 'The first one.' })
  }

  beforeAll(async () => {
    await buildConsole({
      outDirectory: path.join(import.meta.dirname, '../../console/dist'),
      isDevelopment: false,
    })
    test = await createTestDatabase()
    product = await startProduct({ databaseUrl: test.url, config })
    browser = await openBrowser()
    await call('POST', '/datasets', { name: 'tickets', definition: 'key: id\n' })
    await call('POST', '/datasets/tickets/commits', { message: 'first', upserts: [{ id: 1 }] })
    await call('PUT', '/pipelines', { text: pipeline })
    run = (await call<{ id: string }>('POST', '/pipeline-runs', { pipeline: 'look' })).id
    await until(
      async () => (await call<{ state: string }>('GET', `/pipeline-runs/${run}`)).state === 'succeeded',
    )
    await makeVersion()
    // nobody evaluates what no rule declares before the far future
    await test.database.query(
      `insert into alerts (id, fingerprint, source, name, labels, severity, state, summary, value, threshold, evidence,
         started_at, fired_at, last_true_at, keep_firing_ms, returns)
       values ($1, 'f', 'rule', 'quality', $2, 'page', 'firing', 'Fewer answers are right.', 7, 5, '{}', now(), now(), now() + interval '1 day', 86400000, 0)`,
      [alert, JSON.stringify({ rule: 'quality', service: 'support', severity: 'page' })],
    )
  }, 120_000)

  afterAll(async () => {
    await product?.stop()
    await test?.[Symbol.asyncDispose]()
  }, 120_000)

  it.each([false, true])('tells what happened with ways to the evidence (dark: %p)', async isDark => {
    await using visitor = await visit(browser, { url: product.url, isDark })
    const { page } = visitor
    await enter(visitor, product.adminKey, '/timeline?service=support&range=15m')
    const happened = page.getByRole('list', { name: 'What happened' })
    await happened.getByRole('link', { name: 'live of support is version 1.' }).waitFor()
    await happened.getByText('The first one.').waitFor()
    const fired = happened.getByRole('link', { name: 'Fewer answers are right.' })
    expect(await fired.getAttribute('href')).toContain(`/alerts/${alert}`)
    const pipelines = page.getByRole('region', { name: 'Pipelines' })
    expect(await pipelines.getByRole('link', { name: 'look' }).getAttribute('href')).toContain(
      `/pipelines/${run}`,
    )
    expect(await page.getByRole('region', { name: 'Alerts' }).getByRole('link').count()).toBe(1)
    expect(await flawsOf(page, `timeline-${isDark ? 'dark' : 'light'}`)).toEqual({
      pale: [],
      isTooWide: false,
    })
    await call('PUT', '/models/support/aliases/trial', { version: 1 })
    await page
      .getByRole('region', { name: 'Models' })
      .getByRole('link', { name: 'trial → 1' })
      .first()
      .waitFor()
    await call('DELETE', '/models/support/aliases/trial', {})
    expect(visitor.complaints).toEqual([])
  })

  it('knows which models another service follows, and that the alert is not its own', async () => {
    await using visitor = await visit(browser, { url: product.url, isDark: false })
    const { page } = visitor
    await enter(visitor, product.adminKey, '/timeline?service=other&range=15m')
    await page.getByRole('list', { name: 'What happened' }).getByText('The first one.').waitFor()
    await page.getByRole('region', { name: 'Alerts' }).getByText('nothing').waitFor()
    expect(visitor.complaints).toEqual([])
  })
})
