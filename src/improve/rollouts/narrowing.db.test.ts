import { afterAll, beforeAll, describe, expect, it } from 'bun:test'
import { createTestDatabase, type TestDatabase } from '../../../test/database.ts'
import { openTestRollouts, recordRequests } from '../../../test/rollouts.ts'
import { until } from '../../../test/until.ts'
import type { Principal } from '../../govern/access/index.ts'
import type { OpenRollouts } from './open-rollouts.ts'
import type { Rollout } from './rollout.ts'
import { listRolloutSteps } from './rollout-step-store.ts'
import { listVerdicts } from './verdicts/verdict-store.ts'

const service = 'desk'
let shared: TestDatabase
let server: OpenRollouts

beforeAll(async () => {
  shared = await createTestDatabase()
  server = await openTestRollouts(shared.database, {
    service: () => ({
      release: 'v1',
      releases: ['v1', 'v2', 'v3', 'v4', 'v5'],
      judges: ['helpful'],
      plan: undefined,
    }),
  })
  await server.start()
}, 60_000)
afterAll(async () => {
  await server?.stop(2_000)
  await shared?.[Symbol.asyncDispose]()
})

const who = { keyId: 'key', keyName: 'key' } as unknown as Principal
const doer = { principal: who, tenant: 'default', requestId: 'request' }
const begin = async (test: string, metrics: string): Promise<Rollout> =>
  await server.rollouts.start(doer, {
    service,
    plan: { text: `test: ${test}\nmetrics: ${metrics}\nevery: 1s\n`, file: 'test.yaml' },
    reason: 'which of four',
  })

const scores: Readonly<Record<string, number>> = { baseline: 0.2, v2: 0.9, v3: 0.75, v4: 0.6, v5: 0.45 }
const whole = 400

describe('a test of four candidates that is narrowed', () => {
  it('leaves one after the other out, keeps what was measured, and promotes the last', async () => {
    const { id } = await begin(
      '{ shares: { v2: 20%, v3: 20%, v4: 20%, v5: 20% }, narrow: true, within: 0, promote: best, leastValues: 100, leastDuration: 1s }',
      '[{ use: score, judge: helpful, role: goal, margin: 0.05 }, { use: errors, margin: 0.2 }]',
    )
    const now = async (): Promise<Rollout> => {
      const found = await server.rollouts.find(id)
      if (!found) throw new Error('the rollout is gone')
      return found
    }
    const recorded: Record<string, number> = {}
    const requestsOf = (arms: readonly string[]): number =>
      ['baseline', ...arms].reduce((sum, arm) => sum + (recorded[arm] ?? 0), 0)
    /** The verdict on everything that is recorded of those that are left, in whatever step it was. */
    const judged = async ({ step, arms }: Rollout): Promise<void> => {
      await until(async () => {
        const [last] = await listVerdicts(shared.database, id, { step, limit: 1 })
        return last?.restsOn.requests === requestsOf(arms)
      })
    }
    let rollout = await now()
    for (let round = 0; rollout.state === 'running'; round += 1) {
      expect(round).toBeLessThan(12)
      const { step, arms } = rollout
      await until(() => server.traffic.of(service)?.rollout?.step === step)
      const split = server.traffic.of(service)?.rollout
      // every arm had a fifth, and all that are left have the same
      const share = 1 / (1 + arms.length)
      expect(split?.isNarrowed).toBe(true)
      for (const candidate of split?.candidates ?? []) expect(candidate.share).toBeCloseTo(share, 12)
      const each = Math.round(whole * share)
      const names = ['baseline', ...arms]
      await recordRequests(
        shared.database,
        { service, rollout: id, step },
        Object.fromEntries(names.map(arm => [arm, { requests: each, score: scores[arm] ?? 0 }])),
      )
      for (const arm of names) recorded[arm] = (recorded[arm] ?? 0) + each
      await judged(rollout)
      // a step that is new is judged by what is known before it has a request of its own
      for (let next = await now(); next.revision > rollout.revision; next = await now()) {
        rollout = next
        if (rollout.state === 'running') await judged(rollout)
      }
    }
    expect(rollout).toMatchObject({ state: 'promoted', winner: 'v2', arms: ['v2'] })
    expect(rollout.reason).toStartWith('v2 passes, and no other is left.')
    const happened = await listRolloutSteps(shared.database, id)
    const out = happened.filter(({ kind }) => kind === 'left-out').map(({ reason }) => reason)
    for (const release of ['v3', 'v4', 'v5'])
      expect(out.join('\n')).toMatch(
        new RegExp(`${release} is worse than v\\d by helpful: by 0\\.\\d+ to 0\\.\\d+`),
      )
    // and nobody was left out without numbers
    const verdicts = await listVerdicts(shared.database, id, { limit: 100 })
    for (const { kind, verdictId } of happened)
      if (kind === 'left-out')
        expect(
          verdicts
            .find(one => one.id === verdictId)
            ?.candidates.some(({ beatenBy = [] }) => beatenBy.length > 0),
        ).toBe(true)
  }, 120_000)

  it.each([
    ['[{ use: errors }]', 'test.yaml:1:58 test.narrow: Nothing says what the candidates compete by.'],
    [
      '[{ use: cost, role: goal }]',
      'test.yaml:2:18 metrics[0].use: Bounds of `cost` are asymptotic and leave nobody out',
    ],
  ])('needs a goal that may decide: %s', async (metrics, problem) => {
    const said = await begin(
      '{ shares: { v2: 20%, v3: 20% }, leastValues: 100,  narrow: true }',
      metrics,
    ).catch((error: unknown) => String(error))
    expect(said).toContain(problem)
  })
})
