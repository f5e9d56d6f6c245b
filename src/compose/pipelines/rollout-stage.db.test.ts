import { afterAll, beforeAll, describe, expect, it, setDefaultTimeout } from 'bun:test'
import { createTestPipelines, type TestPipelines } from '../../../test/pipelines.ts'
import { openTestRollouts, recordRequests } from '../../../test/rollouts.ts'
import { until } from '../../../test/until.ts'
import { rolloutPlanSchema } from '../../foundation/config/index.ts'
import type { OpenRollouts, Rollouts } from '../../improve/rollouts/index.ts'
import { createRolloutStage } from './rollout-stage.ts'

setDefaultTimeout(60_000)

const plan = rolloutPlanSchema.parse({
  steps: [{ share: '50%', leastValues: 50, leastDuration: '1s' }],
  metrics: [{ use: 'errors', margin: 0.1 }],
  every: '1s',
})
let pipelines: TestPipelines
let opened: OpenRollouts
let count = 0

beforeAll(async () => {
  // pipelines are opened first, as they bring the database
  const rollouts: Pick<Rollouts, 'start' | 'find' | 'abort'> = {
    start: (caller, wanted) => opened.rollouts.start(caller, wanted),
    find: id => opened.rollouts.find(id),
    abort: (caller, id, reason) => opened.rollouts.abort(caller, id, reason),
  }
  pipelines = await createTestPipelines({
    kinds: [createRolloutStage({ rollouts, access: { principalOf: () => pipelines.principal } })],
  })
  opened = await openTestRollouts(pipelines.test.database, {
    service: () => ({ release: 'v1', releases: ['v1', 'v2'], judges: [], plan }),
  })
  await opened.start()
})

afterAll(async () => {
  await opened?.stop(2_000)
  await pipelines?.[Symbol.asyncDispose]()
})

interface Begun {
  readonly run: string
  readonly service: string
  readonly rollout: string
}

async function rolloutsOf(service: string): Promise<{ id: string; state: string; reason: string }[]> {
  return await pipelines.test.database.query(
    'select id::text as id, state, reason from rollouts where service = $1',
    [service],
  )
}

/** A run whose only stage has begun to roll `v2` out to a service of its own. */
async function begin(more = ''): Promise<Begun> {
  const service = `desk-${(count += 1)}`
  const run = await pipelines.begin(
    `pipeline: release-${count}\nstages:\n  roll: { use: rollout, with: { service: ${service}, candidate: v2 }${more} }\n`,
  )
  await until(async () => (await rolloutsOf(service)).length > 0)
  return { run, service, rollout: (await rolloutsOf(service))[0]?.id ?? '' }
}

const record = async ({ service, rollout }: Begun, errorShare: number) =>
  await recordRequests(
    pipelines.test.database,
    { service, rollout, step: 0 },
    { baseline: { requests: 500 }, candidate: { requests: 500, errorShare } },
  )

describe('a stage of the kind `rollout`', () => {
  it('succeeds with the promotion, and leaves what was promoted by which verdict', async () => {
    const begun = await begin()
    await record(begun, 0)
    const { state, stages } = await pipelines.end(begun.run)
    expect([state, stages['roll']?.state]).toEqual(['succeeded', 'succeeded'])
    expect(await pipelines.value(begun.run, 'roll', 'verdict')).toBe('promoted')
    expect(await pipelines.value(begun.run, 'roll', 'rollout')).toMatchObject({
      rollout: begun.rollout,
      service: begun.service,
      baseline: 'v1',
      winner: 'v2',
      state: 'promoted',
      reason: expect.stringContaining('errors'),
    })
  })

  it('fails where it is rolled back, says why, and is not tried again', async () => {
    const begun = await begin()
    await record(begun, 0.6)
    const { state, stages } = await pipelines.end(begun.run)
    expect([state, stages['roll']?.attempts]).toEqual(['failed', 1])
    expect(stages['roll']?.error?.code).toBe('rollout_rolled_back')
    expect(stages['roll']?.error?.message).toMatch(/is rolled-back: errors: worse by .*; 0\.1 is allowed/)
    expect(await pipelines.value(begun.run, 'roll', 'verdict')).toBe('rolled-back')
  })

  it('ends the rollout when its run is cancelled, with everything on the baseline', async () => {
    const begun = await begin()
    const { pipelines: runs, principal, test } = pipelines
    const [row] = await test.database.query<never>('select * from pipeline_runs where id = $1', [begun.run])
    await runs.cancel({ principal, tenant: 'default', requestId: 'test' }, row!, 'not today')
    expect((await pipelines.end(begun.run)).state).toBe('cancelled')
    await until(async () => (await rolloutsOf(begun.service))[0]?.state === 'aborted')
    expect(await rolloutsOf(begun.service)).toMatchObject([
      { reason: `The stage of run ${begun.run} was cancelled.` },
    ])
    expect((await opened.rollouts.readLive(begun.service)).live).toBe('v1')
  })

  it('goes on with the same rollout where its server was killed', async () => {
    const begun = await begin()
    const { database } = pipelines.test
    // as when the server that works on the run is killed
    await database.query(
      "update pipeline_runs set lease_owner = 'a server that was killed', lease_until = now() where id = $1",
      [begun.run],
    )
    await until(async () => {
      const attempts = await database.query('select 1 from pipeline_attempts where run_id = $1', [begun.run])
      return attempts.length === 2
    })
    expect(await rolloutsOf(begun.service)).toMatchObject([{ id: begun.rollout, state: 'running' }])
    await record(begun, 0)
    expect((await pipelines.end(begun.run)).state).toBe('succeeded')
    expect(await rolloutsOf(begun.service)).toMatchObject([{ id: begun.rollout, state: 'promoted' }])
  })
})
