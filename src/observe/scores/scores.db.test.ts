import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'bun:test'
import { createTestDatabase, type TestDatabase } from '../../../test/database.ts'
import {
  createControlApi,
  createLogger,
  createMetricsRegistry,
  Failure,
} from '../../foundation/platform/index.ts'
import { createAccess, createGatekeeper } from '../../govern/access/index.ts'
import { createAudit } from '../../govern/audit/index.ts'
import { createTraces, findMaskedContent, type Inference, type Traces } from '../traces/index.ts'
import { sampleInference } from '../traces/sample-inference.ts'
import { judgeInferences, type JudgeOne } from './judge-inferences.ts'
import { countWaiting, sumDays } from './judgement-store.ts'
import { createJudgeQueue, isSampled } from './queue-judgements.ts'
import type { Judge } from './score.ts'
import { createScoreMetrics } from './score-metrics.ts'
import { listScores } from './score-store.ts'
import { scoresRoutes } from './scores-routes.ts'

const logger = createLogger({ level: 'silent' })
const minuteMs = 60_000
const content = { request: { messages: [{ role: 'user', content: 'Hi' }] }, response: { content: 'Hello' } }

const judge: Judge = {
  name: 'tone',
  hash: 'abc',
  kind: 'rubric',
  description: undefined,
  service: 'jury',
  rubricVersion: '1',
  samplePercent: 100,
  nanoUsdPerDay: undefined,
  judges: ['support'],
}

let test: TestDatabase
let traces: Traces
let judges: readonly Judge[]
let judgeOne: JudgeOne
let asked: string[]
let nowMs: number
let most: number
let queued: number
const registry = createMetricsRegistry()
let run: () => Promise<void>

beforeAll(async () => {
  test = await createTestDatabase()
  const { database } = test
  const metrics = createScoreMetrics(registry)
  const queue = (...given: Parameters<ReturnType<typeof createJudgeQueue>>): Promise<void> =>
    createJudgeQueue({
      judgesOf: service => (service === 'support' ? judges : []),
      metrics,
      onQueued: () => (queued += 1),
      most,
      now: () => nowMs,
    })(...given)
  traces = createTraces({
    database,
    logger,
    metrics: createMetricsRegistry(),
    options: { retentionDays: () => 30, intervalMs: 5, onStored: queue },
  })
  const job = judgeInferences({
    database,
    judges: () => judges,
    judgeOne: (...given) => judgeOne(...given),
    readContent: id => findMaskedContent(database, id),
    metrics,
    retentionDays: () => 30,
    now: () => nowMs,
  })
  run = () => job.run({}, { jobId: 'j', logger, signal: new AbortController().signal })
}, 120_000)

afterAll(async () => {
  await traces.stop()
  await test[Symbol.asyncDispose]()
})

beforeEach(async () => {
  await test.database.query('truncate judgements, judge_days')
  judges = [judge]
  asked = []
  nowMs = Date.now()
  most = 1_000
  queued = 0
  judgeOne = async (_, { inferenceId }) => {
    asked.push(inferenceId)
    return { value: 0.75, label: 'good', rationale: 'Kind.', model: 'm', costNanoUsd: 1_000 }
  }
})

async function store(given: Partial<Inference> = {}): Promise<Inference> {
  const inference = sampleInference({ content, ...given })
  traces.record(inference)
  await traces.flush()
  return inference
}

const waiting = async (): Promise<number> =>
  [...(await countWaiting(test.database)).values()].reduce((sum, count) => sum + count, 0)
const sums = () => sumDays(test.database, { sinceDay: '2000-01-01' })

describe('an inference that was stored', () => {
  it('is judged once, however often the job runs', async () => {
    const inference = await store()
    expect(queued).toBe(1)
    await Promise.all([run(), run()])
    await run()
    expect(asked).toEqual([inference.id])
    expect(await listScores(test.database, inference.id)).toMatchObject([
      { name: 'tone', value: 0.75, label: 'good', rationale: 'Kind.', judgeHash: 'abc', costNanoUsd: 1_000 },
    ])
    expect(await sums()).toMatchObject([{ judge: 'tone', service: 'support', judged: 1, mean: 0.75 }])
    expect(await waiting()).toBe(0)
  })

  it('is not judged where it failed, where nothing is kept of it, or where nobody judges its service', async () => {
    await store({ outcome: 'error', status: 500 })
    await store({ content: undefined })
    await store({ service: 'other' })
    await store({ operation: 'embedding' })
    await store({ noTraining: 'header' })
    expect(await waiting()).toBe(0)
  })

  it('is in the share that the judge sees by its id alone', async () => {
    judges = [{ ...judge, samplePercent: 30 }]
    const stored = Array.from({ length: 60 }, () => sampleInference({ content }))
    for (const inference of stored) traces.record(inference)
    await traces.flush()
    const expected = stored.filter(({ id }) => isSampled(id, { name: 'tone', samplePercent: 30 })).length
    expect(await waiting()).toBe(expected)
    const many = Array.from({ length: 4_000 }, () => sampleInference().id)
    const share = many.filter(id => isSampled(id, { name: 'tone', samplePercent: 30 })).length / many.length
    // seven standard deviations: missed once in 10^11 runs
    expect(Math.abs(share - 0.3)).toBeLessThan(0.05)
    expect(many.some(id => isSampled(id, { name: 'tone', samplePercent: 0 }))).toBe(false)
  })

  it('is skipped where too many wait, and that is counted', async () => {
    most = 2
    for (let index = 0; index < 4; index += 1) await store()
    expect(await waiting()).toBe(2)
    expect(await sums()).toMatchObject([{ judged: 0, skipped: 2 }])
  })
})

