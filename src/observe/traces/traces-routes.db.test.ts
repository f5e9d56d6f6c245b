import { afterAll, beforeAll, describe, expect, it } from 'bun:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { createTestDatabase } from '../../../test/database.ts'
import type { TestDatabase } from '../../../test/database.ts'
import {
  createControlApi,
  createId,
  createLogger,
  createMetricsRegistry,
} from '../../foundation/platform/index.ts'
import { createAccess, createGatekeeper } from '../../govern/access/index.ts'
import type { Access, Role } from '../../govern/access/index.ts'
import { declareUnmasked } from '../../govern/privacy/index.ts'
import { createAudit } from '../../govern/audit/index.ts'
import type { Inference } from './inference.ts'
import {
  feedbackSchema,
  inferenceDetailSchema,
  inferenceListSchema,
  inferenceSchema,
} from './inference-wire.ts'
import { overviewSchema } from './overview.ts'
import { idAt, sampleInference } from './sample-inference.ts'
import { createTraces } from './traces.ts'
import type { Traces } from './traces.ts'
import { tracesRoutes } from './traces-routes.ts'

const logger = createLogger({ level: 'silent' })
const hourMs = 3_600_000
const ownerSecret = `sk-slip-${'o'.repeat(48)}`

let test: TestDatabase
let access: Access
let traces: Traces
let api: (request: Request) => Promise<Response>
let keys: Record<'owner' | 'ofA' | 'ofB' | 'searchOfA' | 'callerOfA' | 'auditor', string>

beforeAll(async () => {
  test = await createTestDatabase()
  const { database } = test
  const audit = createAudit({ database })
  access = await createAccess({ database, audit, logger })
  await access.ensureAdminKey({ given: ownerSecret, dataDirectory: '/nowhere' })
  const headers = new Headers({ authorization: `Bearer ${ownerSecret}` })
  const owner = access.authenticate(headers, { isSameOrigin: false })
  for (const id of ['a', 'b']) {
    await access.tenants.create({ id }, { principal: owner, requestId: 'setup' })
  }
  const key = async (role: Role, tenant: string | null, services?: string[]): Promise<string> =>
    (
      await access.keys.create(
        { name: role, role, tenant, services },
        { principal: owner, requestId: 'setup' },
      )
    ).secret
  keys = {
    owner: ownerSecret,
    ofA: await key('developer', 'a'),
    ofB: await key('developer', 'b'),
    searchOfA: await key('developer', 'a', ['search']),
    callerOfA: await key('service', 'a'),
    auditor: await key('auditor', null),
  }
  traces = createTraces({
    database,
    logger,
    metrics: createMetricsRegistry(),
    options: { retentionDays: () => 30, intervalMs: 10 },
  })
  api = createControlApi({
    routes: tracesRoutes({
      traces,
      database,
      audit,
      access,
      maskFeedback: async words => declareUnmasked(words, 'A test.'),
    }),
    gatekeeper: createGatekeeper({ access, audit }),
    bodyLimitBytes: 1_000_000,
    onFailure: () => {},
    onBug: error => {
      throw error
    },
  })
}, 120_000)

afterAll(async () => {
  await traces.stop()
  await access.close()
  await test[Symbol.asyncDispose]()
})

async function call(key: keyof typeof keys, path: string, body?: unknown): Promise<Response> {
  return await api(
    new Request(`http://slipway.test/api${path}`, {
      headers: { authorization: `Bearer ${keys[key]}`, 'content-type': 'application/json' },
      ...(body === undefined ? {} : { method: 'POST', body: JSON.stringify(body) }),
    }),
  )
}

/** Records and waits until it is stored. */
async function record(...given: Omit<Partial<Inference>, 'content'>[]): Promise<Inference[]> {
  const inferences = given.map(one => sampleInference(one))
  for (const inference of inferences) traces.record(inference)
  expect(await traces.flush()).toBe(true)
  return inferences
}

async function list(key: keyof typeof keys, query: Record<string, string | number>) {
  const text = new URLSearchParams(
    Object.entries(query).map(([name, value]) => [name, String(value)]),
  ).toString()
  const response = await call(key, `/inferences?${text}`)
  expect(response.status).toBe(200)
  return inferenceListSchema.parse(await response.json())
}

async function failureOf(response: Response): Promise<{ status: number; code: string; parameter?: string }> {
  const { error } = (await response.json()) as { error: { code: string; parameter?: string } }
  return {
    status: response.status,
    code: error.code,
    ...(error.parameter ? { parameter: error.parameter } : {}),
  }
}

