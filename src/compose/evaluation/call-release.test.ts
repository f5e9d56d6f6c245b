import { afterAll, describe, expect, it } from 'bun:test'
import { openCheckGateway } from '../../../test/check-gateway.ts'
import { startFakeProvider } from '../../../test/fake-provider/index.ts'
import type { ReleaseRequest } from '../../improve/evaluation/index.ts'
import { createCallRelease } from './call-release.ts'

const provider = await startFakeProvider()
afterAll(() => provider.stop())

const target = (model: string): string => `target: { provider: fake, model: ${model} }`
const gateway = openCheckGateway(`
providers: { fake: { kind: openai, baseUrl: ${provider.url}/v1, timeouts: { firstTokenMs: 5000 } } }
services:
  desk:
    release: v1
    storeContent: true
    releases:
      v1: { ${target('gpt-one')}, prompt: { system: Be brief. } }
      v2: { ${target('gpt-two')} }
      full: { ${target('fake-error-429')} }
      broken: { ${target('fake-error-500')} }
      garbled: { ${target('fake-end-early')} }
prices: [{ provider: fake, model: gpt-two, from: 2020-01-01, usdPerMillionTokens: { input: 1, output: 2 } }]
`)
const callRelease = createCallRelease(gateway.gateway)

const call = (given: Partial<ReleaseRequest>): ReleaseRequest => ({
  tenant: 'acme',
  suite: 'smoke',
  service: 'desk',
  release: undefined,
  body: { messages: [{ role: 'user', content: 'hello' }] },
  signal: AbortSignal.timeout(30_000),
  ...given,
})

describe('a call of an evaluation', () => {
  it('asks the release that serves, or another by its name, in the name of the suite', async () => {
    const serving = await callRelease(call({}))
    expect(serving).toMatchObject({
      kind: 'answer',
      text: 'You said: hello',
      release: 'v1',
      model: 'gpt-one-2026-11-01',
    })
    const other = await callRelease(call({ release: 'v2', seed: 7 }))
    expect(other).toMatchObject({ kind: 'answer', release: 'v2', model: 'gpt-two-2026-11-01' })
    if (other.kind !== 'answer') throw new Error('it has no answer')
    expect(other.costNanoUsd).toBeGreaterThan(0)
    expect(other.usage?.output).toBeGreaterThan(0)
    const record = gateway.records.at(-1)
    expect(record).toMatchObject({
      tenant: 'acme',
      keyId: 'evaluation:smoke',
      service: 'desk',
      release: 'v2',
    })
    // what is in a dataset is no business of the traces
    expect(record?.content).toBeUndefined()
    expect(record?.decisions.priority).toBe('batch')
    expect(other.inferenceId).toBe(record?.id)
  })

  it('knows the time to the first token where it asks for a stream', async () => {
    const answer = await callRelease(call({ isStreamed: true }))
    if (answer.kind !== 'answer') throw new Error('it has no answer')
    expect(answer.text).toBe('You said: hello')
    expect(answer.firstTokenMs).toBeGreaterThanOrEqual(0)
    expect(answer.finishReason).toBe('stop')
  })

  it('tells a full target from a broken one', async () => {
    expect(await callRelease(call({ release: 'full' }))).toMatchObject({ kind: 'full' })
    expect(await callRelease(call({ release: 'broken' }))).toMatchObject({
      kind: 'failed',
      isRetryable: true,
    })
    const garbled = await callRelease(call({ release: 'garbled', isStreamed: true }))
    expect(garbled).toMatchObject({ kind: 'failed', isRetryable: true })
    expect(await callRelease(call({ release: 'v9' }))).toMatchObject({
      kind: 'failed',
      code: 'model_not_found',
      isRetryable: false,
    })
  })
})
