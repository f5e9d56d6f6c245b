import { afterAll, describe, expect, it } from 'bun:test'
import { openCheckGateway } from '../../../test/check-gateway.ts'
import { startFakeProvider } from '../../../test/fake-provider/index.ts'

const provider = await startFakeProvider()
afterAll(() => provider.stop())

const service = (model: string): string =>
  `{ storeContent: true, releases: { v1: { target: { provider: fake, model: ${model} } } } }`
const gateway = openCheckGateway(`
providers: { fake: { kind: openai, baseUrl: ${provider.url}/v1, timeouts: { firstTokenMs: 5000 } } }
services:
  guard: ${service('gpt-guard')}
  broken: ${service('fake-error-500')}
  silent: ${service('fake-silence')}
prices: [{ provider: fake, model: gpt-guard, from: 2020-01-01, usdPerMillionTokens: { input: 1, output: 2 } }]
`)

const call = (name: string, signal = AbortSignal.timeout(30_000)) => ({
  tenant: 'acme',
  check: 'tone',
  service: name,
  path: '/v1/chat/completions' as const,
  body: { messages: [{ role: 'user', content: 'a secret text' }] },
  signal,
})

/** What it failed with. */
const errorOf = (promise: Promise<unknown>): Promise<unknown> =>
  promise.then(
    () => undefined,
    (error: unknown) => error,
  )

describe('an ask of a check', () => {
  it('is an inference of its own, paid by the tenant under the name of the check', async () => {
    const { body, model, costNanoUsd } = await gateway.ask(call('guard'))
    expect(JSON.stringify(body)).toContain('You said: a secret text')
    const record = gateway.records.at(-1)
    expect(record).toMatchObject({ tenant: 'acme', keyId: 'check:tone', service: 'guard', outcome: 'ok' })
    expect(costNanoUsd).toBeGreaterThan(0)
    expect(record?.costNanoUsd).toBe(costNanoUsd)
    expect(model).toBe(record?.upstreamModel)
    const metrics = await gateway.registry.metrics()
    expect(metrics).toContain('slipway_check_calls_total{check="tone",service="guard",outcome="ok"} 1')
    expect(metrics).toMatch(/slipway_check_cost_usd_total\{check="tone",service="guard"\} \S+/)
  })

  it('leaves nothing of the text behind, even where the service keeps content', async () => {
    await gateway.ask(call('guard'))
    expect(gateway.records.at(-1)?.content).toBeUndefined()
  })

  it('throws where the service fails, is not there, or does not answer in time', async () => {
    expect(await errorOf(gateway.ask(call('broken')))).toMatchObject({ code: 'upstream_error' })
    expect(await errorOf(gateway.ask(call('nowhere')))).toMatchObject({ code: 'upstream_error' })
    const startedAt = performance.now()
    expect(await errorOf(gateway.ask(call('silent', AbortSignal.timeout(60))))).toMatchObject({
      name: 'TimeoutError',
    })
    expect(performance.now() - startedAt).toBeLessThan(20_000)
    // whoever asked has left, and so the upstream is let go
    expect(gateway.records.at(-1)).toMatchObject({ service: 'silent', outcome: 'aborted' })
  })
})
