import { afterAll, beforeAll, describe, expect, it } from 'bun:test'
import { type OpenAI, toFile } from 'openai'
import type { Batch } from 'openai/resources/batches'
import { createTestDatabase, type TestDatabase } from '../database.ts'
import { startFakeProvider, type FakeProvider } from '../fake-provider/index.ts'
import { startProduct, type Product } from '../product.ts'
import { createOpenAi, thrownBy } from '../clients.ts'

let provider: FakeProvider
let database: TestDatabase
let product: Product
let openai: OpenAI
let config: string

beforeAll(async () => {
  provider = await startFakeProvider({ chunkDelayMs: 2 })
  database = await createTestDatabase()
  config = `
providers:
  openai: { kind: openai, baseUrl: '${provider.url}/v1' }
services:
  chat: { releases: { v1: { target: { provider: openai, model: gpt-test } } } }
  refusing: { releases: { v1: { target: { provider: openai, model: fake-error-400 } } } }
  busy: { releases: { v1: { target: { provider: openai, model: fake-error-429 } } } }
tenants:
  acme: {}
  other: {}
prices:
  - { provider: openai, from: 2026-01-01, usdPerMillionTokens: { input: 1, output: 1 } }
`
  product = await startProduct({ config, databaseUrl: database.url })
  openai = createOpenAi(product, product.adminKey)
}, 120_000)

afterAll(async () => {
  await product?.stop()
  await provider?.stop()
  await database?.[Symbol.asyncDispose]()
})

async function keyOf(tenant: string): Promise<{ id: string; secret: string }> {
  const response = await fetch(`${product.url}/api/keys`, {
    method: 'POST',
    headers: { authorization: `Bearer ${product.adminKey}`, 'content-type': 'application/json' },
    body: JSON.stringify({ name: tenant, role: 'service', tenant }),
  })
  const created = (await response.json()) as { id: string; secret: string }
  expect(response.status).toBe(201)
  return created
}

const lineOf = (id: string, model = 'chat', url = '/v1/chat/completions') =>
  JSON.stringify({
    custom_id: id,
    method: 'POST',
    url,
    body: { model, messages: [{ role: 'user', content: `Say ${id}` }] },
  })

async function submit(client: OpenAI, text: string, window = '24h'): Promise<Batch> {
  const file = await client.files.create({
    file: await toFile(Buffer.from(text), 'in.jsonl'),
    purpose: 'batch',
  })
  return await client.batches.create({
    input_file_id: file.id,
    endpoint: '/v1/chat/completions',
    completion_window: window as '24h',
  })
}

async function until(
  client: OpenAI,
  id: string,
  isReached: (batch: Batch) => boolean,
  seconds = 30,
): Promise<Batch> {
  for (let look = 0; look < seconds * 20; look += 1) {
    const batch = await client.batches.retrieve(id)
    if (isReached(batch)) return batch
    await Bun.sleep(50)
  }
  throw new Error(`The batch ${id} did not get there: ${JSON.stringify(await client.batches.retrieve(id))}`)
}

const isEnded = ({ status }: Batch) => ['completed', 'failed', 'expired', 'cancelled'].includes(status)

async function linesOf(client: OpenAI, id: string | null | undefined): Promise<Record<string, never>[]> {
  if (!id) return []
  const text = await (await client.files.content(id)).text()
  return text.split('\n').flatMap(line => (line === '' ? [] : [JSON.parse(line) as Record<string, never>]))
}

const adminHeaders = () => ({ headers: { authorization: `Bearer ${product.adminKey}` } })

function usageOf(line: Record<string, never>): number {
  const { response } = line as unknown as { response: { body: { usage: { total_tokens: number } } } }
  return response.body.usage.total_tokens
}

const idsOf = (lines: Record<string, never>[]) => lines.map(line => String(line['custom_id'])).sort()

