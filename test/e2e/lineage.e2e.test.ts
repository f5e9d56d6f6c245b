import { afterAll, beforeAll, describe, expect, it } from 'bun:test'
import { createHash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import path from 'node:path'
import { callControl, readInference, thrownBy } from '../clients.ts'
import { createTestDatabase, type TestDatabase } from '../database.ts'
import { type Product, startProduct } from '../product.ts'
import { until } from '../until.ts'

const weights = await readFile(path.join(import.meta.dirname, '../../models/support/support.gguf'))
const config = `
tenants: { other: {} }
engines:
  mine: { model: "registry:support@production" }
services:
  support: { releases: { v1: { target: { engine: mine } } } }
  spare: { releases: { v1: { target: { engine: mine } } } }
`
const suite = `
suite: desk
dataset: letters@1
request: { prompt: '{{ask}}', parameters: { max_tokens: 4 } }
releases: [support@v1]
evaluators: [exact]
`
const pipeline = `
pipeline: clean
stages:
  look: { use: dataset-check, with: { dataset: letters@1 } }
  build:
    use: dataset-build
    needs: [look]
    with:
      dataset: letters
      removeNearDuplicates: { on: [ask], similarity: 1, shingles: { of: characters, length: 1 } }
`
let database: TestDatabase
let product: Product
let inference: string
let job: string

interface Node {
  readonly id: string
  readonly kind: string
  readonly label: string
  readonly state: string | null
  readonly details: Record<string, unknown>
  readonly has_more: boolean
}
interface Graph {
  readonly of: string
  readonly nodes: readonly Node[]
  readonly edges: readonly { from: string; to: string; role: string; is_certain: boolean }[]
  readonly truncated: boolean
}

const api = <Result>(method: string, place: string, body?: object): Promise<Result> =>
  callControl<Result>(product, method, place, body)

const lineage = (of: string, rest = ''): Promise<Graph> =>
  api('GET', `/api/lineage?of=${encodeURIComponent(of)}${rest}`)

/** LABEL -ROLE-> LABEL of each edge. */
function edgesOf({ nodes, edges }: Graph): string[] {
  const label = (id: string) => {
    const node = nodes.find(one => one.id === id)
    return node ? `${node.kind} ${node.kind === 'training' ? 'job' : node.label}` : id
  }
  return edges.map(({ from, to, role }) => `${label(from)} -${role}-> ${label(to)}`).toSorted()
}

async function send(file: string, content: Buffer): Promise<object> {
  const sha256 = createHash('sha256').update(content).digest('hex')
  await fetch(`${product.url}/api/model-files/${sha256}`, {
    method: 'PUT',
    headers: { authorization: `Bearer ${product.adminKey}` },
    body: content as unknown as BodyInit,
  })
  await api('POST', `/api/model-files/${sha256}`)
  return { path: file, bytes: content.byteLength, sha256 }
}

/** Begins a run and waits until it has ended well. */
async function ended(place: string, body: object): Promise<void> {
  const { id } = await api<{ id: string }>('POST', place, body)
  let state = ''
  await until(
    async () => {
      ;({ state } = await api<{ state: string }>('GET', `${place}/${id}`))
      return ['completed', 'succeeded', 'failed', 'cancelled'].includes(state)
    },
    { limitMs: 90_000 },
  )
  expect(['completed', 'succeeded']).toContain(state)
}

beforeAll(async () => {
  database = await createTestDatabase()
  product = await startProduct({ config, databaseUrl: database.url })
  await api('POST', '/api/datasets', {
    name: 'letters',
    definition: 'key: id\ncolumns: { ask: { role: input }, say: { role: expected } }\n',
  })
  // the last is the first again
  const upserts = Array.from('abcdefa', (ask, id) => ({ id, ask, say: 'z' }))
  await api('POST', '/api/datasets/letters/commits', { message: 'first', upserts })
  const shape = {
    width: 16,
    layers: 1,
    heads: 2,
    keyValueHeads: 1,
    hiddenWidth: 32,
    contextLength: 32,
  }
  const begun = await api<{ id: string }>('POST', '/v1/fine_tuning/jobs', {
    model: 'builtin/new',
    training_file: 'dataset:letters@1',
    suffix: 'small',
    slipway: {
      learning_rate: 1e-2,
      steps: 3,
      options: { shape, merges: 4, rowLengths: [16], warmupSteps: 2 },
    },
  })
  job = begun.id
  let trained: { status: string; fine_tuned_model: string } | undefined
  await until(
    async () => {
      trained = await api('GET', `/v1/fine_tuning/jobs/${job}`)
      return trained?.status === 'succeeded' || trained?.status === 'failed'
    },
    { limitMs: 90_000 },
  )
  expect(trained?.status).toBe('succeeded')
  await api('POST', '/api/models/support/versions', {
    files: [await send('support.gguf', weights)],
    lineage: { models: [{ reference: trained?.fine_tuned_model, role: 'base' }] },
  })
  await api('PUT', '/api/models/support/aliases/production', { version: 1 })
  const engineOf = async () => {
    const { data } = await api<{ data: { state: string }[] }>('GET', '/api/engines')
    return data[0]?.state
  }
  await until(async () => (await engineOf()) === 'ready', { limitMs: 90_000 })
  const answer = await fetch(`${product.url}/v1/chat/completions`, {
    method: 'POST',
    headers: { authorization: `Bearer ${product.adminKey}`, 'content-type': 'application/json' },
    body: JSON.stringify({ model: 'support', messages: [{ role: 'user', content: 'Hello' }], max_tokens: 4 }),
  })
  expect(answer.status).toBe(200)
  inference = answer.headers.get('slipway-inference-id') ?? ''
  await readInference(product, inference)
  await ended('/api/evaluations', { text: suite })
  await api('PUT', '/api/pipelines', { text: pipeline })
  await ended('/api/pipeline-runs', { pipeline: 'clean' })
}, 240_000)

afterAll(async () => {
  await product?.stop()
  await database?.[Symbol.asyncDispose]()
})

describe('GET /api/lineage', () => {
  it('goes from an inference to the rows that its model learned from', async () => {
    const graph = await lineage(`inference:${inference}`, '&direction=up')
    const trained = graph.nodes.find(({ kind, label }) => kind === 'model' && label !== 'support@1')?.label
    expect(edgesOf(graph)).toEqual(
      [
        'serving mine -answered-> inference support',
        'model support@1 -served-> serving mine',
        `model ${trained} -base-> model support@1`,
        `training job -made-> model ${trained}`,
        `dataset letters@1 -training-> model ${trained}`,
        'dataset letters@1 -training-> training job',
      ].toSorted(),
    )
    expect(graph.edges.every(edge => edge.is_certain)).toBe(true)
    expect(graph.truncated).toBe(false)
  })

  it('goes from a version of a dataset to what learned from it, what of that is live, and how much it answered', async () => {
    let graph = await lineage('dataset:letters@1', '&direction=down')
    const answered = () => graph.nodes.find(({ details }) => details['service'] === 'support')
    // one of ours, and six of the suite, which asks the same once; they are recorded a moment after their answers
    await until(async () => {
      graph = await lineage('dataset:letters@1', '&direction=down')
      return answered()?.details['count'] === 7
    })
    const node = (kind: string, label?: string) =>
      graph.nodes.find(one => one.kind === kind && (label === undefined || one.label === label))
    expect(node('model', 'support@1')).toMatchObject({
      state: 'live',
      details: { aliases: ['production'], engines: ['mine'] },
    })
    expect(answered()).toMatchObject({
      kind: 'inferences',
      details: { count: 7, is_exact: true, service: 'support', release: 'v1', target: 'engine:mine' },
    })
    expect(node('training')?.id).toBe(`training:${job}`)
    const edges = edgesOf(graph)
    expect(edges).toContain('dataset letters@1 -evaluation-> evaluation desk')
    expect(edges).toContain('serving mine -answered-> evaluation desk')
    expect(edges).toContain('dataset letters@1 -input-> pipeline clean')
    expect(edges).toContain('pipeline clean -made-> dataset letters@2')
    expect(edges).toContain('dataset letters@1 -remove-near-duplicates-> dataset letters@2')
    const made = await lineage('dataset:letters@2', '&direction=up')
    expect(made.nodes.map(({ kind, label }) => `${kind} ${label}`).toSorted()).toEqual([
      'dataset letters@1',
      'dataset letters@2',
      'pipeline clean',
    ])
    const measured = await lineage(node('evaluation')?.id ?? '', '&direction=up')
    expect(measured.nodes.map(({ kind }) => kind)).toContain('serving')
    // any node is a place to go on from
    expect((await lineage(node('serving')?.id ?? '')).nodes.length).toBeGreaterThan(3)
  })

  it('says where it stopped, and what it cannot find', async () => {
    const near = await lineage('model:support@production', '&direction=up&depth=1')
    expect(near.nodes.map(({ has_more: hasMore }) => hasMore)).toEqual([false, true])
    expect(near.truncated).toBe(true)
    expect((await lineage('dataset:letters@1', '&limit=2')).nodes.length).toBe(2)
    expect(String(await thrownBy(lineage('model:nobody@1')))).toMatch(/404.*no model nobody@1/)
    expect(String(await thrownBy(lineage('letters@1')))).toMatch(/400.*KIND:NAME/)
  })

  it('shows a tenant only what is its own', async () => {
    const { secret } = await api<{ secret: string }>('POST', '/api/keys', {
      name: 'other',
      role: 'operator',
      tenant: 'other',
    })
    const { nodes } = await lineage('model:support@1')
    for (const id of [
      `inference:${inference}`,
      'model:support@1',
      'dataset:letters@1',
      ...nodes.map(one => one.id),
    ]) {
      const response = await fetch(`${product.url}/api/lineage?of=${encodeURIComponent(id)}`, {
        headers: { authorization: `Bearer ${secret}` },
      })
      expect([id, response.status]).toEqual([id, 404])
    }
  })

  it('leaves out inferences of services that a key does not reach', async () => {
    const { secret } = await api<{ secret: string }>('POST', '/api/keys', {
      name: 'narrow',
      role: 'operator',
      tenant: 'default',
      services: ['spare'],
    })
    const ask = async (of: string) =>
      await fetch(`${product.url}/api/lineage?of=${encodeURIComponent(of)}`, {
        headers: { authorization: `Bearer ${secret}` },
      })
    expect((await ask(`inference:${inference}`)).status).toBe(404)
    const { nodes } = (await (await ask('model:support@1')).json()) as Graph
    const counted = nodes.filter(({ kind }) => kind === 'inferences')
    expect(counted.map(({ details }) => details['service'])).toEqual(['spare'])
  })

  it('says that it cannot tell which, where servers had different versions', async () => {
    const files = [await send('support.gguf', weights), await send('NOTES.md', Buffer.from('second'))]
    await api('POST', '/api/models/support/versions', { files })
    // as a second server would have written it
    await database.database.query(
      `INSERT INTO model_servings (id, tenant, version_id, server, engine, reference, releases, started_at)
       SELECT gen_random_uuid(), 'default', v.id, 'elsewhere', 'mine', 'registry:support@2', '{support@v1}', now() - interval '1 day'
       FROM model_versions v JOIN models m ON m.id = v.model_id WHERE m.name = 'support' AND v.number = 2`,
    )
    const graph = await lineage(`inference:${inference}`, '&direction=up&depth=2')
    const answered = graph.edges.filter(({ role }) => role === 'answered')
    expect(answered.map(edge => edge.is_certain)).toEqual([false, false])
    expect(
      graph.nodes
        .filter(({ kind }) => kind === 'model')
        .map(({ label }) => label)
        .toSorted(),
    ).toEqual(['support@1', 'support@2'])
  })
})
