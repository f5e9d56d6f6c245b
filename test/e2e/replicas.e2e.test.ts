import { afterAll, beforeAll, describe, expect, it } from 'bun:test'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { createTestDatabase, type TestDatabase } from '../database.ts'
import { startFakeProvider } from '../fake-provider/index.ts'
import type { FakeProvider } from '../fake-provider/index.ts'
import { startProduct } from '../product.ts'
import type { Product } from '../product.ts'
import { until } from '../until.ts'

/** Three servers on one Postgres, each with a file and a data folder of its own. */
let provider: FakeProvider
let shared: TestDatabase
let replicas: Product[] = []
const folders: string[] = []
/** The object store that all of them use. */
let objects: string

interface Revision {
  readonly revision: number
  readonly origin: string
  readonly restores: number | null
  readonly published_by: string
}

interface System {
  readonly replicas: {
    name: string
    revision: number | null
    refused_revision: number | null
    problems: string | null
  }[]
}

const config = (model: string, more = ''): string => `# ${model}
providers:
  fake: { kind: openai, baseUrl: '${provider.url}/v1'${more} }
services:
  assistant: { releases: { v1: { target: { provider: fake, model: ${model} } } } }
`

async function startReplica(
  text: string,
  environment: Record<string, string> = {},
  folder?: string,
): Promise<Product> {
  const dataDirectory = folder ?? (await mkdtemp(path.join(tmpdir(), 'slipway-replica-')))
  folders.push(dataDirectory)
  return await startProduct({
    config: text,
    databaseUrl: shared.url,
    dataDirectory,
    environment: { SLIPWAY_OBJECT_STORE: objects, ...environment },
  })
}

beforeAll(async () => {
  objects = await mkdtemp(path.join(tmpdir(), 'slipway-objects-'))
  folders.push(objects)
  provider = await startFakeProvider()
  shared = await createTestDatabase()
  const first = await startReplica(config('m0'))
  const others = await Promise.all([
    startReplica(config('m0')),
    startReplica(config('m0'), { SLIPWAY_WORKERS: '2' }),
  ])
  replicas = [first, ...others]
}, 120_000)

afterAll(async () => {
  await Promise.all(replicas.map(replica => replica.stop()))
  await provider?.stop()
  await shared?.[Symbol.asyncDispose]()
  await Promise.all(folders.map(folder => rm(folder, { recursive: true, force: true })))
}, 120_000)