describe('/v1/files', () => {
  it('stores, lists, shows, gives back and deletes what was uploaded, byte by byte', async () => {
    const bytes = Buffer.from(Array.from({ length: 3_000_000 }, (_, index) => (index * 7) % 256))
    const file = await openai.files.create({ file: await toFile(bytes, 'a b.bin'), purpose: 'user_data' })
    expect(file).toMatchObject({
      object: 'file',
      bytes: bytes.length,
      filename: 'a b.bin',
      purpose: 'user_data',
    })
    expect((await openai.files.retrieve(file.id)).id).toBe(file.id)
    expect((await openai.files.list({ purpose: 'user_data' })).data.map(one => one.id)).toContain(file.id)
    const back = Buffer.from(await (await openai.files.content(file.id)).arrayBuffer())
    expect(back.equals(bytes)).toBe(true)
    expect(await openai.files.delete(file.id)).toEqual({ id: file.id, object: 'file', deleted: true })
    expect(await thrownBy(openai.files.retrieve(file.id))).toMatchObject({ status: 404 })
    const found = new Bun.Glob(`**/${file.id}`).scan(product.dataDirectory)
    expect(await Array.fromAsync(found)).toEqual([])
  })

  it('refuses a purpose that is none and leaves no bytes', async () => {
    const file = await toFile(Buffer.from('x'), 'x.txt')
    const refused = openai.files.create({ file, purpose: 'nonsense' as 'batch' })
    expect(await thrownBy(refused)).toMatchObject({ status: 400, param: 'purpose' })
  })
})

