import { afterAll, beforeAll, describe, expect, it } from 'bun:test'
import { Registry } from 'prom-client'
import { createTestDatabase, type TestDatabase } from '../../../test/database.ts'
import { until } from '../../../test/until.ts'
import { createId, createLogger, type Database } from '../../foundation/platform/index.ts'
import { createAudit } from '../../govern/audit/index.ts'
import { createKeyRing, type KeyRing, openMasterKeys } from '../../govern/privacy/index.ts'
import type { Principal } from '../../govern/access/index.ts'
import { toResponseId } from '../dialects/index.ts'
import { createResponseArchive, type ResponseArchive } from './response-archive.ts'
import { createResponseMemory } from './response-memory.ts'
import { dropOldResponses } from './responses-jobs.ts'
import type { StoredResponse } from './stored-response.ts'

let own: TestDatabase
let database: Database
const logger = createLogger({ level: 'silent' })
const archives: ResponseArchive[] = []

let keys: KeyRing

beforeAll(async () => {
  own = await createTestDatabase()
  database = own.database
  const masters = await openMasterKeys({ given: Buffer.alloc(32, 1).toString('base64'), dataDirectory: '' })
  keys = await createKeyRing({ database, audit: createAudit({ database }), logger, masters })
})

afterAll(async () => {
  for (const archive of archives) await archive.stop(1_000)
  await keys.stop()
  await own[Symbol.asyncDispose]()
})

async function open(options: Partial<Parameters<typeof createResponseArchive>[0]> = {}) {
  const registry = new Registry()
  const archive = await createResponseArchive({
    database,
    logger,
    registry,
    keys,
    retentionDays: () => 30,
    ...options,
  })
  archives.push(archive)
  const count = async (name: string, labels: object = {}): Promise<number> => {
    const metric = await registry.getSingleMetric(name)?.get()
    const value = metric?.values.find(one => JSON.stringify(one.labels) === JSON.stringify(labels))
    return value?.value ?? 0
  }
  return { archive, count }
}

function stored(fields: Partial<StoredResponse> = {}): StoredResponse {
  const id = fields.id ?? createId()
  return {
    id,
    tenant: 'default',
    service: 'chat',
    target: 'provider:x m',
    upstreamId: undefined,
    conversationId: 'chat-17',
    input: [{ role: 'user', content: 'Hi \u0000 \ud800 é' }],
    response: { id: toResponseId(id), output: [{ type: 'message', role: 'assistant', content: [] }] },
    createdAt: new Date(),
    ...fields,
  }
}

describe('createResponseArchive', () => {
  it('gives back what it was given, also to another replica and whatever the text', async () => {
    const here = await open()
    const there = await open()
    const one = stored()
    here.archive.add(one)
    expect(await here.archive.find(one.id)).toEqual(one)
    expect(await there.archive.find(one.id)).toEqual(one)
    expect(await here.archive.flush(30_000)).toBe(true)
    expect(await here.count('slipway_responses_kept_total')).toBe(1)
    expect(await here.count('slipway_responses_read_total', { source: 'memory' })).toBe(1)
    expect(await there.count('slipway_responses_read_total', { source: 'database' })).toBe(1)
  })

  it('is sealed where it is stored, is read where it was not, and is gone with its key', async () => {
    const here = await open()
    const there = await open()
    const one = stored({ tenant: 'sealed', input: [{ role: 'user', content: 'a marked secret' }] })
    here.archive.add(one)
    await here.archive.flush(30_000)
    const [row] = await database.query<{ sealed: Buffer }>('SELECT * FROM responses WHERE id = $1', [one.id])
    expect(row).toMatchObject({ input: null, response: null })
    expect(row?.sealed.toString('latin1')).not.toContain('marked')
    const old = stored()
    await database.query(
      `INSERT INTO responses (id, tenant, service, target, input, response, created_at) VALUES ($1, $2, $3, $4, $5, $6, $7)`,
      [
        old.id,
        old.tenant,
        old.service,
        old.target,
        JSON.stringify(old.input),
        JSON.stringify(old.response),
        old.createdAt,
      ],
    )
    expect(await there.archive.find(old.id)).toMatchObject({ input: old.input, response: old.response })
    const [key] = await keys.list({ tenant: 'sealed' })
    await keys.shred(key!.id, { actor: { id: 'k', name: 'k' } })
    for (const { archive } of [here, there]) expect(await archive.find(one.id)).toBeUndefined()
  })

  it('reads from Postgres what memory has no room for', async () => {
    const { archive, count } = await open({ maxHeldBytes: 10 })
    const one = stored()
    archive.add(one)
    expect(await archive.find(one.id)).toEqual(one)
    expect(await count('slipway_responses_read_total', { source: 'database' })).toBe(1)
  })

  it('loses what the queue cannot hold, and counts it', async () => {
    const { archive, count } = await open({ maxQueuedResponses: 2 })
    for (let index = 0; index < 5; index += 1) archive.add(stored())
    expect(await count('slipway_responses_lost_total', { cause: 'queue_full' })).toBe(3)
    await archive.flush(30_000)
    expect(await count('slipway_responses_kept_total')).toBe(2)
  })

  it('keeps the others where the database refuses one', async () => {
    const { archive, count } = await open()
    const good = stored()
    archive.add(stored({ id: 'not-a-uuid' }))
    archive.add(good)
    expect(await archive.flush(30_000)).toBe(true)
    expect(await count('slipway_responses_lost_total', { cause: 'rejected' })).toBe(1)
    const { archive: other } = await open()
    expect(await other.find(good.id)).toEqual(good)
  })

  it('forgets what is deleted, on the replica that held it in memory too', async () => {
    const here = await open()
    const there = await open()
    const one = stored()
    here.archive.add(one)
    await here.archive.flush(30_000)
    expect(await there.archive.find(one.id)).toEqual(one)
    await there.archive.remove(one.id)
    expect(await there.archive.find(one.id)).toBeUndefined()
    await until(async () => (await here.archive.find(one.id)) === undefined)
    expect(await database.query('SELECT 1 FROM responses WHERE id = $1', [one.id])).toEqual([])
  })

  it('never writes what is deleted before it was written', async () => {
    const { archive } = await open()
    const one = stored()
    archive.add(one)
    await archive.remove(one.id)
    await archive.flush(30_000)
    expect(await database.query('SELECT 1 FROM responses WHERE id = $1', [one.id])).toEqual([])
  })

  it('does not find what is past retention, and the job deletes just that', async () => {
    const { archive } = await open()
    const old = stored({ createdAt: new Date(Date.now() - 31 * 86_400_000) })
    const young = stored({ createdAt: new Date(Date.now() - 29 * 86_400_000) })
    archive.add(old)
    archive.add(young)
    await archive.flush(30_000)
    expect(await archive.find(old.id)).toBeUndefined()
    expect(await archive.find(young.id)).toEqual(young)
    const signal = new AbortController().signal
    await dropOldResponses({ database, retentionDays: () => 30 }).run({}, { logger, signal } as never)
    const rows = await database.query('SELECT id FROM responses WHERE id = ANY($1)', [[old.id, young.id]])
    expect(rows).toEqual([{ id: young.id }])
  })
})

