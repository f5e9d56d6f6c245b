import { afterAll, beforeAll, describe, expect, it, setDefaultTimeout } from 'bun:test'
import { readFile } from 'node:fs/promises'
import path from 'node:path'
import { type Product, startProduct } from '../product.ts'
import { until } from '../until.ts'

setDefaultTimeout(180_000)

interface Artifact {
  readonly name: string
  readonly digest: string
  readonly value: Readonly<Record<string, unknown>>
}
interface Stage {
  readonly name: string
  readonly state: string
  readonly cache: string | null
  readonly cache_why: string | null
  readonly artifacts: readonly Artifact[]
}
interface Run {
  readonly id: string
  readonly state: string
  readonly reason: string | null
  readonly event: { readonly number?: number } | null
  readonly stages: readonly Stage[]
}

const examples = path.join(import.meta.dirname, '../../examples/retrain-support')
const example = async (name: string): Promise<string> => await readFile(path.join(examples, name), 'utf8')
let product: Product

async function api<Answer>(method: string, url: string, body?: unknown): Promise<Answer> {
  const response = await fetch(product.url + url, {
    method,
    headers: { authorization: `Bearer ${product.adminKey}`, 'content-type': 'application/json' },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  })
  if (!response.ok) throw new Error(`${method} ${url}: ${response.status} ${await response.text()}`)
  return (await response.json()) as Answer
}

const isOver = ({ state }: Run): boolean => ['succeeded', 'failed', 'cancelled'].includes(state)

async function endOf(id: string): Promise<Run> {
  let now: Run | undefined
  await until(
    async () => {
      now = await api<Run>('GET', `/api/pipeline-runs/${id}`)
      return isOver(now)
    },
    { limitMs: 150_000 },
  )
  return now!
}

const run = async (): Promise<Run> =>
  await endOf((await api<Run>('POST', '/api/pipeline-runs', { pipeline: 'retrain-support' })).id)

const outcomes = ({ stages }: Run): Record<string, string> =>
  Object.fromEntries(stages.map(({ name, state, cache }) => [name, `${state} ${cache}`]))
const left = ({ stages }: Run, stage: string, name: string): Artifact =>
  stages.find(one => one.name === stage)!.artifacts.find(one => one.name === name)!
const why = ({ stages }: Run, stage: string): string =>
  stages.find(one => one.name === stage)?.cache_why ?? ''

const all = (outcome: string): Record<string, string> =>
  Object.fromEntries(
    ['check', 'train', 'try', 'evaluate', 'quantize', 'package', 'deploy'].map(name => [
      name,
      `succeeded ${outcome}`,
    ]),
  )

const commit = (upserts: object[]) =>
  api<{ version: { number: number } }>('POST', '/api/datasets/support-desk/commits', {
    message: 'tickets',
    upserts,
  })

/** A row of a split. */
async function rowOf(split: string): Promise<Readonly<Record<string, unknown>>> {
  const { data } = await api<{ data: { row: Readonly<Record<string, unknown>> }[] }>(
    'GET',
    `/api/datasets/support-desk/versions/main/rows?split=${split}&limit=1`,
  )
  return data[0]!.row
}

/** The run that a version of the dataset has begun; that of the first rows may come late and begin one too. */
async function begunBy(number: number): Promise<string> {
  let id: string | undefined
  await until(async () => {
    const { data } = await api<{ data: Run[] }>('GET', '/api/pipeline-runs?pipeline=retrain-support')
    id = data.find(({ event }) => event?.number === number)?.id
    return id !== undefined
  })
  return id!
}

beforeAll(async () => {
  product = await startProduct({ config: await example('slipway.yaml') })
  await api('POST', '/api/datasets', { name: 'support-desk', definition: await example('dataset.yaml') })
  const rows = (await example('tickets.jsonl'))
    .trim()
    .split('\n')
    .map(line => JSON.parse(line) as object)
  await commit(rows)
  await api('PUT', '/api/evaluation-suites', { text: await example('suite.yaml') })
  await api('POST', '/api/models', { name: 'support-retrained', definition: await example('model.yaml') })
  // a few steps and few examples, so that it takes seconds
  const text = await example('pipeline.yaml')
  const small = { steps: 3, sample: 60, compared: 20, most_drop: 30 }
  await api('PUT', '/api/pipelines', {
    text: Object.entries(small).reduce(
      (changed, [name, value]) =>
        changed.replace(new RegExp(`( {2}${name}: \\{ type: \\w+, default: )\\d+`), `$1${value}`),
      text,
    ),
  })
}, 120_000)

afterAll(async () => {
  await product?.stop()
})

describe('the pipeline retrain-support', () => {
  it('trains, evaluates, quantizes and leaves a candidate; then does only what a change asks for', async () => {
    const first = await run()
    expect([first.reason, outcomes(first)]).toEqual([null, all('run')])
    expect(left(first, 'train', 'model').value).toMatchObject({ model: 'support-retrained', version: 1 })
    expect(left(first, 'deploy', 'deployment').value).toMatchObject({
      alias: 'candidate',
      version: 2,
      previous: null,
      engines: [{ engine: 'support-candidate', version: 2, serves: true }],
    })
    expect(left(first, 'package', 'report').value).toMatchObject({ signature: expect.any(String) })
    const proofs = await api<Record<'signature' | 'bom' | 'card', { state: string }>>(
      'GET',
      '/api/models/support-retrained/versions/2/verification',
    )
    expect([proofs.signature.state, proofs.bom.state, proofs.card.state]).toEqual(Array(3).fill('verified'))
    const second = await run()
    expect(outcomes(second)).toEqual(all('hit'))
    expect(why(second, 'train')).toContain(`those of run ${first.id}`)

    // a row that is only measured on: what was trained stays as it is
    const changed = await rowOf('test')
    const { version } = await commit([{ ...changed, message: `${String(changed['message'])} Thank you!` }])
    const third = await endOf(await begunBy(version.number))
    expect(outcomes(third)).toEqual({
      ...all('run'),
      train: 'succeeded hit',
      try: 'succeeded hit',
    })
    expect(why(third, 'check')).toContain('`rows of the dataset` is')
    expect(why(third, 'quantize')).toContain('`examples to compare on` is')
    // the same weights are the same version
    expect(left(third, 'quantize', 'model').digest).toBe(left(first, 'quantize', 'model').digest)
    expect(outcomes(await run())).toEqual(all('hit'))
    expect(left(third, 'deploy', 'deployment').value).toMatchObject({ version: 2, previous: 2 })
  })
})