async function call(
  replica: Product,
  address: string,
  method = 'GET',
  body?: unknown,
  key = replica.adminKey,
): Promise<Response> {
  return await fetch(`${replica.url}${address}`, {
    method,
    headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json', connection: 'close' },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  })
}

async function read<Answer>(
  replica: Product,
  address: string,
  method = 'GET',
  body?: unknown,
): Promise<Answer> {
  const response = await call(replica, address, method, body)
  if (!response.ok) throw new Error(`${response.status} ${await response.text()}`)
  return (await response.json()) as Answer
}

function ask(replica: Product, key?: string): Promise<Response> {
  const body = { model: 'assistant', messages: [{ role: 'user', content: 'one two' }] }
  return call(replica, '/v1/chat/completions', 'POST', body, key)
}

async function modelOf(replica: Product): Promise<string> {
  const answer = (await (await ask(replica)).json()) as { model: string }
  return answer.model.replace(/-.*/, '')
}

async function hashOf(replica: Product): Promise<string> {
  return (await read<{ hash: string }>(replica, '/api/configuration')).hash
}

async function history(): Promise<Revision[]> {
  return (await read<{ data: Revision[] }>(replicas[0]!, '/api/configuration/revisions?limit=200')).data
}

async function untilAllServe(model: string): Promise<number> {
  return await until(async () => (await Promise.all(replicas.map(modelOf))).every(one => one === model), {
    everyMs: 5,
  })
}

const percentile = (sorted: readonly number[], share: number): number =>
  sorted[Math.min(sorted.length - 1, Math.ceil(sorted.length * share) - 1)] ?? NaN

describe('an edit of the file of one replica', () => {
  it('is in force at all of them soon', async () => {
    const edits = 30
    const times: number[] = []
    for (let edit = 1; edit <= edits; edit += 1) {
      const before = await hashOf(replicas[0]!)
      const since = performance.now()
      await writeFile(replicas[edit % 3]!.configFile, config(`m${edit}`))
      await until(async () => (await hashOf(replicas[0]!)) !== before, { everyMs: 5 })
      await untilAllServe(`m${edit}`)
      times.push(performance.now() - since)
    }
    const sorted = times.toSorted((left, right) => left - right)
    const p50 = percentile(sorted, 0.5)
    const p99 = percentile(sorted, 0.99)
    console.log(
      `an edit was in force everywhere after ${p50.toFixed(0)} ms (p50), ${p99.toFixed(0)} ms (p99)`,
    )
    // a second is promised; other tests share the machine
    expect(p99).toBeLessThan(10_000)
    const [latest] = await history()
    // each edit once, whoever saw it
    expect(latest).toMatchObject({ revision: edits + 1, origin: 'file' })
  }, 120_000)

  it('that has problems changes nothing anywhere', async () => {
    const before = await history()
    await writeFile(replicas[1]!.configFile, config('bad').replace('target', 'tarrget'))
    await until(
      async () => (await read<{ problem: unknown }>(replicas[1]!, '/api/configuration')).problem !== null,
      { everyMs: 5 },
    )
    expect(await history()).toEqual(before)
    await untilAllServe('m30')
    await writeFile(replicas[1]!.configFile, config('mended'))
    await untilAllServe('mended')
  })
})

describe('a rollback', () => {
  it('puts an earlier revision in force everywhere, as a new one, and is audited', async () => {
    const [latest, earlier] = await history()
    const made = await read<Revision>(
      replicas[2]!,
      `/api/configuration/revisions/${earlier!.revision}/rollback`,
      'POST',
    )
    expect(made).toMatchObject({
      revision: latest!.revision + 1,
      origin: 'rollback',
      restores: earlier!.revision,
    })
    const tookMs = await untilAllServe('m30')
    expect(tookMs).toBeLessThan(10_000)
    const { data } = await read<{ data: { subject: string; actor_name: string }[] }>(
      replicas[0]!,
      '/api/audit?action=configuration:rollback',
    )
    expect(data[0]!.subject).toBe(`configuration:${made.revision}`)
    // the text keeps neither comments nor where it came from
    const { text } = await read<{ text: string }>(
      replicas[0]!,
      `/api/configuration/revisions/${made.revision}`,
    )
    expect(text).not.toContain('#')
  })

  it('is refused for what is no revision', async () => {
    expect((await call(replicas[0]!, '/api/configuration/revisions/9999/rollback', 'POST')).status).toBe(404)
  })
})

describe('a replica that starts', () => {
  it('follows the last revision where its file is an earlier one, and says how to publish the file', async () => {
    const before = await history()
    const late = await startReplica(config('m7'))
    try {
      expect(await modelOf(late)).toBe('m30')
      expect(late.lines.some(line => line.includes('slipway config publish'))).toBe(true)
      expect(await read<object>(late, '/api/configuration')).toMatchObject({ is_file_stale: true })
      expect(await history()).toEqual(before)
      // saved again with a change, it is an edit like any other
      await writeFile(late.configFile, config('fresh'))
      await until(async () => (await modelOf(late)) === 'fresh', { everyMs: 5 })
      await untilAllServe('fresh')
    } finally {
      await late.stop()
    }
  }, 120_000)

  it('publishes a file that was never published', async () => {
    const late = await startReplica(config('news'))
    try {
      await untilAllServe('news')
    } finally {
      await late.stop()
    }
  }, 120_000)
})

describe('a revision that one replica cannot use', () => {
  it('is reported there, and what was in force stays', async () => {
    const able = await startReplica(config('news'), { SLIPWAY_TEST_ONLY_SECRET: 'sk-only-here' })
    try {
      const text = config('keyed', `, apiKey: { env: SLIPWAY_TEST_ONLY_SECRET }`)
      const before = (await history()).length
      await writeFile(able.configFile, text)
      await until(async () => (await history()).length > before, { everyMs: 5 })
      expect(await modelOf(able)).toBe('keyed')
      const [latest] = await history()
      const refusals = async () =>
        (await read<System>(replicas[0]!, '/api/system')).replicas.filter(
          ({ refused_revision }) => refused_revision === latest!.revision,
        )
      await until(async () => (await refusals()).length === 3, { everyMs: 5 })
      expect((await refusals())[0]!.problems).toContain('SLIPWAY_TEST_ONLY_SECRET')
      expect(await modelOf(replicas[0]!)).toBe('news')
      await writeFile(able.configFile, config('without'))
      await untilAllServe('without')
      // they say so a moment after they serve it
      await until(async () => (await refusals()).length === 0)
    } finally {
      await able.stop()
    }
  }, 120_000)
})

describe('a server with another object store', () => {
  it('does not start, and says what to set', async () => {
    const elsewhere = path.join(objects, 'elsewhere')
    const problem = await startReplica(config('m0'), { SLIPWAY_OBJECT_STORE: elsewhere }).then(
      replica => replica.stop(),
      (error: unknown) => String(error),
    )
    expect(problem).toContain('The server ended (78)')
    expect(problem).toContain('SLIPWAY_OBJECT_STORE')
  }, 120_000)
})

describe('a key that is revoked', () => {
  async function revoke(at: Product): Promise<number> {
    const made = await read<{ id: string; secret: string }>(at, '/api/keys', 'POST', {
      name: 'leaver',
      role: 'service',
      tenant: 'default',
    })
    const statuses = async () =>
      (await Promise.all(replicas.map(replica => ask(replica, made.secret)))).map(({ status }) => status)
    await until(async () => (await statuses()).every(status => status === 200), { everyMs: 5 })
    await call(at, `/api/keys/${made.id}`, 'DELETE')
    return await until(async () => (await statuses()).every(status => status === 401), { everyMs: 5 })
  }

  it('is refused everywhere soon', async () => {
    const times: number[] = []
    for (let round = 0; round < 30; round += 1) times.push(await revoke(replicas[round % 3]!))
    const sorted = times.toSorted((left, right) => left - right)
    console.log(
      `a revoked key was refused everywhere after ${percentile(sorted, 0.5).toFixed(0)} ms (p50), ${percentile(sorted, 0.99).toFixed(0)} ms (p99)`,
    )
    // a second is promised; other tests share the machine
    expect(percentile(sorted, 0.99)).toBeLessThan(10_000)
  }, 120_000)

  it('is refused everywhere soon also where the listening connections were cut', async () => {
    for (let round = 0; round < 5; round += 1) {
      await shared.database.query(
        `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
          WHERE datname = current_database() AND query LIKE 'LISTEN%' AND pid <> pg_backend_pid()`,
      )
      expect(await revoke(replicas[round % 3]!)).toBeLessThan(10_000)
    }
  }, 120_000)
})
