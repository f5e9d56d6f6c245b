import { describe, expect, it } from 'bun:test'
import { createServer } from 'node:http'
import type { IncomingHttpHeaders } from 'node:http'
import type { AddressInfo } from 'node:net'
import { gunzipSync } from 'node:zlib'
import { setTimeout as sleep } from 'node:timers/promises'
import { z } from 'zod'
import { createLogger, createMetricsRegistry } from '../../foundation/platform/index.ts'
import { createOtlpExporter } from './otlp-exporter.ts'
import type { OtlpExporterOptions } from './otlp-exporter.ts'
import { sampleInference } from './sample-inference.ts'

const logger = createLogger({ level: 'silent' })

/** What OTLP/HTTP JSON asks of an ExportTraceServiceRequest, as a collector's decoder does. */
const anyValue: z.ZodType = z.lazy(() =>
  z.union([
    z.strictObject({ stringValue: z.string() }),
    z.strictObject({ intValue: z.string().regex(/^-?\d+$/) }),
    z.strictObject({ doubleValue: z.number() }),
    z.strictObject({ boolValue: z.boolean() }),
    z.strictObject({ arrayValue: z.strictObject({ values: z.array(anyValue) }) }),
  ]),
)
const attributes = z.array(z.strictObject({ key: z.string().min(1), value: anyValue }))
const spanSchema = z.strictObject({
  traceId: z.string().regex(/^[0-9a-f]{32}$/),
  spanId: z.string().regex(/^[0-9a-f]{16}$/),
  parentSpanId: z
    .string()
    .regex(/^[0-9a-f]{16}$/)
    .optional(),
  name: z.string().min(1),
  kind: z.int().min(1).max(5),
  startTimeUnixNano: z.string().regex(/^\d{19}$/),
  endTimeUnixNano: z.string().regex(/^\d{19}$/),
  attributes,
  status: z.strictObject({ code: z.int().min(0).max(2), message: z.string().optional() }),
})
const requestSchema = z.strictObject({
  resourceSpans: z.array(
    z.strictObject({
      resource: z.strictObject({ attributes }),
      scopeSpans: z.array(
        z.strictObject({ scope: z.strictObject({ name: z.string() }), spans: z.array(spanSchema) }),
      ),
    }),
  ),
})

interface Collector extends AsyncDisposable {
  readonly url: string
  readonly requests: {
    headers: IncomingHttpHeaders
    path: string
    text: string
    spans: z.output<typeof spanSchema>[]
  }[]
  /** What it answers next, each once; then 200. */
  readonly answers: { status: number; body?: unknown; headers?: Record<string, string> }[]
}

async function createCollector(): Promise<Collector> {
  const requests: Collector['requests'] = []
  const answers: Collector['answers'] = []
  const server = createServer((request, response) => {
    const chunks: Buffer[] = []
    request.on('data', (chunk: Buffer) => chunks.push(chunk))
    request.on('end', () => {
      const body = Buffer.concat(chunks)
      const isPacked = request.headers['content-encoding'] === 'gzip'
      const text = (isPacked ? gunzipSync(body) : body).toString()
      const parsed = requestSchema.safeParse(JSON.parse(text))
      if (!parsed.success) {
        response.writeHead(400).end(parsed.error.message)
        return
      }
      const spans = parsed.data.resourceSpans.flatMap(one => one.scopeSpans.flatMap(scope => scope.spans))
      requests.push({ headers: request.headers, path: request.url ?? '', text, spans })
      const answer = answers.shift() ?? { status: 200, body: { partialSuccess: {} } }
      response.writeHead(answer.status, { 'content-type': 'application/json', ...answer.headers })
      response.end(JSON.stringify(answer.body ?? {}))
    })
  })
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    requests,
    answers,
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections()
      await new Promise<void>(resolve => server.close(() => resolve()))
    },
  }
}

function create(url: string, given: Partial<OtlpExporterOptions> = {}) {
  const metrics = createMetricsRegistry()
  const settings = () => ({
    endpoint: `${url}/`,
    headers: { 'x-collector-key': 'secret' },
    isPacked: true,
    hasParts: false,
    providerName: () => 'llama.cpp',
  })
  const exporter = createOtlpExporter({ settings, logger, metrics, intervalMs: 10, ...given })
  const counted = async () => {
    const lines = (await metrics.metrics()).split('\n').filter(line => line.startsWith('slipway_otlp_spans'))
    return Object.fromEntries(lines.map(line => line.split(' ') as [string, string]))
  }
  return { exporter, counted }
}

async function eventually(isTrue: () => boolean): Promise<void> {
  for (let round = 0; round < 3_000 && !isTrue(); round += 1) await sleep(10)
  expect(isTrue()).toBe(true)
}

