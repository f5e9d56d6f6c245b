import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'bun:test'
import type { Principal } from '../../govern/access/index.ts'
import { type CheckGateway, openCheckGateway } from '../../../test/check-gateway.ts'
import { type FakeProvider, startFakeProvider } from '../../../test/fake-provider/index.ts'
import { until } from '../../../test/until.ts'
import { positionOf } from '../traffic/index.ts'
import type { Burst, ServiceTraffic } from './ports.ts'

const caller: Principal = {
  keyId: 'key-1',
  keyName: 'application',
  role: 'service',
  tenant: 'acme',
  services: undefined,
}

let old: FakeProvider
let fresh: FakeProvider
let declared: ServiceTraffic | undefined
let bursts: Burst[] = []
let opened: CheckGateway

beforeAll(async () => {
  old = await startFakeProvider({ text: 'from old, word by word', chunkDelayMs: 40 })
  fresh = await startFakeProvider({ text: 'from new, word by word', chunkDelayMs: 40 })
  opened = openCheckGateway(
    `
providers:
  old: { kind: openai-compatible, baseUrl: "${old.url}/v1" }
  new: { kind: openai-compatible, baseUrl: "${fresh.url}/v1", breaker: { failures: 1000, errorPercent: 100 } }
  dying: { kind: openai-compatible, baseUrl: "${fresh.url}/v1", breaker: { failures: 3, openMs: 60000 } }
prices:
  - { provider: new, from: 2026-01-01, usdPerMillionTokens: { input: 1, output: 2 } }
services:
  desk:
    release: v1
    retries: { attempts: 0 }
    releases:
      v1: { target: { provider: old, model: m } }
      v2: { target: { provider: new, model: m }, prompt: { system: Be brief. } }
      v3: { target: { provider: dying, model: m } }
`,
    {
      traffic: {
        of: service => (service === 'desk' ? declared : undefined),
        onBurst: burst => bursts.push(burst),
      },
      authenticate: () => caller,
      mayCall: () => true,
    },
  )
})

afterAll(async () => {
  await Promise.all([old?.stop(), fresh?.stop()])
})

beforeEach(() => {
  bursts = []
  opened.records.length = 0
  fresh.behave('answer')
  old.behave('answer')
})

let revision = 0
function declare(more: Partial<NonNullable<ServiceTraffic['rollout']>>, live = 'v1'): void {
  revision += 1
  const rollout = {
    id: 'rollout-1',
    step: 1,
    baseline: 'v1',
    candidates: [{ release: 'v2', share: 0.5 }],
    isShadow: false,
    shadowShare: 0,
    sticky: 'user',
    salt: 'rollout-1',
    fastPath: { alpha: 1e-4, errorMargin: 0.02 },
  } as const
  declared = { service: 'desk', revision, live, rollout: { ...rollout, ...more } }
}

const messages = [{ role: 'user', content: 'Hello' }]

async function ask(
  user: string,
  more: object = {},
  release?: string,
  signal?: AbortSignal,
): Promise<Response> {
  const request = new Request('http://gateway/v1/chat/completions', {
    method: 'POST',
    body: JSON.stringify({ model: 'desk', messages, user, ...more }),
    ...(signal && { signal }),
  })
  return await opened.gateway(
    request,
    '/v1/chat/completions',
    release === undefined ? undefined : { principal: caller, priority: 'batch', release },
  )
}

const releaseOf = (response: Response) => response.headers.get('slipway-release')
/** Users who fall to the candidate at one half, and to the baseline. */
async function findSides(): Promise<Record<'v1' | 'v2', string[]>> {
  const sides: Record<'v1' | 'v2', string[]> = { v1: [], v2: [] }
  for (let index = 0; index < 40; index += 1) {
    const response = await ask(`user-${index}`)
    sides[releaseOf(response) === 'v2' ? 'v2' : 'v1'].push(`user-${index}`)
    await response.text()
  }
  return sides
}

