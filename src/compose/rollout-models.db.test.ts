import { afterAll, beforeAll, describe, expect, it, setDefaultTimeout } from 'bun:test'
import path from 'node:path'
import { createTestRegistry, type TestRegistry } from '../../test/registry.ts'
import { openTestRollouts } from '../../test/rollouts.ts'
import { until } from '../../test/until.ts'
import { parseConfig } from '../foundation/config/index.ts'
import type { Principal } from '../govern/access/index.ts'
import type { OpenRollouts, Rollout } from '../improve/rollouts/index.ts'
import { movePromotedAlias, pinRelease } from './rollout-models.ts'

setDefaultTimeout(60_000)

let store: TestRegistry
let opened: OpenRollouts
/** What the engine that follows `production` has. */
let served = 1

const parsed = parseConfig(
  `engines:
  old: { model: 'registry:acme/support@production' }
  fresh: { model: 'registry:acme/support@candidate' }
services:
  desk:
    release: v1
    releases: { v1: { target: { engine: old } }, v2: { target: { engine: fresh } } }
`,
  'slipway.yaml',
  {},
)
if ('problems' in parsed) throw new Error(JSON.stringify(parsed.problems))
const { snapshot } = parsed

beforeAll(async () => {
  store = await createTestRegistry()
  const { registry, caller, folder } = store
  await registry.create(caller, {
    name: 'support',
    definition: 'aliases: { production: { approvals: 1 } }',
  })
  for (const number of [1, 2]) {
    const place = path.join(folder, 'weights')
    await Bun.write(path.join(place, 'w.bin'), `weights ${number}`)
    await registry.publishFolder({ caller, model: 'support', folder: place, source: { kind: 'import' } })
  }
  await decide(1)
  const move = (alias: string, number: number) =>
    registry.moveAlias({ caller, model: 'support', alias, number, reason: 'the first' })
  await move('production', 1)
  await move('candidate', 2)
  opened = await openTestRollouts(store.test.database, {
    service: () => ({ release: 'v1', releases: ['v1', 'v2'], judges: [], plan: undefined }),
    pin: async (service, release) => await pinRelease(snapshot, registry, service, release),
    moveAlias: async move => await movePromotedAlias(registry, move),
    following: () => Promise.resolve([{ server: 'here', engine: 'old', version: served, state: 'ready' }]),
  })
  await opened.start()
})

afterAll(async () => {
  await opened?.stop(2_000)
  await store?.[Symbol.asyncDispose]()
})

const decide = async (number: number): Promise<void> => {
  await store.registry.decide({
    caller: { tenant: 'acme', author: 'bob', keyId: 'key-bob' },
    model: 'support',
    number,
    alias: 'production',
    decision: 'approved',
  })
}

const who = {
  principal: { keyId: 'key-ada', keyName: 'ada' } as unknown as Principal,
  tenant: 'acme',
  requestId: 'request',
}
const read = async (id: string): Promise<Rollout | undefined> => await opened.rollouts.find(id)

async function production(): Promise<number | undefined> {
  const { registry } = store
  const aliases = await registry.listAliases(await registry.get('acme', 'support'))
  return aliases.find(({ name }) => name === 'production')?.number
}

const movesTo = async (number: number) =>
  await store.test.database.query(
    `select actor_name, reason, evidence from model_events
     where model = 'support' and kind = 'move-alias' and alias = 'production' and version = $1`,
    [number],
  )

describe('a rollout that promotes an alias', () => {
  it('pins the versions of both sides, is blocked by the alias, and moves it once with the rollout as evidence', async () => {
    const { id, pinned } = await opened.rollouts.start(who, {
      service: 'desk',
      candidate: 'v2',
      plan: { text: 'onPromoted: { model: support, alias: production }', file: 'plan.yaml' },
      reason: 'better answers',
    })
    expect([pinned['v1']?.models[0]?.number, pinned['v2']?.models[0]?.number]).toEqual([1, 2])
    await opened.rollouts.promote(who, id, 'all', 'now')
    await until(async () => (await read(id))?.state === 'blocked')
    expect((await read(id))?.reason).toMatch(
      /^`production` of support was not moved to version 2: .*0 of 1 approvals.* The traffic stays on v2\.$/,
    )
    expect([await production(), (await opened.rollouts.readLive('desk')).live]).toEqual([1, 'v2'])
    expect(await movesTo(2)).toEqual([])

    await decide(2)
    await opened.rollouts.resume(who, id, 'approved now')
    await until(async () => (await production()) === 2)
    // the alias is there, and the engine is not yet: the traffic waits on the candidate
    expect((await read(id))?.state).toBe('promoting')
    served = 2
    await until(async () => (await read(id))?.state === 'promoted')
    expect((await opened.rollouts.readLive('desk')).live).toBe('v1')
    expect(await movesTo(2)).toEqual([
      {
        actor_name: 'ada',
        reason: `Rollout ${id} of desk was promoted.`,
        evidence: [
          { kind: 'rollout', id },
          { kind: 'approval', id: expect.any(String) },
        ],
      },
    ])
  })

  it('ends where somebody moves the alias that the candidate follows', async () => {
    const { registry, caller } = store
    await registry.moveAlias({ caller, model: 'support', alias: 'candidate', number: 1, reason: 'back' })
    const { id } = await opened.rollouts.start(who, { service: 'desk', candidate: 'v2', reason: 'again' })
    await registry.moveAlias({ caller, model: 'support', alias: 'candidate', number: 2, reason: 'on' })
    await store.test.database.query('update rollouts set look_at = now() where id = $1', [id])
    await until(async () => {
      opened.worker.wake()
      return (await read(id))?.state === 'superseded'
    })
    expect((await read(id))?.reason).toBe(
      '`v2` served version 1 of support when the rollout began, and serves version 2 now.',
    )
  })
})
