import { afterAll, beforeAll, describe, expect, it } from 'bun:test'
import { gzipSync } from 'node:zlib'
import { BasicTracerProvider, InMemorySpanExporter, SimpleSpanProcessor } from '@opentelemetry/sdk-trace-base'
import { ProtobufTraceSerializer } from '@opentelemetry/otlp-transformer'
import { Registry } from 'prom-client'
import { createTestDatabase } from '../../../../test/database.ts'
import type { SpansConfig } from '../../../foundation/config/index.ts'
import { createLogger, type Database, Failure } from '../../../foundation/platform/index.ts'
import type { Principal } from '../../../govern/access/index.ts'
import { createOtlpExporter } from '../otlp-exporter.ts'
import { sampleInference } from '../sample-inference.ts'
import { assembleTrace } from '../waterfall/assemble-trace.ts'
import { toTraceSpan } from '../waterfall/foreign-spans.ts'
import { spansOf } from '../waterfall/inference-spans.ts'
import { createSpanReceiver } from './receive-spans.ts'
import { createSpanKeeper, type SpanKeeper } from './span-keeper.ts'
import { findSpansOfTrace } from './spans-store.ts'

const logger = createLogger({ level: 'silent' })
let test: Awaited<ReturnType<typeof createTestDatabase>>
let database: Database
let keeper: SpanKeeper
const metrics = new Registry()
const tenants: Record<string, SpansConfig> = {}
const usual: SpansConfig = { content: 'drop', attributes: ['shop.order.*'], maxPerMinute: 60_000 }

beforeAll(async () => {
  test = await createTestDatabase()
  database = test.database
  keeper = createSpanKeeper({ database, logger, metrics, intervalMs: 10 })
})
afterAll(async () => {
  await keeper?.stop()
  await test?.[Symbol.asyncDispose]()
})

const principal = (tenant: string): Principal => ({
  keyId: `key-${tenant}`,
  keyName: tenant,
  role: 'service',
  tenant,
  services: undefined,
})

function receiver(given: { readonly keeper?: SpanKeeper } = {}) {
  return createSpanReceiver({
    authenticate: request => {
      const tenant = request.headers.get('authorization')?.replace('Bearer ', '')
      if (tenant === undefined) throw new Failure('unauthenticated', 'Send a key.')
      return principal(tenant)
    },
    authorize: () => undefined,
    settings: tenant => tenants[tenant] ?? usual,
    retentionDays: () => 30,
    keeper: given.keeper ?? keeper,
    metrics: given.keeper ? new Registry() : metrics,
    onFailure: () => undefined,
    onBug: error => {
      throw error
    },
    limits: { bytes: 200_000, unpackedBytes: 400_000 },
  })
}
let receive: ReturnType<typeof createSpanReceiver>
beforeAll(() => {
  receive = receiver()
})

async function send(
  body: unknown,
  given: {
    tenant?: string | null
    type?: string
    headers?: Record<string, string>
    path?: string
    method?: string
  } = {},
  to = receive,
): Promise<Response> {
  const { tenant = 'acme', type = 'application/json', path = '/otlp/v1/traces', method = 'POST' } = given
  const request = new Request(`http://slipway${path}`, {
    method,
    headers: {
      'content-type': type,
      ...(tenant !== null && { authorization: `Bearer ${tenant}` }),
      ...given.headers,
    },
    ...(method === 'POST' && {
      body:
        body instanceof Uint8Array
          ? new Uint8Array(body)
          : typeof body === 'string'
            ? body
            : JSON.stringify(body),
    }),
  })
  return await to(request, path, false)
}

let traces = 0
const newTraceId = (): string => (++traces).toString(16).padStart(32, 'a')
const text = (key: string, stringValue: string) => ({ key, value: { stringValue } })

function exportOf(...spans: object[]): object {
  const resource = { attributes: [text('service.name', 'shop')] }
  return { resourceSpans: [{ resource, scopeSpans: [{ scope: { name: 'test' }, spans }] }] }
}

const nowNano = (): bigint => BigInt(Date.now()) * 1_000_000n

function span(traceId: string, given: object = {}): Record<string, unknown> {
  return {
    traceId,
    spanId: '00f067aa0ba902b7',
    name: 'work',
    kind: 1,
    startTimeUnixNano: String(nowNano()),
    endTimeUnixNano: String(nowNano() + 5_000_000n),
    ...given,
  }
}