describe('GET /api/inferences', () => {
  it('finds by every filter, newest first', async () => {
    const service = `filters-${createId()}`
    const nowMs = Date.now()
    const [plain, failed, slow, other, late] = await record(
      { service, startedAtMs: nowMs - 5 * hourMs },
      {
        service,
        startedAtMs: nowMs - 4 * hourMs,
        outcome: 'error',
        status: 502,
        failureCode: 'upstream_error',
        failureMessage: 'The provider said 100% no_.',
      },
      { service, startedAtMs: nowMs - 3 * hourMs, latencyMs: 9_000, keyId: 'key-slow' },
      {
        service,
        startedAtMs: nowMs - 2 * hourMs,
        release: 'v2',
        tenant: 'b',
        traceId: createId().replaceAll('-', ''),
      },
      { service, startedAtMs: nowMs - hourMs, outcome: 'aborted', status: 499 },
    )
    const found = async (query: Record<string, string | number>) =>
      (await list('owner', { service, ...query })).data.map(({ id }) => id)
    expect(await found({})).toEqual([late!.id, other!.id, slow!.id, failed!.id, plain!.id])
    expect(await found({ outcome: 'error' })).toEqual([failed!.id])
    expect(await found({ outcome: 'ok' })).toEqual([other!.id, slow!.id, plain!.id])
    expect(await found({ status: 499 })).toEqual([late!.id])
    expect(await found({ status: 200 })).toEqual([other!.id, slow!.id, plain!.id])
    expect(await found({ min_latency_ms: 5_000 })).toEqual([slow!.id])
    expect(await found({ key_id: 'key-slow' })).toEqual([slow!.id])
    expect(await found({ release: 'v2' })).toEqual([other!.id])
    expect(await found({ tenant: 'b' })).toEqual([other!.id])
    expect(await found({ since: new Date(nowMs - 2.5 * hourMs).toISOString() })).toEqual([
      late!.id,
      other!.id,
    ])
    expect(await found({ until: new Date(nowMs - 3.5 * hourMs).toISOString() })).toEqual([
      failed!.id,
      plain!.id,
    ])
    expect(await found({ q: plain!.id })).toEqual([plain!.id])
    expect(await found({ q: slow!.requestId })).toEqual([slow!.id])
    expect(await found({ q: other!.traceId })).toEqual([other!.id])
    expect(await found({ q: 'PROVIDER SAID' })).toEqual([failed!.id])
    expect(await found({ q: '100% no_' })).toEqual([failed!.id])
    expect(await found({ q: '100_ no%' })).toEqual([])
    expect(await found({ outcome: 'error', tenant: 'b' })).toEqual([])
  })

  it('pages without gaps or doubles while new ones arrive', async () => {
    const service = `pages-${createId()}`
    const before = await record(...Array.from({ length: 25 }, () => ({ service })))
    const seen: string[] = []
    let cursor: string | null = null
    for (let page = 0; page < 10; page += 1) {
      const found = await list('owner', { service, limit: 7, ...(cursor === null ? {} : { cursor }) })
      seen.push(...found.data.map(({ id }) => id))
      cursor = found.next_cursor
      if (cursor === null) break
      await record({ service }, { service })
    }
    expect(seen).toEqual(before.map(({ id }) => id).toReversed())
  })

  it('ends where exactly one page is left', async () => {
    const service = `end-${createId()}`
    await record({ service }, { service })
    expect((await list('owner', { service, limit: 2 })).next_cursor).toBeNull()
    expect((await list('owner', { service, limit: 1 })).next_cursor).not.toBeNull()
  })

  it('shows a tenant its own inferences and no others', async () => {
    const service = `tenants-${createId()}`
    const [ofA, ofB] = await record({ service, tenant: 'a' }, { service, tenant: 'b' })
    expect((await list('owner', { service })).data.map(({ id }) => id)).toEqual([ofB!.id, ofA!.id])
    expect((await list('ofA', { service })).data.map(({ id }) => id)).toEqual([ofA!.id])
    expect((await list('ofB', { service, tenant: 'b' })).data.map(({ id }) => id)).toEqual([ofB!.id])
    expect((await list('ofB', { q: ofA!.id })).data).toEqual([])
    expect((await list('ofB', { q: ofA!.requestId })).data).toEqual([])
    expect(await failureOf(await call('ofA', '/inferences?tenant=b'))).toEqual({
      status: 403,
      code: 'forbidden',
      parameter: 'tenant',
    })
  })

  it('shows a key with a list of services only those', async () => {
    const release = `services-${createId()}`
    const [, search] = await record({ release, tenant: 'a' }, { release, tenant: 'a', service: 'search' })
    expect((await list('searchOfA', { release })).data.map(({ id }) => id)).toEqual([search!.id])
    expect(await failureOf(await call('searchOfA', '/inferences?service=support'))).toMatchObject({
      code: 'forbidden',
      parameter: 'service',
    })
  })

  it('says which parameter is wrong', async () => {
    for (const [query, parameter] of [
      ['status=abc', 'status'],
      ['since=yesterday', 'since'],
      ['limit=0', 'limit'],
      ['cursor=7', 'cursor'],
      ['outcome=fine', 'outcome'],
    ] as const) {
      const failure = await failureOf(await call('owner', `/inferences?${query}`))
      expect(failure).toEqual({ status: 400, code: 'invalid_request', parameter })
    }
  })
})

