import { afterAll, beforeAll, describe, expect, it, setDefaultTimeout } from 'bun:test'
import path from 'node:path'
import type { Browser, Page } from 'playwright-core'
import { buildConsole } from '../../console/build.ts'
import { callControl } from '../clients.ts'
import { type FakeProvider, startFakeProvider } from '../fake-provider/index.ts'
import { type Product, startProduct } from '../product.ts'
import { chromiumPath, enter, openBrowser, visit } from './browser.ts'
import { flawsOf } from './flaws.ts'

setDefaultTimeout(120_000)

const promise = 'We refund the full price within a day. Ask bob@example.org.'
let provider: FakeProvider
let product: Product
let browser: Browser
const keys = new Map<string, string>()

/** Asks the service; resolves with the id of what is held. */
async function ask(service = 'desk'): Promise<string> {
  const response = await fetch(`${product.url}/v1/chat/completions`, {
    method: 'POST',
    headers: {
      authorization: `Bearer ${keys.get('app')}`,
      'content-type': 'application/json',
      prefer: 'respond-async',
    },
    body: JSON.stringify({ model: service, messages: [{ role: 'user', content: 'May I send it back?' }] }),
  })
  return ((await response.json()) as { id: string }).id
}

async function answerOf(id: string): Promise<string> {
  const response = await fetch(`${product.url}/v1/reviews/${id}/response?wait=30`, {
    headers: { authorization: `Bearer ${keys.get('app')}` },
  })
  return await response.text()
}

/** Gives the reason that is ready under a number, and confirms. */
async function giveReason(page: Page, number: string): Promise<void> {
  const form = page.getByRole('form')
  await form.getByRole('textbox').waitFor()
  await page.keyboard.press(number)
  await page.keyboard.press('Control+Enter')
  await form.waitFor({ state: 'detached' })
}

