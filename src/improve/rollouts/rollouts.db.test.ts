import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'bun:test'
import { createTestDatabase, type TestDatabase } from '../../../test/database.ts'
import { openTestRollouts, recordRequests } from '../../../test/rollouts.ts'
import { until } from '../../../test/until.ts'
import { rolloutPlanSchema } from '../../foundation/config/index.ts'
import { Failure } from '../../foundation/platform/index.ts'
import type { Principal } from '../../govern/access/index.ts'
import type { OpenRollouts } from './open-rollouts.ts'
import type { DeclaredService, RolloutEvent } from './ports.ts'
import type { PinnedRelease, Rollout } from './rollout.ts'
import { listBursts } from './burst-store.ts'
import { listRolloutSteps } from './rollout-step-store.ts'
import { createRolloutTroubles } from './rollout-troubles.ts'
import { listTraffic } from './traffic/traffic-store.ts'
import { listVerdicts } from './verdicts/verdict-store.ts'

const steps = `steps:
  - { share: 10%, leastValues: 100, leastDuration: 1s }
  - { share: 50%, leastValues: 100, leastDuration: 1s }
metrics: [{ use: errors, margin: 0.1 }]
every: 1s
`
let shared: TestDatabase
/** Of the service of a test; all have one database. */
let name: string
let count = 0
let open: OpenRollouts[]
let told: RolloutEvent[]
let service: DeclaredService
let pins: Record<string, PinnedRelease>
let alias: { number: number | undefined; refusal: Failure | undefined; served: number | undefined }

beforeAll(async () => {
  shared = await createTestDatabase()
})
afterAll(async () => {
  await shared[Symbol.asyncDispose]()
})
beforeEach(() => {
  open = []
  name = `support-${(count += 1)}`
  told = []
  service = { release: 'v1', releases: ['v1', 'v2', 'v3'], judges: [], plan: undefined }
  pins = {}
  alias = { number: 1, refusal: undefined, served: 1 }
})
afterEach(async () => {
  for (const one of open) await one.stop(2_000)
  // a server of the next test finds nothing to do
  await shared.database.query("update rollouts set state = 'aborted' where ended_at is null")
  await shared.database.query('delete from service_traffic')
})

const caller = (keyId = 'begins') => ({
  principal: {
    keyId,
    keyName: keyId,
    role: 'owner',
    tenant: undefined,
    services: undefined,
  } as unknown as Principal,
  tenant: 'default',
  requestId: 'request',
})

/** What it is refused with. */
async function refusalOf(work: Promise<unknown>): Promise<string> {
  return await work.then(
    () => 'It was taken.',
    (error: unknown) => String(error),
  )
}

/** Another server on the same database. */
async function server(): Promise<OpenRollouts> {
  const opened = await openTestRollouts(shared.database, {
    service: wanted => (wanted === name ? service : undefined),
    pin: (_, release) => Promise.resolve(pins[release] ?? { hash: release, models: [] }),
    moveAlias: ({ number }) => {
      if (alias.refusal) return Promise.reject(alias.refusal)
      alias.number = number
      return Promise.resolve()
    },
    following: () =>
      Promise.resolve([{ server: 'here', engine: 'live', version: alias.served, state: 'ready' }]),
    tellEvent: (_, event) => {
      told.push(event)
      return Promise.resolve()
    },
  })
  open.push(opened)
  return opened
}

const start = async (at: OpenRollouts, plan = steps, candidate: string | undefined = 'v2') =>
  await at.rollouts.start(caller(), {
    service: name,
    candidate,
    plan: { text: plan, file: 'plan.yaml' },
    reason: 'a better prompt',
  })

const now = async (at: OpenRollouts, { id }: Rollout): Promise<Rollout> => {
  const found = await at.rollouts.find(id)
  if (!found) throw new Error('the rollout is gone')
  return found
}

const record = async (rollout: Rollout, step: number, errorShare: number, share = step === 0 ? 0.1 : 0.5) =>
  await recordRequests(
    shared.database,
    { service: name, rollout: rollout.id, step },
    {
      baseline: { requests: Math.round(4_000 * (1 - share)), release: 'v1' },
      candidate: { requests: Math.round(4_000 * share), errorShare, release: 'v2' },
    },
  )

