import { afterAll, beforeAll, describe, expect, it, setDefaultTimeout } from 'bun:test'
import { runCli } from '../../src/operate/cli/run-cli.fixture.ts'
import { startFakeProvider, type FakeProvider } from '../fake-provider/index.ts'
import { startProduct, type Product } from '../product.ts'
import { until } from '../until.ts'

setDefaultTimeout(120_000)

let provider: FakeProvider
let product: Product
/** Between the two windows of traffic. */
let change = ''
let begin = ''

const config = (url: string): string => `
providers: { up: { kind: openai-compatible, baseUrl: '${url}/v1' } }
tenants: { acme: {}, globex: {} }
judges:
  tone: { kind: rubric, service: desk, samplePercent: 0, rubric: { version: "1", criterion: Is it polite?, labels: { yes: 1, no: 0 } } }
monitors:
  asked:
    service: desk
    reference: { window: 1h, rows: 40 }
    streams:
      words: { kind: input-vocabulary, reference: { dataset: prompts, column: text } }
      long: { kind: input-length, reference: { dataset: 'prompts@1', column: text } }
      lost: { kind: input-language, reference: { dataset: nowhere } }
      typing: { kind: input-vocabulary, reference: { dataset: prompts, column: words } }
      tone: { kind: score, judge: tone, reference: { evaluation: triage, evaluator: polite } }
      failing: { kind: errors }
services:
  desk:
    storeContent: true
    judges: [tone]
    releases:
      v1: { target: { provider: up, model: m } }
`

const slipway = (...words: string[]) =>
  runCli(words, { environment: { SLIPWAY_URL: product.url, SLIPWAY_KEY: product.adminKey } })

async function call(path: string, options: { body?: unknown; key?: string; method?: string } = {}) {
  const response = await fetch(`${product.url}${path}`, {
    method: options.method ?? (options.body === undefined ? 'GET' : 'POST'),
    headers: {
      authorization: `Bearer ${options.key ?? product.adminKey}`,
      'content-type': 'application/json',
    },
    ...(options.body !== undefined && { body: JSON.stringify(options.body) }),
  })
  return { status: response.status, body: (await response.json()) as Record<string, never> }
}

interface Report {
  id: string
  state: string
  error: { message: string } | null
  report: {
    sentence: string
    rows: Record<'reference' | 'current', { total: number; read: number }>
    columns: { name: string; kind: string; moved: string }[]
    slices: Record<'singles' | 'words', { conditions: { column: string; value: string }[] }[]>
    examples: { id: string }[]
    classifier: { auc: number; features: { feature: string }[] } | null
    quality: { estimated: { estimate: number } | null; labelled: { reference: { estimate: number } } } | null
  } | null
}

async function makeReport(body: unknown, key?: string): Promise<Report> {
  const started = await call('/api/drift-reports', { body, ...(key !== undefined && { key }) })
  expect([started.status, started.body['error'] ?? null]).toEqual([202, null])
  const { id } = started.body as unknown as Report
  let report: Report | undefined
  await until(async () => {
    const { body: found } = await call(`/api/drift-reports/${id}`, key === undefined ? {} : { key })
    report = found as unknown as Report
    return report.state === 'succeeded' || report.state === 'failed'
  })
  return report!
}

async function ask(texts: readonly string[]): Promise<void> {
  await Promise.all(
    texts.map(async content => {
      const response = await fetch(`${product.url}/v1/chat/completions`, {
        method: 'POST',
        headers: { authorization: `Bearer ${product.adminKey}`, 'content-type': 'application/json' },
        body: JSON.stringify({ model: 'desk', messages: [{ role: 'user', content }] }),
      })
      expect(response.status).toBe(200)
      await response.text()
    }),
  )
}

const short = Array.from({ length: 40 }, (_, index) => `where is my ${index % 2 === 0 ? 'order' : 'parcel'}`)
const long = Array.from({ length: 40 }, (_, index) =>
  index % 4 === 0 ? 'where is my order' : `the invoice of my neighbour has come to me again and again, why`,
)

beforeAll(async () => {
  provider = await startFakeProvider({ reply: () => 'It is on its way.' })
  product = await startProduct({ config: config(provider.url) })
  begin = new Date(Date.now() - 1_000).toISOString()
  await ask(short)
  await Bun.sleep(5)
  change = new Date().toISOString()
  await Bun.sleep(5)
  await ask(long)
  await until(async () => {
    const { body } = await call('/api/inferences?limit=100')
    return (body['data'] as unknown as unknown[]).length === 80
  })
})

afterAll(async () => {
  await product?.stop()
  await provider?.stop()
})

const windows = () => ({
  reference: { service: 'desk', since: begin, until: change },
  current: { service: 'desk', since: change, until: new Date(Date.now() + 60_000).toISOString() },
})