describe('OTLP export', () => {
  it('sends spans that a collector accepts, with its headers', async () => {
    await using collector = await createCollector()
    const { exporter, counted } = create(collector.url)
    exporter.record(sampleInference())
    exporter.record(sampleInference({ outcome: 'error', status: 502, parentSpanId: 'b7ad6b7169203331' }))
    exporter.record(sampleInference({ operation: 'embedding', usage: undefined, release: undefined }))
    await eventually(() => collector.requests.length > 0)
    const [request] = collector.requests
    expect(request?.path).toBe('/v1/traces')
    expect(request?.headers['x-collector-key']).toBe('secret')
    expect(request?.headers['content-type']).toBe('application/json')
    expect(request?.spans.map(span => span.name)).toEqual([
      'chat support',
      'chat support',
      'embeddings support',
    ])
    await exporter.stop(30_000)
    expect(await counted()).toEqual({ slipway_otlp_spans_exported_total: '3' })
  })

  it('sends the parts of an inference below it, and counts every span', async () => {
    await using collector = await createCollector()
    const settings = () => ({
      endpoint: collector.url,
      headers: {},
      isPacked: false,
      hasParts: true,
      providerName: () => 'openai',
    })
    const { exporter, counted } = create(collector.url, { settings })
    const attempt = { target: 'provider:a', model: 'm', startMs: 1, sentMs: 2 }
    const inference = sampleInference({
      attempts: [
        { ...attempt, reason: 'by weight', endMs: 50, outcome: 'upstream_error', message: 'It broke.' },
        { ...attempt, reason: 'retry 1', headersMs: 90, firstTokenMs: 100, endMs: 200, outcome: 'ok' },
      ],
    })
    exporter.record(inference)
    await eventually(() => collector.requests.length > 0)
    const [request] = collector.requests
    expect(request?.headers['content-encoding']).toBeUndefined()
    const [whole, ...parts] = request?.spans ?? []
    expect(parts.map(({ name, parentSpanId, status }) => [name, parentSpanId, status])).toEqual([
      ['admission Limits and budgets', whole?.spanId, { code: 0 }],
      ['attempt provider:a m', whole?.spanId, { code: 2, message: 'It broke.' }],
      ['attempt provider:a m', whole?.spanId, { code: 0 }],
    ])
    const failed = Object.fromEntries(parts[1]?.attributes.map(({ key, value }) => [key, value]) ?? [])
    expect(failed).toMatchObject({
      'error.type': { stringValue: 'upstream_error' },
      'slipway.attempt.reason': { stringValue: 'by weight' },
      'slipway.attempt.sent': { doubleValue: 0.001 },
    })
    // what is counted by backends stands on the inference alone
    expect(JSON.stringify(parts)).not.toContain('gen_ai.usage')
    expect(JSON.stringify(parts)).not.toContain('gen_ai.operation.name')
    await exporter.stop(30_000)
    expect(await counted()).toEqual({ slipway_otlp_spans_exported_total: '4' })
  })

  it('never exports content', async () => {
    await using collector = await createCollector()
    const { exporter } = create(collector.url)
    exporter.record(
      sampleInference({ content: { request: 'what nobody may see', response: 'nor this secret' } }),
    )
    await exporter.stop(30_000)
    expect(collector.requests.length).toBe(1)
    expect(collector.requests[0]?.text).not.toContain('nobody may see')
    expect(collector.requests[0]?.text).not.toContain('nor this secret')
  })

  it('sends again what a busy collector could not take, and waits as long as it asks', async () => {
    await using collector = await createCollector()
    collector.answers.push({ status: 503 }, { status: 429, headers: { 'retry-after': '1' } })
    const { exporter, counted } = create(collector.url)
    const startedAt = performance.now()
    exporter.record(sampleInference())
    await eventually(() => collector.requests.length === 3)
    expect(performance.now() - startedAt).toBeGreaterThan(1_000)
    await exporter.stop(30_000)
    expect(await counted()).toEqual({ slipway_otlp_spans_exported_total: '1' })
  })

  it('gives up what the collector refuses for good, whole or in part, and counts it', async () => {
    await using collector = await createCollector()
    collector.answers.push({ status: 400 }, { status: 200, body: { partialSuccess: { rejectedSpans: '2' } } })
    const { exporter, counted } = create(collector.url)
    exporter.record(sampleInference())
    await eventually(() => collector.requests.length === 1)
    for (let index = 0; index < 5; index += 1) exporter.record(sampleInference())
    await eventually(() => collector.requests.length === 2)
    await exporter.stop(30_000)
    expect(await counted()).toEqual({
      slipway_otlp_spans_exported_total: '3',
      'slipway_otlp_spans_lost_total{cause="refused"}': '3',
    })
  })

  it('holds a bounded number while the collector is away, and stops in time', async () => {
    const { exporter, counted } = create('http://127.0.0.1:1', { maxQueuedSpans: 10 })
    for (let index = 0; index < 25; index += 1) exporter.record(sampleInference())
    const startedAt = performance.now()
    await exporter.stop(200)
    expect(performance.now() - startedAt).toBeLessThan(50_000)
    expect(await counted()).toEqual({
      slipway_otlp_spans_exported_total: '0',
      'slipway_otlp_spans_lost_total{cause="queue_full"}': '15',
      'slipway_otlp_spans_lost_total{cause="shutdown"}': '10',
    })
  })

  it('gives up on a collector that never answers', async () => {
    const server = createServer(() => {})
    await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
    const { exporter, counted } = create(url, { timeoutMs: 50 })
    exporter.record(sampleInference())
    await exporter.stop(300)
    expect(await counted()).toEqual({
      slipway_otlp_spans_exported_total: '0',
      'slipway_otlp_spans_lost_total{cause="shutdown"}': '1',
    })
    server.closeAllConnections()
    server.close()
  })

  it('does nothing where no collector is configured', async () => {
    const { exporter, counted } = create('', { settings: () => undefined })
    exporter.record(sampleInference())
    await exporter.stop(100)
    expect(await counted()).toEqual({ slipway_otlp_spans_exported_total: '0' })
  })
})
