import { afterAll, beforeAll, describe, expect, it } from 'bun:test'
import { type FakeProvider, startFakeProvider } from '../fake-provider/index.ts'
import { type Product, startProduct } from '../product.ts'
import { until } from '../until.ts'

let old: FakeProvider
let fresh: FakeProvider
let product: Product

beforeAll(async () => {
  old = await startFakeProvider({ text: 'from old' })
  fresh = await startFakeProvider({ text: 'from new, slowly and word by word', chunkDelayMs: 150 })
  product = await startProduct({
    environment: { SLIPWAY_WORKERS: '3' },
    config: `
providers:
  old: { kind: openai-compatible, baseUrl: "${old.url}/v1" }
  new: { kind: openai-compatible, baseUrl: "${fresh.url}/v1", breaker: { failures: 1000, errorPercent: 100 } }
services:
  desk:
    release: v1
    retries: { attempts: 0 }
    releases:
      v1: { target: { provider: old, model: m } }
      v2: { target: { provider: new, model: m } }
    rollout:
      steps: [{ share: 50%, leastValues: 5000 }]
      metrics: [{ use: errors }]
      fastPath: { errors: 10%, chance: 0.001 }
`,
  })
}, 120_000)

afterAll(async () => {
  await product?.stop()
  await Promise.all([old?.stop(), fresh?.stop()])
})

/** A connection of its own each time, so that any of the processes may take it. */
async function call(path: string, body?: object): Promise<Response> {
  return await fetch(`${product.url}${path}`, {
    ...(body && { method: 'POST', body: JSON.stringify(body) }),
    headers: {
      authorization: `Bearer ${product.adminKey}`,
      'content-type': 'application/json',
      connection: 'close',
    },
  })
}

const ask = (user: string, more: object = {}) =>
  call('/v1/chat/completions', {
    model: 'desk',
    user,
    messages: [{ role: 'user', content: 'Hello' }],
    ...more,
  })
const releaseOf = (response: Response) => response.headers.get('slipway-release')
const users = Array.from({ length: 24 }, (_, index) => `user-${index}`)

describe('a rollout of a live product with several processes', () => {
  it('splits users alike in every process, stops a candidate that fails, and lets streams under way end', async () => {
    expect(releaseOf(await ask('ada'))).toBe('v1')
    const begun = await call('/api/rollouts', { service: 'desk', candidate: 'v2', reason: 'shorter prompt' })
    const { id } = (await begun.json()) as { id: string }
    expect(begun.status).toBe(201)
    // each process hears of it by itself: all have, when nobody is answered by another side than before
    let sides: (string | null)[] = []
    await until(async () => {
      const rounds = []
      for (let round = 0; round < 4; round += 1)
        rounds.push(await Promise.all(users.map(async user => releaseOf(await ask(user)))))
      sides = rounds[0] ?? []
      return rounds.every(one => one.join() === sides.join()) && sides.includes('v2') && sides.includes('v1')
    })
    const candidates = users.filter((_, index) => sides[index] === 'v2')
    const streams = await Promise.all(
      candidates.slice(0, 3).map(async user => await ask(user, { stream: true })),
    )
    for (const stream of streams) expect([stream.status, releaseOf(stream)]).toEqual([200, 'v2'])

    fresh.behave({ status: 500 })
    await until(async () => {
      const answers = await Promise.all(users.map(async user => await ask(user)))
      return answers.every(answer => answer.status === 200 && releaseOf(answer) === 'v1')
    })
    for (const stream of streams) expect(await stream.text()).toContain('[DONE]')

    const read = async () =>
      (await (await call(`/api/rollouts/${id}`)).json()) as {
        state: string
        bursts: readonly { release: string; evidence: Record<string, unknown> }[]
      }
    await until(async () => (await read()).state === 'rolled-back')
    const { bursts } = await read()
    expect(bursts.length).toBeGreaterThan(0)
    expect(bursts[0]?.release).toBe('v2')
    const listed = (await (await call(`/api/inferences?rollout=${id}&arm=candidate&limit=200`)).json()) as {
      data: readonly { release: string; arm: string; rollout_step: number }[]
    }
    expect(listed.data.length).toBeGreaterThan(0)
    expect(new Set(listed.data.map(({ release, arm }) => `${release} ${arm}`))).toEqual(
      new Set(['v2 candidate']),
    )
    const metrics = await (await call('/metrics')).text()
    expect(metrics).toMatch(/slipway_rollout_requests_total\{[^}]*release="v1",arm="baseline",outcome="ok"/)
  }, 60_000)
})