describe('drift reports', () => {
  it('explain two windows of traffic, with the words of questions where they are asked for', async () => {
    const found = await makeReport({ ...windows(), columns: ['input_tokens', 'outcome', 'hour', 'question'] })
    expect(found.error).toBeNull()
    const { report } = found
    expect(report?.rows).toMatchObject({
      reference: { total: 40, read: 40 },
      current: { total: 40, read: 40 },
    })
    const characters = report?.columns.find(({ name }) => name === 'question.characters')
    expect(characters?.moved).toBe('much')
    expect(report?.columns.find(({ name }) => name === 'outcome')?.moved).toBe('no')
    expect(report?.classifier?.auc).toBeGreaterThan(0.7)
    expect(report?.classifier?.features.map(({ feature }) => feature)).toContain('question says “invoice”')
    const words = report?.slices.words.flatMap(({ conditions }) => conditions)
    expect(words).toContainEqual({ column: 'question', value: 'says “invoice”' })
    const names = (columns?: readonly { readonly name: string }[]) => columns?.map(({ name }) => name)
    const [whole, numbers] = await Promise.all([
      makeReport({ ...windows(), texts: true }),
      makeReport(windows()),
    ])
    expect(names(whole.report?.columns)).toContain('question.characters')
    expect(names(whole.report?.columns)).toContain('latency_ms')
    expect(whole.report?.sentence).toContain('says “')
    expect(names(numbers.report?.columns)).not.toContain('question.characters')
    expect(JSON.stringify(numbers.report)).not.toContain('invoice')
    // the least alike are inferences that can be looked at
    const [example] = report?.examples ?? []
    const seen = await call(`/api/inferences/${example?.id}`)
    expect(seen.status).toBe(200)
    expect(JSON.stringify(seen.body)).toContain('invoice of my neighbour')
  })

  it('compare versions of datasets, and traffic with a dataset, and estimate a label', async () => {
    const row = (index: number, isLong: boolean) => ({
      id: `r${index}`,
      text: isLong ? 'the invoice of my neighbour has come to me again' : 'where is my order',
      words: (isLong ? 10 : 4) + (index % 3),
      language: isLong ? 'de' : 'en',
      good: isLong && index % 2 === 1 ? 0 : 1,
    })
    const commit = async (name: string, rows: unknown[]) => {
      const made = await call(`/api/datasets/${name}/commits`, { body: { message: 'rows', upserts: rows } })
      expect([made.status, made.body['error'] ?? null]).toEqual([201, null])
    }
    for (const name of ['before', 'after'])
      await call('/api/datasets', {
        body: { name, definition: 'key: id\ncolumns: { id: { type: string } }\n' },
      })
    await commit(
      'before',
      Array.from({ length: 400 }, (_, index) => row(index, index % 5 === 0)),
    )
    await commit(
      'after',
      Array.from({ length: 400 }, (_, index) => row(index, index % 5 < 3)),
    )
    const found = await makeReport({
      reference: { dataset: 'before' },
      current: { dataset: 'after' },
      quality: { label: 'good' },
    })
    expect(found.error).toBeNull()
    const columns = Object.fromEntries(
      (found.report?.columns ?? []).map(({ name, kind, moved }) => [name, [kind, moved]]),
    )
    expect(columns).toMatchObject({ words: ['number', 'much'], language: ['category', 'much'] })
    expect(columns['id']).toBeUndefined()
    expect(found.report?.slices.singles[0]?.conditions).toHaveLength(1)
    // all short ones are good, and half of the long ones
    expect(found.report?.quality?.labelled.reference.estimate).toBeCloseTo(0.9, 6)
    expect(Math.abs((found.report?.quality?.estimated?.estimate ?? 0) - 0.7)).toBeLessThan(0.08)

    const mixed = await makeReport({
      reference: { dataset: 'before' },
      current: windows().current,
      columns: [{ name: 'text', current: 'question' }],
    })
    expect(mixed.error).toBeNull()
    expect(mixed.report?.columns.map(({ name }) => name)).toEqual(['text.characters'])

    const wrong = await call('/api/drift-reports', {
      body: { reference: { dataset: 'before' }, current: { dataset: 'after' }, columns: ['wrods'] },
    })
    expect(wrong.status).toBe(400)
    expect(JSON.stringify(wrong.body)).toContain('it has text, words, language, good')
  })

  it('show on the command line what they found', async () => {
    const made = await slipway(
      'drift',
      'report',
      '--service',
      'desk',
      '--reference',
      `${begin}..${change}`,
      '--current',
      `${change}..${new Date(Date.now() + 60_000).toISOString()}`,
      '--columns',
      'input_tokens',
      'outcome',
    )
    expect(made.stderr).toBe('')
    expect(made.code).toBe(0)
    expect(made.stdout).toContain('input_tokens')
    const listed = await slipway('drift', 'list', '--service', 'desk', '--json')
    const [newest] = (JSON.parse(listed.stdout) as { data: Report[] }).data
    const shown = await slipway('drift', 'show', newest!.id, '--json')
    expect((JSON.parse(shown.stdout) as Report).report?.columns.map(({ name }) => name).toSorted()).toEqual([
      'input_tokens',
      'outcome',
    ])
    // what has ended cannot be cancelled
    const late = await slipway('drift', 'cancel', newest!.id)
    expect(late.code).not.toBe(0)
    expect(late.stderr).toContain('has succeeded already')
  })

  it('stay within the tenant and the services of a key', async () => {
    const created = await call('/api/keys', {
      body: { name: 'of-acme', role: 'developer', tenant: 'acme', services: ['other'] },
    })
    const key = (created.body as unknown as { secret?: string; key?: string }).secret ?? ''
    expect(key).not.toBe('')
    const mine = await call('/api/drift-reports', { key })
    expect(mine.body['data'] as unknown).toEqual([])
    const refused = await call('/api/drift-reports', { key, body: windows() })
    expect(refused.status).toBe(403)
  })
})

