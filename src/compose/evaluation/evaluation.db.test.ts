import { afterAll, beforeAll, describe, expect, it, setDefaultTimeout } from 'bun:test'
import { Registry } from 'prom-client'
import { z } from 'zod'
import { openCheckGateway } from '../../../test/check-gateway.ts'
import { createTestDatasets, type TestDatasets } from '../../../test/datasets.ts'
import { type FakeProvider, startFakeProvider } from '../../../test/fake-provider/index.ts'
import { until } from '../../../test/until.ts'
import { parseConfig } from '../../foundation/config/index.ts'
import { createId, createLogger } from '../../foundation/platform/index.ts'
import type { Principal } from '../../govern/access/index.ts'
import { createAudit } from '../../govern/audit/index.ts'
import { createKeyRing } from '../../govern/privacy/index.ts'
import { localMasterKey } from '../../govern/privacy/master-key.ts'
import type { EvaluatorKind } from '../../improve/evaluation/index.ts'
import { type OpenEvaluations, openEvaluations } from '../../improve/evaluation/index.ts'
import { callerOf, type MadeReviews, makeReviews } from '../../observe/reviews/__fixtures__/make-reviews.ts'
import { answerExample, takeExample } from '../../observe/reviews/examples/answer-example.ts'
import { createCallRelease } from './call-release.ts'
import { createEmbedTexts } from './embed-texts.ts'
import { activeRelease } from '../../serve/gateway/index.ts'
import { createFindRelease } from './find-release.ts'

setDefaultTimeout(120_000)

/** Says the topic in brackets, as v2 does less well: it takes every third for another. */
const topicOf = (text: string): string => /topic (\w+)/.exec(text)?.[1] ?? 'none'

const sameText: EvaluatorKind = {
  manifest: {
    name: 'same-text',
    version: 1,
    description: 'Whether the answer is what is expected.',
    cost: 'free',
    needs: ['expected'],
    isJudge: false,
    threshold: 1,
  },
  parameters: z.strictObject({}),
  create: () => ({
    evaluate: (example, answer) => ({
      value: answer.text === example.expected ? 1 : 0,
      why: `It says ${answer.text}.`,
    }),
  }),
}

/** Asks a model for a number. */
const gradedBy: EvaluatorKind = {
  manifest: {
    name: 'graded-by',
    version: 1,
    description: 'What a model says of the answer.',
    cost: 'model',
    needs: ['service'],
    isJudge: true,
    threshold: 0.5,
  },
  parameters: z.strictObject({ service: z.string().describe('Who grades.') }),
  services: parameters => [(parameters as { service: string }).service],
  create: parameters => ({
    async evaluate(_, answer, tools) {
      const { service } = parameters as { service: string }
      const messages = [{ role: 'user', content: `grade ${answer.text}` }]
      const said = await tools.ask({ service, body: { messages } })
      return said.kind === 'answer' ? { value: Number(said.text), model: said.model } : { value: undefined }
    },
  }),
}

let store: TestDatasets
let provider: FakeProvider
let evaluations: OpenEvaluations
let registry: Registry
let reviews: MadeReviews

const principal: Principal = {
  keyId: createId(),
  keyName: 'ada',
  role: 'developer',
  tenant: 'acme',
  services: undefined,
}