describe('a service with a rollout', () => {
  it('answers from the configured release where nothing is declared, and from the live one where only that is', async () => {
    declared = undefined
    expect(releaseOf(await ask('ada'))).toBe('v1')
    declared = { service: 'desk', revision: (revision += 1), live: 'v2' }
    const response = await ask('ada')
    expect(releaseOf(response)).toBe('v2')
    expect(await response.text()).toContain('from new')
    expect(opened.records.at(-1)?.release).toBe('v2')
    expect(opened.records.at(-1)?.rollout).toBeUndefined()
    declared = { service: 'desk', revision: (revision += 1), live: 'gone' }
    expect(releaseOf(await ask('ada'))).toBe('v1')
  })

  it('splits users, keeps each on its side, and records where and why', async () => {
    declare({})
    const sides = await findSides()
    expect(sides.v1.length).toBeGreaterThan(5)
    expect(sides.v2.length).toBeGreaterThan(5)
    for (const side of ['v1', 'v2'] as const)
      for (const user of sides[side].slice(0, 5)) expect(releaseOf(await ask(user))).toBe(side)
    const one = opened.records.find(({ release }) => release === 'v2')
    expect(one).toMatchObject({ rollout: 'rollout-1', rolloutStep: 1, arm: 'candidate' })
    expect(one?.decisions.traffic).toEqual({ by: 'user', why: 'assigned', fell: 'v2' })
    expect(opened.records.find(({ release }) => release === 'v1')?.arm).toBe('baseline')
    expect(JSON.stringify(fresh.last.body)).toContain('Be brief.')
    const told = await opened.registry.getSingleMetricAsString('slipway_rollout_requests_total')
    expect(told).toContain('service="desk",release="v2",arm="candidate",outcome="ok"')
  })

  it('leaves those alone who name a release', async () => {
    declare({ candidates: [{ release: 'v2', share: 1 }] })
    expect(releaseOf(await ask('ada', {}, 'v1'))).toBe('v1')
    expect(opened.records.at(-1)?.release).toBe('v1')
    expect(opened.records.at(-1)?.rollout).toBeUndefined()
  })

  it('stops a failing candidate within a few requests, gives its clients the baseline, and lets its streams end', async () => {
    declare({})
    const sides = await findSides()
    const streaming = await ask(sides.v2[0] ?? '', { stream: true })
    fresh.behave({ status: 500 })
    const statuses: number[] = []
    for (let round = 0; round < 40 && bursts.length === 0; round += 1) {
      const user = sides.v2[round % sides.v2.length] ?? ''
      await (await ask(sides.v1[round % sides.v1.length] ?? '')).text()
      const response = await ask(user)
      statuses.push(response.status)
      if (bursts.length > 0) {
        // the one that tipped the scales got the baseline's answer
        expect(response.status).toBe(200)
        expect(releaseOf(response)).toBe('v1')
        expect(await response.text()).toContain('from old')
      }
    }
    expect(statuses.filter(status => status >= 500).length).toBeLessThan(40)
    expect(bursts).toEqual([
      expect.objectContaining({
        service: 'desk',
        revision,
        rollout: 'rollout-1',
        step: 1,
        candidate: 'v2',
        reason: 'errors',
      }),
    ])
    expect(opened.records.at(-1)).toMatchObject({ release: 'v1', arm: undefined, outcome: 'ok' })
    expect(opened.records.at(-1)?.decisions.traffic?.why).toBe('sent back')
    const sent = fresh.requests.length
    const after = await ask(sides.v2[1] ?? '')
    expect([after.status, releaseOf(after), fresh.requests.length]).toEqual([200, 'v1', sent])
    expect(opened.records.at(-1)?.decisions.traffic?.why).toBe('held back')
    expect(await streaming.text()).toContain('[DONE]')
    expect(opened.records.at(-1)).toMatchObject({ release: 'v2', arm: 'candidate', outcome: 'ok' })
  })

  it('stops a candidate whose targets are taken out, and asks the baseline instead', async () => {
    declare({ candidates: [{ release: 'v3', share: 0.5 }] })
    const candidates: string[] = []
    for (let index = 0; candidates.length < 3; index += 1) {
      const response = await ask(`user-${index}`)
      if (releaseOf(response) === 'v3') candidates.push(`user-${index}`)
      await response.text()
    }
    fresh.behave({ status: 503 })
    const seen: number[] = []
    for (const user of candidates) seen.push((await ask(user)).status)
    expect(seen.at(-1)).toBe(200)
    expect(bursts).toMatchObject([{ candidate: 'v3', reason: 'target-down' }])
    expect(bursts[0]?.explanation).toContain('provider:dying: 3 failures in a row')
  })

  it('forgets who leaves: a client that is gone is no failure of the candidate', async () => {
    declare({})
    const sides = await findSides()
    fresh.behave('silence')
    for (const user of Array.from({ length: 15 }, (_, index) => sides.v2[index % sides.v2.length] ?? '')) {
      const leaving = new AbortController()
      const before = fresh.requests.length
      const answer = ask(user, {}, undefined, leaving.signal)
      await until(() => fresh.requests.length > before)
      leaving.abort()
      await answer.catch(() => undefined)
    }
    expect(bursts).toEqual([])
    expect(opened.records.at(-1)).toMatchObject({ outcome: 'aborted', arm: 'candidate' })
  })
})

