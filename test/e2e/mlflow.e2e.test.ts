import { afterAll, beforeAll, describe, expect, it } from 'bun:test'
import { spawn } from 'node:child_process'
import path from 'node:path'
import { type Product, startProduct } from '../product.ts'
import { preparePython } from '../sdk-python/environment.ts'
import { until } from '../until.ts'

const script = path.join(import.meta.dirname, '../sdk-python/mlflow_client.py')
let product: Product

beforeAll(async () => {
  product = await startProduct()
  await until(async () => (await fetch(`${product.url}/readyz`)).ok)
}, 120_000)

afterAll(async () => {
  await product?.stop()
})

async function api(method: string, place: string, body?: unknown): Promise<Record<string, unknown>> {
  const response = await fetch(`${product.url}${place}`, {
    method,
    headers: { authorization: `Bearer ${product.adminKey}`, 'content-type': 'application/json' },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  })
  if (!response.ok) throw new Error(`${method} ${place}: ${response.status} ${await response.text()}`)
  return (await response.json()) as Record<string, unknown>
}

describe("MLflow's API", () => {
  it('answers in the words of MLflow, also where it refuses', async () => {
    const ask = async (place: string, key = product.adminKey) => {
      const response = await fetch(`${product.url}/mlflow/api/2.0/mlflow/${place}`, {
        headers: { authorization: `Bearer ${key}` },
      })
      return [response.status, ((await response.json()) as { error_code?: string }).error_code]
    }
    expect(await ask('experiments/get?experiment_id=0')).toEqual([200, undefined])
    expect(await ask('experiments/get?experiment_id=77')).toEqual([404, 'RESOURCE_DOES_NOT_EXIST'])
    expect(await ask('experiments/get?experiment_id=zero')).toEqual([400, 'INVALID_PARAMETER_VALUE'])
    expect(await ask('experiments/get?experiment_id=0', 'sk-slip-made-up')).toEqual([401, 'UNAUTHENTICATED'])
    expect(await ask('gateways/list')).toEqual([404, 'ENDPOINT_NOT_FOUND'])
  })

  it('serves the real client: it logs, searches, registers, moves aliases and loads', async () => {
    const prepared = preparePython('mlflow-requirements.txt')
    if ('missing' in prepared) {
      console.log(`SKIPPED: MLflow's client was not tried, as it could not be installed. ${prepared.missing}`)
      return
    }
    await api('POST', '/api/datasets', { name: 'tickets' })
    await api('POST', '/api/datasets/tickets/commits', {
      message: 'first',
      upserts: [{ id: 'a', input: 'Hello' }],
    })
    await api('POST', '/api/models', {
      name: 'guarded',
      definition: 'aliases:\n  production: { approvals: 1 }\n',
    })
    const steps = await run(prepared.python)
    expect(steps).toEqual([
      { step: 'experiment', id: '1', again: 'RESOURCE_ALREADY_EXISTS' },
      {
        step: 'run',
        status: 'FINISHED',
        rate: '0.001',
        loss: 1 / 3,
        is_nan: true,
        team: 'green',
        history: [1, 0.5, 0.333],
        batched: 250,
        outputs: 1,
      },
      { step: 'param', changed: 'INVALID_PARAMETER_VALUE' },
      {
        step: 'search',
        names: ['first'],
        worst: 'second',
        is_more: true,
        rest: ['first'],
        wrong: 'INVALID_PARAMETER_VALUE',
      },
      { step: 'artifacts', listed: ['facts.json', 'notes'], below: ['notes/read.txt'] },
      { step: 'download', text: 'notes of the run' },
      { step: 'big', same: true },
      {
        step: 'registry',
        latest: '1',
        version: '1',
        run: true,
        tags: { checked: 'yes' },
        description: 'Adds one.',
        aliases: ['champion'],
        searched: ['1'],
        models: ['adder'],
        missing: 'RESOURCE_DOES_NOT_EXIST',
        stage: 'NOT_IMPLEMENTED',
      },
      { step: 'logged model', status: 'READY', name: 'adder', found: [true] },
      { step: 'load', by: 'alias', answer: [2, 3] },
      { step: 'load', by: 'number', answer: [2, 3] },
      { step: 'load', by: 'run', answer: [2, 3] },
      { step: 'copy', name: 'adder-copy', version: '1' },
      { step: 'kept', answer: [2, 3] },
      { step: 'guarded', moved: 'RESOURCE_DOES_NOT_EXIST' },
      { step: 'deleted', gone: 'RESOURCE_DOES_NOT_EXIST' },
      { step: 'stranger', refused: 'UNAUTHENTICATED' },
    ])
    // they are the versions of our registry
    const copy = await api('GET', '/api/models/adder-copy/versions/1')
    expect(copy).toMatchObject({ format: 'mlflow', source: { kind: 'mlflow' } })
    expect((copy['files'] as { path: string }[]).map(file => file.path)).toContain('MLmodel')
    const { data } = await api('GET', '/api/models/adder/history?limit=200')
    const kinds = (data as { kind: string }[]).map(({ kind }) => kind)
    expect(kinds.toReversed().slice(0, 3)).toEqual(['create-model', 'create-version', 'move-alias'])
    expect(kinds[0]).toBe('delete-model')
    const created = (
      data as { kind: string; details: { lineage?: { datasets: { name: string }[] } } }[]
    ).find(({ kind }) => kind === 'create-version')
    expect(created?.details.lineage?.datasets.map(({ name }) => name)).toEqual(['tickets'])
  }, 180_000)
})

async function run(python: string): Promise<unknown[]> {
  const child = spawn(python, [script], {
    env: {
      ...process.env,
      MLFLOW_TRACKING_URI: `${product.url}/mlflow`,
      MLFLOW_TRACKING_TOKEN: product.adminKey,
      MLFLOW_ENABLE_ARTIFACTS_PROGRESS_BAR: 'false',
      MLFLOW_DISABLE_TELEMETRY: 'true',
      MLFLOW_HTTP_REQUEST_MAX_RETRIES: '2',
      DATASET: 'tickets@1',
      PYTHONIOENCODING: 'utf-8',
    },
    stdio: ['ignore', 'pipe', 'pipe'],
    timeout: 120_000,
  })
  let output = ''
  let errors = ''
  child.stderr.setEncoding('utf8').on('data', piece => (errors += String(piece)))
  for await (const piece of child.stdout.setEncoding('utf8')) output += piece as string
  const lines = output.split('\n').filter(line => line.startsWith('{"step"'))
  if (!output.includes('"stranger"'))
    throw new Error(`The client did not come to its end:\n${errors.slice(-6_000)}`)
  return lines.map(line => JSON.parse(line) as unknown)
}
