import { afterAll, beforeAll, describe, expect, it } from 'bun:test'
import { type ChildProcess, spawn } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { startFakeProvider } from '../fake-provider/index.ts'
import type { FakeProvider } from '../fake-provider/index.ts'
import { freePort } from '../until.ts'

/** The whole product as `npm start` runs it: launcher, server, Postgres of its own and an engine. */
const root = path.join(import.meta.dirname, '..', '..')
const adminKey = 'sk-slip-survival-test-admin-key'
let provider: FakeProvider
let launcher: ChildProcess
let dataDirectory: string
let url: string

beforeAll(async () => {
  provider = await startFakeProvider()
  dataDirectory = await mkdtemp(path.join(tmpdir(), 'slipway-survival-'))
  const port = await freePort()
  url = `http://127.0.0.1:${port}`
  await writeFile(
    path.join(dataDirectory, 'slipway.yaml'),
    `
providers:
  fake: { kind: openai, baseUrl: '${provider.url}/v1' }
engines:
  support: { model: 'builtin:support' }
services:
  hosted: { releases: { v1: { target: { provider: fake, model: gpt-test } } } }
  support: { releases: { v1: { target: { engine: support } } } }
`,
  )
  launcher = spawn('node', [path.join(root, 'scripts/start.mjs')], {
    cwd: root,
    stdio: ['ignore', 'ignore', 'inherit'],
    env: {
      ...process.env,
      DATABASE_URL: '',
      SLIPWAY_PORT: String(port),
      SLIPWAY_DATA: dataDirectory,
      SLIPWAY_CONFIG: path.join(dataDirectory, 'slipway.yaml'),
      SLIPWAY_ADMIN_KEY: adminKey,
      SLIPWAY_LOG_LEVEL: 'warn',
    },
  })
  await until(isReady, 90_000)
}, 120_000)

afterAll(async () => {
  launcher?.kill('SIGKILL')
  await until(() => Promise.resolve(processesOf(dataDirectory).length === 0), 20_000).catch(() => undefined)
  await provider?.stop()
  await rm(dataDirectory, { recursive: true, force: true })
}, 120_000)

async function isReady(): Promise<boolean> {
  const response = await fetch(`${url}/readyz`, { signal: AbortSignal.timeout(10_000) }).catch(
    () => undefined,
  )
  return response?.status === 200
}

function call(service: string, content = 'My lamp arrived broken.'): Promise<Response> {
  return fetch(`${url}/v1/chat/completions`, {
    method: 'POST',
    headers: { authorization: `Bearer ${adminKey}`, 'content-type': 'application/json' },
    body: JSON.stringify({ model: service, max_tokens: 60, messages: [{ role: 'user', content }] }),
    signal: AbortSignal.timeout(30_000),
  })
}

async function read(resource: string): Promise<Record<string, unknown>> {
  const response = await fetch(`${url}/api/${resource}`, {
    headers: { authorization: `Bearer ${adminKey}` },
    signal: AbortSignal.timeout(30_000),
  })
  if (!response.ok) throw new Error(`${resource}: ${response.status} ${await response.text()}`)
  return (await response.json()) as Record<string, unknown>
}

interface Answered {
  readonly id: string
  readonly at: number
}

/** Calls as fast as answers come, until told to stop; keeps what was answered whole, and when. */
function startLoad(
  service: string,
  clients: number,
): { readonly answered: readonly Answered[]; stop: () => Promise<readonly Answered[]> } {
  const answered: Answered[] = []
  let isOver = false
  const loops = Array.from({ length: clients }, async () => {
    while (!isOver) {
      try {
        const response = await call(service)
        await response.arrayBuffer()
        const id = response.headers.get('slipway-inference-id')
        if (response.ok && id) answered.push({ id, at: Date.now() })
        else await Bun.sleep(20)
      } catch {
        await Bun.sleep(50)
      }
    }
  })
  return {
    answered,
    stop: async () => {
      isOver = true
      await Promise.all(loops)
      return answered
    },
  }
}

/** Everything that waited in memory is in Postgres. */
async function isWritten(): Promise<boolean> {
  return ((await read('system'))['traces'] as { queued: number }).queued === 0
}

async function storedIds(since: number): Promise<Set<string>> {
  const ids = new Set<string>()
  let cursor = ''
  do {
    const page = await read(
      `inferences?limit=200&since=${new Date(since).toISOString()}${cursor === '' ? '' : `&cursor=${cursor}`}`,
    )
    for (const { id } of page['data'] as { id: string }[]) ids.add(id)
    cursor = (page['next_cursor'] as string | null) ?? ''
  } while (cursor !== '')
  return ids
}

