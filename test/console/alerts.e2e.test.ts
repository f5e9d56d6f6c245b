import { afterAll, beforeAll, describe, expect, it, setDefaultTimeout } from 'bun:test'
import path from 'node:path'
import type { Browser } from 'playwright-core'
import { buildConsole } from '../../console/build.ts'
import { createId } from '../../src/foundation/platform/index.ts'
import { createTestDatabase, type TestDatabase } from '../database.ts'
import { startReceiver } from '../receivers.ts'
import { type Product, startProduct } from '../product.ts'
import { chromiumPath, enter, openBrowser, visit } from './browser.ts'
import { flawsOf } from './flaws.ts'

setDefaultTimeout(120_000)

let test: TestDatabase
let product: Product
let browser: Browser
let receiver: Awaited<ReturnType<typeof startReceiver>>
const budgetAlert = createId()

/** Half an hour of a service, as another replica has written it. */
async function writeHistory(): Promise<void> {
  const nowMs = Math.floor(Date.now() / 10_000) * 10_000
  const rows: [string, string, number, unknown][] = []
  for (let back = 180; back > 0; back -= 1) {
    const atMs = nowMs - back * 10_000
    const labels = { service: 'chat', outcome: back % 3 === 0 ? 'error' : 'ok' }
    rows.push(['slipway_inferences_total', 'counter', atMs, [[labels, 50 + (back % 20)]]])
    rows.push(['process_start_time_seconds', 'gauge', atMs, [[{}, 1]]])
    const events = (result: string, count: number) => [{ service: 'chat', slo: 'available', result }, count]
    rows.push(['slipway_slo_events_total', 'counter', atMs, [events('good', 990), events('bad', 10)]])
  }
  await test.database.query(
    `insert into metric_points (width_seconds, at, metric, replica, type, points)
     select width, at, metric, 'other', type, points from unnest($1::text[], $2::text[], $3::timestamptz[], $4::json[])
       as rows (metric, type, at, points), (values (10), (60)) as widths (width)
      where width = 10 or extract(second from at) = 0`,
    [
      rows.map(([metric]) => metric),
      rows.map(([, type]) => type),
      rows.map(([, , atMs]) => new Date(atMs)),
      rows.map(([, , , points]) => JSON.stringify(points)),
    ],
  )
}