describe('copies', () => {
  const copied = (share: number, more: object = {}) =>
    declare({
      candidates: [{ release: 'v2', share: 0 }],
      isShadow: true,
      shadowShare: share,
      ...more,
    })
  const copies = () => opened.records.filter(({ isShadow }) => isShadow)
  const counted = async (name: string) => await opened.registry.getSingleMetricAsString(name)

  it('go to the candidate while clients get the baseline, and stand in records of their own', async () => {
    copied(1)
    const stream = await ask('ada', { stream: true })
    expect(releaseOf(stream)).toBe('v1')
    expect(await stream.text()).toContain('old')
    const answer = await ask('bob')
    expect(await answer.text()).toContain('from old')
    await until(() => copies().length === 2)
    const clients = opened.records.filter(({ isShadow }) => !isShadow)
    expect(clients.map(({ arm, release }) => [arm, release])).toEqual([
      ['baseline', 'v1'],
      ['baseline', 'v1'],
    ])
    for (const copy of copies()) {
      expect(copy).toMatchObject({
        release: 'v2',
        arm: 'candidate',
        rollout: 'rollout-1',
        outcome: 'ok',
        tenant: 'acme',
        keyId: 'rollout:rollout-1',
        conversationId: undefined,
      })
      expect(clients.map(({ id }) => `copy-of-${id}`)).toContain(copy.requestId)
    }
    expect(copies().filter(({ isStream }) => isStream)).toHaveLength(1)
    const ended = await counted('slipway_inferences_total')
    expect(ended).toContain('release="v1"')
    expect(await counted('slipway_rollout_copies_total')).toContain('release="v2",outcome="ok"} 2')
  })

  it('are made of the declared share, and of the same users each time', async () => {
    copied(0.5)
    const users = Array.from({ length: 20 }, (_, index) => `user-${index}`)
    const due = users.filter(user => positionOf('rollout-1', `acme\0${user}`) < 0.5)
    expect(due.length).toBeGreaterThan(3)
    const asked = new Map<string, string>()
    for (const user of [...users, ...users]) {
      const response = await ask(user)
      asked.set(`copy-of-${response.headers.get('slipway-inference-id')}`, user)
    }
    await until(() => copies().length >= 2 * due.length)
    const copiedUsers = copies().map(({ requestId }) => asked.get(requestId) ?? '')
    expect(copiedUsers.toSorted()).toEqual([...due, ...due].toSorted())
  })

  it('end with the budget of the rollout', async () => {
    copied(1, { shadowNanoUsd: 1 })
    await (await ask('ada')).text()
    await until(() => copies().length === 1)
    for (let count = 0; count < 3; count += 1) await (await ask('ada')).text()
    expect(await counted('slipway_rollout_copies_dropped_total')).toContain('reason="budget"} 3')
    expect(copies()).toHaveLength(1)
  })

  it('stop where the candidate surely fails them', async () => {
    copied(1)
    fresh.behave({ status: 500 })
    for (let count = 0; count < 40 && bursts.length === 0; count += 1) {
      const before = copies().length
      expect((await ask(`user-${count}`)).status).toBe(200)
      await until(() => copies().length > before)
    }
    expect(bursts).toMatchObject([{ candidate: 'v2', reason: 'errors' }])
    const sent = fresh.requests.length
    expect((await ask('ada')).status).toBe(200)
    expect(fresh.requests.length).toBe(sent)
  })

  it('are dropped rather than waited for where the candidate is slow, which no client notices', async () => {
    copied(1)
    fresh.behave('silence')
    for (let count = 0; count < 12; count += 1) {
      const response = await ask(`user-${count}`)
      expect(response.status).toBe(200)
      expect(await response.text()).toContain('from old')
    }
    await until(async () =>
      (await counted('slipway_rollout_copies_dropped_total')).includes('reason="too many under way"} 4'),
    )
    expect(copies()).toHaveLength(0)
  })
})
