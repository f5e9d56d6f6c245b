import { afterAll, beforeAll, describe, expect, it } from 'bun:test'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { type FakeProvider, startFakeProvider } from '../../../../test/fake-provider/index.ts'
import { type Product, startProduct } from '../../../../test/product.ts'
import { until } from '../../../../test/until.ts'
import { exitCodes } from '../exit-codes.ts'
import { runCli } from '../run-cli.fixture.ts'

let provider: FakeProvider
let product: Product
let folder: string

beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'slipway-rollouts-'))
  provider = await startFakeProvider({ text: 'hello' })
  product = await startProduct({
    config: `
providers:
  up: { kind: openai-compatible, baseUrl: "${provider.url}/v1" }
services:
  desk:
    release: v1
    releases:
      v1: { target: { provider: up, model: a } }
      v2: { target: { provider: up, model: b } }
    rollout:
      sticky: request
      steps: [{ share: 50%, leastValues: 10, leastDuration: 1s }]
      metrics: [{ use: errors, margin: 0.9 }]
      every: 1s
`,
  })
}, 120_000)

afterAll(async () => {
  await product?.stop()
  await provider?.stop()
  await rm(folder, { recursive: true, force: true })
})

const slipway = (...words: string[]) =>
  runCli(words, { environment: { SLIPWAY_URL: product.url, SLIPWAY_KEY: product.adminKey } })

const headers = (): Record<string, string> => ({
  authorization: `Bearer ${product.adminKey}`,
  'content-type': 'application/json',
})

const ask = async (): Promise<string | null> => {
  const answer = await fetch(`${product.url}/v1/chat/completions`, {
    method: 'POST',
    headers: headers(),
    body: JSON.stringify({ model: 'desk', messages: [{ role: 'user', content: 'Hello' }] }),
  })
  return answer.headers.get('slipway-release')
}

/** As programs send it that have an address and no headers, Flagger among them. */
const asPassword = (key: string): string => `Basic ${Buffer.from(`flagger:${key}`).toString('base64')}`

const statusOf = async (query: string, method: 'GET' | 'POST'): Promise<number> =>
  (
    await fetch(`${product.url}/api/services/desk/rollout-verdict?status=${query}`, {
      method,
      headers: { ...headers(), ...(method === 'POST' && { authorization: asPassword(product.adminKey) }) },
      ...(method === 'POST' && { body: '{"name":"desk","phase":"Progressing"}' }),
    })
  ).status

describe('slipway rollout', () => {
  it('rolls a release out on real traffic, says why, and goes back in one command', async () => {
    const plan = path.join(folder, 'steps.yaml')
    await writeFile(plan, 'steps:\n  - { share: 50%, shadow: 5% }\n')
    const wrong = await slipway('rollout', 'start', 'desk', 'v2', '-f', plan, '--reason', 'typo')
    expect(wrong.code).toBe(exitCodes.badInput)
    expect(wrong.stderr).toContain('steps.yaml:2:')

    const begun = await slipway('rollout', 'start', 'desk', 'v2', '--reason', 'shorter prompt', '--json')
    const { id } = JSON.parse(begun.stdout) as { id: string }
    expect(await statusOf('success', 'GET')).toBe(409)
    expect(await statusOf('not-failure', 'POST')).toBe(200)
    const seen = new Set<string | null>()
    await until(async () => {
      for (let count = 0; count < 10; count += 1) seen.add(await ask())
      return (await statusOf('success', 'POST')) === 200
    })
    expect(seen).toEqual(new Set(['v1', 'v2']))
    const watched = await slipway('rollout', 'watch', id)
    expect(watched.code).toBe(0)
    expect(watched.stdout).toContain('desk: v2 against v1  promoted')
    expect(watched.stdout).toContain('is rolled back for a metric with a chance of 5 % at most')
    const verdicts = await slipway('rollout', 'show', id, '--verdicts')
    expect(verdicts.stdout).toMatch(/promote of step 1, .* requests/)
    expect(verdicts.stdout).toContain('errors: within 0.9')
    await until(async () => (await ask()) === 'v2')
    expect((await slipway('rollout', 'list')).stdout).toContain('100 % v2')
    const services = await fetch(`${product.url}/api/services`, { headers: headers() })
    expect(await services.json()).toMatchObject({ data: [{ name: 'desk', release: 'v2' }] })

    const back = await slipway('rollout', 'back', 'desk', 'v1', '--reason', 'it burns')
    expect(back.stdout).toContain('v1 answers for desk')
    await until(async () => (await ask()) === 'v1')
    const live = await slipway('rollout', 'live', 'desk')
    expect(live.stdout).toContain('it burns')
    expect(live.stdout).toContain('promotion, rollouts')
    const audit = await fetch(`${product.url}/api/audit?limit=50`, { headers: headers() })
    const text = await audit.text()
    for (const action of ['rollout:started', 'rollout:promoted', 'rollout:set-live-release'])
      expect(text).toContain(action)
  }, 90_000)

  it('ends one by hand, with who and why', async () => {
    const begun = await slipway('rollout', 'start', 'desk', 'v2', '--reason', 'again', '--json')
    const { id } = JSON.parse(begun.stdout) as { id: string }
    expect((await slipway('rollout', 'start', 'desk', 'v2', '--reason', 'twice')).stderr).toContain(
      'slipway rollout abort',
    )
    expect((await slipway('rollout', 'pause', id, '--reason', 'lunch')).stdout).toContain('is paused')
    expect((await slipway('rollout', 'resume', id, '--reason', 'back')).stdout).toContain('is running')
    const early = await slipway('rollout', 'approve', id, '--reason', 'yes')
    expect(early.stderr).toContain('does not wait for a yes')
    expect((await slipway('rollout', 'abort', id, '--reason', 'wrong one')).stdout).toContain('is aborted')
    const watched = await slipway('rollout', 'watch', id)
    expect(watched.code).toBe(exitCodes.failed)
    expect(watched.stdout).toContain('wrong one')
    expect(await statusOf('failure', 'GET')).toBe(200)
    expect(await statusOf('success', 'GET')).toBe(422)
  }, 60_000)
})