describe('/v1/batches', () => {
  it('answers every line once, in the output or the error file', async () => {
    const names = Array.from({ length: 60 }, (_, index) => `line-${index}`)
    const text = names.map((name, index) => lineOf(name, index % 10 === 3 ? 'refusing' : 'chat')).join('\n')
    const created = await submit(openai, text)
    expect(created.status).toBe('validating')
    const batch = await until(openai, created.id, isEnded)
    expect(batch).toMatchObject({
      status: 'completed',
      request_counts: { total: 60, completed: 54, failed: 6 },
    })
    const output = await linesOf(openai, batch.output_file_id)
    const errors = await linesOf(openai, batch.error_file_id)
    expect([...idsOf(output), ...idsOf(errors)].sort()).toEqual([...names].sort())
    expect(output[0]).toMatchObject({
      error: null,
      response: { status_code: 200, body: { object: 'chat.completion' } },
    })
    expect(errors[0]).toMatchObject({ response: { status_code: 400 } })
    expect((await openai.batches.list()).data[0]?.id).toBe(batch.id)
    const read = async (address: string): Promise<unknown> =>
      await (await fetch(`${product.url}/api/batches/${batch.id}${address}`, adminHeaders())).json()
    const tokens = output.map(line => usageOf(line)).reduce((sum, count) => sum + count, 0)
    expect(await read('')).toMatchObject({ total: 60, failed: 6, cost_nano_usd: tokens * 1_000 })
    expect(await read('/failures')).toMatchObject({
      data: names
        .map((name, index) => ({ line: index + 1, custom_id: name, status: 400 }))
        .filter((_, index) => index % 10 === 3),
    })
  }, 120_000)

  it('fails before anything is asked where the input is wrong, and says on which line', async () => {
    const text = [
      lineOf('a'),
      lineOf('a'),
      'no json',
      lineOf('b', 'chat', '/v1/embeddings'),
      lineOf('c', 'nobody'),
    ].join('\n')
    const batch = await until(openai, (await submit(openai, text)).id, isEnded)
    expect(batch.status).toBe('failed')
    expect(batch.errors?.data?.map(error => [error.line, error.code])).toEqual([
      [2, 'duplicate_custom_id'],
      [3, 'invalid_json_line'],
      [4, 'invalid_url'],
      [5, 'model_not_found'],
    ])
    expect(batch.output_file_id ?? null).toBeNull()
  }, 120_000)

  it('waits where there is no room, and keeps what is answered when it is cancelled', async () => {
    const created = await submit(openai, [lineOf('a'), lineOf('b'), lineOf('c', 'busy')].join('\n'))
    await until(openai, created.id, batch => batch.request_counts?.completed === 2)
    expect((await openai.batches.cancel(created.id)).status).toBe('cancelling')
    const batch = await until(openai, created.id, isEnded)
    expect(batch).toMatchObject({ status: 'cancelled', request_counts: { total: 3, failed: 0 } })
    expect(idsOf(await linesOf(openai, batch.output_file_id))).toEqual(['a', 'b'])
    expect(await thrownBy(openai.batches.cancel(created.id))).toMatchObject({ status: 409 })
  }, 120_000)

  it('writes what was not asked in time into the error file', async () => {
    const created = await submit(openai, [lineOf('a', 'busy'), lineOf('b', 'busy')].join('\n'))
    await until(openai, created.id, batch => batch.status === 'in_progress')
    const { pid } = product
    process.kill(pid, 'SIGKILL')
    await product.exited
    // as if it had been gone for longer than its lease lasts
    await database.database.query(
      'UPDATE batches SET expires_at = now(), lease_until = now() WHERE id = $1',
      [created.id],
    )
    await restart()
    const batch = await until(openai, created.id, isEnded, 40)
    expect(batch.status).toBe('expired')
    const errors = await linesOf(openai, batch.error_file_id)
    expect(errors.map(line => [line['custom_id'], line['error']?.['code']])).toEqual([
      ['a', 'batch_expired'],
      ['b', 'batch_expired'],
    ] as never)
  }, 120_000)

  it('shows nothing to another tenant', async () => {
    const [acme, other] = [await keyOf('acme'), await keyOf('other')]
    const mine = createOpenAi(product, acme.secret)
    const created = await submit(mine, lineOf('a'))
    const batch = await until(mine, created.id, isEnded)
    expect(batch.status).toBe('completed')
    const theirs = createOpenAi(product, other.secret)
    for (const call of [
      () => theirs.batches.retrieve(batch.id),
      () => theirs.batches.cancel(batch.id),
      () => theirs.files.retrieve(batch.output_file_id!),
      () => theirs.files.content(batch.output_file_id!),
      () => theirs.files.delete(batch.input_file_id),
      () => submitFile(theirs, batch.input_file_id),
    ])
      expect(await thrownBy(call())).toMatchObject({ status: 404 })
    expect((await theirs.batches.list()).data).toEqual([])
    expect((await theirs.files.list()).data).toEqual([])
  }, 120_000)

  it('goes on after kill -9 and still answers every line once, beside a second replica', async () => {
    const names = Array.from({ length: 600 }, (_, index) => `line-${index}`)
    provider.requests.length = 0
    const created = await submit(openai, names.map(name => lineOf(name)).join('\n'))
    await until(openai, created.id, batch => (batch.request_counts?.completed ?? 0) > 20)
    process.kill(product.pid, 'SIGKILL')
    await product.exited
    await restart()
    await using _second = await startProduct({
      config,
      databaseUrl: database.url,
      environment: { SLIPWAY_OBJECT_STORE: `${product.dataDirectory}/objects` },
    })
    const batch = await until(openai, created.id, isEnded, 60)
    expect(batch).toMatchObject({ status: 'completed', request_counts: { completed: 600, failed: 0 } })
    expect(idsOf(await linesOf(openai, batch.output_file_id))).toEqual([...names].sort())
    const asked = provider.requests.map(({ headers }) => String(headers['x-request-id']))
    expect(new Set(asked).size).toBe(600)
    // two lines for each that may be under way are a chunk
    expect(asked.length - 600).toBeLessThanOrEqual(32)
  }, 120_000)
})

function submitFile(client: OpenAI, id: string) {
  return client.batches.create({
    input_file_id: id,
    endpoint: '/v1/chat/completions',
    completion_window: '24h',
  })
}

async function restart(): Promise<void> {
  const { dataDirectory } = product
  product = await startProduct({ config, databaseUrl: database.url, dataDirectory })
  openai = createOpenAi(product, product.adminKey)
}