const kinds = async ({ id }: Rollout) =>
  (await listRolloutSteps(shared.database, id)).map(({ kind, trafficRevision }) => [kind, trafficRevision])

describe('a rollout', () => {
  it('goes step by step to the candidate, with the split that each step declares', async () => {
    const one = await server()
    await one.start()
    const rollout = await start(one)
    await one.traffic.sync()
    expect(one.traffic.of(name)).toMatchObject({
      live: 'v1',
      revision: 1,
      rollout: {
        id: rollout.id,
        step: 0,
        baseline: 'v1',
        candidates: [{ release: 'v2', share: 0.1 }],
        isShadow: false,
      },
    })
    // without data there is no success, and that is said
    await until(async () => (await listVerdicts(shared.database, rollout.id, { limit: 1 })).length > 0)
    const [silent] = await listVerdicts(shared.database, rollout.id, { limit: 1 })
    expect(silent).toMatchObject({ decision: 'hold', restsOn: { requests: 0 } })
    expect(silent?.reasons[0]).toBe(
      'No request of this step has reached v2 yet; without data there is no success.',
    )
    await record(rollout, 0, 0)
    await until(async () => (await now(one, rollout)).step === 1)
    await until(() => one.traffic.of(name)?.rollout?.candidates[0]?.share === 0.5)
    await record(rollout, 1, 0)
    await until(async () => (await now(one, rollout)).state === 'promoted')
    await until(() => one.traffic.of(name)?.live === 'v2')
    expect(one.traffic.of(name)?.rollout).toBeUndefined()
    expect(await kinds(rollout)).toEqual([
      ['started', 1],
      ['advanced', 2],
      ['promoted', 3],
    ])
    const verdicts = await listVerdicts(shared.database, rollout.id, { limit: 100 })
    expect(verdicts[0]).toMatchObject({
      decision: 'promote',
      step: 1,
      restsOn: { requests: 4_000 },
      candidates: [
        {
          release: 'v2',
          requests: { baseline: 2_000, candidate: 2_000 },
          metrics: [{ name: 'errors', state: 'safe', margin: 0.1 }],
        },
      ],
    })
    expect(told).toEqual([
      expect.objectContaining({ name: 'rollout.promoted', key: rollout.id, tenant: 'default' }),
    ])
    const { live, declared, history } = await one.rollouts.readLive(name)
    expect({ live, declared }).toEqual({ live: 'v2', declared: 'v1' })
    expect(history.map(entry => [entry.release, entry.cause])).toEqual([
      ['v2', 'promotion'],
      ['v1', 'file'],
    ])
  })

  it('goes back for harm, with the numbers, also while it is paused', async () => {
    const one = await server()
    await one.start()
    const rollout = await start(one)
    await one.rollouts.pause(caller(), rollout.id, 'lunch')
    await record(rollout, 0, 0.5)
    await until(async () => (await now(one, rollout)).state === 'rolled-back')
    expect((await now(one, rollout)).reason).toMatch(
      /^errors: worse by 0\.\d+ to 0\.\d+; 0\.1 is allowed \(400 values/,
    )
    await until(() => one.traffic.of(name)?.rollout === undefined)
    expect(one.traffic.of(name)?.live).toBe('v1')
    expect(told.map(({ name }) => name)).toEqual(['rollout.rolled-back'])
  })

  it('holds where traffic was not split as declared', async () => {
    const one = await server()
    await one.start()
    const rollout = await start(one)
    await record(rollout, 0, 0, 0.4)
    await until(async () => (await now(one, rollout)).judged === 4_000)
    const [verdict] = await listVerdicts(shared.database, rollout.id, { limit: 1 })
    expect(verdict?.decision).toBe('hold')
    expect(verdict?.reasons[0]).toContain('10.0 % were due')
    expect((await now(one, rollout)).step).toBe(0)
  })

  it('acts on what a process saw at once, on all servers', async () => {
    const [one, other] = [await server(), await server()]
    await other.start()
    const rollout = await start(one)
    await one.rollouts.noteBurst({
      service: name,
      rollout: rollout.id,
      step: 0,
      candidate: 'v2',
      reason: 'errors',
      explanation: '9 of 10 requests failed.',
      evidence: { failed: 9 },
      atMs: Date.now(),
      seenBy: 'host, process 7',
    })
    await until(async () => (await now(one, rollout)).state === 'rolled-back')
    expect((await now(one, rollout)).reason).toBe(
      'host, process 7 stopped sending to it at once: 9 of 10 requests failed.',
    )
    await until(() => one.traffic.of(name)?.rollout === undefined)
    await until(() => other.traffic.of(name)?.rollout === undefined)
    expect(await listBursts(shared.database, rollout.id)).toMatchObject([{ evidence: { failed: 9 } }])
  })

  it('ends at its deadline as declared: back, or held', async () => {
    const one = await server()
    await one.start()
    const back = await start(one, `${steps}deadline: 10s\n`)
    await shared.database.query('update rollouts set deadline_at = now(), look_at = now()')
    await until(async () => (await now(one, back)).state === 'rolled-back')
    expect((await now(one, back)).reason).toStartWith(
      'Undecided at its deadline (10s). No request of this step',
    )
    const held = await start(one, `${steps}deadline: 10s\natDeadline: hold\n`)
    await shared.database.query('update rollouts set deadline_at = now(), look_at = now()')
    await until(async () => (await now(one, held)).state === 'paused')
    const known = await createRolloutTroubles(shared.database, () => [name]).read(Date.now())
    expect(known.findings.filter(finding => finding.name === name)).toMatchObject([
      { source: 'rollout', severity: 'ticket', labels: { service: name, rollout: held.id, state: 'paused' } },
    ])
    const resumed = await one.rollouts.resume(caller(), held.id, 'a day more')
    expect(resumed.deadlineAt.getTime()).toBeGreaterThan(Date.now())
  })

  it('waits for the yes of somebody else before the last step', async () => {
    const one = await server()
    await one.start()
    const rollout = await start(one, `${steps}approval: true\n`)
    await record(rollout, 0, 0)
    await until(async () => (await now(one, rollout)).state === 'approval')
    expect(await refusalOf(one.rollouts.approve(caller(), rollout.id, 'me'))).toContain('somebody else')
    expect(await refusalOf(one.rollouts.promote(caller(), rollout.id, 'all', 'me'))).toContain(
      'somebody else',
    )
    const approved = await one.rollouts.approve(caller('approves'), rollout.id, 'looks good')
    expect(approved).toMatchObject({ state: 'running', step: 1 })
  })

  it('ends where slipway.yaml or a model behind a release changes', async () => {
    const one = await server()
    await one.start()
    const version = (number: number): PinnedRelease => ({
      hash: 'v2',
      models: [
        {
          engine: 'new',
          reference: 'registry:support@candidate',
          tenant: 'default',
          model: 'support',
          number,
        },
      ],
    })
    pins['v2'] = version(3)
    const first = await start(one)
    pins['v2'] = version(4)
    await until(async () => (await now(one, first)).state === 'superseded')
    expect((await now(one, first)).reason).toBe(
      '`v2` served version 3 of support when the rollout began, and serves version 4 now.',
    )
    const second = await start(one)
    service = { ...service, release: 'v3' }
    await until(async () => (await now(one, second)).state === 'superseded')
    await until(() => one.traffic.of(name)?.live === 'v3')
    expect((await one.rollouts.readLive(name)).history[0]).toMatchObject({
      release: 'v3',
      cause: 'file',
    })
  })

  it('moves the alias after the last step, and comes back from a refusal', async () => {
    const one = await server()
    await one.start()
    const model = (engine: string, at: string, number: number): PinnedRelease => ({
      hash: engine,
      models: [{ engine, reference: `registry:support@${at}`, tenant: 'default', model: 'support', number }],
    })
    pins = { v1: model('live', 'production', 1), v2: model('new', 'candidate', 2) }
    const plan = `${steps}onPromoted: { model: support, alias: production }\n`
    expect(await refusalOf(start(one, plan, 'v3'))).toContain('no engine of `v3` serves a version of support')
    alias.refusal = new Failure('checks_failed', 'It is not approved.')
    const rollout = await start(one, plan)
    await one.rollouts.promote(caller(), rollout.id, 'all', 'now')
    await until(async () => (await now(one, rollout)).state === 'blocked')
    expect((await now(one, rollout)).reason).toBe(
      '`production` of support was not moved to version 2: It is not approved. The traffic stays on v2.',
    )
    await until(() => one.traffic.of(name)?.live === 'v2')
    alias.refusal = undefined
    // what the engine serves next is another version of the baseline, and that is meant
    pins['v1'] = model('live', 'production', 2)
    await one.rollouts.resume(caller(), rollout.id, 'approved now')
    await until(() => alias.number === 2)
    expect((await now(one, rollout)).state).toBe('promoting')
    alias.served = 2
    await until(async () => (await now(one, rollout)).state === 'promoted')
    await until(() => one.traffic.of(name)?.live === 'v1')
  })

  it('compares several candidates, leaves out what is harmful and says of each what was found', async () => {
    const one = await server()
    await one.start()
    const test = `test:
  shares: { v2: 30%, v3: 30% }
  leastValues: 100
  leastDuration: 1s
  promote: best
metrics: [{ use: errors, margin: 0.1 }]
every: 1s
`
    const begun = await one.rollouts.start(caller(), {
      service: name,
      plan: { text: test, file: 'test.yaml' },
      reason: 'which',
    })
    const arms = (v2: number, v3: number) => ({
      baseline: { requests: 1_600, release: 'v1' },
      ...(v2 >= 0 && { v2: { requests: 1_200, errorShare: v2 } }),
      ...(v3 >= 0 && { v3: { requests: 1_200, errorShare: v3 } }),
    })
    await recordRequests(shared.database, { service: name, rollout: begun.id, step: 0 }, arms(0, 0.5))
    await until(async () => (await now(one, begun)).step === 1)
    expect(await now(one, begun)).toMatchObject({ arms: ['v2'], state: 'running' })
    const { baseline } = arms(0, -1)
    await recordRequests(
      shared.database,
      { service: name, rollout: begun.id, step: 1 },
      { baseline: { ...baseline, requests: 2_800 }, candidate: { requests: 1_200, release: 'v2' } },
    )
    await until(async () => (await now(one, begun)).state === 'promoted')
    expect((await one.rollouts.readLive(name)).live).toBe('v2')
  })
})

describe('start', () => {
  it('names what is wrong of a plan with its line and column', async () => {
    const one = await server()
    const plan =
      'steps:\n  - { share: 20%, leastDuration: 5m }\n  - { share: 10% }\nmetrics:\n  - { use: score }\n'
    const problem = await start(one, plan).catch((error: unknown) => String(error))
    expect(problem).toContain('plan.yaml:3:14 steps[1].share: The step before has 20% already')
    expect(problem).toContain('plan.yaml:5:7 metrics[0].use: Nothing says whose score it is.')
  })

  it('begins one rollout of a service at a time, and the same id once', async () => {
    const one = await server()
    const id = crypto.randomUUID()
    const asked = { id, service: name, candidate: 'v2', reason: 'once' }
    const begun = await one.rollouts.start(caller(), asked)
    expect((await one.rollouts.start(caller(), asked)).id).toBe(begun.id)
    expect(await refusalOf(start(one))).toContain(`End it first: slipway rollout abort ${id}`)
    expect(await refusalOf(start(one, steps, 'v9'))).toContain('no release `v9`')
  })
})

describe('setLive', () => {
  it('sends all traffic to a release in one call, and ends what is under way', async () => {
    const one = await server()
    const rollout = await start(one)
    const { live, history } = await one.rollouts.setLive(caller('on-call'), name, 'v3', 'it burns')
    expect(live).toBe('v3')
    expect(history[0]).toMatchObject({
      release: 'v3',
      cause: 'by-hand',
      actorName: 'on-call',
      reason: 'it burns',
    })
    expect(await now(one, rollout)).toMatchObject({ state: 'aborted' })
    expect(await listTraffic(shared.database)).toMatchObject([{ live: 'v3', declared: 'v1' }])
    expect((await one.rollouts.setLive(caller(), name, 'v1', 'mended')).live).toBe('v1')
  })
})

describe('the plan of slipway.yaml', () => {
  it('has steps of its own where none are declared', () => {
    expect(rolloutPlanSchema.parse({}).steps?.map(({ share }) => share)).toEqual([0.05, 0.25, 0.5])
  })
})
