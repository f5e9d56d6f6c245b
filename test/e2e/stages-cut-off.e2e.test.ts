import { afterAll, beforeAll, describe, expect, it, setDefaultTimeout } from 'bun:test'
import { createHash } from 'node:crypto'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { createTestDatabase, type TestDatabase } from '../database.ts'
import { noRegistry, type OciRegistry, startOciRegistry } from '../oci-registry.ts'
import { type Product, startProduct } from '../product.ts'
import { until } from '../until.ts'

setDefaultTimeout(180_000)

interface Stage {
  readonly name: string
  readonly state: string
  readonly step: string
  readonly interruptions: number
  readonly attempts: readonly { readonly state: string }[]
}
interface Run {
  readonly id: string
  readonly pipeline: string
  readonly state: string
  readonly reason: string | null
  readonly stages: readonly Stage[]
}
interface Page<Row> {
  readonly data: readonly Row[]
}

const root = path.join(import.meta.dirname, '../..')
const example = async (name: string): Promise<string> =>
  await readFile(path.join(root, 'examples/retrain-support', name), 'utf8')

/** What stands in the way of a registry until it is let through. */
interface Gate extends Disposable {
  readonly url: string
  open: boolean
  /** Requests that it has held. */
  held: number
}

let test: TestDatabase
let hub: OciRegistry | undefined
let gate: Gate
let product: Product
let dataDirectory: string
let config: string
let maya: { readonly id: string; readonly secret: string }

function startGate(upstream: string): Gate {
  const server = Bun.serve({
    port: 0,
    idleTimeout: 0,
    async fetch(request) {
      if (!made.open) {
        made.held += 1
        await until(() => made.open || request.signal.aborted, { limitMs: 120_000 })
      }
      if (upstream === '') return new Response(null, { status: 503 })
      const { pathname, search } = new URL(request.url)
      return await fetch(upstream + pathname + search, {
        method: request.method,
        headers: request.headers,
        redirect: 'manual',
        ...(request.body && { body: await request.arrayBuffer() }),
      })
    },
  })
  const made: Gate = {
    url: `http://127.0.0.1:${server.port}`,
    open: false,
    held: 0,
    [Symbol.dispose]: () => void server.stop(true),
  }
  return made
}

async function send(method: string, url: string, body?: unknown, key?: string): Promise<Response> {
  return await fetch(product.url + url, {
    method,
    headers: { authorization: `Bearer ${key ?? product.adminKey}`, 'content-type': 'application/json' },
    ...(body !== undefined && {
      body: body instanceof Uint8Array ? new Uint8Array(body) : JSON.stringify(body),
    }),
  })
}

async function api<Answer>(method: string, url: string, body?: unknown, key?: string): Promise<Answer> {
  const response = await send(method, url, body, key)
  if (!response.ok) throw new Error(`${method} ${url}: ${response.status} ${await response.text()}`)
  return (await response.json()) as Answer
}

const read = async (id: string): Promise<Run> => await api('GET', `/api/pipeline-runs/${id}`)
const isOver = ({ state }: Run): boolean => ['succeeded', 'failed', 'cancelled'].includes(state)

/** Stages that wait for what is done elsewhere, and one that sends a package itself. */
const pipelines = {
  train: `
parameters: { steps: { type: integer } }
stages:
  work:
    use: training
    with:
      { model: builtin/support, training_file: 'dataset:support-desk@main:train',
        slipway: { output_model: trained, steps: '\${parameters.steps}', checkpoint_every_steps: 2, adapter: { rank: 4 } } }
`,
  quantize: `
stages:
  work:
    use: quantize
    with: { model: support@1, name: small, to: Q8_0, check: 'dataset:support-desk@main:test', answers: 20, keep: true }
`,
  deploy: `
parameters: { version: { type: string } }
stages:
  work:
    use: deploy
    with: { model: '\${parameters.version}', alias: trial, waitSeconds: 600 }
`,
  package: `
stages:
  work: { use: package, with: { model: support@1, push: { registry: hub } } }
`,
} as const
type Name = keyof typeof pipelines
const names = (noRegistry === undefined ? Object.keys(pipelines) : ['train', 'quantize', 'deploy']) as Name[]