describe('GET /api/inferences/{id}', () => {
  it('shows an inference with its content, at once after it was recorded', async () => {
    const content = {
      request: { messages: [{ role: 'user', content: 'Hi' }] },
      response: { content: 'Hello' },
    }
    const inference = sampleInference({ content })
    traces.record(inference)
    const response = await call('owner', `/inferences/${inference.id}`)
    expect(response.status).toBe(200)
    const detail = inferenceDetailSchema.parse(await response.json())
    expect(detail.id).toBe(inference.id)
    expect(detail.content).toEqual({ ...content, truncated: false, masking: 'none' })
    expect(detail.feedback).toEqual([])
    expect(detail.usage).toEqual({
      input_tokens: 100,
      cache_read_tokens: 20,
      cache_write_tokens: 5,
      output_tokens: 40,
      reasoning_tokens: 10,
      cache_write_hour_tokens: 0,
      audio_input_tokens: 0,
      image_input_tokens: 0,
      audio_output_tokens: 0,
      image_output_tokens: 0,
      units: null,
    })
  })

  it('has null for what was not kept or not known', async () => {
    const [inference] = await record({ usage: undefined, costNanoUsd: undefined })
    const detail = inferenceDetailSchema.parse(
      await (await call('owner', `/inferences/${inference!.id}`)).json(),
    )
    expect(detail.content).toBeNull()
    expect(detail.usage).toBeNull()
    expect(detail.cost_nano_usd).toBeNull()
  })

  it('answers another tenant, and a key of another service, as if it did not exist', async () => {
    const [inference] = await record({ tenant: 'a', service: 'support' })
    const missing = await failureOf(await call('ofB', `/inferences/${createId()}`))
    expect(missing).toEqual({ status: 404, code: 'not_found' })
    expect(await failureOf(await call('ofB', `/inferences/${inference!.id}`))).toEqual(missing)
    expect(await failureOf(await call('searchOfA', `/inferences/${inference!.id}`))).toEqual(missing)
    expect((await call('ofA', `/inferences/${inference!.id}`)).status).toBe(200)
  })

  it('is closed to keys that only call', async () => {
    const [inference] = await record({ tenant: 'a' })
    expect((await failureOf(await call('callerOfA', `/inferences/${inference!.id}`))).code).toBe('forbidden')
  })

  it('leaves word of who looked', async () => {
    const [inference] = await record({})
    const response = await call('auditor', `/inferences/${inference!.id}`)
    const entries = await test.database.query('select action from audit_entries where request_id = $1', [
      response.headers.get('x-request-id'),
    ])
    expect(entries).toEqual([{ action: 'inference:read' }])
  })
})