describe('monitors over the same traffic', () => {
  interface Watched {
    state: string
    streams: {
      name: string
      state: string
      waiting_for: string | null
      reference: { kind: string; in_words: string; from: string } | null
    }[]
  }
  const watched = async (): Promise<Watched> => (await call('/api/monitors/asked')).body as unknown as Watched
  const stream = async (name: string) => (await watched()).streams.find(one => one.name === name)
  const told = async (...words: string[]): Promise<string> => {
    const { code, stdout, stderr } = await slipway('monitor', ...words)
    expect(code).toBe(0)
    return `${stdout}${stderr}`
  }

  it('hold questions against the prompts of a dataset, and say what they wait for where there is none', async () => {
    await call('/api/datasets', {
      body: { name: 'prompts', definition: 'key: id\ncolumns: { id: { type: string } }\n' },
    })
    const upserts = Array.from({ length: 60 }, (_, index) => ({
      id: `p${index}`,
      text: `where is my order number ${index}`,
    }))
    const made = await call('/api/datasets/prompts/commits', { body: { message: 'prompts', upserts } })
    expect(made.status).toBe(201)

    await told('reference', 'asked', '--from', begin, '--until', change)
    // what is held against traffic may have taken a reference before this one, of the last hours
    await until(async () => (await stream('failing'))?.reference?.from === begin)
    await until(async () => {
      const { streams } = await watched()
      return streams.every(({ state, waiting_for: waitsFor }) => state === 'watching' || waitsFor !== null)
    })
    expect(await stream('words')).toMatchObject({
      state: 'watching',
      reference: { kind: 'dataset', in_words: '60 prompts of prompts@1 (text)' },
    })
    expect(await stream('long')).toMatchObject({ state: 'watching', reference: { kind: 'dataset' } })
    expect(await stream('failing')).toMatchObject({
      state: 'watching',
      reference: { kind: 'traffic', from: begin },
    })
    expect(await stream('lost')).toMatchObject({
      state: 'learning',
      waiting_for: expect.stringContaining('nowhere'),
    })
    expect((await stream('typing'))?.waiting_for).toBe('prompts@1 has no column words; it has id, text.')
    expect((await stream('tone'))?.waiting_for).toContain('No run of triage (default)')

    const shown = await told('show', 'asked')
    expect(shown).toContain('60 prompts of prompts@1 (text)')
    expect(shown).toContain('nowhere')
    expect(await told('list')).toContain('asked')
    expect(await told('alarms', 'asked')).toContain('It has found nothing.')
  })

  it('are paused, resumed and reset by those who may, and by nobody else', async () => {
    await told('pause', 'asked')
    expect((await watched()).state).toBe('paused')
    await told('resume', 'asked')
    expect((await watched()).state).toBe('watching')
    await told('reset', 'asked', '--stream', 'failing')
    const wrong = await call('/api/monitors/asked/reset', { body: { stream: 'fialing' } })
    expect(wrong.status).toBe(404)
    const turned = await call('/api/monitors/asked/reference', { body: { from: change, until: begin } })
    expect(turned.status).toBe(400)
    expect((await call('/api/monitors/nothing/pause', { method: 'POST' })).status).toBe(404)
    const { body } = await call('/api/audit?limit=100')
    const actions = (body['data'] as unknown as { action: string }[]).map(({ action }) => action)
    for (const action of ['reference', 'pause', 'resume', 'reset'])
      expect(actions).toContain(`monitor:${action}`)
  })
})