/** Begins all of them as Maya, and calls back for each when what it has begun is there. */
async function beginAll(
  parameters: Partial<Record<Name, object>>,
  underWay: RegExp,
  then: (id: string) => Promise<unknown>,
): Promise<Record<string, string>> {
  gate.held = 0
  const begin = async (name: Name): Promise<[string, string]> => {
    const { id } = await api<Run>(
      'POST',
      '/api/pipeline-runs',
      { pipeline: name, parameters: parameters[name] ?? {}, uses_cache: false },
      maya.secret,
    )
    const isUnderWay = async (): Promise<boolean> => {
      const run = await read(id)
      const [work] = run.stages
      if (isOver(run)) throw new Error(`${name} is ${run.state} already: ${run.reason}`)
      if (name === 'package') return gate.held > 0
      return work?.state === 'running' && underWay.test(work.step)
    }
    await until(isUnderWay, { limitMs: 90_000, everyMs: 50 })
    await then(id)
    return [name, id]
  }
  return Object.fromEntries(await Promise.all(names.map(begin)))
}

async function endsOf(ids: Readonly<Record<string, string>>): Promise<Record<string, Run>> {
  const ends: Record<string, Run> = {}
  for (const [name, id] of Object.entries(ids)) {
    await until(async () => isOver(await read(id)), { limitMs: 120_000, everyMs: 100 })
    ends[name] = await read(id)
  }
  return ends
}

async function publish(model: string, file: string, content: Uint8Array): Promise<void> {
  const sha256 = createHash('sha256').update(content).digest('hex')
  await api('PUT', `/api/model-files/${sha256}?offset=0`, content)
  await api('POST', `/api/model-files/${sha256}`)
  await api('POST', `/api/models/${model}/versions`, {
    files: [{ path: file, bytes: content.byteLength, sha256 }],
    source: { kind: 'import' },
  })
}

const numbersOf = async (model: string): Promise<number[]> => {
  const response = await send('GET', `/api/models/${model}/versions`)
  if (response.status === 404) return []
  return ((await response.json()) as Page<{ number: number }>).data.map(({ number }) => number)
}
const statesOf = async (url: string): Promise<string[]> =>
  (await api<Page<{ state: string }>>('GET', url)).data.map(({ state }) => state)

beforeAll(async () => {
  test = await createTestDatabase()
  dataDirectory = await mkdtemp(path.join(tmpdir(), 'slipway-cut-off-'))
  hub = noRegistry === undefined ? await startOciRegistry() : undefined
  gate = startGate(hub?.url ?? '')
  config = `
services: {}
packaging: { registries: { hub: { url: '${gate.url}', plainHttp: true } } }
engines: { trial: { model: 'registry:words@trial' } }
`
  product = await startProduct({ config, databaseUrl: test.url, dataDirectory })
  maya = await api('POST', '/api/keys', { name: 'maya', role: 'operator', tenant: 'default' })
  await api('POST', '/api/datasets', { name: 'support-desk', definition: await example('dataset.yaml') })
  await api('POST', '/api/datasets/support-desk/commits', {
    message: 'tickets',
    upserts: (await example('tickets.jsonl'))
      .trim()
      .split('\n')
      .map(line => JSON.parse(line) as object),
  })
  await publish('support', 'support.gguf', await readFile(path.join(root, 'models/support/support.gguf')))
  // no engine can serve these
  for (const words of ['one', 'two']) await publish('words', 'words.txt', Buffer.from(words))
  for (const name of names)
    await api('PUT', '/api/pipelines', { text: `pipeline: ${name}\n${pipelines[name]}` }, maya.secret)
}, 120_000)

afterAll(async () => {
  gate?.[Symbol.dispose]()
  await product?.stop()
  await hub?.[Symbol.asyncDispose]()
  await test?.[Symbol.asyncDispose]()
  if (dataDirectory) await rm(dataDirectory, { recursive: true, force: true })
})