describe('POST /api/inferences/{id}/feedback', () => {
  it('keeps all that is said, several times, oldest first', async () => {
    const [inference] = await record({ tenant: 'a' })
    const path = `/inferences/${inference!.id}`
    const first = await call('ofA', `${path}/feedback`, {
      score: 0.25,
      label: 'wrong',
      comment: 'Not my product.',
    })
    expect(first.status).toBe(201)
    const said = feedbackSchema.parse(await first.json())
    expect(said).toMatchObject({
      inference_id: inference!.id,
      score: 0.25,
      label: 'wrong',
      corrected_output: null,
    })
    const corrected = { intent: 'refund', lines: [1, null, 'x\0'] }
    const second = await call('callerOfA', `${path}/feedback`, { corrected_output: corrected })
    expect(second.status).toBe(201)
    const detail = inferenceDetailSchema.parse(await (await call('ofA', path)).json())
    expect(detail.feedback.length).toBe(2)
    expect(detail.feedback[0]).toEqual(said)
    expect(detail.feedback[1]).toMatchObject({ score: null, corrected_output: corrected })
  })

  it('accepts feedback in the moment the answer is there', async () => {
    const inference = sampleInference({ tenant: 'a' })
    traces.record(inference)
    expect((await call('callerOfA', `/inferences/${inference.id}/feedback`, { score: 1 })).status).toBe(201)
  })

  it('leaves an audit entry with the actor and the hash of what was said', async () => {
    const [inference] = await record({ tenant: 'a' })
    const response = await call('ofA', `/inferences/${inference!.id}/feedback`, { score: 1 })
    const [entry] = await test.database.query(
      'select action, subject, tenant, after_hash from audit_entries where request_id = $1',
      [response.headers.get('x-request-id')],
    )
    expect(entry).toMatchObject({
      action: 'feedback:create',
      subject: `inference:${inference!.id}`,
      tenant: 'a',
    })
    expect(entry!['after_hash']).toBeString()
  })

  it('refuses what says nothing or too much', async () => {
    const [inference] = await record({})
    for (const body of [
      {},
      { score: 1.5 },
      { score: '1' },
      { label: '' },
      { corrected_output: null },
      { rating: 5 },
      { comment: 'x'.repeat(10_001) },
      { corrected_output: 'x'.repeat(300_000) },
    ]) {
      const failure = await failureOf(await call('owner', `/inferences/${inference!.id}/feedback`, body))
      expect(failure).toMatchObject({ status: 400, code: 'invalid_request' })
    }
    const detail = inferenceDetailSchema.parse(
      await (await call('owner', `/inferences/${inference!.id}`)).json(),
    )
    expect(detail.feedback).toEqual([])
  })

  it('is closed to other tenants and to those who only look', async () => {
    const [inference] = await record({ tenant: 'a' })
    const path = `/inferences/${inference!.id}/feedback`
    expect((await failureOf(await call('ofB', path, { score: 0 }))).code).toBe('not_found')
    expect((await failureOf(await call('auditor', path, { score: 0 }))).code).toBe('forbidden')
  })
})

describe('GET /api/overview', () => {
  it('sums up what the caller may see', async () => {
    const service = `overview-${createId()}`
    await record({ service, tenant: 'a' }, { service, tenant: 'a' }, { service, tenant: 'b' })
    const totals = async (key: keyof typeof keys, query: string) => {
      const response = await call(key, `/overview?service=${service}${query}`)
      return overviewSchema.parse(await response.json()).totals.requests
    }
    expect(await totals('owner', '')).toBe(3)
    expect(await totals('owner', '&tenant=b')).toBe(1)
    expect(await totals('ofA', '')).toBe(2)
    expect(await totals('ofB', '')).toBe(1)
    expect(await failureOf(await call('ofA', '/overview?tenant=b'))).toMatchObject({ code: 'forbidden' })
    expect(await failureOf(await call('searchOfA', `/overview?service=${service}`))).toMatchObject({
      code: 'forbidden',
    })
  })

  it('covers the last 24 hours, or what is asked for', async () => {
    const usual = overviewSchema.parse(await (await call('owner', '/overview')).json())
    expect(usual.bucket_seconds).toBe(900)
    const asked = await call(
      'owner',
      '/overview?since=2026-03-01T00:00:00Z&until=2026-03-01T01:00:00%2B00:00',
    )
    const { since, until, series } = overviewSchema.parse(await asked.json())
    expect([since, until, series.length]).toEqual([
      '2026-03-01T00:00:00.000Z',
      '2026-03-01T01:00:00.000Z',
      60,
    ])
    const turned = await call('owner', '/overview?since=2026-03-02T00:00:00Z&until=2026-03-01T00:00:00Z')
    expect(await failureOf(turned)).toEqual({ status: 400, code: 'invalid_request', parameter: 'since' })
  })
})

