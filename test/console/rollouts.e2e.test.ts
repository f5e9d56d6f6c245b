import { afterAll, beforeAll, describe, expect, it, setDefaultTimeout } from 'bun:test'
import path from 'node:path'
import type { Browser } from 'playwright-core'
import { buildConsole } from '../../console/build.ts'
import { createTestDatabase, type TestDatabase } from '../database.ts'
import { type FakeProvider, startFakeProvider } from '../fake-provider/index.ts'
import { type Product, startProduct } from '../product.ts'
import { until } from '../until.ts'
import { chromiumPath, enter, openBrowser, visit } from './browser.ts'
import { flawsOf } from './flaws.ts'

setDefaultTimeout(120_000)

let test: TestDatabase
let product: Product
let provider: FakeProvider
let browser: Browser

async function read<Body>(address: string): Promise<Body> {
  const response = await fetch(`${product.url}${address}`, {
    headers: { authorization: `Bearer ${product.adminKey}` },
  })
  return (await response.json()) as Body
}

/** As a verdict has it where candidates are narrowed. */
const beside = {
  release: 'v3',
  estimate: -0.05,
  low: -0.08,
  high: -0.02,
  values: { candidate: 700, other: 710 },
  state: 'better',
}

/** Verdicts of an hour before, and what a process saw in a step that is not the one under way. */
async function addPast(id: string): Promise<void> {
  await test.database.query(
    `insert into rollout_verdicts (id, rollout_id, step, at, decision, reasons, candidates, rests_on)
     select gen_random_uuid(), rollout_id, step, at - make_interval(mins => 60 + n), decision, '["Of an hour before."]',
       jsonb_set(candidates, '{0,others}', $2::text::jsonb), rests_on
     from generate_series(1, 60) n, (select * from rollout_verdicts where rollout_id = $1 order by at desc limit 1) one`,
    [id, JSON.stringify([beside])],
  )
  const explanation =
    'Since the step began, 9 of 10 requests to v2 failed, 0 of 12 to v1: at least 31 % more, 10 % is allowed.'
  await test.database.query(
    `insert into rollout_bursts (id, rollout_id, step, release, at, seen_by, evidence)
     values (gen_random_uuid(), $1, 7, 'v2', now(), 'host, process 7', $2::text::jsonb)`,
    [id, JSON.stringify({ reason: 'errors', explanation, alpha: 0.0005 })],
  )
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
    test = await createTestDatabase()
    product = await startProduct({
      databaseUrl: test.url,
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
    await product?.stop()
    await provider?.stop()
    await test?.[Symbol.asyncDispose]()
  }, 120_000)

  it('shows a rollout with its verdict, pauses it, and sends all traffic back to a release', async () => {
    const response = await fetch(`${product.url}/api/rollouts`, {
      method: 'POST',
      headers: { authorization: `Bearer ${product.adminKey}`, 'content-type': 'application/json' },
      body: JSON.stringify({ service: 'chat', candidate: 'v2', reason: 'shorter prompt' }),
    })
    expect(response.status).toBe(201)
    const { id } = (await response.json()) as { id: string }
    interface Judged {
      state: string
      last_verdict: { candidates: { metrics: { estimate: number | null }[] }[] } | null
    }
    const rollout = async () => await read<Judged>(`/api/rollouts/${id}`)
    await chat(40, 'chat')
    const isJudged = async (): Promise<boolean> =>
      typeof (await rollout()).last_verdict?.candidates[0]?.metrics[0]?.estimate === 'number'
    await until(isJudged, { limitMs: 60_000 })
    await addPast(id)
    for (const isDark of [false, true]) {
      await using visitor = await visit(browser, { url: product.url, isDark })
      const { page } = visitor
      await enter(visitor, product.adminKey, '/rollouts')
      await page.getByRole('link', { name: 'chat: v2 beside v1' }).click()
      await page.getByRole('figure', { name: 'Traffic: v1 50 %, v2 50 %' }).waitFor()
      await page.getByText('errors').first().waitFor()
      await page.getByText('9 of 10 requests to v2 failed').waitFor()
      await page.getByText('Wrong with a chance of 1 in 2,000 at most.').waitFor()
      const verdicts = page.locator('details', { hasText: 'Step 1: hold' })
      await until(async () => (await verdicts.count()) === 50)
      await page.getByRole('figure', { name: /errors from verdict to verdict/ }).waitFor()
      await verdicts.last().locator('summary').click()
      const others = page.getByRole('figure', { name: 'v2 beside the other candidates' })
      await others.getByText('beside v3').waitFor()
      await others.getByText('700 and 710 values; better').waitFor()
      await page.getByRole('button', { name: 'Earlier verdicts' }).click()
      await until(async () => (await verdicts.count()) > 60)
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
    await page.getByRole('button', { name: 'Go to another release' }).click()
    const dialog = page.getByRole('dialog')
    await dialog.getByText('The rollout that is under way ends as aborted.').waitFor()
    expect(await flawsOf(page, 'go-back')).toEqual({ pale: [], isTooWide: false })
    await dialog.getByLabel('Reason').fill('it is good')
    await dialog.getByRole('button', { name: 'Send all to v2' }).click()
    await page.getByText('v2 is live').waitFor()
    expect((await read<{ live: string }>('/api/services/chat/live-release')).live).toBe('v2')
    await enter(visitor, product.adminKey, '/timeline?service=chat&range=15m')
    const told = page.getByRole('list', { name: 'What happened' })
    await told.getByRole('link', { name: 'The rollout of v2 beside v1 has ended: aborted.' }).click()
    await page.getByRole('heading', { name: 'chat: v2 beside v1' }).waitFor()
  })
})
