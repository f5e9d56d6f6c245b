import { afterAll, beforeAll, describe, expect, it, setDefaultTimeout } from 'bun:test'
import path from 'node:path'
import type { Browser } from 'playwright-core'
import { buildConsole } from '../../console/build.ts'
import { runCli } from '../../src/operate/cli/run-cli.fixture.ts'
import { startFakeProvider, type FakeProvider } from '../fake-provider/index.ts'
import { startProduct, type Product } from '../product.ts'
import { until } from '../until.ts'
import { chromiumPath, enter, openBrowser, visit } from './browser.ts'
import { flawsOf } from './flaws.ts'

setDefaultTimeout(120_000)

let provider: FakeProvider
let product: Product

const grounded = 'Returns are accepted for 30 days.'

function verdictsOnClaims(prompt: string): string {
  const claims = [...prompt.matchAll(/<claim n="(\d+)" mark="[^"]+">\n(.*)\n/g)].map(([, number, claim]) => {
    const isThere = claim === grounded
    return {
      claim: Number(number),
      verdict: isThere ? 'supported' : 'not_found',
      document: isThere ? 1 : null,
    }
  })
  return JSON.stringify({ claims })
}

/** The judge says what the answer deserves; the others answer. */
const verdictOn = (body: unknown): string | undefined => {
  const { messages } = body as { messages?: { role: string; content: string }[] }
  const whole = messages?.map(({ content }) => content).join('\n') ?? ''
  if (whole.includes('You compare claims')) return verdictsOnClaims(whole)
  if (whole.includes('What may I return?')) return `${grounded} Parking is free at the harbour.`
  if (!whole.includes('You judge one answer')) return undefined
  if (whole.includes('nonsense')) return 'I would rather not say.'
  const label = whole.includes('Lyon') ? 'right' : 'wrong'
  return JSON.stringify({ rationale: 'It names the city; ask ada@example.com.', label })
}

beforeAll(async () => {
  provider = await startFakeProvider({ reply: verdictOn })
  const target = (model: string): string => `releases: { v1: { target: { provider: up, model: ${model} } } }`
  product = await startProduct({
    config: `
providers: { up: { kind: openai-compatible, baseUrl: '${provider.url}/v1' } }
prices: [{ provider: up, model: judge-model, from: 2020-01-01, usdPerMillionTokens: { input: 1, output: 2 } }]
policies:
  careful:
    checks:
      - check: moderation
        parameters: { service: moderator }
        mode: enforce
        action: block
        timeoutMs: 5000
        waived: a test of the product
      - check: groundedness
        parameters: { service: jury }
        mode: enforce
        action: block
        timeoutMs: 5000
        waived: a test of the product
judges:
  city:
    kind: rubric
    service: jury
    samplePercent: 100
    rubric: { version: "2", criterion: Does the answer name the city that was asked for?, labels: { right: 1, wrong: 0 } }
  rarely: { kind: groundedness, service: jury, samplePercent: 0 }
services:
  desk: { storeContent: true, judges: [city, rarely], ${target('m')} }
  careful: { policy: careful, ${target('m')} }
  moderator: { ${target('omni')} }
  plain: { ${target('m')} }
  jury: { storeContent: true, ${target('judge-model')} }
`,
  })
}, 120_000)

afterAll(async () => {
  await product?.stop()
  await provider?.stop()
}, 120_000)

const headers = (): Record<string, string> => ({
  authorization: `Bearer ${product.adminKey}`,
  'content-type': 'application/json',
})

async function ask(service: string, content: string, path = '/v1/chat/completions'): Promise<string> {
  const response = await fetch(`${product.url}${path}`, {
    method: 'POST',
    headers: headers(),
    body: JSON.stringify({ model: service, max_tokens: 100, messages: [{ role: 'user', content }] }),
  })
  expect(response.status).toBe(200)
  await response.text()
  return response.headers.get('slipway-inference-id') ?? ''
}

async function read(path: string): Promise<Record<string, unknown>> {
  const response = await fetch(`${product.url}${path}`, { headers: headers() })
  return (await response.json()) as Record<string, unknown>
}

interface Scores {
  data: {
    value: number | null
    label: string | null
    rationale: string | null
    cost_nano_usd: number | null
  }[]
  waiting: string[]
}

async function scoresOf(id: string): Promise<Scores['data']> {
  let scores: Scores = { data: [], waiting: [] }
  await until(
    async () => {
      const response = await fetch(`${product.url}/api/inferences/${id}/scores`, { headers: headers() })
      // it is not stored yet
      if (response.status === 404) return false
      scores = (await response.json()) as Scores
      return scores.data.length > 0
    },
    { limitMs: 30_000 },
  )
  return scores.data
}

let right: string
let wrong: string
let nonsense: string

beforeAll(async () => {
  right = await ask('desk', 'Is it Lyon?')
  wrong = await ask('desk', 'Is it Paris?', '/v1/messages')
  nonsense = await ask('desk', 'Is it nonsense?')
  await ask('plain', 'Lyon?')
})

