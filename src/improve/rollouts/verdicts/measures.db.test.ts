import { afterAll, beforeAll, describe, expect, it, setDefaultTimeout } from 'bun:test'
import { createTestDatabase, type TestDatabase } from '../../../../test/database.ts'
import { type ArmTraffic, openTestRollouts, recordRequests } from '../../../../test/rollouts.ts'
import { until } from '../../../../test/until.ts'
import type { Principal } from '../../../govern/access/index.ts'
import type { OpenRollouts } from '../open-rollouts.ts'
import type { Rollout } from '../rollout.ts'
import { listRolloutSteps } from '../rollout-step-store.ts'
import { listVerdicts } from './verdict-store.ts'

setDefaultTimeout(120_000)
/** Some twenty rollouts are judged every second, beside whatever else is tested. */
const patiently = { limitMs: 100_000 }

let shared: TestDatabase
let opened: OpenRollouts

beforeAll(async () => {
  shared = await createTestDatabase()
  opened = await openTestRollouts(shared.database, {
    service: () => ({ release: 'v1', releases: ['v1', 'v2'], judges: ['helpful'], plan: undefined }),
  })
  await opened.start()
})

afterAll(async () => {
  await opened?.stop(2_000)
  await shared?.[Symbol.asyncDispose]()
})

const half = '{ share: 50%, leastValues: 100, leastDuration: 1s }'
const copied = '{ shadow: 100%, leastValues: 100, leastDuration: 1s }'

async function begin(service: string, metrics: string, steps = half): Promise<Rollout> {
  return await opened.rollouts.start(
    { principal: { keyId: 'key', keyName: 'key' } as unknown as Principal, tenant: 'default', requestId: '' },
    {
      service,
      candidate: 'v2',
      plan: { text: `steps: [${steps}]\nmetrics: [${metrics}]\nevery: 1s\n`, file: 'plan.yaml' },
      reason: 'measured',
    },
  )
}

type Measured = Omit<ArmTraffic, 'requests' | 'release'>

async function record(
  { id: rollout, service }: Rollout,
  baseline: Measured,
  candidate: Measured,
  at: { readonly step: number; readonly isShadow?: boolean } = { step: 0 },
): Promise<void> {
  await recordRequests(
    shared.database,
    { service, rollout, ...at },
    { baseline: { requests: 500, ...baseline }, candidate: { requests: 500, ...candidate } },
  )
}

async function stateOf({ id }: Rollout): Promise<string> {
  // there are more rollouts than are looked at together
  opened.worker.wake()
  return (await opened.rollouts.find(id))?.state ?? 'gone'
}
const newest = async ({ id }: Rollout) =>
  (await listVerdicts(shared.database, id, { limit: 1 }))[0]?.candidates[0]?.metrics

/** A metric, what is as usual, and what is worse by more than it may be. */
const measures: readonly (readonly [string, Measured, Measured])[] = [
  ['{ use: errors, margin: 0.2 }', {}, { errorShare: 0.6 }],
  ['{ use: latency, margin: 0.5 }', { latencyMs: 100 }, { latencyMs: 400 }],
  ['{ use: first-token, margin: 0.5 }', { firstTokenMs: 20 }, { firstTokenMs: 80 }],
  ['{ use: guard-blocks, margin: 0.2 }', { blockedShare: 0 }, { blockedShare: 0.6 }],
  ['{ use: refusals, margin: 0.2 }', {}, { refusedShare: 0.6 }],
  ['{ use: feedback, margin: 0.2 }', { feedback: 0.8 }, { feedback: 0.3 }],
  ['{ use: score, judge: helpful, margin: 0.2 }', { score: 0.8 }, { score: 0.3 }],
  ['{ use: score, judge: helpful, better: lower, margin: 0.2 }', { score: 0.3 }, { score: 0.8 }],
]
/** What is of means, whose bounds hold and never roll back. */
const means: typeof measures = [
  ['{ use: cost, margin: 0.5 }', { costUsd: 0.01 }, { costUsd: 0.03 }],
  ['{ use: output-tokens, margin: 0.5 }', { outputTokens: 100 }, { outputTokens: 300 }],
]

describe.concurrent('a rollout that is judged by one measure alone', () => {
  it.each(measures)(
    'promotes what is as usual by %s, and takes back what is worse',
    async (metric, usual, worse) => {
      const name = metric.replaceAll(/\W+/g, '-')
      const [good, bad] = [await begin(`${name}good`, metric), await begin(`${name}bad`, metric)]
      await Promise.all([record(good, usual, usual), record(bad, usual, worse)])
      await until(
        async () => (await stateOf(good)) === 'promoted' && (await stateOf(bad)) === 'rolled-back',
        patiently,
      )
      expect(await newest(good)).toMatchObject([{ state: 'safe', values: { baseline: 500, candidate: 500 } }])
      expect(await newest(bad)).toMatchObject([{ state: 'harmful' }])
    },
  )

  it.each(means)('promotes what is as usual by %s, and holds what is worse', async (metric, usual, worse) => {
    const name = metric.replaceAll(/\W+/g, '-')
    const [good, bad] = [await begin(`${name}good`, metric), await begin(`${name}bad`, metric)]
    await Promise.all([record(good, usual, usual), record(bad, usual, worse)])
    await until(
      async () => (await stateOf(good)) === 'promoted' && ((await newest(bad))?.[0]?.low ?? -1) > 0.5,
      patiently,
    )
    expect(await stateOf(bad)).toBe('running')
    expect(await newest(bad)).toMatchObject([{ state: 'unsure', values: { baseline: 500, candidate: 500 } }])
  })
})

describe.concurrent('a goal', () => {
  const goal = '{ use: score, judge: helpful, role: goal, margin: 0.1 }'

  it('promotes what is surely better, and takes back what is only as good', async () => {
    const [better, same] = [await begin('goal-better', goal), await begin('goal-same', goal)]
    await Promise.all([
      record(better, { score: 0.4 }, { score: 0.8 }),
      record(same, { score: 0.4 }, { score: 0.4 }),
    ])
    await until(
      async () => (await stateOf(better)) === 'promoted' && (await stateOf(same)) === 'rolled-back',
      patiently,
    )
    const found = await opened.rollouts.find(same.id)
    expect(found?.reason).toMatch(/^helpful: worse by .*; better by 0\.1 at least is wanted/)
  })
})

describe.concurrent('a shadow step', () => {
  const metrics = '{ use: latency, margin: 0.5 }, { use: score, judge: helpful, margin: 0.2 }'

  it('is passed by what copies say, however slow they were, and the next compares their time', async () => {
    const rollout = await begin('copies', metrics, `${copied}, ${half}`)
    const slow = { score: 0.8, latencyMs: 900 }
    await record(rollout, { score: 0.8 }, slow, { step: 0, isShadow: true })
    await until(async () => (await opened.rollouts.find(rollout.id))?.step === 1, patiently)
    const [copies] = await listVerdicts(shared.database, rollout.id, { step: 0, limit: 1 })
    expect(copies?.candidates[0]?.metrics.map(({ name }) => name)).toEqual(['helpful'])
    await record(rollout, { score: 0.8 }, slow, { step: 1 })
    await until(async () => (await stateOf(rollout)) === 'rolled-back', patiently)
    expect((await listRolloutSteps(shared.database, rollout.id)).map(({ kind }) => kind)).toEqual([
      'started',
      'advanced',
      'rolled-back',
    ])
    expect((await opened.rollouts.find(rollout.id))?.reason).toStartWith('latency: worse by')
  })
})
