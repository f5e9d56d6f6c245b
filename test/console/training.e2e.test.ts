import { afterAll, beforeAll, describe, expect, it, setDefaultTimeout } from 'bun:test'
import path from 'node:path'
import type { Browser } from 'playwright-core'
import { buildConsole } from '../../console/build.ts'
import { callControl } from '../clients.ts'
import { type Product, startProduct } from '../product.ts'
import { until } from '../until.ts'
import { chromiumPath, enter, openBrowser, visit } from './browser.ts'
import { flawsOf } from './flaws.ts'

setDefaultTimeout(120_000)

const letters = Array.from('abcdefghij')
const tiny = {
  learning_rate: 1e-2,
  options: {
    shape: { width: 16, layers: 1, heads: 2, keyValueHeads: 1, hiddenWidth: 32, contextLength: 32 },
    merges: 4,
    rowLengths: [16],
    warmupSteps: 2,
  },
}

/** Trains as long as it may without work for the processor: what is looked at is how its steps are shown. */
const slowTrainer = `
trap 'exit 75' TERM
step=0
while [ $step -lt 100000 ]; do
  for _ in 1 2 3 4 5; do
    step=$((step + 1))
    echo '{"kind":"step","step":'$step',"steps":100000,"loss":'$((100000 / (step + 40)))'}' >> metrics.jsonl
  done
  if [ $((step % 50)) -eq 0 ]; then echo '{"kind":"evaluation","step":'$step',"loss":'$((100000 / (step + 30)))'}' >> metrics.jsonl; fi
  sleep 0.1
done
`
const config = {
  services: {},
  training: {
    concurrency: 2,
    trainers: {
      slow: {
        kind: 'process',
        command: ['/bin/sh', '-c', slowTrainer],
        models: { letters: import.meta.path },
      },
    },
  },
}

interface Job {
  readonly id: string
  readonly state: string
  readonly step: number
}

describe.skipIf(chromiumPath === undefined)('the pages of training', () => {
  let product: Product
  let browser: Browser
  let done: string
  let running: string

  const call = async <Answer>(method: string, place: string, body?: object): Promise<Answer> =>
    await callControl<Answer>(product, method, `/api${place}`, body)
  const read = async (id: string): Promise<Job> => await call('GET', `/training/jobs/${id}`)
  const begin = async (body: { readonly model: string; readonly slipway: object }): Promise<string> =>
    (
      await call<Job>('POST', '/training/jobs', {
        training_file: 'dataset:letters@1',
        validation_file: 'dataset:letters@1',
        suffix: 'letters',
        ...body,
      })
    ).id

  beforeAll(async () => {
    await buildConsole({
      outDirectory: path.join(import.meta.dirname, '../../console/dist'),
      isDevelopment: false,
    })
    product = await startProduct({ config: JSON.stringify(config) })
    browser = await openBrowser()
    await call('POST', '/datasets', {
      name: 'letters',
      definition: 'key: id\ncolumns: { ask: { role: input }, say: { role: expected } }\n',
    })
    const rows = letters.map((letter, id) => ({ id, ask: letter, say: letters[(id + 1) % 10] }))
    await call('POST', '/datasets/letters/commits', { message: 'first', upserts: rows })
    done = await begin({
      model: 'builtin/new',
      slipway: { ...tiny, steps: 120, checkpoint_every_steps: 40, evaluate_every_steps: 20 },
    })
    await until(async () => (await read(done)).state === 'succeeded', { limitMs: 60_000 })
    running = await begin({ model: 'slow/letters', slipway: { steps: 100_000 } })
    await until(async () => (await read(running)).step > 100, { limitMs: 60_000 })
  })

  afterAll(async () => {
    await product?.stop()
  })

  it.each([
    [1280, false],
    [1280, true],
    [375, true],
  ])('can be read and fit at %d pixels, dark: %p', async (width, isDark) => {
    await using visitor = await visit(browser, { url: product.url, width, isDark })
    const { page } = visitor
    await enter(visitor, product.adminKey, '/training')
    await page.getByRole('link', { name: 'new-letters@1' }).waitFor()
    const theme = `${width}-${isDark ? 'dark' : 'light'}`
    expect(await flawsOf(page, `training-${theme}`)).toEqual({ pale: [], isTooWide: false })
    for (const [name, id] of [
      ['done', done],
      ['running', running],
    ] as const) {
      await page.goto(`/training/${id}`)
      await page.getByRole('region', { name: 'Loss' }).locator('svg.recharts-surface').first().waitFor()
      await page.getByText('Fine-tuning job started').waitFor()
      expect([name, await flawsOf(page, `training-${name}-${theme}`)]).toEqual([
        name,
        { pale: [], isTooWide: false },
      ])
    }
    await page.goto('/training')
    await page.getByRole('button', { name: 'Train a model' }).click()
    await page.getByRole('dialog').getByText('Begins with').waitFor()
    expect(await flawsOf(page, `training-form-${theme}`)).toEqual({ pale: [], isTooWide: false })
    expect(visitor.complaints).toEqual([])
  })

  it('move while a job does, and pause, go on with and cancel it', async () => {
    await using visitor = await visit(browser, { url: product.url })
    const { page } = visitor
    await enter(visitor, product.adminKey, `/training/${running}`)
    const facts = page.getByRole('region', { name: 'Job', exact: true })
    const steps = async (): Promise<string> => (await facts.getByText(/ of 100K$/).textContent()) ?? ''
    const before = await steps()
    await until(async () => (await steps()) !== before)
    await page.getByRole('button', { name: 'Pause' }).click()
    await facts.getByText('paused').waitFor()
    await page.getByRole('button', { name: 'Resume' }).click()
    await facts.getByText('running').waitFor()
    await page.getByRole('button', { name: 'Cancel job' }).click()
    const dialog = page.getByRole('dialog')
    await dialog.getByText('It leaves no model').waitFor()
    await dialog.getByRole('button', { name: 'Cancel job' }).click()
    await facts.getByText('cancelled').waitFor()
    expect((await read(running)).state).toBe('cancelled')
    expect(visitor.complaints).toEqual([])
  })

  it('begin a job from a form, and lead to what it has left', async () => {
    await using visitor = await visit(browser, { url: product.url })
    const { page } = visitor
    await enter(visitor, product.adminKey, '/training')
    await page.getByRole('button', { name: 'Train a model' }).click()
    const form = page.getByRole('dialog')
    await form.getByRole('combobox', { name: 'Begins with' }).click()
    await page.getByRole('option', { name: 'builtin/support' }).click()
    await form.getByRole('combobox', { name: 'Learns from' }).click()
    await page.getByRole('option', { name: 'letters' }).click()
    await form.getByLabel('Version').fill('1')
    await form.getByLabel('Epochs').fill('1')
    await form.getByLabel('Adapter rank').fill('2')
    await form.getByLabel('Suffix').fill('form')
    await form.getByRole('button', { name: 'Train', exact: true }).click()
    const asked = page.getByRole('region', { name: 'What it was asked' })
    await asked.getByText('{"rank":2}').waitFor()
    await asked.getByText('letters version 1').waitFor()
    const link = page
      .getByRole('region', { name: 'Job', exact: true })
      .getByRole('link', { name: 'support-form@1' })
    await link.waitFor({ timeout: 60_000 })
    await link.click()
    await page.getByRole('heading', { name: 'support-form' }).first().waitFor()
    expect(visitor.complaints).toEqual([])
  })
})