beforeAll(async () => {
  provider = await startFakeProvider({
    reply: body => {
      const { model, messages } = body as { model: string; messages: { content: string }[] }
      const asked = messages.at(-1)?.content ?? ''
      if (asked.startsWith('grade ')) return asked.includes('spam') ? '0.2' : '0.9'
      const number = Number(/#(\d+)/.exec(asked)?.[1] ?? 0)
      return model === 'gpt-two' && number % 3 === 0 ? 'other' : topicOf(asked)
    },
  })
  store = await createTestDatasets()
  await store.datasets.create(store.caller, {
    name: 'tickets',
    definition: 'key: id\ncolumns:\n  id: {}\n  topic: { role: expected }\n',
  })
  await store.datasets.commit({
    caller: store.caller,
    dataset: 'tickets',
    message: 'first',
    source: { kind: 'edit' },
    upserts: Array.from({ length: 36 }, (_, index) => ({
      id: `t${index}`,
      message: `#${index} topic ${index % 2 === 0 ? 'spam' : 'order'}`,
      topic: index % 2 === 0 ? 'spam' : 'order',
      language: index % 2 === 0 ? 'de' : 'en',
    })),
  })
  const target = (model: string): string => `target: { provider: fake, model: ${model} }`
  const config = `
providers: { fake: { kind: openai, baseUrl: ${provider.url}/v1, timeouts: { firstTokenMs: 5000 } } }
services:
  desk:
    release: v1
    releases: { v1: { ${target('gpt-one')} }, v2: { ${target('gpt-two')} }, broken: { ${target('fake-error-400')} } }
  judge: { releases: { v1: { ${target('gpt-judge')} } } }
prices:
  - { provider: fake, model: gpt-one, from: 2020-01-01, usdPerMillionTokens: { input: 100, output: 100 } }
  - { provider: fake, model: gpt-two, from: 2020-01-01, usdPerMillionTokens: { input: 100, output: 100 } }
  - { provider: fake, model: gpt-judge, from: 2020-01-01, usdPerMillionTokens: { input: 100, output: 100 } }
`
  const parsed = parseConfig(config, '/nowhere/slipway.yaml', {})
  if (!('snapshot' in parsed)) throw new Error(JSON.stringify(parsed.problems))
  const { gateway } = openCheckGateway(config)
  const { database } = store.test
  const logger = createLogger({ level: 'silent' })
  const audit = createAudit({ database })
  const keys = await createKeyRing({
    database,
    audit,
    logger,
    masters: [localMasterKey(Buffer.alloc(32, 1))],
  })
  registry = new Registry()
  reviews = await makeReviews(database)
  evaluations = openEvaluations({
    database,
    keys,
    audit,
    logger,
    registry,
    datasets: store.datasets,
    evaluators: new Map([sameText, gradedBy].map(kind => [kind.manifest.name, kind])),
    callRelease: createCallRelease(gateway),
    embedTexts: createEmbedTexts(gateway),
    findRelease: createFindRelease(
      () => parsed.snapshot,
      () => undefined,
      service => {
        const declared = parsed.snapshot.config.services[service]
        return declared && activeRelease(declared)
      },
    ),
    services: () => ['desk', 'judge'],
    mayCall: () => true,
    access: { visibleTenant: () => 'acme' },
    reviews: reviews.reviews.examples,
    isIdle: () => true,
    maxConcurrency: () => 8,
    retentionDays: () => 30,
  })
  evaluations.worker.start()
})

afterAll(async () => {
  await evaluations.worker.stop(1_000)
  await evaluations.endLiveStreams()
  await reviews.stop()
  await provider.stop()
  await store[Symbol.asyncDispose]()
})

/** Calls a route as the control API does, without HTTP. */
async function call(operationId: string, input: { path?: unknown; query?: object; body?: object } = {}) {
  const route = evaluations.routes.find(one => one.operationId === operationId)
  if (!route) throw new Error(`there is no route ${operationId}`)
  const parse = (schema: z.ZodType | undefined, value: unknown): unknown => schema?.parse(value)
  const found = await route.handle(
    {
      path: parse(route.input?.path, input.path),
      query: parse(route.input?.query, input.query ?? {}),
      body: parse(route.input?.body, input.body),
    },
    {
      request: new Request('http://test/'),
      requestId: 'r',
      principal,
      signal: AbortSignal.timeout(30_000),
    },
  )
  // what is answered is what the description says
  return (route.output instanceof z.ZodType ? route.output.parse(found) : found) as never
}

interface Wire {
  readonly id: string
  readonly state: string
  readonly reason: string | null
  readonly verdict: string | null
  readonly total: number
  readonly answered: number
  readonly cached: number
  readonly scored: number
  readonly failed: number
  readonly cost_nano_usd: number
  readonly judge_cost_nano_usd: number
  readonly dataset: { readonly version_number: number }
  readonly report: {
    readonly verdict_why: string
    readonly gates: readonly { readonly outcome: string; readonly why: string }[]
    readonly comparisons: readonly {
      readonly verdict: string
      readonly evaluator: string
      readonly worsened: number
      readonly p: number | null
      readonly difference: { readonly mean: number; readonly high: number } | null
      readonly slices: readonly { readonly value: string; readonly adjusted_p: number | null }[]
    }[]
    readonly releases: readonly {
      readonly release: string
      readonly failures: Readonly<Record<string, number>>
      readonly scores: readonly {
        readonly evaluator: string
        readonly mean: { readonly mean: number } | null
        readonly calibration: { readonly state: string; readonly next: string | null } | null
      }[]
    }[]
  } | null
}

const suite = (more = ''): string => `suite: triage
dataset: tickets
request: { prompt: '{{message}}' }
releases: [desk@v1, desk@v2]
evaluators: [same-text]
slices: [language]
${more}`

async function run(body: object): Promise<Wire> {
  const { id } = (await call('startEvaluation', { body })) as Wire
  return await ended(id)
}

async function ended(id: string, states = ['completed', 'cancelled', 'failed', 'paused']): Promise<Wire> {
  await until(async () => {
    const rows = await store.test.database.query<{ state: string }>(
      'SELECT state FROM evaluation_runs WHERE id = $1',
      [id],
    )
    return states.includes(rows[0]?.state ?? '')
  })
  return await call('readEvaluation', { path: { id } })
}

describe('a run', () => {
  it('asks every example of every release once and says which is worse, where, and by which examples', async () => {
    const before = provider.requests.length
    const done = await run({ text: suite('gates: [{ evaluator: same-text, noRegression: 0.05 }]\n') })
    expect(done).toMatchObject({
      state: 'completed',
      verdict: 'failed',
      total: 72,
      answered: 72,
      scored: 72,
    })
    expect(done).toMatchObject({ cached: 0, failed: 0 })
    expect(provider.requests.length - before).toBe(72)
    expect(done.cost_nano_usd).toBeGreaterThan(0)
    expect(done.report?.comparisons).toMatchObject([
      { verdict: 'worse', worsened: 12, evaluator: 'same-text' },
    ])
    expect(done.report?.comparisons[0]?.p).toBeCloseTo(2 ** -11, 9)
    expect(done.report?.comparisons[0]?.difference?.mean).toBeCloseTo(-1 / 3, 9)
    expect(done.report?.comparisons[0]?.slices.map(({ value }) => value).toSorted()).toEqual(['de', 'en'])
    expect(done.report?.gates[0]?.outcome).toBe('failed')

    const page = (await call('listEvaluationExamples', {
      path: { id: done.id },
      query: { outcome: 'regressions', limit: '5' },
    })) as { data: { ordinal: number; key: string }[]; total: number; next_cursor: number }
    expect(page).toMatchObject({ total: 12, next_cursor: 5 })
    const ordinal = page.data[0]?.ordinal
    const detail: { items: { answer: string; cache: string; scores: { why: string; seed: number }[] }[] } =
      await call('readEvaluationExample', { path: { id: done.id, ordinal } })
    expect(detail.items.map(({ answer }) => answer)).toContain('other')
    expect(detail.items[1]?.scores[0]?.why).toBe('It says other.')
    expect(detail.items[0]?.cache).toBe('new')
  })

  it('finds what it has asked before, and says why where it has not', async () => {
    const before = provider.requests.length
    const again = await run({ text: suite() })
    expect(again).toMatchObject({ state: 'completed', answered: 72, cached: 72, cost_nano_usd: 0 })
    expect(provider.requests.length).toBe(before)
    const other = await run({ text: suite('seed: 7\nsample: 10\n') })
    expect(other).toMatchObject({ answered: 20, cached: 0 })
    const page: { data: { items: { cache: string }[] }[] } = await call('listEvaluationExamples', {
      path: { id: other.id },
    })
    expect(new Set(page.data.flatMap(({ items }) => items.map(({ cache }) => cache)))).toEqual(
      new Set(['other_seed']),
    )
    const without = await run({ text: suite('sample: 10\n'), uses_cache: false })
    expect(without).toMatchObject({ answered: 20, cached: 0 })
  })

  it('shows no mean of a judge that nobody has checked, and passes no gate with it', async () => {
    const text = suite('gates: [{ evaluator: graded-by, mean: 0.1 }]\n').replace(
      '[same-text]',
      '[{ use: graded-by, with: { service: judge } }]',
    )
    const judged = await run({ text })
    expect(judged).toMatchObject({ state: 'completed', verdict: 'not_enough' })
    expect(judged.judge_cost_nano_usd).toBeGreaterThan(0)
    const [score] = judged.report?.releases[0]?.scores ?? []
    expect(score).toMatchObject({ mean: null, calibration: { state: 'uncalibrated' } })
    expect(judged.report?.comparisons[0]).toMatchObject({ verdict: 'uncalibrated', difference: null })
    const before = provider.requests.length
    // the judge's opinions are kept too
    const again = await run({ text })
    expect(again.cost_nano_usd).toBe(0)
    expect(provider.requests.length).toBe(before)
  })

  it('corrects a judge by what people say of answers drawn at random', async () => {
    const text = suite('gates: [{ evaluator: graded-by, mean: 0.3 }]\n')
      .replace('[same-text]', '[{ use: graded-by, with: { service: judge } }]')
      .replace('[desk@v1, desk@v2]', '[desk@v1]')
    const { id } = await run({ text })
    const body = { evaluator: 'graded-by', wanted: 24 }
    const path = { id }
    expect(await call('requestEvaluationLabels', { path, body })).toMatchObject({ asked: 24 })
    expect(await call('requestEvaluationLabels', { path, body })).toMatchObject({ asked: 0 })
    // people think less of answers that say spam, and more of the others, than the judge does
    const ann = callerOf('ann')
    const { context } = reviews.reviews
    for (;;) {
      const taken = await takeExample(context, { purpose: 'evaluation-labels' }, ann)
      if (!taken) break
      const isSpam = taken.shown.find(({ name }) => name === 'answer')?.text === 'spam'
      const answer = taken.choices?.[isSpam ? 0 : 4]
      await answerExample(context, { id: taken.id, answer, note: undefined }, ann)
    }
    const collected: unknown = await call('collectEvaluationLabels', { path })
    expect(collected).toEqual({ collected: 24, labels: 24 })
    const corrected = (await call('readEvaluation', { path })) as Wire
    const [score] = corrected.report?.releases[0]?.scores ?? []
    // 18 of 36 are spam: the judge says 0.55, people 0.5
    expect(score?.calibration).toMatchObject({ state: 'calibrated', labels: 24 })
    expect(score?.mean?.mean).toBeGreaterThan(0.4)
    expect(score?.mean?.mean).toBeLessThan(0.6)
    expect(corrected.report?.gates[0]?.outcome).not.toBe('failed')
    const labels = [{ ordinal: 0, release: 'desk@v1', evaluator: 'graded-by', value: 1 }]
    await call('putEvaluationLabels', { path, body: { labels } })
    const wrong = call('putEvaluationLabels', { path, body: { labels: [{ ...labels[0], ordinal: 99 }] } })
    expect(wrong).rejects.toThrow('The run has no score of graded-by for example 99')
  })

  it('counts what got no answer, and never passes with too much of it', async () => {
    const text = suite('sample: 12\nmostErrors: 0.1\n').replace('desk@v2', 'desk@broken')
    const done = await run({ text })
    expect(done).toMatchObject({ state: 'completed', verdict: 'not_enough', failed: 12, answered: 12 })
    expect(done.report?.verdict_why).toContain('12 of 24 got no answer')
    expect(done.report?.releases[1]?.failures).toEqual({ upstream_rejected: 12 })
    const retried: Wire = await call('resumeEvaluation', {
      path: { id: done.id },
      body: { retry_failed: true },
    })
    expect(retried).toMatchObject({ state: 'running', failed: 0 })
    expect(await ended(done.id)).toMatchObject({ state: 'completed', failed: 12 })
  })

  it('pauses where it has cost what it may, and goes on with more', async () => {
    const text = suite('seed: 11\nsample: 20\n')
    const paused = await run({ text, budget_usd: 0.002 })
    expect(paused).toMatchObject({ state: 'paused', reason: 'run_budget' })
    expect(paused.answered).toBeLessThan(40)
    await call('resumeEvaluation', { path: { id: paused.id }, body: { budget_usd: 1 } })
    expect(await ended(paused.id, ['completed'])).toMatchObject({ answered: 40, scored: 40 })
    const { reason } = await ended(paused.id)
    expect(reason).toBeNull()
  })

  it('is cancelled, keeps what it has, and lets its version of the data be pinned', async () => {
    provider.behave('silence')
    const { id } = (await call('startEvaluation', { body: { text: suite('seed: 13\n') } })) as Wire
    await ended(id, ['running'])
    await call('cancelEvaluation', { path: { id } })
    // silent until it has ended: else it may be done before it hears of it
    const cancelled = await ended(id)
    provider.behave('answer')
    expect(cancelled).toMatchObject({ state: 'cancelled', verdict: null })
    const pins = await store.test.database.query<{ kind: string }>(
      "SELECT kind FROM dataset_pins WHERE kind = 'evaluation'",
    )
    expect(pins.length).toBeGreaterThan(3)
  })
})

describe('startEvaluation', () => {
  it('refuses a suite that does not go with its data, with line and column', async () => {
    const refused = call('startEvaluation', { body: { text: suite().replace('{{message}}', '{{mesage}}') } })
    expect(refused).rejects.toThrow(
      'suite.yaml:3:20 request.prompt: `{{mesage}}` is no column of the dataset.',
    )
    const unknown = call('startEvaluation', { body: { text: suite().replace('tickets', 'tikets') } })
    expect(unknown).rejects.toThrow('tickets')
  })

  it('stores the text as a version, once', async () => {
    await call('storeEvaluationSuite', { body: { text: suite('description: once\n') } })
    const again: { version: number } = await call('storeEvaluationSuite', {
      body: { text: suite('description: once\n') },
    })
    const { data }: { data: { version: number }[] } = await call('listEvaluationSuiteVersions', {
      path: { name: 'triage' },
    })
    expect(data[0]?.version).toBe(again.version)
    expect(new Set(data.map(({ version }) => version)).size).toBe(data.length)
  })

  it('holds a run against a release that its suite does not name', async () => {
    const text = suite('sample: 10\n').replace('[desk@v1, desk@v2]', '[desk@v2]')
    const done = await run({ text, against: 'desk' })
    expect(done.report?.comparisons).toMatchObject([{ release: 'desk@v2', baseline: 'desk' }])
  })
})

describe('compareEvaluations', () => {
  it('holds releases of two runs against each other by the keys of their examples', async () => {
    const one = await run({ text: suite().replace('[desk@v1, desk@v2]', '[desk@v1]') })
    const two = await run({ text: suite('sample: 30\n').replace('[desk@v1, desk@v2]', '[desk@v2]') })
    const compared: { shared_examples: number; comparisons: { verdict: string }[] } = await call(
      'compareEvaluations',
      { query: { baseline: one.id, challenger: two.id } },
    )
    expect(compared).toMatchObject({ shared_examples: 30, comparisons: [{ verdict: 'worse' }] })
  })
})

describe('exportEvaluation', () => {
  it('gives every answer as a line', async () => {
    const done = await run({ text: suite('sample: 3\n') })
    const response: Response = await call('exportEvaluation', { path: { id: done.id } })
    const lines = (await response.text()).trim().split('\n')
    expect(lines).toHaveLength(6)
    expect(JSON.parse(lines[0] ?? '')).toMatchObject({ suite: 'triage', state: 'scored', repeat: 0 })
  })
})