describe('GET /api/inferences/live', () => {
  /** Reads a stream of events in the background. */
  function follow(response: Response) {
    expect(response.headers.get('content-type')).toStartWith('text/event-stream')
    const events: { event: string; data: unknown }[] = []
    const reader = response.body!.getReader()
    let isEnded = false
    const reading = (async () => {
      let text = ''
      const decoder = new TextDecoder()
      for (;;) {
        const { value, done } = await reader.read()
        if (done) break
        text += decoder.decode(value, { stream: true })
        for (let end = text.indexOf('\n\n'); end >= 0; end = text.indexOf('\n\n')) {
          const [, event, data] = /^event: (\w+)\ndata: (.*)$/.exec(text.slice(0, end)) ?? []
          if (event && data) events.push({ event, data: JSON.parse(data) })
          text = text.slice(end + 2)
        }
      }
      isEnded = true
    })()
    return {
      ids: () =>
        events.filter(one => one.event === 'inference').map(one => inferenceSchema.parse(one.data).id),
      events,
      isEnded: () => isEnded,
      leave: async () => {
        await reader.cancel()
        await reading
      },
    }
  }

  async function eventually(isTrue: () => boolean): Promise<void> {
    for (let round = 0; round < 3_000 && !isTrue(); round += 1) await sleep(10)
    expect(isTrue()).toBe(true)
  }

  it('shows what is stored, filtered, to those who may see it', async () => {
    const service = `live-${createId()}`
    const all = follow(await call('owner', `/inferences/live?service=${service}`))
    const errors = follow(await call('owner', `/inferences/live?service=${service}&outcome=error`))
    const ofA = follow(await call('ofA', '/inferences/live'))
    const searchOfA = follow(await call('searchOfA', '/inferences/live'))
    const [a, b, search] = await record(
      { service, tenant: 'a', id: idAt(Date.now() - 1_000) },
      { service, tenant: 'b', outcome: 'error', status: 500 },
      { service: 'search', tenant: 'a' },
    )
    await eventually(() => all.ids().length === 2 && ofA.ids().length === 2)
    await eventually(() => errors.ids().length === 1 && searchOfA.ids().length === 1)
    expect(all.ids()).toEqual([a!.id, b!.id])
    expect(errors.ids()).toEqual([b!.id])
    expect(ofA.ids()).toEqual([a!.id, search!.id])
    expect(searchOfA.ids()).toEqual([search!.id])
    await Promise.all([all, errors, ofA, searchOfA].map(tail => tail.leave()))
    expect(traces.live.watchers).toBe(0)
  })

  it('refuses to show another tenant', async () => {
    expect((await call('ofA', '/inferences/live?tenant=b')).status).toBe(403)
  })

  it('shows what other replicas store, once', async () => {
    const other = createTraces({
      database: test.database,
      logger,
      metrics: createMetricsRegistry(),
      options: { retentionDays: () => 30 },
    })
    const service = `replica-${createId()}`
    const here = follow(await call('owner', `/inferences/live?service=${service}`))
    const there = follow(other.live.open({ tenant: undefined, services: [service], outcome: undefined }))
    // Listening begins with the first watcher; rows of the other one tell when it does.
    const mine = new Set<string>()
    const theirs = new Set<string>()
    for (let round = 0; round < 1_500; round += 1) {
      if (here.ids().some(id => theirs.has(id)) && there.ids().some(id => mine.has(id))) break
      const probe = sampleInference({ service })
      other.record(probe)
      await other.flush()
      theirs.add(probe.id)
      for (const { id } of await record({ service })) mine.add(id)
      await sleep(20)
    }
    const last = Array.from({ length: 450 }, () => sampleInference({ service }))
    for (const inference of last) other.record(inference)
    await other.flush()
    await eventually(() => here.ids().includes(last.at(-1)!.id))
    expect(here.ids().slice(-450)).toEqual(last.map(({ id }) => id))
    expect(new Set(here.ids()).size).toBe(here.ids().length)
    await here.leave()
    await other.stop()
    await eventually(there.isEnded)
  })

  it('skips for a client that does not read, says how many, and never holds up the others', async () => {
    const service = `slow-${createId()}`
    const slow = await call('owner', `/inferences/live?service=${service}`)
    const quick = follow(await call('owner', `/inferences/live?service=${service}`))
    await record(...Array.from({ length: 800 }, () => ({ service })))
    await eventually(() => quick.ids().length === 800)
    const late = follow(slow)
    await eventually(() => late.ids().length > 400)
    await record({ service })
    await eventually(() => late.events.some(one => one.event === 'skipped'))
    const skipped = late.events.filter(one => one.event === 'skipped') as { data: { count: number } }[]
    const total = () => late.ids().length + skipped.reduce((sum, one) => sum + one.data.count, 0)
    await eventually(() => total() === 801)
    await Promise.all([quick.leave(), late.leave()])
  })

  it('ends every stream at shutdown, and those opened later', async () => {
    const closing = createTraces({
      database: test.database,
      logger,
      metrics: createMetricsRegistry(),
      options: { retentionDays: () => 30 },
    })
    const everything = { tenant: undefined, services: undefined, outcome: undefined }
    const before = follow(closing.live.open(everything))
    await closing.live.close()
    await eventually(before.isEnded)
    await eventually(follow(closing.live.open(everything)).isEnded)
    await closing.stop()
  })
})
