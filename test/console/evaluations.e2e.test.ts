import { afterAll, beforeAll, describe, expect, it, setDefaultTimeout } from 'bun:test'
import path from 'node:path'
import type { Browser } from 'playwright-core'
import { buildConsole } from '../../console/build.ts'
import { startFakeProvider, type FakeProvider } from '../fake-provider/index.ts'
import { type Product, startProduct } from '../product.ts'
import { until } from '../until.ts'
import { chromiumPath, enter, openBrowser, visit } from './browser.ts'
import { flawsOf } from './flaws.ts'

setDefaultTimeout(120_000)

const suite = `
suite: sums
dataset: questions
expected: answer
request: { prompt: 'What is {{number}}?' }
releases: [desk@v1, desk@v2]
evaluators: [exact, edit-distance, { use: label, with: { labels: [small, large] } }]
slices: [kind]
gates: [{ evaluator: exact, noRegression: 0.05 }]
`

const answerTo = (number: number): string => `n${number} ${number < 30 ? 'small' : 'large'}`

describe.skipIf(chromiumPath === undefined)('the pages of evaluations', () => {
  let provider: FakeProvider
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

  beforeAll(async () => {
    await buildConsole({
      outDirectory: path.join(import.meta.dirname, '../../console/dist'),
      isDevelopment: false,
    })
    // v2 gets every third wrong
    provider = await startFakeProvider({
      reply: body => {
        const { model, messages } = body as { model: string; messages: { content: string }[] }
        const number = Number(/\d+/.exec(messages.at(-1)?.content ?? '')?.[0])
        return model === 'two' && number % 3 === 0 ? 'unknown' : answerTo(number)
      },
    })
    product = await startProduct({
      config: `
providers: { fake: { kind: openai, baseUrl: '${provider.url}/v1' } }
services:
  desk:
    release: v1
    releases:
      v1: { target: { provider: fake, model: one } }
      v2: { target: { provider: fake, model: two } }
`,
    })
    browser = await openBrowser()
    await call('POST', '/datasets', { name: 'questions', definition: 'key: id\n' })
    await call('POST', '/datasets/questions/commits', {
      message: 'questions',
      upserts: Array.from({ length: 60 }, (_, index) => ({
        id: `q${index}`,
        number: index,
        answer: answerTo(index),
        kind: index % 2 === 0 ? 'even' : 'odd',
      })),
    })
    ;({ id } = await call<{ id: string }>('POST', '/evaluations', { tenant: 'default', text: suite }))
    await until(
      async () => (await call<{ state: string }>('GET', `/evaluations/${id}`)).state === 'completed',
      { limitMs: 90_000 },
    )
  })

  afterAll(async () => {
    await product?.stop()
    await provider?.stop()
  })

  it('lead from the list to why a release is worse, and to the examples that are', async () => {
    await using visitor = await visit(browser, { url: product.url })
    const { page } = visitor
    await enter(visitor, product.adminKey, '/evaluations')
    await page.getByRole('link', { name: 'sums' }).click()
    await page.getByRole('region', { name: 'Gates' }).getByText('failed').waitFor()
    const restsOn = page.getByRole('region', { name: 'What the scores rest on' })
    await restsOn.getByText('questions@1').waitFor()
    await restsOn.getByRole('row', { name: /edit-distance version \d/ }).waitFor()
    const comparison = page.getByRole('region', { name: 'exact: desk@v2 against desk@v1' })
    await comparison.getByRole('figure').getByText('all examples').waitFor()
    await comparison.getByRole('link', { name: '20 worse' }).click()
    const examples = page.getByRole('region', { name: 'Examples', exact: true })
    await examples.getByRole('link').first().click()
    const answer = page.getByRole('region', { name: 'Answer of desk@v2' })
    await answer.getByText('unknown').waitFor()
    await page.getByRole('region', { name: 'Asked' }).getByText('What is').waitFor()
    expect(visitor.complaints).toEqual([])
  })

  it.each([
    [1280, false],
    [375, true],
  ])('can be read and fit at %d pixels, dark: %p', async (width, isDark) => {
    await using visitor = await visit(browser, { url: product.url, width, isDark })
    const { page } = visitor
    await enter(visitor, product.adminKey, '/evaluations')
    await page.getByRole('link', { name: 'sums' }).waitFor()
    const theme = `${width}-${isDark ? 'dark' : 'light'}`
    expect(await flawsOf(page, `evaluations-${theme}`)).toEqual({ pale: [], isTooWide: false })
    for (const view of ['results', 'examples', 'odds']) {
      await page.goto(`/evaluations/${id}?view=${view}`)
      const name = { results: 'Gates', examples: 'Examples' }[view] ?? 'desk@v2: label by kind'
      await page.getByRole('region', { name, exact: true }).waitFor()
      expect([view, await flawsOf(page, `evaluations-${view}-${theme}`)]).toEqual([
        view,
        { pale: [], isTooWide: false },
      ])
    }
    expect(visitor.complaints).toEqual([])
  })
})