describe.skipIf(chromiumPath === undefined)('the pages of the board, alerts and objectives', () => {
  beforeAll(async () => {
    await buildConsole({
      outDirectory: path.join(import.meta.dirname, '../../console/dist'),
      isDevelopment: false,
    })
    receiver = await startReceiver()
    test = await createTestDatabase()
    product = await startProduct({
      databaseUrl: test.url,
      config: `
providers: { gone: { kind: openai-compatible, baseUrl: 'http://127.0.0.1:9/v1' } }
services:
  chat:
    releases: { v1: { target: { provider: gone, model: gpt } } }
    slos: { available: { objective: 99.5, alert: false } }
alerts:
  channels: { hook: { kind: webhook, url: '${receiver.url}/hook', allowPrivate: true } }
  rules: { spending: { metric: slipway_cost_usd_total, measure: increase, over: 1h, by: [service], above: 5 } }
`,
    })
    await writeHistory()
    // it is declared by no rule that is evaluated before the far future, so nobody takes it away
    await test.database.query(
      `insert into alerts (id, fingerprint, source, name, labels, severity, state, summary, value, threshold, evidence,
         started_at, fired_at, last_true_at, keep_firing_ms, returns)
       values ($1, 'f', 'rule', 'spending', $2, 'page', 'firing', 'chat spends too much.', 7, 5, $3, now(), now(), now() + interval '1 day', 86400000, 0)`,
      [
        budgetAlert,
        JSON.stringify({ rule: 'spending', service: 'chat', severity: 'page' }),
        '{"samples":12}',
      ],
    )
    browser = await openBrowser()
  }, 120_000)

  afterAll(async () => {
    await product?.stop()
    await test?.[Symbol.asyncDispose]()
    receiver?.stop()
  }, 120_000)

  it('shows what other replicas did, on a wall too, in both colour schemes and without a jump', async () => {
    for (const isDark of [false, true]) {
      await using visitor = await visit(browser, { url: product.url, isDark })
      const { page } = visitor
      await enter(visitor, product.adminKey, '/board')
      const requests = page.getByRole('region', { name: /^Requests: / })
      await requests.waitFor()
      expect(await requests.locator('.picture-now').innerText()).toMatch(/^\d[\d.]*\/s$/)
      await page
        .getByRole('region', { name: /^Errors: / })
        .and(page.locator('[data-tone=bad]'))
        .waitFor()
      expect(await flawsOf(page, `board-${isDark ? 'dark' : 'light'}`)).toEqual({
        pale: [],
        isTooWide: false,
      })
      await page.getByRole('button', { name: 'Wall' }).click()
      const wall = page.getByRole('region', { name: 'Board on a wall' })
      await wall.waitFor()
      expect(await page.locator('.wall .picture').count()).toBe(12)
      const places = () =>
        page
          .locator('.wall .picture')
          .evaluateAll(all => all.map(one => JSON.stringify(one.getBoundingClientRect())))
      const before = await places()
      expect(await flawsOf(page, `wall-${isDark ? 'dark' : 'light'}`)).toEqual({ pale: [], isTooWide: false })
      if (!isDark) await page.waitForResponse(response => response.url().includes('/api/board'))
      expect(await places()).toEqual(before)
      await page.keyboard.press('Escape')
      await page.getByRole('heading', { level: 1, name: 'Board' }).waitFor()
      expect(visitor.complaints).toEqual([])
    }
  })

  it('shows what is left of an error budget', async () => {
    await using visitor = await visit(browser, { url: product.url })
    await enter(visitor, product.adminKey, '/slos')
    const objective = visitor.page.getByRole('region', { name: 'chat / available' })
    // 1 % is bad where 0.5 % may be
    await objective.getByText('2.0 times the budget is used up').waitFor()
    await objective.getByText('2.0×').first().waitFor()
    expect(await flawsOf(visitor.page, 'slos')).toEqual({ pale: [], isTooWide: false })
    expect(visitor.complaints).toEqual([])
  })

  it('leads from an alert to its evidence, is acknowledged, silenced, and a channel tried', async () => {
    await using visitor = await visit(browser, { url: product.url })
    const { page } = visitor
    await enter(visitor, product.adminKey, '/alerts')
    expect(await flawsOf(page, 'alerts')).toEqual({ pale: [], isTooWide: false })
    await page.getByRole('link', { name: 'chat spends too much.' }).click()
    const drawer = page.getByRole('dialog', { name: 'Alert' })
    await drawer.getByText('samples').waitFor()
    await drawer.getByRole('button', { name: 'Acknowledge' }).click()
    await drawer.getByRole('cell', { name: 'acknowledged' }).waitFor()
    expect(await flawsOf(page, 'alert')).toEqual({ pale: [], isTooWide: false })
    await drawer.getByRole('button', { name: 'Silence' }).click()
    const dialog = page.getByRole('dialog', { name: 'Silence this trouble?' })
    await dialog.getByRole('textbox', { name: 'Why' }).fill('We know.')
    await dialog.getByRole('button', { name: 'Silence' }).click()
    await dialog.waitFor({ state: 'hidden' })
    await page.getByRole('button', { name: 'Close alert' }).click()
    await page.getByRole('region', { name: 'Silences' }).getByText('We know.').waitFor()
    await page.getByRole('button', { name: 'Send a test' }).click()
    await page.getByText('The test got through hook').waitFor()
    // messages about the alert itself, reminders too, may be on their way at any time
    const types = receiver.take().map(({ body }) => (JSON.parse(body) as { type: string }).type)
    expect(types.filter(type => type !== 'alert.firing' && type !== 'alert.reminder')).toEqual(['alert.test'])
    expect(visitor.complaints).toEqual([])
  })

  it('fits a telephone', async () => {
    await using visitor = await visit(browser, { url: product.url, width: 380 })
    for (const address of ['/board', `/alerts/${budgetAlert}`]) {
      await enter(visitor, product.adminKey, address)
      const name = `narrow${address.replaceAll('/', '-').slice(0, 12)}`
      expect(await flawsOf(visitor.page, name)).toMatchObject({ isTooWide: false })
    }
  })
})