describe('kill -9 of the server under load', () => {
  it('costs no accepted inference but those of the last moments, and it comes back by itself', async () => {
    const since = Date.now()
    const load = startLoad('hosted', 4)
    await until(async () => load.answered.length > 20 && (await storedIds(since)).size > 0, 30_000)
    const { process_id: pid } = await read('system')
    const killedAt = Date.now()
    process.kill(Number(pid), 'SIGKILL')
    await until(isReady, 30_000)
    const backAt = Date.now()
    await until(() => Promise.resolve(load.answered.some(({ at }) => at > backAt)), 30_000)
    const answered = await load.stop()
    await until(isWritten, 30_000)
    const stored = await storedIds(since)
    const lost = answered.filter(({ id }) => !stored.has(id))
    const before = answered.filter(({ at }) => at <= killedAt)
    // they are written in the order in which they end, every half second: what is lost is the last of what was there
    const lastWritten = Math.max(...before.filter(({ id }) => stored.has(id)).map(({ at }) => at))
    expect(lost.filter(({ at }) => at < lastWritten - 2_000 || at > backAt)).toEqual([])
    expect(killedAt - lastWritten).toBeLessThan(10_000)
    expect((await read('system'))['process_id']).not.toBe(pid)
  }, 120_000)
})

describe('kill -9 of the engine under load', () => {
  it('fails only its requests, with 502 or 503, and it comes back by itself', async () => {
    const engine = async (): Promise<{ pid: number; state: string; restarts: number }> =>
      ((await read('engines'))['data'] as { pid: number; state: string; restarts: number }[])[0]!
    await until(async () => (await engine()).state === 'ready', 30_000)
    const before = await engine()
    const statuses = new Set<number>()
    const load = Array.from({ length: 3 }, async () => {
      for (let count = 0; count < 200 && !statuses.has(502); count += 1) {
        const { status } = await call('support')
        statuses.add(status)
        if (status === 503) break
      }
    })
    await Bun.sleep(300)
    process.kill(before.pid, 'SIGKILL')
    expect((await call('hosted')).status).toBe(200)
    await Promise.all(load)
    expect([...statuses].every(status => [200, 502, 503].includes(status))).toBe(true)
    await until(async () => (await call('support')).status === 200, 30_000)
    expect((await engine()).restarts).toBe(before.restarts + 1)
  }, 120_000)
})

describe('kill -9 of Postgres under load', () => {
  it('costs no inference at all: they wait in memory until it is back', async () => {
    const since = Date.now()
    const load = startLoad('hosted', 4)
    await until(() => Promise.resolve(load.answered.length > 5), 30_000)
    const postmaster = Number(
      readFileSync(path.join(dataDirectory, 'postgres/postmaster.pid'), 'utf8').split('\n')[0],
    )
    process.kill(postmaster, 'SIGKILL')
    const { length: atKill } = load.answered
    await until(() => Promise.resolve(load.answered.length > atKill + 20), 30_000)
    await until(isReady, 30_000)
    const answered = await load.stop()
    await until(isWritten, 30_000)
    const stored = await storedIds(since)
    expect(answered.filter(({ id }) => !stored.has(id))).toEqual([])
  }, 120_000)
})

describe('a second server on the same data folder', () => {
  it('is refused with what to do', async () => {
    const second = spawn(process.execPath, [path.join(root, 'src/main.ts')], {
      cwd: root,
      stdio: ['ignore', 'ignore', 'pipe'],
      env: { ...process.env, DATABASE_URL: '', SLIPWAY_PORT: '0', SLIPWAY_DATA: dataDirectory },
    })
    let text = ''
    second.stderr.on('data', (bytes: Buffer) => (text += bytes.toString()))
    const status = await new Promise(resolve => second.once('exit', resolve))
    expect(status).toBe(78)
    expect(text).toContain('SLIPWAY_DATA')
  }, 120_000)
})

describe('kill -9 of the launcher', () => {
  it('leaves no process behind', async () => {
    expect(processesOf(dataDirectory).length).toBeGreaterThan(2)
    launcher.kill('SIGKILL')
    await until(() => Promise.resolve(processesOf(dataDirectory).length === 0), 30_000)
    expect(processesOf(dataDirectory)).toEqual([])
  }, 120_000)
})

/** Every process that names the data folder in its command line, environment or files: server, engine, Postgres. */
function processesOf(folder: string): number[] {
  const pids = new Bun.Glob('[0-9]*').scanSync({ cwd: '/proc', onlyFiles: false })
  return [...pids].map(Number).filter(pid => {
    if (pid === process.pid) return false
    return ['cmdline', 'environ'].some(file => {
      try {
        return readFileSync(`/proc/${pid}/${file}`, 'latin1').includes(folder)
      } catch {
        return false
      }
    })
  })
}

async function until(check: () => Promise<boolean>, limitMs: number): Promise<void> {
  const deadline = Date.now() + limitMs
  while (Date.now() < deadline) {
    if (await check().catch(() => false)) return
    await Bun.sleep(100)
  }
  throw new Error(`still not so after ${limitMs} ms`)
}
