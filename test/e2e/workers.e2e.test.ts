import { afterAll, beforeAll, describe, expect, it } from 'bun:test'
import { spawnSync } from 'node:child_process'
import { writeFile } from 'node:fs/promises'
import path from 'node:path'
import { createTestDatabase, type TestDatabase } from '../database.ts'
import { startFakeProvider } from '../fake-provider/index.ts'
import type { FakeProvider } from '../fake-provider/index.ts'
import { startProduct } from '../product.ts'
import type { Product } from '../product.ts'
import { isAlive } from '../is-alive.ts'

/** Three processes on one port. Every connection is a new one, so that the kernel spreads them. */
let provider: FakeProvider
let product: Product
let database: TestDatabase

interface Process {
  readonly worker: string
  readonly role: string
  readonly pid: number
  readonly requests_in_flight: number
  readonly resident_bytes: number
}

const config = (model: string): string => `
providers:
  fake: { kind: openai, baseUrl: '${provider.url}/v1' }
services:
  assistant: { releases: { v1: { target: { provider: fake, model: ${model} } } } }
  kept:
    cache: { tenants: all, exact: {} }
    releases: { v1: { target: { provider: fake, model: kept } } }
pipelines: { commands: { allow: true } }
`

beforeAll(async () => {
  provider = await startFakeProvider({ chunkDelayMs: 20 })
  database = await createTestDatabase()
  product = await startProduct({
    config: config('first'),
    databaseUrl: database.url,
    environment: { SLIPWAY_WORKERS: '3' },
  })
}, 120_000)

afterAll(async () => {
  await product?.stop()
  await provider?.stop()
  await database?.[Symbol.asyncDispose]()
}, 120_000)

async function read(address: string, init: RequestInit = {}, key = product.adminKey): Promise<Response> {
  const headers = {
    authorization: `Bearer ${key}`,
    'content-type': 'application/json',
    connection: 'close',
  }
  return await fetch(`${product.url}${address}`, { ...init, headers })
}

async function ask(key = product.adminKey, model = 'assistant'): Promise<Response> {
  const body = JSON.stringify({ model, messages: [{ role: 'user', content: 'one two three' }] })
  return await read('/v1/chat/completions', { method: 'POST', body }, key)
}

async function processes(): Promise<Process[]> {
  return ((await (await read('/api/system')).json()) as { processes: Process[] }).processes
}

async function countOf(metric: string): Promise<number> {
  const text = await (await read('/metrics')).text()
  return text
    .split('\n')
    .filter(line => line.startsWith(`${metric}{`) || line.startsWith(`${metric} `))
    .reduce((sum, line) => sum + Number(line.slice(line.lastIndexOf(' '))), 0)
}

async function until(check: () => boolean | Promise<boolean>, limitMs = 30_000): Promise<void> {
  const endsAt = Date.now() + limitMs
  while (Date.now() < endsAt) {
    if (await check()) return
    await Bun.sleep(25)
  }
  throw new Error('it did not come to be')
}

