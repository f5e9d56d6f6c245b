import { afterAll, beforeAll, describe, expect, it } from 'bun:test'
import { type ChildProcess, spawn } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { createTestDatabase, type TestDatabase } from '../../../test/database.ts'
import { openTestRollouts, recordRequests } from '../../../test/rollouts.ts'
import { until } from '../../../test/until.ts'
import type { Queryable } from '../../foundation/platform/index.ts'
import type { Principal } from '../../govern/access/index.ts'
import type { OpenRollouts } from './open-rollouts.ts'
import type { Rollout } from './rollout.ts'
import { findRollout } from './rollout-store.ts'
import { listRolloutSteps } from './rollout-step-store.ts'
import { findTraffic } from './traffic/traffic-store.ts'
import { listVerdicts } from './verdicts/verdict-store.ts'

const service = 'desk'
const fixture = fileURLToPath(new URL('./controller.fixture.ts', import.meta.url))
let shared: TestDatabase
/** Begins rollouts and never moves one. */
let hands: OpenRollouts

beforeAll(async () => {
  shared = await createTestDatabase()
  hands = await openTestRollouts(shared.database, {
    service: () => ({ release: 'v1', releases: ['v1', 'v2', 'v3', 'v4'], judges: [], plan: undefined }),
  })
}, 60_000)
afterAll(async () => {
  await hands?.stop(2_000)
  await shared?.[Symbol.asyncDispose]()
})

const who = { keyId: 'key', keyName: 'key' } as unknown as Principal
const doer = { principal: who, tenant: 'default', requestId: 'request' }

/** A controller as a server has it, in a process that can be killed. */
async function controller(): Promise<ChildProcess> {
  const child = spawn(process.execPath, [fixture], {
    env: { ...process.env, DATABASE_URL: shared.url, SERVICE: service },
    stdio: ['pipe', 'pipe', 'inherit'],
  })
  await new Promise(resolve => child.stdout?.once('data', resolve))
  return child
}

async function kill(child: ChildProcess): Promise<void> {
  const gone = new Promise(resolve => child.once('close', resolve))
  child.kill('SIGKILL')
  await gone
}

async function isWaitedFor(queryable: Queryable, table: string): Promise<boolean> {
  const waiting = await queryable.query(
    'select pid from pg_locks where relation = $1::regclass and not granted',
    [table],
  )
  return waiting.length > 0
}

const read = async (id: string): Promise<Rollout> => {
  const found = await findRollout(shared.database, id)
  if (!found) throw new Error('the rollout is gone')
  return found
}

/** What goes where, as a process reads it: the release that is live, the step and the candidate's share. */
async function split(): Promise<readonly unknown[]> {
  const traffic = await findTraffic(shared.database, service)
  return [traffic?.live, traffic?.rollout?.step, traffic?.rollout?.candidates[0]?.share]
}

/** What is about to be written when they die, in each step. */
const tables = ['rollout_verdicts', 'rollouts', 'service_traffic', 'rollout_events', 'audit_entries']
const shareOf = (step: number): number => (step + 1) / 10

const declaredIn = (step: number): readonly unknown[] =>
  step < tables.length ? ['v1', step, shareOf(step)] : ['v2', undefined, undefined]

describe('controllers that are killed', () => {
  it('in the middle of each step leave what was declared, and others go on', async () => {
    const { database } = shared
    const steps = tables.map(
      (_, step) => `{ share: ${100 * shareOf(step)}%, leastValues: 50, leastDuration: 1s }`,
    )
    const begun = await hands.rollouts.start(doer, {
      service,
      candidate: 'v2',
      plan: {
        file: 'plan.yaml',
        text: `steps: [${steps.join(', ')}]\nmetrics: [{ use: errors, margin: 0.3 }]\nevery: 1s\n`,
      },
      reason: 'to be killed',
    })
    for (const [step, table] of tables.entries()) {
      expect(await split()).toEqual(declaredIn(step))
      await recordRequests(
        database,
        { service, rollout: begun.id, step },
        {
          baseline: { requests: 2_000 * (1 - shareOf(step)) },
          candidate: { requests: 2_000 * shareOf(step) },
        },
      )
      await database.transaction(async transaction => {
        await transaction.query(`lock table ${table} in exclusive mode`)
        // both want to move it, and one has to die in the middle of its transaction
        const both = await Promise.all([controller(), controller()])
        await until(() => isWaitedFor(transaction, table))
        for (const child of both) await kill(child)
      })
      expect(await split()).toEqual(declaredIn(step))
      expect((await read(begun.id)).step).toBe(step)
      // the first time its lease runs out by itself, afterwards we do not wait for that
      if (step > 0) await database.query('update rollouts set lease_until = now()')
      const other = await controller()
      await until(async () => (await read(begun.id)).revision > step + 1)
      await kill(other)
      expect(await split()).toEqual(declaredIn(step + 1))
      if (step > 0) await database.query('update rollouts set lease_until = now()')
    }
    expect((await read(begun.id)).state).toBe('promoted')
    // nothing was done twice, and everything has its verdict
    const happened = await listRolloutSteps(database, begun.id)
    expect(happened.map(({ kind }) => kind)).toEqual([
      'started',
      ...tables.slice(1).map(() => 'advanced' as const),
      'promoted',
    ])
    const verdicts = await listVerdicts(database, begun.id, { limit: 100 })
    for (const { verdictId } of happened.slice(1))
      expect(verdicts.find(({ id }) => id === verdictId)?.decision).toBe('promote')
  }, 120_000)

  it('while they narrow candidates leave nobody out twice, and others go on with what was measured', async () => {
    const { database } = shared
    const { live: baseline } = await hands.rollouts.readLive(service)
    const begun = await hands.rollouts.start(doer, {
      service,
      plan: {
        file: 'plan.yaml',
        text: 'test: { shares: { v3: 40%, v4: 40% }, narrow: true, within: 0, promote: best, leastDuration: 1s }\nmetrics: [{ use: errors, role: goal, margin: 0.1 }]\nevery: 1s\n',
      },
      reason: 'to be narrowed',
    })
    await recordRequests(
      database,
      { service, rollout: begun.id, step: 0 },
      {
        baseline: { requests: 400, errorShare: 0.9 },
        v3: { requests: 800, errorShare: 0.1 },
        v4: { requests: 800, errorShare: 0.5 },
      },
    )
    await database.transaction(async transaction => {
      await transaction.query('lock table service_traffic in exclusive mode')
      const one = await controller()
      await until(() => isWaitedFor(transaction, 'service_traffic'))
      await kill(one)
    })
    expect(await read(begun.id)).toMatchObject({ step: 0, arms: ['v3', 'v4'], revision: 1 })
    await database.query('update rollouts set lease_until = now()')
    const other = await controller()
    await until(async () => (await read(begun.id)).state === 'promoted')
    await kill(other)
    expect(await read(begun.id)).toMatchObject({ baseline, winner: 'v3', step: 1 })
    const happened = await listRolloutSteps(database, begun.id)
    expect(happened.map(({ kind }) => kind)).toEqual(['started', 'left-out', 'promoted'])
    // the second step had no request of its own
    const [last] = await listVerdicts(database, begun.id, { limit: 1 })
    expect(last).toMatchObject({ step: 1, restsOn: { requests: 1_200 } })
  }, 120_000)
})