describe.skipIf(chromiumPath === undefined)('the page of reviews', () => {
  beforeAll(async () => {
    await buildConsole({
      outDirectory: path.join(import.meta.dirname, '../../console/dist'),
      isDevelopment: false,
    })
    provider = await startFakeProvider({ text: promise })
    product = await startProduct({
      config: `
providers:
  up: { kind: openai-compatible, baseUrl: '${provider.url}/v1' }
policies:
  careful:
    checks: [{ check: deny-list, on: [output], mode: enforce, waived: a test of the console, action: escalate, timeoutMs: 5000, parameters: { terms: [refund], type: PROMISE } }]
services:
  desk: { policy: careful, releases: { v1: { target: { provider: up, model: m } } } }
`,
    })
    for (const [name, role] of [
      ['app', 'service'],
      ['ann', 'reviewer'],
      ['ben', 'reviewer'],
    ] as const) {
      const { secret } = await callControl<{ secret: string }>(product, 'POST', '/api/keys', { name, role })
      keys.set(name, secret)
    }
    browser = await openBrowser()
  }, 120_000)

  afterAll(async () => {
    await product?.stop()
    await provider?.stop()
  }, 120_000)

  it('says what would fill it, and is filled as soon as something waits', async () => {
    await using ann = await visit(browser, { url: product.url })
    await enter(ann, keys.get('ann') ?? '', '/reviews')
    await ann.page.getByText('Nothing waits for a person').waitFor()
    await ann.page.getByText('Live', { exact: true }).waitFor()
    const id = await ask()
    await ann.page.getByRole('button', { name: 'desk' }).waitFor()
    await ann.page.keyboard.press('j')
    const item = ann.page.getByRole('article')
    await item.getByText('deny-list', { exact: true }).waitFor()
    await item.locator('mark', { hasText: 'refund' }).first().waitFor()
    expect(await item.textContent()).not.toContain('bob@')
    await ann.page.keyboard.press('a')
    await giveReason(ann.page, '1')
    expect(await answerOf(id)).toContain('We refund the full price')
    await ann.page.getByText('Nothing waits for a person').waitFor()
    expect(ann.complaints).toEqual([])
  })

  it('is worked by two: who edits is not who approves, and who has an item is seen by the other at once', async () => {
    const [first, second] = [await ask(), await ask()]
    await using ann = await visit(browser, { url: product.url })
    await using ben = await visit(browser, { url: product.url })
    await enter(ann, keys.get('ann') ?? '', '/reviews')
    await enter(ben, keys.get('ben') ?? '', `/reviews/${first}`)
    await ben.page.getByRole('button', { name: 'Approve a' }).waitFor()
    await ann.page.getByRole('button', { name: 'desk' }).first().waitFor()
    await ann.page.keyboard.press('j')
    await ann.page.keyboard.press('e')
    const text = ann.page.getByRole('textbox', { name: 'assistant' })
    await text.waitFor()
    // she has it: he sees that without loading anything
    await ben.page.getByText('Another reviewer works on this item.').waitFor()
    const masked = (await text.inputValue()).replace('within a day', 'after a check')
    expect(masked).toContain('⟦EMAIL_ADDRESS 1⟧')
    await text.fill(masked)
    const change = ann.page.getByLabel('What changes')
    await change.locator('ins').getByText('check.').waitFor()
    expect(await change.locator('ins').allTextContents()).toEqual(['after', 'check.'])
    await ann.page.getByRole('textbox', { name: 'What did you change' }).fill('No promise of a day.')
    await ann.page.keyboard.press('Control+Enter')
    // the next item is there; the edited one is not hers to approve
    await ann.page.waitForURL(`**/reviews/${second}`)
    await ann.page.keyboard.press('k')
    await ann.page.getByText('You wrote this version').waitFor()
    expect(await ann.page.getByRole('button', { name: 'Approve' }).isDisabled()).toBe(true)

    await ben.page.getByText('1 of 2 people').waitFor()
    expect(await ben.page.getByRole('article').locator('del').allTextContents()).toEqual(['within', 'day.'])
    await ben.page.keyboard.press('a')
    await giveReason(ben.page, '1')
    expect(await answerOf(first)).toContain('after a check. Ask bob@example.org.')

    await ben.page.waitForURL(`**/reviews/${second}`)
    await ben.page.keyboard.press('u')
    await giveReason(ben.page, '1')
    await ben.page.getByText('You see it as it is').waitFor()
    expect(await ben.page.getByRole('article').textContent()).toContain('bob@example.org')
    await ben.page.keyboard.press('r')
    await giveReason(ben.page, '2')
    expect(await answerOf(second)).toContain('content_filter')
    expect([...ann.complaints, ...ben.complaints]).toEqual([])
  })

  it('shows what was decided and by whom, and how the reviewers do', async () => {
    await using visitor = await visit(browser, { url: product.url })
    const { page } = visitor
    await enter(visitor, product.adminKey, '/reviews?view=decided')
    await page.getByRole('button', { name: 'rejected' }).first().click()
    await page.getByText('Decided by ben.').waitFor()
    await page.getByRole('group').getByText('History').click()
    await page.getByText('unmasked').first().waitFor()
    await enter(visitor, product.adminKey, '/reviews?view=stats')
    const row = page.getByRole('row', { name: 'ben' })
    await row.waitFor()
    expect(await row.getByRole('cell').allTextContents()).toEqual(
      expect.arrayContaining(['ben', '1', '0', '1']),
    )
    expect(visitor.complaints).toEqual([])
  })

  it.each([
    [1280, true],
    [375, false],
  ])('can be read and fits at %d pixels, dark: %p', async (width, isDark) => {
    const id = await ask()
    await using visitor = await visit(browser, { url: product.url, width, isDark })
    const { page } = visitor
    const name = `${width}-${isDark ? 'dark' : 'light'}`
    await enter(visitor, keys.get('ann') ?? '', `/reviews/${id}`)
    await page.getByRole('article').getByText('May I send it back?').waitFor()
    expect(await flawsOf(page, `review-${name}`)).toEqual({ pale: [], isTooWide: false })
    await page.keyboard.press('r')
    await page.getByRole('form').waitFor()
    expect(await flawsOf(page, `review-reject-${name}`)).toEqual({ pale: [], isTooWide: false })
    await enter(visitor, product.adminKey, '/reviews?view=stats')
    await page.getByText('The last seven days').waitFor()
    expect(await flawsOf(page, `review-stats-${name}`)).toEqual({ pale: [], isTooWide: false })
    expect(visitor.complaints).toEqual([])
  })
})
