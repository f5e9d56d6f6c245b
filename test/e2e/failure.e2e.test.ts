import { afterAll, afterEach, beforeAll, describe, expect, it } from 'bun:test'
import OpenAI from 'openai'
import { type FakeProvider, startFakeProvider } from '../fake-provider/index.ts'
import { type Product, startProduct } from '../product.ts'
import { apiErrorOf } from '../clients.ts'
import { until } from '../until.ts'

let one: FakeProvider
let two: FakeProvider
let product: Product
let openai: OpenAI

beforeAll(async () => {
  one = await startFakeProvider({ text: 'from one' })
  two = await startFakeProvider({ text: 'from two' })
  product = await startProduct({
    config: `
providers:
  one: { kind: openai-compatible, baseUrl: "${one.url}/v1", breaker: { failures: 4, openMs: 2000 } }
  two: { kind: openai-compatible, baseUrl: "${two.url}/v1" }
services:
  ${service('fallback', 'm1', 'fallbacks: [{ target: { provider: two, model: m } }]')}
  ${service('alone', 'm2', '')}
  ${service('by-cause', 'm3', 'fallbacks: [{ on: [context_too_long], target: { provider: two, model: long } }, { on: [content_refused], target: { provider: two, model: open-minded } }]')}
  ${service('patient', 'm4', 'fallbacks: [{ target: { provider: two, model: m } }]', 'retries: { attempts: 0 }')}
  ${service('slow', 'm5, timeouts: { firstTokenMs: 300, idleMs: 300 }', 'fallbacks: [{ target: { provider: two, model: m } }]', 'retries: { attempts: 0 }')}
  ${service('falling-silent', 'm11, timeouts: { firstTokenMs: 30000, idleMs: 300 }', '', 'retries: { attempts: 0 }')}
  ${service('total', 'm6, timeouts: { totalMs: 300 }', '', 'retries: { attempts: 0 }')}
  ${service('hedged', 'm7', 'fallbacks: [{ target: { provider: two, model: m } }]', 'hedge: { afterMs: 150, budgetPercent: 100 }')}
  ${service('breaking', 'm8', '', 'retries: { attempts: 0 }')}
  ${service('unswitched', 'm10', 'fallbacks: [{ target: { provider: two, model: m } }]')}
  pool:
    releases:
      v1: { targets: [{ provider: one, model: m9 }, { provider: two, model: m9 }] }
prices:
  - { provider: one, from: 2026-01-01, usdPerMillionTokens: { input: 1, output: 2 } }
  - { provider: two, from: 2026-01-01, usdPerMillionTokens: { input: 1, output: 2 } }
`,
  })
  openai = new OpenAI({ baseURL: `${product.url}/v1`, apiKey: product.adminKey, maxRetries: 0 })
}, 120_000)

afterAll(async () => {
  await product?.stop()
  await one?.stop()
  await two?.stop()
})

afterEach(() => {
  one.behave('answer')
  two.behave('answer')
})

function service(name: string, model: string, release: string, more = ''): string {
  const rest = [`target: { provider: one, model: ${model} }`, release].filter(Boolean).join(', ')
  return `${name}: { releases: { v1: { ${rest} } }${more && `, ${more}`} }`
}

const messages = [{ role: 'user' as const, content: 'Hello there' }]
const ask = (model: string) => openai.chat.completions.create({ model, messages })

async function streamed(model: string): Promise<string> {
  const stream = await openai.chat.completions.create({ model, messages, stream: true })
  let text = ''
  for await (const chunk of stream) text += chunk.choices[0]?.delta.content ?? ''
  return text
}

interface Recorded {
  readonly service: string
  readonly attempts: { target: string; reason: string; outcome: string }[] | null
  readonly is_cost_estimate: boolean
  readonly cost_nano_usd: number | null
}

/** The last one, when as many were recorded. */
async function lastInference(model: string, count = 1): Promise<Recorded> {
  let found: Recorded[] = []
  await until(async () => {
    const response = await fetch(`${product.url}/api/inferences?service=${model}&limit=${count}`, {
      headers: { authorization: `Bearer ${product.adminKey}` },
    })
    found = ((await response.json()) as { data: Recorded[] }).data
    return found.length === count
  })
  return found[0]!
}

const calls = (provider: FakeProvider, model: string) =>
  provider.requests.filter(({ body }) => (body as { model: string }).model === model)