describe('createResponseMemory', () => {
  const principal: Principal = {
    keyId: 'k',
    keyName: 'k',
    role: 'service',
    tenant: 'default',
    services: undefined,
  }
  const caller = { principal, service: 'chat', storesContent: true, targets: ['provider:x m'] }

  it('takes along the conversation, but neither reasoning that was for reading nor calls that were cut off', async () => {
    const { archive } = await open()
    const memory = createResponseMemory({ archive, mayCall: () => true })
    const id = createId()
    const output = [
      { type: 'reasoning', id: 'rs_1', summary: [] },
      {
        type: 'reasoning',
        id: 'rs_2',
        summary: [],
        encrypted_content: 'slipway.1.native.cHJvdmlkZXI6eCBt.gAAAA',
      },
      { type: 'message', id: 'msg_1', role: 'assistant', content: [] },
      { type: 'function_call', id: 'fc_1', status: 'incomplete', call_id: 'c', name: 'f', arguments: '{"a' },
    ]
    const one = stored({ id, upstreamId: 'resp_up', response: { output } })
    archive.add(one)
    const body = { model: 'chat', input: 'Next', previous_response_id: toResponseId(id) }
    const { body: whole, pin } = await memory.resolve(body, caller)
    expect(whole['input']).toEqual([
      ...one.input,
      output[1],
      output[2],
      { type: 'message', role: 'user', content: 'Next' },
    ])
    expect(pin).toEqual({ targetKey: 'provider:x m', upstreamResponseId: 'resp_up' })
    expect(whole['store']).toBe(true)

    const moved = await memory.resolve(body, { ...caller, targets: ['provider:y n'] })
    expect(moved.pin).toBeUndefined()
    expect(moved.body['input']).toEqual([
      ...one.input,
      output[2],
      { type: 'message', role: 'user', content: 'Next' },
    ])
  })

  it('binds a request without reasoning to no target, and touches nothing for one that is whole', () => {
    const memory = createResponseMemory({ archive: undefined as never, mayCall: () => true })
    expect(memory.resolve({ model: 'chat', input: 'Hi' }, caller)).toEqual({
      body: { model: 'chat', input: 'Hi', store: true },
    })
    const forgetful = { ...caller, storesContent: false }
    expect(memory.resolve({ model: 'chat', input: 'Hi' }, forgetful)).toMatchObject({
      body: { store: false },
    })
    expect(() => memory.resolve({ model: 'chat', input: 'Hi', store: true }, forgetful)).toThrow(
      'keeps no content',
    )
  })
})