describe('three workers on one port', () => {
  it('share their port with no other server', () => {
    const other = spawnSync(process.execPath, [path.join(import.meta.dirname, '../../src/main.ts')], {
      env: {
        ...process.env,
        SLIPWAY_PORT: new URL(product.url).port,
        SLIPWAY_DATA: path.join(product.dataDirectory, 'other'),
        SLIPWAY_OBJECT_STORE: path.join(product.dataDirectory, 'objects'),
        SLIPWAY_CONFIG: product.configFile,
        SLIPWAY_WORKERS: '2',
        DATABASE_URL: database.url,
      },
      encoding: 'utf8',
      timeout: 120_000,
    })
    expect(other.status).toBe(78)
    expect(other.stderr).toContain('cannot listen')
  }, 120_000)

  it('serve together, and are shown as one server', async () => {
    const answers = await Promise.all(Array.from({ length: 60 }, () => ask()))
    expect(answers.map(({ status }) => status)).toEqual(answers.map(() => 200))
    const all = await processes()
    expect(all.map(({ worker, role }) => `${worker} ${role}`).toSorted()).toEqual([
      '0 primary',
      '1 worker',
      '2 worker',
    ])
    expect(new Set(all.map(({ pid }) => pid)).size).toBe(3)
    // whoever is asked knows the sum
    for (let scrape = 0; scrape < 8; scrape += 1) expect(await countOf('slipway_inferences_total')).toBe(60)
  })

  it('put an edit of the configuration in force in all of them', async () => {
    await writeFile(product.configFile, config('second'))
    const models = async (): Promise<Set<string>> => {
      const answers = await Promise.all(Array.from({ length: 24 }, () => ask()))
      // nobody is refused meanwhile
      expect(await Promise.all(answers.filter(({ ok }) => !ok).map(answer => answer.text()))).toEqual([])
      const bodies = await Promise.all(answers.map(answer => answer.json() as Promise<{ model: string }>))
      return new Set(bodies.map(({ model }) => model.replace(/-.*/, '')))
    }
    await until(async () => [...(await models())].join() === 'second')
  })

  it('show what any of them serves in a live tail that is open at one of them', async () => {
    const leaving = new AbortController()
    const tail = await read('/api/inferences/live', { signal: leaving.signal })
    expect(tail.status).toBe(200)
    let text = ''
    const reading = (async () => {
      for await (const chunk of tail.body as unknown as AsyncIterable<Uint8Array>)
        text += new TextDecoder().decode(chunk)
    })().catch(() => undefined)
    const askSome = async (): Promise<string[]> => {
      const sent = await Promise.all(Array.from({ length: 24 }, () => ask()))
      return sent.map(({ headers }) => headers.get('slipway-inference-id') ?? 'none')
    }
    const isShown = (ids: string[]) => ids.every(id => text.includes(id))
    // the worker that has the tail begins to listen to the others when it is opened, which takes a moment
    let ids: string[] = []
    for (let round = 0; round < 30 && !(ids.length > 0 && isShown(ids)); round += 1) {
      ids = await askSome()
      await until(() => isShown(ids), 1_000).catch(() => undefined)
    }
    expect(isShown(ids)).toBe(true)
    leaving.abort()
    await reading
  })

  it('forget the answers of their caches together', async () => {
    const cached = async (): Promise<(string | null)[]> => {
      const answers = await Promise.all(Array.from({ length: 24 }, () => ask(undefined, 'kept')))
      return answers.map(({ headers }) => headers.get('slipway-cache'))
    }
    await until(async () => (await cached()).every(how => how?.startsWith('hit') === true))
    const { forgotten } = (await (await read('/api/caches/kept', { method: 'DELETE' })).json()) as {
      forgotten: number
    }
    expect(forgotten).toBe(1)
    await Bun.sleep(200)
    const answers: (string | null)[] = []
    // one after the other, and so at all three: each has to ask again once
    for (let call = 0; call < 40; call += 1)
      answers.push((await ask(undefined, 'kept')).headers.get('slipway-cache'))
    expect(answers.filter(how => how === 'miss')).toHaveLength(3)
  })

  it('send the bytes of what a pipeline has left, whichever of them is asked', async () => {
    const text = JSON.stringify({
      pipeline: 'bytes',
      stages: {
        make: {
          use: 'command',
          with: { command: ['sh', '-c', 'printf abc > outputs/text'], outputs: { text: 'file' } },
        },
      },
    })
    const send = async (method: string, address: string, body: object): Promise<{ id: string }> => {
      const response = await read(address, { method, body: JSON.stringify(body) })
      expect(response.ok).toBe(true)
      return (await response.json()) as { id: string }
    }
    await send('PUT', '/api/pipelines', { text })
    const { id } = await send('POST', '/api/pipeline-runs', { pipeline: 'bytes' })
    await until(async () => {
      const { state } = (await (await read(`/api/pipeline-runs/${id}`)).json()) as { state: string }
      return state === 'succeeded'
    })
    const texts = await Promise.all(
      Array.from(
        { length: 12 },
        async () => await (await read(`/api/pipeline-runs/${id}/artifacts/make/text`)).text(),
      ),
    )
    expect(new Set(texts)).toEqual(new Set(['abc']))
  })

  it('replace one that is killed, without a failed request of the others or a lost count', async () => {
    const victim = (await processes()).find(({ worker }) => worker === '2')!
    const before = await countOf('slipway_inferences_total')
    process.kill(victim.pid, 'SIGKILL')
    const killedAt = performance.now()
    const statuses = new Set<number>()
    let lastResetMs = 0
    await until(async () => {
      const asked = await Promise.allSettled(Array.from({ length: 6 }, () => ask()))
      for (const one of asked) {
        // connections that the killed one held, or the kernel had in its queue for it, are reset; nothing else is
        if (one.status === 'fulfilled') statuses.add(one.value.status)
        else lastResetMs = performance.now() - killedAt
      }
      // which may befall this question too
      const now = await processes().catch(() => [])
      return now.some(({ worker, pid }) => worker === '2' && pid !== victim.pid)
    })
    expect([...statuses]).toEqual([200])
    expect(lastResetMs).toBeLessThan(10_000)
    expect(await countOf('slipway_inferences_total')).toBeGreaterThan(before)
    // one is counted a moment after its answer
    const untilSettled = () => until(async () => (await countOf('slipway_inferences_in_flight')) === 0)
    await untilSettled()
    const counted = await countOf('slipway_inferences_total')
    await Promise.all(Array.from({ length: 30 }, () => ask()))
    await untilSettled()
    expect(await countOf('slipway_inferences_total')).toBe(counted + 30)
  }, 120_000)

  it('refuse a key that was revoked at any of them, soon', async () => {
    const made = (await (
      await read('/api/keys', {
        method: 'POST',
        body: JSON.stringify({ name: 'leaver', role: 'service', tenant: 'default' }),
      })
    ).json()) as { id: string; secret: string }
    await until(async () =>
      (await Promise.all(Array.from({ length: 12 }, () => ask(made.secret)))).every(({ ok }) => ok),
    )
    await read(`/api/keys/${made.id}`, { method: 'DELETE' })
    const since = performance.now()
    await until(async () => {
      const answers = await Promise.all(Array.from({ length: 24 }, () => ask(made.secret)))
      return answers.every(({ status }) => status === 401)
    })
    expect(performance.now() - since).toBeLessThan(10_000)
  })

  it('end in order, together, with their requests in flight answered', async () => {
    const streams = await Promise.all(
      Array.from({ length: 12 }, () =>
        read('/v1/chat/completions', {
          method: 'POST',
          body: JSON.stringify({
            model: 'assistant',
            stream: true,
            messages: [{ role: 'user', content: 'one two three four five six seven eight nine ten' }],
          }),
        }),
      ),
    )
    const pids = (await processes()).map(({ pid }) => pid)
    process.kill(product.pid, 'SIGTERM')
    for (const stream of streams) expect(await stream.text()).toEndWith('data: [DONE]\n\n')
    expect(await product.exited).toBe(0)
    expect(pids.filter(isAlive)).toEqual([])
  }, 120_000)
})