describe('a judge that fails', () => {
  it('is asked three times with pauses, and then that is the score', async () => {
    judgeOne = async (_, { inferenceId }, _content, _signal, spent) => {
      asked.push(inferenceId)
      spent(500)
      throw new Failure('upstream_error', 'It said something else.')
    }
    const { id } = await store()
    await run()
    await run()
    expect(asked).toHaveLength(1)
    nowMs += minuteMs
    await run()
    nowMs += 10 * minuteMs
    await run()
    nowMs += 60 * minuteMs
    await run()
    expect(asked).toHaveLength(3)
    const [score] = await listScores(test.database, id)
    expect(score).toMatchObject({ value: undefined, label: undefined, failure: 'upstream_error' })
    expect(await sums()).toMatchObject([{ judged: 0, failed: 1, mean: undefined, costNanoUsd: 1_500 }])
  })

  it('loses no inference that it held when it died', async () => {
    const { id } = await store()
    let isDead = true
    judgeOne = (_, { inferenceId }) => {
      asked.push(inferenceId)
      if (isDead) return new Promise(() => undefined)
      return Promise.resolve({
        value: 1,
        label: 'a',
        rationale: undefined,
        model: undefined,
        costNanoUsd: undefined,
      })
    }
    void run()
    while (asked.length === 0) await Bun.sleep(5)
    isDead = false
    await run()
    expect(await listScores(test.database, id)).toEqual([])
    nowMs += 6 * minuteMs
    await run()
    expect(await listScores(test.database, id)).toMatchObject([{ value: 1 }])
  })
})

describe('a judge that was taken for dead', () => {
  it('comes too late: the first score stays, and is counted once', async () => {
    const { id } = await store()
    const late = Promise.withResolvers<number>()
    let turn = 0
    judgeOne = async () => {
      turn += 1
      const value = turn === 1 ? await late.promise : 1
      return { value, label: undefined, rationale: undefined, model: undefined, costNanoUsd: undefined }
    }
    const first = run()
    while (turn === 0) await Bun.sleep(5)
    nowMs += 6 * minuteMs
    await run()
    late.resolve(0)
    await first
    expect(await listScores(test.database, id)).toMatchObject([{ value: 1 }])
    expect(await sums()).toMatchObject([{ judged: 1, mean: 1 }])
  })
})

describe('a budget', () => {
  it('ends what a judge spends in a day, and the next day begins anew', async () => {
    judges = [{ ...judge, nanoUsdPerDay: 2_500 }]
    // four at once may see the same sum
    for (let index = 0; index < 10; index += 1) await store()
    await run()
    expect(asked.length).toBeGreaterThanOrEqual(3)
    expect(asked.length).toBeLessThanOrEqual(6)
    expect(await sums()).toMatchObject([{ judged: asked.length, skipped: 10 - asked.length }])
    nowMs += 24 * 60 * minuteMs
    const before = asked.length
    await store()
    await run()
    expect(asked.length).toBe(before + 1)
  })
})

describe('a judge that is gone', () => {
  it('leaves nothing waiting', async () => {
    await store()
    judges = []
    await run()
    expect([asked.length, await waiting()]).toEqual([0, 0])
  })
})

describe('GET /api/inferences/{id}/scores and /api/judges', () => {
  it('show each tenant its own', async () => {
    const { database } = test
    const secret = `sk-slip-${'o'.repeat(48)}`
    const audit = createAudit({ database })
    const access = await createAccess({ database, audit, logger })
    await access.ensureAdminKey({ given: secret, dataDirectory: '/nowhere' })
    const owner = access.authenticate(new Headers({ authorization: `Bearer ${secret}` }), {
      isSameOrigin: false,
    })
    const caller = { principal: owner, requestId: 'setup' }
    const keys: string[] = []
    for (const id of ['a', 'b']) {
      await access.tenants.create({ id }, caller)
      const { secret: key } = await access.keys.create(
        { name: id, role: 'developer', tenant: id, services: undefined },
        caller,
      )
      keys.push(key)
    }
    const api = createControlApi({
      routes: scoresRoutes({ database, traces, access, judges: () => judges }),
      gatekeeper: createGatekeeper({ access, audit }),
      bodyLimitBytes: 1_000,
      onFailure: () => {},
      onBug: error => {
        throw error
      },
    })
    const get = async (
      path: string,
      key: string,
    ): Promise<{ status: number; body: Record<string, unknown> }> => {
      const response = await api(
        new Request(`http://x${path}`, { headers: { authorization: `Bearer ${key}` } }),
      )
      return { status: response.status, body: (await response.json()) as Record<string, unknown> }
    }
    const ofA = await store({ tenant: 'a' })
    await store({ tenant: 'b' })
    await run()
    const [keyA = '', keyB = ''] = keys
    const scores = await get(`/api/inferences/${ofA.id}/scores`, keyA)
    expect(scores.body).toMatchObject({ data: [{ name: 'tone', value: 0.75 }], waiting: [] })
    expect((await get(`/api/inferences/${ofA.id}/scores`, keyB)).status).toBe(404)
    const judgedOf = async (key: string): Promise<unknown> =>
      ((await get('/api/judges', key)).body as { data: { figures: { judged: number }[] }[] }).data[0]?.figures
    expect(await judgedOf(keyB)).toMatchObject([
      { service: 'support', judged: 1, mean: 0.75, cost_nano_usd: 1_000 },
    ])
    expect(await judgedOf(secret)).toMatchObject([{ judged: 2 }])
    await access.close()
  })
})
