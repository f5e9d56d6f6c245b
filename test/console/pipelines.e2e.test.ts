import { afterAll, beforeAll, describe, expect, it, setDefaultTimeout } from 'bun:test'
import path from 'node:path'
import type { Browser } from 'playwright-core'
import { buildConsole } from '../../console/build.ts'
import { type Product, startProduct } from '../product.ts'
import { until } from '../until.ts'
import { chromiumPath, enter, openBrowser, visit } from './browser.ts'
import { flawsOf } from './flaws.ts'

setDefaultTimeout(120_000)

const pipeline = `
pipeline: retrain
parameters: { epochs: { type: integer, default: 2 } }
triggers:
  - { name: data, event: dataset.published, where: event.rows > 3, cooldown: 6h }
  - { name: call, api: { commit: string }, cooldown: 6h, atMost: { runs: 2, per: 1d }, budget: { usd: 5, per: 1d } }
stages:
  gather:
    use: command
    with:
      command: [sh, -c, 'echo gathered 12 rows; for i in 1 2 3; do echo "{\\"step\\": $i, \\"loss\\": 0.$((9 - i))}" >> metrics.jsonl; done; echo data > outputs/rows']
      outputs: { rows: file }
  train:
    use: command
    matrix: { size: [small, large] }
    inputs: { rows: gather.rows }
    with: { command: [sh, -c, 'echo "{\\"loss\\": 0.25}" > outputs/facts.json'], outputs: { facts: value } }
  ask: { use: approval, needs: [train], with: { question: May it serve? } }
  deploy: { use: command, needs: [ask], with: { command: ['true'] } }
`

const quick =
  'pipeline: quick\nstages: { ask: { use: approval }, say: { use: command, needs: [ask], with: { command: [echo] } } }\n'

describe.skipIf(chromiumPath === undefined)('the pages of pipelines', () => {
  let product: Product
  let browser: Browser
  let id: string

  async function call<Answer>(method: string, place: string, body?: unknown): Promise<Answer> {
    const response = await fetch(`${product.url}/api${place}`, {
      method,
      headers: { authorization: `Bearer ${product.adminKey}`, 'content-type': 'application/json' },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    })
    const text = await response.text()
    if (!response.ok) throw new Error(text)
    return JSON.parse(text) as Answer
  }
  const stateOf = async (name: string): Promise<string | undefined> => {
    const { stages } = await call<{ stages: { name: string; state: string }[] }>(
      'GET',
      `/pipeline-runs/${id}`,
    )
    return stages.find(stage => stage.name === name)?.state
  }

  beforeAll(async () => {
    await buildConsole({
      outDirectory: path.join(import.meta.dirname, '../../console/dist'),
      isDevelopment: false,
    })
    product = await startProduct({ config: 'services: {}\npipelines: { commands: { allow: true } }\n' })
    browser = await openBrowser()
    await call('PUT', '/pipelines', { text: pipeline })
    const told = (commit: string) =>
      call<{ run: string }>('POST', '/pipelines/retrain/triggers/call', { facts: { commit } })
    id = (await told('3f1c')).run
    await told('77ab')
    await until(async () => (await stateOf('ask')) === 'approval')
  })

  afterAll(async () => {
    await product?.stop()
  })

  it.each([
    [1280, false],
    [375, true],
  ])('can be read and fit at %d pixels, dark: %p', async (width, isDark) => {
    await using visitor = await visit(browser, { url: product.url, width, isDark })
    const { page } = visitor
    await enter(visitor, product.adminKey, '/pipelines')
    await page.getByRole('region', { name: 'Runs' }).getByRole('link', { name: 'retrain' }).waitFor()
    const theme = `${width}-${isDark ? 'dark' : 'light'}`
    expect(await flawsOf(page, `pipelines-${theme}`)).toEqual({ pale: [], isTooWide: false })
    await page
      .getByRole('region', { name: 'Defined pipelines' })
      .getByRole('link', { name: 'retrain' })
      .click()
    await page.getByRole('region', { name: 'Decisions' }).getByText('held: cooldown').waitFor()
    await page.getByRole('region', { name: 'Triggers' }).getByText('2 runs in').waitFor()
    expect(await flawsOf(page, `pipeline-triggers-${theme}`)).toEqual({ pale: [], isTooWide: false })
    for (const [name, search] of [
      ['approval', ''],
      ['log', '?stage=gather&view=log'],
      ['artifacts', '?stage=train%5Bsmall%5D&view=artifacts'],
      ['metrics', '?stage=gather&view=metrics'],
    ] as const) {
      await page.goto(`/pipelines/${id}${search}`)
      await page.getByRole('region', { name: 'Stages' }).first().waitFor()
      await page.getByRole('tabpanel').waitFor()
      await until(async () => (await page.locator('.mantine-Skeleton-root').count()) === 0)
      expect([name, await flawsOf(page, `pipeline-${name}-${theme}`)]).toEqual([
        name,
        { pale: [], isTooWide: false },
      ])
    }
    expect(visitor.complaints).toEqual([])
  })

  it('follow a run as it moves, without asking again and again', async () => {
    await using visitor = await visit(browser, { url: product.url })
    const { page } = visitor
    await enter(visitor, product.adminKey, '/pipelines')
    await call('PUT', '/pipelines', { text: quick })
    const { id: run } = await call<{ id: string }>('POST', '/pipeline-runs', { pipeline: 'quick' })
    const asked: string[] = []
    page.on('request', request => asked.push(new URL(request.url()).pathname))
    await page.goto(`/pipelines/${run}`)
    await page.getByText('waits for approval').first().waitFor()
    await call('POST', `/pipeline-runs/${run}/approve`, { reason: 'yes' })
    await page.getByRole('region', { name: 'Run', exact: true }).getByText('succeeded').waitFor()
    expect(asked.filter(place => place === `/api/pipeline-runs/${run}`)).toHaveLength(1)
    expect(asked.filter(place => place === `/api/pipeline-runs/${run}/live`)).toHaveLength(1)
  })

  it('show each stage and what it printed, and let a person approve', async () => {
    await using visitor = await visit(browser, { url: product.url })
    const { page } = visitor
    await enter(visitor, product.adminKey, '/pipelines')
    await page.getByRole('region', { name: 'Runs' }).getByRole('link', { name: 'retrain' }).click()
    await page.getByText('commit = 3f1c').waitFor()
    const form = page.getByRole('form', { name: 'Approval' })
    await form.getByText('May it serve?').waitFor()
    await page.getByRole('link', { name: 'gather' }).click()
    await page.getByRole('tab', { name: 'Log' }).click()
    await page.getByText('gathered 12 rows').waitFor()
    await page.getByRole('link', { name: 'ask waits for approval' }).click()
    await form.getByLabel('Why?').fill('the loss is low')
    await form.getByRole('button', { name: 'Approve' }).click()
    await page.getByRole('region', { name: 'Run', exact: true }).getByText('succeeded').waitFor()
    expect(await stateOf('deploy')).toBe('succeeded')
    expect(visitor.complaints).toEqual([])
  })
})
