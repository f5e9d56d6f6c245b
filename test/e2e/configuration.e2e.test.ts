import { afterAll, beforeAll, describe, expect, it } from 'bun:test'
import { writeFile } from 'node:fs/promises'
import { startFakeProvider } from '../fake-provider/index.ts'
import type { FakeProvider } from '../fake-provider/index.ts'
import { startProduct } from '../product.ts'
import type { Product } from '../product.ts'
import { until } from '../until.ts'

let provider: FakeProvider
let product: Product

const config = (model: string): string => `
providers:
  fake: { kind: openai, baseUrl: '${provider.url}/v1' }
services:
  assistant: { releases: { v1: { target: { provider: fake, model: ${model} } } } }
`

beforeAll(async () => {
  provider = await startFakeProvider({ chunkDelayMs: 150 })
  product = await startProduct({ config: config('first') })
}, 120_000)

afterAll(async () => {
  await product?.stop()
  await provider?.stop()
})

function call(isStream: boolean): Promise<Response> {
  return fetch(`${product.url}/v1/chat/completions`, {
    method: 'POST',
    headers: { authorization: `Bearer ${product.adminKey}`, 'content-type': 'application/json' },
    body: JSON.stringify({
      model: 'assistant',
      stream: isStream,
      messages: [{ role: 'user', content: 'one two three four five six seven eight nine ten' }],
    }),
  })
}

interface ConfigurationAnswer {
  hash: string
  problem: { problems: { line: number; column: number; message: string; mend: string }[] } | null
}

async function configuration(): Promise<ConfigurationAnswer> {
  const response = await fetch(`${product.url}/api/configuration`, {
    headers: { authorization: `Bearer ${product.adminKey}` },
  })
  return (await response.json()) as ConfigurationAnswer
}

describe('an edit of slipway.yaml while the server runs', () => {
  it('takes effect without a restart, drops no stream, and names the snapshot on each inference', async () => {
    const before = (await configuration()).hash
    const streaming = await call(true)
    await writeFile(product.configFile, config('second'))
    await until(async () => (await configuration()).hash !== before)
    const text = await streaming.text()
    expect(text).toEndWith('data: [DONE]\n\n')
    expect(text).toContain('"model":"first-')

    const next = await call(false)
    expect(((await next.json()) as { model: string }).model).toStartWith('second-')
    const id = next.headers.get('slipway-inference-id')
    const headers = { authorization: `Bearer ${product.adminKey}` }
    await until(async () => (await fetch(`${product.url}/api/inferences/${id}`, { headers })).ok, {
      limitMs: 30_000,
    })
    const inference = (await (await fetch(`${product.url}/api/inferences/${id}`, { headers })).json()) as {
      snapshot_hash: string
    }
    expect(inference.snapshot_hash).toBe((await configuration()).hash)
  })

  it('that has a problem leaves the former one in force and says where', async () => {
    const { hash } = await configuration()
    await writeFile(product.configFile, config('third').replace('target:', 'tarrget:'))
    await until(async () => (await configuration()).problem !== null)
    const answer = await configuration()
    expect(answer.hash).toBe(hash)
    const [problem] = answer.problem!.problems
    expect(problem).toMatchObject({ line: 5 })
    expect(`${problem!.message} ${problem!.mend}`).toContain('target')
    expect((await call(false)).status).toBe(200)
    await writeFile(product.configFile, config('second'))
    await until(async () => (await configuration()).problem === null)
  })

  it('stands in the audit log', async () => {
    const response = await fetch(`${product.url}/api/audit?action=configuration:apply`, {
      headers: { authorization: `Bearer ${product.adminKey}` },
    })
    const { data } = (await response.json()) as { data: { before_hash: string; after_hash: string }[] }
    expect(data.length).toBeGreaterThan(0)
    expect(data[0]!.before_hash).not.toBe(data[0]!.after_hash)
  })
})

describe('SIGTERM', () => {
  it('lets a stream in flight end, turns new requests away, and leaves nothing unwritten', async () => {
    const streaming = await call(true)
    process.kill(product.pid, 'SIGTERM')
    await until(async () => {
      const late = await call(false).catch(() => undefined)
      return late === undefined || late.status === 503
    })
    expect(await streaming.text()).toEndWith('data: [DONE]\n\n')
    expect(await product.exited).toBe(0)
    expect(product.lines.at(-1)).toContain('stopped')
  }, 120_000)
})

describe('a configuration with problems at the start', () => {
  it('is refused with every problem at its place', async () => {
    const broken = startProduct({ config: 'services:\n  a: { releases: {} }\n  b: 1\n' })
    const outcome = await broken.then(
      () => 'started',
      (error: unknown) => String(error),
    )
    expect(outcome).toContain('(78)')
  }, 120_000)
})

describe('a port that is taken', () => {
  it('is refused with what to do, and ends what was started', async () => {
    const taken = new URL(provider.url).port
    const outcome = await startProduct({ config: config('x'), environment: { SLIPWAY_PORT: taken } }).then(
      () => 'started',
      (error: unknown) => String(error),
    )
    expect(outcome).toContain('(78)')
  }, 120_000)
})