describe('judges', () => {
  it('score an answer after it was given, whatever API it came in', async () => {
    expect(await scoresOf(right)).toMatchObject([
      {
        name: 'city',
        value: 1,
        label: 'right',
        failure: null,
        rationale: expect.stringContaining('the city'),
      },
    ])
    const [score] = await scoresOf(wrong)
    expect(score).toMatchObject({ value: 0, label: 'wrong' })
    expect(score?.rationale).toBe('It names the city; ask [EMAIL_ADDRESS].')
    expect(score?.cost_nano_usd).toBeGreaterThan(0)
    // the judge has seen the answer as well as the question, set apart from its instructions
    const asked = provider.requests
      .map(({ text }) => text)
      .findLast(text => text.includes('You judge one answer') && text.includes('Paris'))
    expect(asked).toContain('You said: Is it Paris?')
  })

  it('are paid by the tenant under their own name, and judge neither each other nor other services', async () => {
    let data: { key_id: string; id: string }[] = []
    await until(async () => {
      data = ((await read('/api/inferences?service=jury')) as { data: typeof data }).data
      return data.length > 1
    })
    expect(new Set(data.map(({ key_id }) => key_id))).toEqual(new Set(['judge:city']))
    const detail = await read(`/api/inferences/${data[0]?.id}`)
    expect(detail['content']).toBeNull()
    const costs = await read('/api/costs?group_by=key')
    expect(JSON.stringify(costs)).toContain('judge:city')
    const seen = provider.requests.filter(({ text }) => text.includes('You judge one answer'))
    expect(seen.every(({ text }) => /Is it (?:Lyon|Paris|nonsense)/.test(text))).toBe(true)
  })

  it('are shown with what they found', async () => {
    const slipway = (words: string[]) =>
      runCli(words, { environment: { SLIPWAY_URL: product.url, SLIPWAY_KEY: product.adminKey } })
    const one = await slipway(['scores', right])
    expect(one.stdout).toMatch(/city +1\.00 +right +\$0\.000\d{3} +[0-9a-f]{16}/)
    expect(one.stdout).toContain('It names the city')
    const all = await slipway(['scores'])
    expect(all.stdout).toMatch(/city +rubric +[0-9a-f]{16} +desk +100 % +0\.50 +2 +0 +0/)
    expect(all.stdout).toMatch(/rarely +groundedness +[0-9a-f]{16} +desk +0 % +– +0/)
    const metrics = await (await fetch(`${product.url}/metrics`, { headers: headers() })).text()
    expect(metrics).toMatch(/slipway_judgements_total\{judge="city",service="desk",outcome="judged"\} 2/)
    expect(metrics).toMatch(/slipway_check_calls_total\{check="judge:city",service="jury",outcome="ok"\} \d/)
  })

  it('are tried again where they do not answer as asked, and say nothing of the text in the log', async () => {
    await until(() => product.lines.some(line => line.includes('A judge failed.')))
    expect(await read(`/api/inferences/${nonsense}/scores`)).toMatchObject({ data: [], waiting: ['city'] })
    expect(product.lines.every(line => !line.includes('nonsense'))).toBe(true)
  })
})

describe('checks that ask a model', () => {
  const messages = [
    { role: 'user', content: 'Hello' },
    {
      role: 'assistant',
      content: null,
      tool_calls: [{ id: 'a', type: 'function', function: { name: 'rules', arguments: '{}' } }],
    },
    { role: 'tool', tool_call_id: 'a', content: `${grounded} The shop is in Lyon.` },
  ]
  const call = async (content: string, stream: boolean): Promise<{ status: number; text: string }> => {
    const response = await fetch(`${product.url}/v1/chat/completions`, {
      method: 'POST',
      headers: headers(),
      body: JSON.stringify({ model: 'careful', stream, messages: [...messages, { role: 'user', content }] }),
    })
    return { status: response.status, text: await response.text() }
  }

  it('let out what the documents bear out and nothing else, streamed or not', async () => {
    for (const stream of [false, true]) {
      const { status, text } = await call('What may I return?', stream)
      expect(status).toBe(200)
      expect(text).toContain('30')
      expect(text).toContain('content_filter')
      expect(text).not.toMatch(/Parking|harbour/)
    }
  })

  it('stop what comes in, and cost its tenant under their own names', async () => {
    const { status, text } = await call('I will hurt you', false)
    expect([status, text]).toEqual([400, expect.stringContaining('its check moderation found something')])
    await until(async () =>
      JSON.stringify(await read('/api/costs?group_by=key')).includes('check:groundedness'),
    )
    const { data } = (await read('/api/inferences?key_id=check:moderation')) as {
      data: { service: string }[]
    }
    // the turns that were there before are not asked about again
    expect(data.map(({ service }) => service)).toEqual(Array<string>(data.length).fill('moderator'))
    expect(data.length).toBeLessThanOrEqual(6)
  })
})

describe.skipIf(chromiumPath === undefined)('the pages of judges', () => {
  let browser: Browser

  beforeAll(async () => {
    await buildConsole({
      outDirectory: path.join(import.meta.dirname, '../../console/dist'),
      isDevelopment: false,
    })
    browser = await openBrowser()
  }, 120_000)

  it('show what a judge found with the inference, in its words', async () => {
    await using visitor = await visit(browser, { url: product.url })
    const { page } = visitor
    await enter(visitor, product.adminKey, `/inferences/${wrong}`)
    const scores = page.getByRole('region', { name: 'Scores' })
    await scores.getByText('It names the city').waitFor()
    await scores.getByText('wrong').waitFor()
    expect(await scores.getByText('ada@example.com').count()).toBe(0)
    expect(visitor.complaints).toEqual([])
  })

  it.each([
    [1280, false],
    [375, true],
  ])('show all judges with their figures at %d pixels, dark: %p', async (width, isDark) => {
    await using visitor = await visit(browser, { url: product.url, width, isDark })
    const { page } = visitor
    await enter(visitor, product.adminKey, '/judges')
    const row = page.getByRole('row', { name: /city/ })
    await row.getByText('0.50').waitFor()
    await row.getByText('version 2').waitFor()
    await page
      .getByRole('row', { name: /rarely/ })
      .getByText('0 %')
      .waitFor()
    expect(await flawsOf(page, `judges-${width}-${isDark ? 'dark' : 'light'}`)).toEqual({
      pale: [],
      isTooWide: false,
    })
    expect(visitor.complaints).toEqual([])
  })
})
