import { afterAll, beforeAll, describe, expect, it, setDefaultTimeout } from 'bun:test'
import { readFile, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { runCli } from '../../src/operate/cli/run-cli.fixture.ts'
import { createTestDatabase, type TestDatabase } from '../database.ts'
import { startFakeProvider } from '../fake-provider/index.ts'
import type { FakeProvider } from '../fake-provider/index.ts'
import { startProduct } from '../product.ts'
import type { Product } from '../product.ts'
import { until } from '../until.ts'

setDefaultTimeout(120_000)

const examples = 30
const concurrency = 4

let provider: FakeProvider
let test: TestDatabase
let product: Product
let suiteFile: string

const config = (): string => `
providers: { fake: { kind: openai, baseUrl: '${provider.url}/v1' } }
services:
  desk:
    release: v1
    releases:
      v1: { target: { provider: fake, model: gpt-one } }
      v2: { target: { provider: fake, model: gpt-two } }
`

const suite = (gate: string): string => `suite: desk
dataset: questions
request: { prompt: 'What is {{number}}?' }
releases: [desk@v1, desk@v2]
evaluators: [exact]
concurrency: ${concurrency}
gates: [${gate}]
`

async function api(method: string, url: string, body?: unknown): Promise<Record<string, unknown>> {
  const response = await fetch(product.url + url, {
    method,
    headers: { authorization: `Bearer ${product.adminKey}`, 'content-type': 'application/json' },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  })
  if (!response.ok) throw new Error(`${method} ${url}: ${response.status} ${await response.text()}`)
  return (await response.json()) as Record<string, unknown>
}

const cli = (...words: string[]) =>
  runCli(words, { environment: { SLIPWAY_URL: product.url, SLIPWAY_KEY: product.adminKey } })

beforeAll(async () => {
  // v2 gets every third wrong
  provider = await startFakeProvider({
    reply: body => {
      const { model, messages } = body as { model: string; messages: { content: string }[] }
      const number = Number(/\d+/.exec(messages.at(-1)?.content ?? '')?.[0])
      return model === 'gpt-two' && number % 3 === 0 ? 'unknown' : `n${number}`
    },
    firstTokenDelayMs: 60,
  })
  test = await createTestDatabase()
  product = await startProduct({ config: config(), databaseUrl: test.url })
  await api('POST', '/api/datasets', {
    name: 'questions',
    definition: 'key: id\ncolumns:\n  id: {}\n  number: {}\n  answer: { role: expected }\n',
  })
  await api('POST', '/api/datasets/questions/commits', {
    message: 'first',
    upserts: Array.from({ length: examples }, (_, index) => ({
      id: `q${index}`,
      number: index,
      answer: `n${index}`,
    })),
  })
  suiteFile = path.join(product.dataDirectory, 'desk.yaml')
}, 120_000)

afterAll(async () => {
  await product?.stop()
  await provider?.stop()
  await test?.[Symbol.asyncDispose]()
})

describe('an evaluation', () => {
  it('is taken up after kill -9, and asks nothing again that was answered', async () => {
    const { id } = await api('POST', '/api/evaluations', {
      text: suite('{ evaluator: exact, passRate: 0.5 }'),
    })
    await until(
      async () => Number((await api('GET', `/api/evaluations?limit=1`).then(firstRun))['answered']) >= 12,
    )
    process.kill(product.pid, 'SIGKILL')
    await product.exited
    const { database } = test
    const [kept] = await database.query<{ answers: number }>(
      'SELECT count(*) AS answers FROM evaluation_answers',
    )
    const askedBefore = provider.requests.length
    // as if the time of its lease had passed
    await database.query('UPDATE evaluation_runs SET lease_until = now()')
    const { dataDirectory } = product
    product = await startProduct({ config: config(), databaseUrl: test.url, dataDirectory })
    await until(async () => firstRun(await api('GET', '/api/evaluations?limit=1'))['state'] === 'completed', {
      limitMs: 60_000,
    })
    const run = firstRun(await api('GET', '/api/evaluations?limit=1'))
    expect(run).toMatchObject({ id, total: 60, answered: 60, scored: 60, failed: 0 })
    // an answer is kept a moment before its row says so: where it died between the two, it is found again
    expect(run['cached']).toBeLessThanOrEqual(concurrency)
    // what was under way when it died was asked again, and nothing else
    expect(provider.requests.length - askedBefore).toBe(60 - Number(kept?.answers))
    expect(askedBefore - Number(kept?.answers)).toBeLessThanOrEqual(concurrency)
  })
})

describe('slipway eval', () => {
  it('says with its exit code whether gates hold, and writes JUnit', async () => {
    await writeFile(suiteFile, suite('{ evaluator: exact, noRegression: 0.05 }'))
    const junit = path.join(product.dataDirectory, 'junit.xml')
    const failed = await cli('eval', 'run', suiteFile, '--junit', junit)
    expect([failed.code, failed.stderr]).toEqual([5, expect.stringContaining('1 of 1 gates do not hold')])
    expect(failed.stdout).toContain('worse')
    const xml = await readFile(junit, 'utf8')
    expect(xml).toContain('<property name="verdict" value="failed"/>')
    expect(xml.match(/<testcase /g)).toHaveLength(61)

    await writeFile(suiteFile, suite('{ evaluator: exact, passRate: 0.4 }'))
    const passed = await cli('eval', 'run', suiteFile, '--json')
    expect([passed.code, passed.stderr]).toEqual([0, ''])
    expect(JSON.parse(passed.stdout)).toMatchObject({ verdict: 'passed', cached: 60, cost_nano_usd: 0 })

    // 18 to 22 of 30: the interval holds 0.6
    await writeFile(suiteFile, suite('{ evaluator: exact, passRate: 0.6 }'))
    const undecided = await cli('eval', 'run', suiteFile)
    expect([undecided.code, undecided.stdout]).toEqual([6, expect.stringContaining('would decide it')])
  })

  it('calls a suite that cannot be meant bad input, at its line and column', async () => {
    await writeFile(suiteFile, suite('{ evaluator: exacct, passRate: 0.4 }'))
    const refused = await cli('eval', 'run', suiteFile)
    expect(refused.code).toBe(7)
    expect(refused.stderr).toContain(
      `${suiteFile}:7:22 gates[0].evaluator: The suite has no evaluator \`exacct\`. Did you mean \`exact\`?`,
    )
  })

  it('lists, shows, compares and exports runs', async () => {
    const listed = await cli('eval', 'list', '--json')
    const runs = (JSON.parse(listed.stdout) as { data: { id: string }[] }).data
    expect(runs.length).toBeGreaterThanOrEqual(3)
    const id = runs[0]?.id ?? ''
    const examplesOf = await cli('eval', 'examples', id, '--limit', '2')
    expect(examplesOf.stdout).toContain('desk@v2 unknown')
    const compared = await cli('eval', 'compare', id)
    expect(compared.stdout).toContain('desk@v2')
    const exported = await cli('eval', 'export', id)
    expect(exported.stdout.trim().split('\n')).toHaveLength(60)
    const shown = await cli('eval', 'show', id)
    expect(shown.stdout).toContain('desk@v1 (baseline)')
  })
})

function firstRun(page: Record<string, unknown>): Record<string, unknown> {
  return (page['data'] as Record<string, unknown>[])[0] ?? {}
}