const of = (ends: Readonly<Record<string, Run>>, what: (stage: Stage) => unknown) =>
  Object.fromEntries(Object.entries(ends).map(([name, { stages }]) => [name, what(stages[0]!)]))
const each = (value: unknown) => Object.fromEntries(names.map(name => [name, value]))

describe('stages that train, quantize, deploy and package', () => {
  it('end what they have begun when their run is cancelled', async () => {
    const ids = await beginAll(
      { train: { steps: 2_000 }, deploy: { version: 'words@1' } },
      /^step [1-9]|original|the engine/,
      async id => await api('POST', `/api/pipeline-runs/${id}/cancel`, {}),
    )
    const ends = await endsOf(ids)
    expect(of(ends, ({ state }) => state)).toEqual(each('cancelled'))
    await until(async () => (await statesOf('/api/training/jobs')).join() === 'cancelled')
    await until(async () => (await statesOf('/api/quantizations')).join() === 'cancelled')
    expect([await numbersOf('trained'), await numbersOf('small')]).toEqual([[], []])
    // an alias that was moved stays where it is: going back is a move of its own, and the stage's log says which
    const aliases = await api<{ aliases: Record<string, unknown>[] }>('GET', '/api/models/words')
    expect(JSON.stringify(aliases)).toContain('trial')
    if (hub) expect((await fetch(`${hub.url}/v2/support/tags/list`)).status).toBe(404)
  })

  it('go on where they were when the server is killed, and do nothing twice', async () => {
    const ids = await beginAll(
      { train: { steps: 6 }, deploy: { version: 'words@2' } },
      /./,
      async () => undefined,
    )
    process.kill(product.pid, 'SIGKILL')
    await product.exited
    // the time passes after which nobody waits for who is gone
    for (const table of ['pipeline_runs', 'training_jobs', 'quantizations'])
      await test.database.query(`UPDATE ${table} SET lease_until = now() WHERE lease_until IS NOT NULL`)
    gate.open = true
    // the engine that could not serve the version is taken away
    product = await startProduct({
      config: config.replace(/engines: .*/, ''),
      databaseUrl: test.url,
      dataDirectory,
    })
    const ends = await endsOf(ids)
    expect(of(ends, ({ state }) => state)).toEqual(each('succeeded'))
    expect(of(ends, ({ attempts }) => attempts.map(({ state }) => state))).toEqual(
      each(['interrupted', 'succeeded']),
    )
    // only what this server did itself was lost
    expect(of(ends, ({ interruptions }) => interruptions)).toEqual({
      ...each(0),
      ...(noRegistry === undefined && { package: 1 }),
    })
    expect([await numbersOf('trained'), await numbersOf('small')]).toEqual([[1], [1]])
    expect((await statesOf('/api/training/jobs')).toSorted()).toEqual(['cancelled', 'succeeded'])
    expect((await statesOf('/api/quantizations')).toSorted()).toEqual(['cancelled', 'succeeded'])
    const history = await api<Page<{ action: string; alias: string | null }>>(
      'GET',
      '/api/models/words/history',
    )
    expect(history.data.filter(({ alias }) => alias === 'trial')).toHaveLength(2)
    if (hub)
      expect(await (await fetch(`${hub.url}/v2/support/tags/list`)).json()).toMatchObject({
        tags: expect.arrayContaining(['1']),
      })
  })

  it('leave versions whose maker is who began the run, and who does not approve them', async () => {
    await api('PATCH', '/api/models/trained', {
      definition: 'aliases: { production: { approvals: 1, makerMayApprove: false } }\n',
    })
    const url = '/api/models/trained/versions/1'
    expect(await api('GET', url)).toMatchObject({ author: 'maya' })
    const approval = { alias: 'production', decision: 'approved', reason: 'good', evidence: [] }
    const refused = await send('POST', `${url}/decisions`, approval, maya.secret)
    expect([refused.status, await refused.text()]).toEqual([
      403,
      expect.stringContaining('whoever makes a version does not approve it'),
    ])
    await api('POST', `${url}/decisions`, approval)
    await api('PUT', '/api/models/trained/aliases/production', { version: 1 })
  })
})