describe('a target that fails', () => {
  it('is tried again, then fallen back from, and the record says why', async () => {
    one.behave({ status: 500 })
    const answer = await ask('fallback')
    expect(answer.choices[0]?.message.content).toBe('from two')
    expect(calls(one, 'm1')).toHaveLength(3)
    const { attempts } = await lastInference('fallback')
    expect(attempts?.map(({ target, reason, outcome }) => [target, reason, outcome])).toEqual([
      ['provider:one', 'the only target', 'upstream_error'],
      ['provider:one', 'retry 1, after upstream_error', 'upstream_error'],
      ['provider:one', 'retry 2, after upstream_error', 'upstream_error'],
      ['provider:two', 'fallback on outage', 'ok'],
    ])
  })

  it('tells the client not to multiply our retries by its own', async () => {
    one.behave({ status: 500 })
    const error = await apiErrorOf(ask('alone'))
    expect(error.status).toBe(502)
    expect(error.headers?.get('x-should-retry')).toBe('false')
    expect(calls(one, 'm2')).toHaveLength(3)
  })

  it('gives its calls to its neighbours in the pool', async () => {
    one.behave({ status: 503 })
    const answers = await Promise.all(Array.from({ length: 12 }, () => ask('pool')))
    expect(answers.map(answer => answer.choices[0]?.message.content)).toEqual(Array(12).fill('from two'))
  })

  it('is left alone after failures in a row, and tried again by one call', async () => {
    one.behave({ status: 500 })
    for (let call = 0; call < 4; call += 1) await apiErrorOf(ask('breaking'))
    const refused = await apiErrorOf(ask('breaking'))
    expect(refused.status).toBe(503)
    expect(refused.code).toBe('no_target_available')
    expect(Number(refused.headers?.get('retry-after'))).toBeGreaterThan(0)
    expect(calls(one, 'm8')).toHaveLength(4)
    one.behave('answer')
    await until(async () => {
      const both = await Promise.allSettled([ask('breaking'), ask('breaking')])
      return both.some(({ status }) => status === 'fulfilled')
    })
    await ask('breaking')
  })
})

describe('what fallbacks are for', () => {
  it('falls back on a prompt that is too long only to the target that is meant for it', async () => {
    one.behave({ status: 400, code: 'context_length_exceeded' })
    await ask('by-cause')
    expect(two.last.body).toMatchObject({ model: 'long' })
    expect(calls(one, 'm3')).toHaveLength(1)
  })

  it('falls back on refused content', async () => {
    one.behave({ status: 400, code: 'content_policy_violation' })
    await ask('by-cause')
    expect(two.last.body).toMatchObject({ model: 'open-minded' })
  })

  it('does not fall back on a request that is wrong, nor on a cause that nobody takes', async () => {
    const before = two.requests.length
    one.behave({ status: 400 })
    expect((await apiErrorOf(ask('by-cause'))).status).toBe(400)
    one.behave({ status: 500 })
    await apiErrorOf(ask('by-cause'))
    expect(two.requests).toHaveLength(before)
  })

  it('obeys a rate limit: falls back, and leaves the target alone for as long as it asked', async () => {
    one.behave({ status: 429, headers: { 'retry-after': '2' } })
    await ask('patient')
    one.behave('answer')
    await ask('patient')
    expect(calls(one, 'm4')).toHaveLength(1)
    const { attempts } = await lastInference('patient', 2)
    expect(attempts?.[0]?.reason).toContain('fallback on rate_limit')
    await until(async () => (await ask('patient')).choices[0]?.message.content === 'from one')
  })
})

describe('a stream', () => {
  it('falls back from an error in place of its first event, and the client sees one whole stream', async () => {
    one.behave('error-in-200')
    expect(await streamed('fallback')).toBe('from two')
  })

  it('is never switched after its first token', async () => {
    one.behave('die-mid-stream')
    const error = await streamed('unswitched').then(
      () => undefined,
      (thrown: unknown) => thrown,
    )
    expect(String(error)).toContain('broke off')
    const { attempts, is_cost_estimate } = await lastInference('unswitched')
    // one attempt at the only target: nothing was decided
    expect(attempts).toBeNull()
    expect(is_cost_estimate).toBe(true)
  })

  it('goes elsewhere where no first token comes in time', async () => {
    one.behave('silence')
    const startedAt = performance.now()
    expect(await streamed('slow')).toBe('from two')
    expect(performance.now() - startedAt).toBeLessThan(20_000)
    expect((await lastInference('slow')).attempts?.[0]?.outcome).toBe('upstream_timeout')
  })

  it('ends with an error where it falls silent in the middle', async () => {
    one.behave('stall')
    const error = await streamed('falling-silent').then(
      () => undefined,
      (thrown: unknown) => thrown,
    )
    expect(String(error)).toContain('sent nothing for 300 ms')
  })

  it('is asked for at a second target where the first is slow; who is faster serves, the other is aborted', async () => {
    one.behave('silence')
    expect(await streamed('hedged')).toBe('from two')
    const [slow] = calls(one, 'm7')
    await until(() => slow?.state === 'aborted')
    const { attempts, is_cost_estimate } = await lastInference('hedged')
    expect(attempts?.map(({ outcome }) => outcome)).toEqual(['abandoned', 'ok'])
    // nobody told what the one that was left has cost
    expect(is_cost_estimate).toBe(true)
  })
})

describe('time limits', () => {
  it('end a call that takes too long as a whole', async () => {
    one.behave('silence')
    const error = await apiErrorOf(ask('total'))
    expect(error.status).toBe(504)
    expect(error.message).toContain('did not finish within 300 ms')
  })
})
