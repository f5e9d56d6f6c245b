import { afterAll, beforeAll, describe, expect, it, setDefaultTimeout } from 'bun:test'
import { writeFile } from 'node:fs/promises'
import path from 'node:path'
import { runCli } from '../../src/operate/cli/run-cli.fixture.ts'
import { createTestDatabase, type TestDatabase } from '../database.ts'
import { type FakeProvider, startFakeProvider } from '../fake-provider/index.ts'
import { type Product, startProduct } from '../product.ts'
import { until } from '../until.ts'

setDefaultTimeout(120_000)

interface Stage {
  readonly name: string
  readonly state: string
  readonly cache: string | null
  readonly cache_why: string | null
  readonly artifacts: readonly { readonly name: string; readonly value: unknown }[]
}
interface Run {
  readonly id: string
  readonly state: string
  readonly trigger: string
  readonly stages: readonly Stage[]
}

const examples = path.join(import.meta.dirname, '../../examples/pipelines')
let provider: FakeProvider
let test: TestDatabase
let product: Product
/** Whose folder the one after it goes on with. */
let killed: Product | undefined

const config = (): string => `
providers: { fake: { kind: openai, baseUrl: '${provider.url}/v1' } }
services:
  desk: { release: v1, releases: { v1: { target: { provider: fake, model: gpt-one } } } }
pipelines: { commands: { allow: true } }
`

async function api<Answer>(method: string, url: string, body?: unknown): Promise<Answer> {
  const response = await fetch(product.url + url, {
    method,
    headers: { authorization: `Bearer ${product.adminKey}`, 'content-type': 'application/json' },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  })
  if (!response.ok) throw new Error(`${method} ${url}: ${response.status} ${await response.text()}`)
  return (await response.json()) as Answer
}

const cli = (...words: string[]) =>
  runCli(words, { environment: { SLIPWAY_URL: product.url, SLIPWAY_KEY: product.adminKey } })

const read = async (id: string): Promise<Run> => await api('GET', `/api/pipeline-runs/${id}`)
const stageOf = (run: Run, name: string): Stage => run.stages.find(stage => stage.name === name)!
const runs = async (): Promise<Run[]> =>
  (await api<{ data: Run[] }>('GET', '/api/pipeline-runs?pipeline=gate-release')).data

async function approve(id: string): Promise<Run> {
  await until(async () => stageOf(await read(id), 'ask').state === 'approval')
  const said = await cli('pipeline', 'approve', id, '--reason', 'good numbers')
  expect(said.stderr).toBe('')
  await until(async () => ['succeeded', 'failed'].includes((await read(id)).state))
  return await read(id)
}

const commit = (upserts: object[]) =>
  api('POST', '/api/datasets/questions/commits', { message: 'rows', upserts })

beforeAll(async () => {
  provider = await startFakeProvider({ reply: () => 'yes' })
  test = await createTestDatabase()
  product = await startProduct({ config: config(), databaseUrl: test.url })
  await api('POST', '/api/datasets', {
    name: 'questions',
    definition: 'key: id\ncolumns:\n  id: {}\n  number: {}\n  answer: { role: expected }\n',
  })
  await commit(Array.from({ length: 20 }, (_, number) => ({ id: `q${number}`, number, answer: 'yes' })))
  await api('PUT', '/api/evaluation-suites', {
    text: 'suite: desk\ndataset: questions\nrequest: { prompt: "Is {{number}} one?" }\nreleases: [desk]\nevaluators: [exact]\ngates: [{ evaluator: exact, passRate: 0.5 }]\n',
  })
}, 120_000)

afterAll(async () => {
  await product?.stop()
  await killed?.stop()
  await provider?.stop()
  await test?.[Symbol.asyncDispose]()
})