async function stored(traceId: string, tenant = 'acme') {
  await keeper.flush()
  return await findSpansOfTrace(database, { tenant, traceId, sinceMs: 0, untilMs: 8.64e15 }, 100)
}

/** A span as the SDK of OpenTelemetry itself puts it on the wire. */
function protobufOf(name: string, attributes: Record<string, string | number | string[]>) {
  const exporter = new InMemorySpanExporter()
  const provider = new BasicTracerProvider({ spanProcessors: [new SimpleSpanProcessor(exporter)] })
  const made = provider.getTracer('test').startSpan(name, { attributes })
  made.addEvent('first token', { count: 1 })
  made.end()
  const bytes = ProtobufTraceSerializer.serializeRequest(exporter.getFinishedSpans())
  if (!bytes) throw new Error('nothing was made')
  return { bytes: new Uint8Array(bytes), ...made.spanContext() }
}

describe('POST /otlp/v1/traces', () => {
  it('takes protobuf and JSON, packed or not, and answers each in its own words', async () => {
    const protobuf = protobufOf('chat m', { 'gen_ai.operation.name': 'chat' })
    const packed = gzipSync(protobuf.bytes)
    const type = 'application/x-protobuf'
    const answer = await send(packed, { type, headers: { 'content-encoding': 'gzip' } })
    expect([answer.status, answer.headers.get('content-type'), (await answer.bytes()).length]).toEqual([
      200,
      type,
      0,
    ])
    expect(await stored(protobuf.traceId)).toMatchObject([
      {
        spanId: protobuf.spanId,
        name: 'chat m',
        kind: 'llm',
        scope: 'test',
        events: [{ name: 'first token' }],
      },
    ])
    const traceId = newTraceId()
    const json = await send(exportOf(span(traceId, { status: { code: 2 } })))
    expect([json.status, json.headers.get('content-type'), await json.json()]).toEqual([
      200,
      'application/json',
      {},
    ])
    const [found] = await stored(traceId)
    expect(found).toMatchObject({ application: 'shop', kind: 'other', outcome: 'error', keyId: 'key-acme' })
    expect(found?.durationMs).toBeGreaterThanOrEqual(4.9)
  })

  it('keeps figures and names, and nothing that may be content', async () => {
    const secret = 'my card is 4111 1111 1111 1111'
    const attributes = {
      'gen_ai.operation.name': 'chat',
      'gen_ai.request.model': 'm',
      'gen_ai.input.messages': secret,
      'gen_ai.usage.input_tokens': 12,
      'input.value': secret,
      'llm.input_messages.0.message.content': secret,
      'db.query.text': secret,
      'user.phone': 491_701_234_567,
      'session.id': 'chat-17',
      'gen_ai.conversation.id': secret,
      'shop.order.kind': 'express',
      list: [secret],
    }
    const protobuf = protobufOf('chat', attributes)
    expect((await send(protobuf.bytes, { type: 'application/x-protobuf' })).status).toBe(200)
    const traceId = newTraceId()
    const toValue = (value: string | number | string[]): object =>
      typeof value === 'string'
        ? { stringValue: value }
        : typeof value === 'number'
          ? { intValue: String(value) }
          : { arrayValue: { values: value.map(stringValue => ({ stringValue })) } }
    const asJson = Object.entries(attributes).map(([key, value]) => ({ key, value: toValue(value) }))
    const event = {
      name: 'exception',
      timeUnixNano: String(nowNano()),
      attributes: [text('exception.message', secret)],
    }
    const status = { code: 2, message: secret }
    expect(
      (await send(exportOf(span(traceId, { attributes: asJson, events: [event], status })))).status,
    ).toBe(200)
    const kept = {
      'gen_ai.operation.name': 'chat',
      'gen_ai.request.model': 'm',
      'gen_ai.usage.input_tokens': 12,
      'session.id': 'chat-17',
      'shop.order.kind': 'express',
    }
    for (const id of [protobuf.traceId, traceId]) {
      const [found] = await stored(id)
      expect(found?.attributes).toEqual(kept)
      expect(found?.leftOut).toBeGreaterThanOrEqual(7)
      expect(JSON.stringify(found)).not.toContain('4111 1111')
    }
  })

  it('keeps content for the tenant that wants it, within bounds', async () => {
    tenants['open'] = { ...usual, content: 'keep' }
    const protobuf = protobufOf('chat', { 'input.value': 'the whole prompt', long: 'x'.repeat(50_000) })
    await send(protobuf.bytes, { tenant: 'open', type: 'application/x-protobuf' })
    const [found] = await stored(protobuf.traceId, 'open')
    expect(found?.attributes['input.value']).toBe('the whole prompt')
    expect(String(found?.attributes['long']).length).toBe(16_384)
  })

  it('keeps tenants apart, and counts a span that comes twice once', async () => {
    const traceId = newTraceId()
    const body = exportOf(span(traceId))
    await send(body)
    await keeper.flush()
    await send(body)
    await send(exportOf(span(traceId, { name: 'theirs' })), { tenant: 'other' })
    expect((await stored(traceId)).map(({ name }) => name)).toEqual(['work'])
    expect((await stored(traceId, 'other')).map(({ name }) => name)).toEqual(['theirs'])
  })

  it('takes what is whole of a batch and says how many are not, and why', async () => {
    const traceId = newTraceId()
    const day = 86_400_000_000_000n
    const answer = await send(
      exportOf(
        span(traceId),
        span('0'.repeat(32)),
        span(traceId, { spanId: 'short' }),
        span(traceId, { endTimeUnixNano: '5' }),
        span(traceId, { startTimeUnixNano: String(nowNano() - 90n * day) }),
        span(traceId, { startTimeUnixNano: 'soon' }),
      ),
    )
    expect(await answer.json()).toEqual({
      partialSuccess: {
        rejectedSpans: '5',
        errorMessage:
          '1 with no valid trace id, 1 with no valid span id, 2 with no start, or an end before it, 1 with a start out of range',
      },
    })
    expect(await stored(traceId)).toHaveLength(1)
    const bad = protobufOf('x', {})
    bad.bytes.set(new Uint8Array(16), Buffer.from(bad.bytes).indexOf(Buffer.from(bad.traceId, 'hex')))
    const told = Buffer.from(await (await send(bad.bytes, { type: 'application/x-protobuf' })).bytes())
    // ExportTraceServiceResponse.partial_success: rejected_spans 1, then the message
    expect(told.subarray(2, 4)).toEqual(Buffer.from([0x08, 0x01]))
    expect(told.toString()).toContain('1 with no valid trace id')
  })

  it('answers what is wrong with the status, in the form of Status', async () => {
    const refused = async (response: Promise<Response>) => {
      const answer = await response
      const { code, message } = (await answer.json()) as { code: number; message: string }
      expect(message.length).toBeGreaterThan(10)
      return [answer.status, code]
    }
    expect(await refused(send({}, { tenant: null }))).toEqual([401, 16])
    expect(await refused(send({}, { type: 'text/plain' }))).toEqual([415, 3])
    expect(await refused(send('{"resourceSpans": [1]}'))).toEqual([400, 3])
    expect(await refused(send('{"resourceSpans": {}}'))).toEqual([400, 3])
    expect(await refused(send('nonsense'))).toEqual([400, 3])
    expect(await refused(send('[]'))).toEqual([400, 3])
    expect(await refused(send(new Uint8Array([0x7b, 0xff, 0x7d])))).toEqual([400, 3])
    expect(await refused(send({}, { headers: { 'content-encoding': 'br' } }))).toEqual([415, 3])
    expect(await refused(send({}, { headers: { 'content-encoding': 'gzip' } }))).toEqual([400, 3])
    const bomb = gzipSync(Buffer.alloc(10_000_000, ' '))
    expect(await refused(send(bomb, { headers: { 'content-encoding': 'gzip' } }))).toEqual([413, 3])
    expect(await refused(send('x'.repeat(200_001)))).toEqual([413, 3])
    expect(await refused(send({}, { path: '/otlp/v1/metrics' }))).toEqual([404, 5])
    expect(await refused(send({}, { method: 'GET' }))).toEqual([405, 12])
    const protobuf = await send(new Uint8Array([0x0a, 0x05, 0x01]), { type: 'application/x-protobuf' })
    expect([protobuf.status, protobuf.headers.get('content-type')]).toEqual([400, 'application/x-protobuf'])
    expect([...(await protobuf.bytes()).subarray(0, 2)]).toEqual([0x08, 3])
  })

  it('takes any bytes for what they are: taken or refused, never a bug', async () => {
    const { bytes } = protobufOf('chat m', { 'gen_ai.operation.name': 'chat', list: ['a', 'b'], count: 5 })
    let state = 7
    const random = (below: number): number => (state = (state * 48_271) % 2_147_483_647) % below
    const statuses = new Set<number>()
    for (let round = 0; round < 400; round += 1) {
      const broken = round < bytes.length ? bytes.slice(0, round) : bytes.slice()
      for (let edit = 0; edit < 3 && broken.length > 0; edit += 1) broken[random(broken.length)] = random(256)
      statuses.add((await send(broken, { type: 'application/x-protobuf', tenant: 'fuzz' })).status)
    }
    expect(statuses).toEqual(new Set([200, 400]))
    await keeper.flush()
  })

  it('takes what is exported from here, as whoever looks at it here sees it too', async () => {
    const server = Bun.serve({
      port: 0,
      hostname: '127.0.0.1',
      fetch: request => receive(request, new URL(request.url).pathname, false),
    })
    const registry = new Registry()
    const exporter = createOtlpExporter({
      settings: () => ({
        endpoint: `http://127.0.0.1:${server.port}/otlp`,
        headers: { authorization: 'Bearer looped' },
        isPacked: true,
        hasParts: true,
        providerName: () => 'openai',
      }),
      logger,
      metrics: registry,
      intervalMs: 5,
    })
    const inference = sampleInference({
      traceId: newTraceId(),
      conversationId: 'chat-17',
      costNanoUsd: 2_000_000_000,
    })
    exporter.record(inference)
    await exporter.stop(5_000)
    await server.stop(true)
    const looped = await stored(inference.traceId, 'looped')
    const own = spansOf(inference).filter(({ kind }) => ['inference', 'admission', 'attempt'].includes(kind))
    expect(new Set(looped.map(({ spanId }) => spanId))).toEqual(new Set(own.map(({ id }) => id)))
    const whole = looped.find(({ spanId }) => spanId === inference.spanId)
    expect(whole).toMatchObject({ application: 'slipway', kind: 'llm', name: 'chat support' })
    expect(whole?.startedAtMs).toBeCloseTo(inference.startedAtMs, 2)
    expect(whole?.durationMs).toBeCloseTo(inference.latencyMs, 2)
    expect(whole?.attributes).toMatchObject({
      'gen_ai.conversation.id': 'chat-17',
      'gen_ai.response.finish_reasons': ['stop'],
      'gen_ai.usage.input_tokens': 125,
      'slipway.cost.nano_usd': 2_000_000_000,
    })
    // beside ours they are the same spans, drawn once
    expect(assembleTrace([...spansOf(inference), ...looped.map(toTraceSpan)])).toHaveLength(
      spansOf(inference).length,
    )
    expect(await registry.getSingleMetricAsString('slipway_otlp_spans_exported_total')).toContain(
      ` ${own.length}`,
    )
  })

  it('refuses more than a tenant may send, and says when to come again', async () => {
    tenants['small'] = { ...usual, maxPerMinute: 3 }
    const spans = Array.from({ length: 5 }, (_, index) => span(newTraceId(), { name: String(index) }))
    expect((await send(exportOf(...spans), { tenant: 'small' })).status).toBe(200)
    const answer = await send(exportOf(span(newTraceId())), { tenant: 'small' })
    expect(answer.status).toBe(429)
    expect(Number(answer.headers.get('retry-after'))).toBeGreaterThan(30)
    expect((await send(exportOf(span(newTraceId())))).status).toBe(200)
  })

  it('asks to come again, before anything is lost, while the database is away', async () => {
    const away = {
      ...database,
      transaction: () => Promise.reject(new Error('gone')),
      query: () => Promise.reject(new Error('gone')),
    }
    const full = createSpanKeeper({
      database: away as Database,
      logger,
      metrics: new Registry(),
      maxQueuedSpans: 2,
    })
    const to = receiver({ keeper: full })
    expect((await send(exportOf(span(newTraceId()), span(newTraceId())), {}, to)).status).toBe(200)
    const answer = await send(exportOf(span(newTraceId())), {}, to)
    expect([answer.status, answer.headers.get('retry-after')]).toEqual([503, '2'])
    await full.stop(1)
  })
})