describe('slipway pipeline', () => {
  it('says with line and column what cannot be meant', async () => {
    const file = path.join(product.dataDirectory, 'wrong.yaml')
    await writeFile(
      file,
      'pipeline: wrong\nstages:\n  check: { use: dataset-chek }\n  ask: { use: approval, needs: [chek], when: stages.check.outcome == }\n',
    )
    const checked = await cli('pipeline', 'check', file)
    expect([checked.code, checked.stderr]).toEqual([
      7,
      expect.stringContaining(
        `${file}:3:17 stages.check.use: There is no kind of stage \`dataset-chek\`. Did you mean \`dataset-check\`?`,
      ),
    ])
    expect(checked.stderr).toContain(
      `${file}:4:33 stages.ask.needs[0]: There is no stage \`chek\`. Did you mean \`check\`?`,
    )
    expect(checked.stderr).toContain(`${file}:4:46 stages.ask.when: Unexpected token: EOF.`)
  })

  it('checks data, evaluates, waits for a person and runs a command; then only what changed', async () => {
    const file = path.join(examples, 'gate-release.yaml')
    const begun = JSON.parse((await cli('pipeline', 'run', file, '--detach', '--json')).stdout) as Run
    const first = await approve(begun.id)
    expect(first.state).toBe('succeeded')
    expect(stageOf(first, 'announce').artifacts[0]?.value).toMatchObject({ channel: '#releases' })
    expect(provider.requests).toHaveLength(20)

    const again = JSON.parse(
      (await cli('pipeline', 'run', 'gate-release', '--detach', '--json')).stdout,
    ) as Run
    const second = await approve(again.id)
    expect([stageOf(second, 'check').cache, stageOf(second, 'evaluate').cache]).toEqual(['hit', 'hit'])

    // publishing a row begins the run that listens for it
    await commit([{ id: 'q0', number: 100, answer: 'yes' }])
    await until(async () => (await runs()).some(({ trigger }) => trigger === 'event'))
    const third = await approve((await runs()).find(({ trigger }) => trigger === 'event')!.id)
    expect([stageOf(third, 'check').cache, stageOf(third, 'evaluate').cache]).toEqual(['run', 'run'])
    expect(stageOf(third, 'check').cache_why).toContain('`rows of the dataset` is')
    // and asks for the row that is new, alone
    expect(provider.requests).toHaveLength(21)
    const shown = await cli('pipeline', 'triggers', 'gate-release')
    expect(shown.stdout).toContain('on dataset.published, where event.dataset == "questions"')
    expect(shown.stdout).toContain('A run began.')
    expect((await cli('pipeline', 'triggers', '--events')).stdout).toContain('rollout.rolled-back')
  })

  it('begins once what an event wants whose server was killed right after it had happened', async () => {
    await api('PUT', '/api/pipelines', {
      text: 'pipeline: outlives\ntriggers:\n  - { event: dataset.published, where: event.dataset == "kept" }\n  - { event: model.alias-moved }\nstages: { ask: { use: approval } }\n',
    })
    await api('POST', '/api/datasets', {
      name: 'kept',
      definition: 'key: id\ncolumns:\n  id: {}\n',
    })
    await api('POST', '/api/datasets/kept/commits', { message: 'rows', upserts: [{ id: 'a' }] })
    process.kill(product.pid, 'SIGKILL')
    await product.exited
    killed = product
    const { dataDirectory } = killed
    product = await startProduct({ config: config(), databaseUrl: test.url, dataDirectory })
    const begun = async () => (await api<{ data: Run[] }>('GET', '/api/pipeline-runs?pipeline=outlives')).data
    await until(async () => (await begun()).length > 0)
    await until(
      async () =>
        (await test.database.query('SELECT 1 FROM pipeline_events WHERE told_at IS NULL')).length === 0,
    )
    expect(await begun()).toHaveLength(1)
  })

  it('runs the sweep, prints its log and shows what it left', async () => {
    const ran = await cli('pipeline', 'run', path.join(examples, 'sweep.yaml'), '-p', 'most=1')
    expect([ran.code, ran.stderr]).toEqual([0, expect.stringContaining('sum  succeeded')])
    const [run] = (await api<{ data: Run[] }>('GET', '/api/pipeline-runs?pipeline=sweep')).data
    const shown = await cli('pipeline', 'show', run!.id)
    expect(shown.stdout).toContain('sum.total')
    expect(stageOf(await read(run!.id), 'sum').artifacts[0]?.value).toBe(4)
    const numbers = await fetch(`${product.url}/api/pipeline-runs/${run!.id}/artifacts/words/numbers`, {
      headers: { authorization: `Bearer ${product.adminKey}` },
    })
    expect((await numbers.text()).trim().split('\n')).toHaveLength(10)
  })
})
